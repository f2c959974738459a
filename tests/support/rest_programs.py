"""The command `rest-mcp` as a person starts it, without this process's own variables of bridges."""

import os
import subprocess
from pathlib import Path

from forked import run_forked

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, from the root of the workspace."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("API_", "REST_"))}
    return run_forked(["rest_mcp", *arguments], clean | environment, ROOT)
