"""The command `rest-mcp` as a person starts it, without this process's own variables of bridges."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, from the root of the workspace."""
    command = [sys.executable, "-m", "rest_mcp", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("API_", "REST_"))}
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, timeout=240, check=False, cwd=ROOT
    )
