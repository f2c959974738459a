"""Convert every tool of every server with the agent frameworks that people use, and write the table in docs/clients.md.

clients.py UV [FRAMEWORK...]

Each framework is installed into an environment of its own under .tools/clients, and talks to the servers over stdio.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import ROOT, servers
from snapshots import offers

FOLDER = ROOT / ".tools" / "clients"
PROBES = ROOT / "scripts" / "client_probes"
PAGE = ROOT / "docs" / "clients.md"
TIMEOUT_SECONDS = 600
UNREACHABLE = "postgresql://nobody:nothing@127.0.0.1:1/none"
EVERY_TOOL: Mapping[str, Mapping[str, str]] = {
    "database-mcp": {"DATABASE_URL": UNREACHABLE, "DATABASE_WRITABLE": "default"},
}
"""Settings that bring out tools which no name in `<PREFIX>_TOOLS` brings out."""


@dataclass(frozen=True)
class Framework:
    """One agent framework: the distributions to install, the program that converts, and what strict means there."""

    name: str
    requirements: tuple[str, ...]
    strict: str

    @property
    def distribution(self) -> str:
        return self.requirements[0].partition("[")[0]

    @property
    def is_node(self) -> bool:
        return self.name == "ai-sdk"


FRAMEWORKS = (
    Framework("openai-agents", ("openai-agents",), "`convert_schemas_to_strict`, no fallback"),
    Framework("pydantic-ai", ("pydantic-ai-slim[mcp,openai]",), "OpenAI transformer, `strict=True`"),
    Framework("langchain", ("langchain-mcp-adapters", "mcp<2"), "`convert_to_openai_tool(strict=True)`"),
    Framework("autogen", ("autogen-ext[mcp]", "mcp<2"), "schema of each adapter"),
    Framework("crewai", ("crewai-tools[mcp]", "mcp<2"), "arguments model of each adapter"),
    Framework("ai-sdk", ("@ai-sdk/mcp", "ai"), "JSON schema of each tool"),
)


def main(uv: str, *names: str) -> int:
    chosen = [framework for framework in FRAMEWORKS if not names or framework.name in names]
    reports = {framework: report(uv, framework) for framework in chosen}
    text = page(reports)
    print(text)
    if not names:
        PAGE.write_text(text, encoding="utf-8")
    return 1 if any(each.get("refused") for each in reports.values()) else 0


def report(uv: str, framework: Framework) -> dict[str, Any]:
    """The version, the number of tools of each server, and what was refused; or why it could not be tried."""
    install = npm if framework.is_node else pip
    if reason := install(uv, framework):
        return {"problem": f"not installed: {reason}"}
    done = subprocess.run(
        [*program(framework)],
        input=json.dumps(list(commands())),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        return {"problem": (done.stderr.strip().splitlines() or ["it failed"])[-1][:200]}
    return json.loads(done.stdout.splitlines()[-1])


def commands() -> Iterator[dict[str, Any]]:
    """How to start every server so that each of its tools is offered once."""
    binaries = Path(sys.executable).parent
    for name, server in servers().items():
        for environment in offers(server):
            chosen = {**os.environ, **EVERY_TOOL.get(name, {}), **environment}
            yield {"server": name, "command": str(binaries / name), "environment": chosen}


def pip(uv: str, framework: Framework) -> str:
    """Install into an environment of its own, unless it is there; the reason why that failed."""
    python = interpreter(framework)
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(python.parents[1])], check=True)
    # Without the workspace's own pins, which are for the servers.
    command = [uv, "--no-config", "pip", "install", "--quiet", "--python", str(python), *framework.requirements]
    return failed(command)


def npm(uv: str, framework: Framework) -> str:
    """The same for a package of npm."""
    if shutil.which("npm") is None:
        return "npm is not here"
    place = FOLDER / framework.name
    place.mkdir(parents=True, exist_ok=True)
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    return failed(["npm", "install", "--prefix", str(place), *quiet, *framework.requirements])


def failed(command: list[str]) -> str:
    """The last line of what a command says when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1][:200]


def program(framework: Framework) -> tuple[str, ...]:
    name = framework.name.replace("-", "_")
    if framework.is_node:
        return ("node", str(PROBES / f"{name}_probe.mjs"), str(FOLDER / framework.name))
    return (str(interpreter(framework)), str(PROBES / f"{name}_probe.py"))


def interpreter(framework: Framework) -> Path:
    return FOLDER / framework.name / "bin" / "python"


def page(reports: Mapping[Framework, dict[str, Any]]) -> str:
    """The page, as Markdown."""
    rows = [row(framework, each) for framework, each in reports.items()]
    refusals = [
        f"- {framework.name}: {line}" for framework, each in reports.items() for line in each.get("refused", ())
    ]
    return "\n".join(
        [
            "# Agent frameworks",
            "",
            "Every tool of every server, in every profile, as these frameworks convert it for a model. Each runs in an",
            "environment of its own and talks to the servers over stdio. `make clients` writes this page.",
            "",
            "| framework | version | strict means | tools | refused |",
            "|---|---|---|---|---|",
            *rows,
            *(["", "Refused:", "", *refusals] if refusals else []),
            "",
        ]
    )


def row(framework: Framework, result: Mapping[str, Any]) -> str:
    if problem := result.get("problem"):
        return f"| {framework.name} | | {framework.strict} | | {problem.replace('|', ' ')} |"
    refused = len(result["refused"])
    return f"| {framework.name} | {result['version']} | {framework.strict} | {result['tools']} | {refused} |"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
