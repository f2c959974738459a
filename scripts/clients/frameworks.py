"""Agent frameworks that convert every tool of every server, in every profile, as they do for a model."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import servers
from snapshots import offers

from clients import environments
from clients.environments import NotInstalled, last_line

TIMEOUT_SECONDS = 600
UNREACHABLE = "postgresql://nobody:nothing@127.0.0.1:1/none"
EVERY_TOOL: Mapping[str, Mapping[str, str]] = {
    "database-mcp": {"DATABASE_URL": UNREACHABLE, "DATABASE_WRITABLE": "default"},
}
"""Settings that bring out tools which no name in `<PREFIX>_TOOLS` brings out."""


@dataclass(frozen=True)
class Framework:
    """One agent framework: the packages to install, and what its conversion is held to."""

    requirements: tuple[str, ...]
    strict: str
    is_node: bool = False


FRAMEWORKS: Mapping[str, Framework] = {
    "openai-agents": Framework(("openai-agents",), "`convert_schemas_to_strict`, no fallback"),
    "pydantic-ai": Framework(("pydantic-ai-slim[mcp,openai]",), "OpenAI transformer, `strict=True`"),
    "langchain": Framework(("langchain-mcp-adapters", "mcp<2"), "`convert_to_openai_tool(strict=True)`"),
    "autogen": Framework(("autogen-ext[mcp]", "mcp<2"), "schema of each adapter"),
    "crewai": Framework(("crewai-tools[mcp]", "mcp<2"), "arguments model of each adapter"),
    "ai-sdk": Framework(("@ai-sdk/mcp", "ai"), "JSON schema of each tool", is_node=True),
}


def trial(uv: str, name: str) -> dict[str, Any]:
    """The version, the number of tools and those that were refused; or the problem why it could not be tried."""
    framework = FRAMEWORKS[name]
    try:
        command = (
            environments.node(name, framework.requirements)
            if framework.is_node
            else environments.python(uv, name, framework.requirements)
        )
        return probed(command, list(starts()), TIMEOUT_SECONDS)
    except NotInstalled as exc:
        return {"problem": f"not installed: {exc}"}


def probed(command: tuple[str, ...], given: Any, seconds: int) -> dict[str, Any]:
    """The report of a probe, which reads JSON and prints JSON as its last line; or the problem it ended with."""
    try:
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return {"problem": f"no answer within {seconds} s"}
    if done.returncode != 0:
        return {"problem": last_line(done.stderr)}
    return json.loads(done.stdout.splitlines()[-1])


def starts() -> Iterator[dict[str, Any]]:
    """How to start every server so that each of its tools is offered once."""
    binaries = Path(sys.executable).parent
    for name, server in servers().items():
        for environment in offers(server):
            chosen = {**os.environ, **EVERY_TOOL.get(name, {}), **environment}
            yield {"server": name, "command": str(binaries / name), "environment": chosen}
