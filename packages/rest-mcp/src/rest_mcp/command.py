"""The command `rest-mcp`: the words every server knows, `--bridge FILE` with any of them, `inspect` and `check`."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from mcp_chassis.run import run
from mcp_chassis.server import EXIT_BAD_SETTINGS
from mcp_chassis.settings import BadSettings

DOCUMENT_COMMANDS = {"inspect", "check"}


def main(arguments: list[str]) -> NoReturn:
    """Run one command, or serve stdio where there are no arguments; then end the process.

    Raises:
        SystemExit: with the command's exit code; 2 for a bridge or a setting that breaks a rule.
    """
    try:
        rest = without_bridge(arguments)
        if rest and rest[0] in DOCUMENT_COMMANDS:
            from rest_mcp.document_commands import run as inspect

            raise SystemExit(inspect(rest))
    except BadSettings as exc:
        sys.stderr.write(f"rest-mcp cannot start:\n{exc}\n")
        raise SystemExit(EXIT_BAD_SETTINGS) from None
    run("rest_mcp.server:SERVER", rest)


def without_bridge(arguments: list[str]) -> list[str]:
    """The arguments without `--bridge FILE`, whose absolute path becomes the setting that everything reads.

    Raises:
        BadSettings: when no file is named after it.
    """
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        flag, equals, value = argument.partition("=")
        if flag != "--bridge":
            rest.append(argument)
            continue
        path = value if equals else next(given, "")
        if not path:
            raise BadSettings(["--bridge: names no file"])
        os.environ["REST_BRIDGE"] = str(Path(path).resolve())
    return rest
