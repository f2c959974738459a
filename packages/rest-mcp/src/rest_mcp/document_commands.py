"""The commands `inspect` (propose a bridge file) and `check` (compare one with its document and the live API)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from mcp_chassis.cli.commands import CHECK_CODES
from mcp_chassis.server import EXIT_BAD_SETTINGS, MAX_TOOLS
from mcp_chassis.telemetry.redaction import scrub_log

from rest_mcp.bad_bridge import BadBridge

EXIT_DIFFERS = 4
DIFFERS = "Also 4 where the bridge differs from its document or from what the API answers."


def run(arguments: Sequence[str]) -> int:
    """Run `inspect` or `check` and return its exit code."""
    parser = argparse.ArgumentParser(prog="rest-mcp")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    inspect = commands.add_parser("inspect", help="propose a bridge file from an OpenAPI document")
    inspect.add_argument("document", type=Path)
    inspect.add_argument("--tools", type=int, default=MAX_TOOLS, choices=range(1, MAX_TOOLS + 1), metavar="1-10")
    inspect.set_defaults(run=_inspect)
    check = commands.add_parser(
        "check", help="compare the bridge with its document and the live API", epilog=f"{CHECK_CODES} {DIFFERS}"
    )
    check.add_argument("--json", action="store_true", help="print the settings' report as JSON")
    check.set_defaults(run=_check)
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen)
    except BadBridge as exc:
        sys.stderr.write(f"rest-mcp:\n{exc}\n")
        return EXIT_BAD_SETTINGS


def _inspect(chosen: argparse.Namespace) -> int:
    """Print the proposed file to standard output, and notes and the tools' token costs to standard error."""
    from mcp_chassis.cli.tools import table
    from mcp_chassis.pipeline.bound_function import BoundFunction, wire_tool
    from mcp_chassis.tools import ToolDefinition

    from rest_mcp.openapi.document import Document
    from rest_mcp.openapi.proposal import proposed
    from rest_mcp.tool_functions import tools_of

    document = Document.read(chosen.document)
    proposal = proposed(document, chosen.document.name, chosen.tools)
    sys.stdout.write(proposal.text)
    tools = [wire_tool(BoundFunction(tool, ToolDefinition)) for tool in tools_of(proposal.bridge)]
    notes = [f"{len(document.operations)} operations; these are proposed:", *table(tools)]
    sys.stderr.write("\n".join([*notes, *(f"- {warning}" for warning in proposal.warnings)]) + "\n")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    """Compare the bridge file with its document and the live API, then run the `check` of every server."""
    from mcp_chassis.cli import main as every_servers

    from rest_mcp.server import server_in_use

    differing = _compared()
    code = every_servers(["check", *(["--json"] if chosen.json else [])], server_in_use())
    return code or (EXIT_DIFFERS if differing else 0)


def _compared() -> bool:
    """Print the differences from document and API to standard error; return whether there are any."""
    from rest_mcp.bridge_file import read
    from rest_mcp.live_check import not_tried, tried
    from rest_mcp.openapi.differences import differences, optional_fields
    from rest_mcp.server import path_in_use, server_in_use

    path = path_in_use()
    bridge = read(path)
    wrong = differences(bridge, path.parent)
    settings = server_in_use().settings.load()
    good, bad = asyncio.run(tried(bridge, settings, optional_fields(bridge, path.parent)))
    lines = [*(f"ok      {line}" for line in good), *(f"differs {line}" for line in [*wrong, *bad])]
    if passed_over := not_tried(bridge):
        lines.append(f"not called: {', '.join(passed_over)}")
    sys.stderr.write("".join(f"{scrub_log(line)}\n" for line in lines))
    return bool(wrong or bad)
