"""The command `rest-mcp`: the words every server knows, `--bridge FILE` with any of them, `inspect` and `check`."""

import os
import sys
from pathlib import Path

from mcp_chassis.server import EXIT_BAD_SETTINGS
from mcp_chassis.settings import BadSettings

OWN = {"inspect", "check"}


def main() -> None:
    """The console script.

    Raises:
        SystemExit: with the command's exit code; 2 for a bridge or a setting that breaks a rule.
    """
    try:
        arguments = without_bridge(sys.argv[1:])
        if arguments and arguments[0] in OWN:
            from rest_mcp.inspecting import run

            raise SystemExit(run(arguments))
        sys.argv[1:] = arguments
        from rest_mcp.server import server_in_use

        server = server_in_use()
    except BadSettings as exc:
        sys.stderr.write(f"rest-mcp cannot start:\n{exc}\n")
        raise SystemExit(EXIT_BAD_SETTINGS) from None
    server.run()


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
