"""What `check` looks at: settings, versions, and what the server can reach with the credentials it has."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

import anyio

from mcp_chassis.environment import env_file
from mcp_chassis.failures import Failure
from mcp_chassis.pipeline.diagnostics import missing_credentials
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import EXIT_BAD_SETTINGS, Probe, Server
from mcp_chassis.settings import BadSettings, ServerSettings

EXIT_MISSING_CREDENTIAL = 3
EXIT_UNREACHABLE = 4
SECONDS = 20.0
NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass
class Report:
    """What was found, and what is to be mended; values of settings are never in it.

    `exit_code` is 0 where all is well, 2 for a setting that breaks a rule, 3 for a missing credential that something
    needed, 4 for what cannot be reached or refuses the credential.
    """

    name: str
    version: str
    versions: dict[str, str]
    problems: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    env_file: str | None = None
    network: list[str] = field(default_factory=list[str])
    policy: list[str] = field(default_factory=list[str])
    connectivity: list[Probe] = field(default_factory=list[Probe])

    @property
    def exit_code(self) -> int:
        if self.problems:
            return EXIT_BAD_SETTINGS
        failed = [probe for probe in self.connectivity if probe.status == "failed"]
        if any(variable in probe.message for probe in failed for variable in self.missing):
            return EXIT_MISSING_CREDENTIAL
        return EXIT_UNREACHABLE if failed else 0

    def data(self) -> dict[str, Any]:
        return {**asdict(self), "exit_code": self.exit_code}

    def lines(self) -> list[str]:
        """The report for a person."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        lines = [f"{self.name} {self.version} ({versions})"]
        lines += [f"  to mend    {problem}" for problem in self.problems]
        lines += [] if self.problems else ["  settings   ok"]
        lines += [f"  .env       {self.env_file}"] if self.env_file else []
        lines += [f"  not set    {variable} (or {variable}_FILE)" for variable in self.missing]
        lines += [f"  in use     {variable}" for variable in self.network]
        lines += [f"  policy     {rule}" for rule in self.policy]
        lines += [_line(probe) for probe in self.connectivity]
        return lines


def _line(probe: Probe) -> str:
    word = {"ok": "reached", "failed": "to mend", "not configured": "left out"}[probe.status]
    return f"  {word:<10} {probe.name}{': ' if probe.message else ''}{probe.message}"


async def check(server: Server[Any], seconds: float = SECONDS) -> Report:
    """Read the settings, connect, and ask every service the server depends on."""
    report = Report(server.name, server.version, _versions())
    report.network = [name for name in NETWORK if os.environ.get(name) or os.environ.get(name.lower())]
    try:
        path = env_file(os.environ)
        report.env_file = str(path) if path else None
        settings = server.settings.load()
        dispatch = Dispatch(server, settings)
        report.policy = dispatch.rules.policy.table(tool.name for tool in dispatch.inventory.wire)
    except BadSettings as exc:
        report.problems = exc.problems
        return report
    report.missing = missing_credentials(settings)
    report.connectivity = list(await _reached(server, settings, seconds))
    return report


async def _reached(server: Server[Any], settings: ServerSettings, seconds: float) -> Sequence[Probe]:
    if server.probe is None:
        return []
    with anyio.move_on_after(seconds):
        try:
            async with server.connect(settings) as connection:
                return await server.probe(connection)
        except Failure as failure:
            return [Probe(server.name, "failed", failure.message)]
    return [Probe(server.name, "failed", f"No answer within {seconds:g} s.")]


def _versions() -> dict[str, str]:
    return {
        "toolroll-core": version("toolroll-core"),
        "mcp": version("mcp"),
        platform.python_implementation(): ".".join(map(str, sys.version_info[:3])),
    }
