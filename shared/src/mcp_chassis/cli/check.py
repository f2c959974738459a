"""The command `check`: verifies the settings, and that each upstream can be reached and accepts the credential."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

import anyio

from mcp_chassis.environment import NETWORK_VARIABLES, env_file
from mcp_chassis.failures import Failure
from mcp_chassis.pipeline.diagnostics import missing_settings
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import EXIT_BAD_SETTINGS, Probe, Server
from mcp_chassis.settings import BadSettings, ServerSettings, is_secret
from mcp_chassis.telemetry.logs import register_secrets

EXIT_MISSING_CREDENTIAL = 3
EXIT_UNREACHABLE = 4
SECONDS = 20.0
NO_PROBE = "Not checked: this server declares no probe (see docs/adding-a-server.md)."
HINTS = {
    "through the proxy": "Look at HTTPS_PROXY and NO_PROXY.",
    "the proxy refuses": "Look at its rules, and at HTTPS_PROXY and NO_PROXY.",
    "(DNS)": "Look at the address in the settings and at the network; behind a company's proxy set HTTPS_PROXY.",
    "is not trusted": "Behind a proxy that inspects TLS set SSL_CERT_FILE to the file of its certificate authority.",
    "secure connection (TLS)": "Look at the port in the address: it may not speak TLS.",
    "connection was refused": "Nothing listens there: look at the address and port in the settings.",
    "in time": "A firewall may drop the connection, or a proxy is needed (HTTPS_PROXY).",
}
"""Hints for the user, by a phrase that occurs in the message of a failed probe."""


@dataclass
class Report:
    """Result of a check, without values of settings.

    `exit_code` is 0 if everything works, 2 for an invalid setting, 3 for a missing credential or setting without which
    something does not work, and 4 if an upstream cannot be reached, refuses the credential, must not be used with it,
    or was not checked because the server has no probe.
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
        left_out = any(probe.status == "not configured" for probe in self.connectivity)
        if any(variable in probe.message for probe in failed for variable in self.missing):
            return EXIT_MISSING_CREDENTIAL
        if failed:
            return EXIT_UNREACHABLE
        return EXIT_MISSING_CREDENTIAL if self.missing and (left_out or not self.connectivity) else 0

    def data(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {**asdict(self), "exit_code": self.exit_code}

    def lines(self) -> list[str]:
        """The report as lines of text."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        lines = [f"{self.name} {self.version} ({versions})"]
        lines += [f"  to mend    {problem}" for problem in self.problems]
        lines += [] if self.problems else ["  settings   ok"]
        lines += [f"  .env       {self.env_file}"] if self.env_file else []
        lines += [f"  not set    {variable}" for variable in self.missing]
        lines += [f"  in use     {variable}" for variable in self.network]
        lines += [f"  policy     {rule}" for rule in self.policy]
        lines += [_line(probe) for probe in self.connectivity]
        return lines


def _line(probe: Probe) -> str:
    word = {"ok": "reached", "failed": "to mend", "not configured": "left out"}[probe.status]
    hint = next((f" {hint}" for phrase, hint in HINTS.items() if phrase in probe.message), "")
    return f"  {word:<10} {probe.name}{': ' if probe.message else ''}{probe.message}{hint if word == 'to mend' else ''}"


async def check(server: Server[Any], seconds: float = SECONDS) -> Report:
    """Load the settings, connect and run the server's probe, which may together take `seconds`."""
    report = Report(server.name, server.version, _versions())
    report.network = [name for name in NETWORK_VARIABLES if os.environ.get(name) or os.environ.get(name.lower())]
    try:
        path = env_file(os.environ)
        report.env_file = str(path) if path else None
        settings = server.settings.load()
        register_secrets(settings)
        dispatch = Dispatch(server, settings)
        report.policy = dispatch.rules.policy.table(tool.name for tool in dispatch.inventory.wire)
    except BadSettings as exc:
        report.problems = exc.problems
        return report
    report.missing = missing_settings(settings)
    report.connectivity = list(await _reached(server, settings, seconds))
    return report


async def _reached(server: Server[Any], settings: ServerSettings, seconds: float) -> Sequence[Probe]:
    if server.probe is None:
        return [Probe(server.name, "failed", NO_PROBE)] if has_upstream(server.settings) else []
    with anyio.move_on_after(seconds):
        try:
            async with server.connect(settings) as connection:
                return await server.probe(connection)
        except Failure as failure:
            return [Probe(server.name, "failed", f"{failure.message} {failure.remedy}".strip())]
    return [Probe(server.name, "failed", f"No response within {seconds:g} s.")]


def has_upstream(settings: type[ServerSettings]) -> bool:
    """Whether a server's own settings include a secret or a URL, so that there is an upstream to reach."""
    own = [info for name, info in settings.model_fields.items() if name not in ServerSettings.model_fields]
    return any(is_secret(info) or "_https" in repr(info.metadata) for info in own)


def _versions() -> dict[str, str]:
    return {
        "toolroll-core": version("toolroll-core"),
        "mcp": version("mcp"),
        platform.python_implementation(): ".".join(map(str, sys.version_info[:3])),
    }
