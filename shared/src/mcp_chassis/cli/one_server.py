"""The command line of one server."""

import argparse
import asyncio
import json
import logging
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, cast

from mcp_chassis.cli import config
from mcp_chassis.cli.commands import CHECK_CODES, Parser, add, add_serve, run
from mcp_chassis.cli.sign_in import command as sign_in
from mcp_chassis.cli.terminal import progress
from mcp_chassis.server import EXIT_BAD_SETTINGS, Server

HELP_WIDTH = 100


def main(server: Server[Any], arguments: Sequence[str]) -> int:
    """Run one command of a server; return the exit code."""
    parser = Parser(prog=server.name, description=_about(server), formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"{server.name} {server.version}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_serve(commands, lambda chosen: _serve(server, chosen))
    check = add(
        commands,
        "check",
        "check the settings and every service the server depends on",
        lambda c: _check(server, c),
        epilog=CHECK_CODES,
    )
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    tools = add(commands, "tools", "list the tools, or describe one", lambda c: _tools(server, c))
    tools.add_argument("name", nargs="?", help="a tool: its description and parameters")
    call = add(
        commands, "call", "call a tool and print its result; exit code 1 when it fails", lambda c: _call(server, c)
    )
    call.add_argument("tool")
    call.add_argument("arguments", nargs="?", default="{}", metavar="JSON", help="an object; - reads standard input")
    config.add_to(commands, server)
    sign_in.add_to(commands, server)
    return run(parser, arguments)


def _about(server: Server[Any]) -> str:
    """Description of the server for its help."""
    lines = [f"{server.name}: {server.description or server.title}", *textwrap.wrap(server.instructions, HELP_WIDTH)]
    return "\n".join([*lines, "", "Without a command: serve stdio, as a host starts it."])


def _serve(server: Server[Any], chosen: argparse.Namespace) -> int:
    if chosen.transport == "stdio":
        from mcp_chassis.stdio.command import serve_one as serve_stdio

        return serve_stdio(server)
    from mcp_chassis.remote.command import serve_one

    return serve_one(server, chosen.host, chosen.port, chosen.workers)


def _check(server: Server[Any], chosen: argparse.Namespace) -> int:
    from mcp_chassis.cli.check import check
    from mcp_chassis.telemetry.redaction import scrub_log

    _quietly()
    with progress(f"Checking what {server.name} depends on ..."):
        report = asyncio.run(check(server))
    text = json.dumps(report.data(), indent=2) if chosen.json else "\n".join(report.lines())
    sys.stdout.write(f"{scrub_log(text)}\n")
    return report.exit_code


def _tools(server: Server[Any], chosen: argparse.Namespace) -> int:
    from mcp_chassis.cli.tools import listed

    _quietly()
    return listed(server, chosen.name)


def _call(server: Server[Any], chosen: argparse.Namespace) -> int:
    from mcp_chassis.cli.tools import call

    arguments = _object(sys.stdin.read() if chosen.arguments == "-" else chosen.arguments)
    if arguments is None:
        sys.stderr.write('The arguments must be a JSON object such as \'{"name": "value"}\'.\n')
        return EXIT_BAD_SETTINGS
    _quietly()
    return call(server, chosen.tool, arguments)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _quietly() -> None:
    """Suppress the log lines of calls, so that only the result is printed."""
    logging.basicConfig(level=logging.CRITICAL, format="%(message)s")
