"""The command `rest-mcp`: the commands of every server, each with `--bridge FILE`, and `inspect` and `check`.

Like `mcp_chassis.run` it imports neither the SDK nor the settings before a command needs them.
"""

import os
import sys

from mcp_chassis.run import run

TYPE_CHECKING = False  # `typing` is not imported at run time: see `mcp_chassis.stdio.front`
if TYPE_CHECKING:
    from typing import NoReturn

DOCUMENT_COMMANDS = {"inspect", "check"}
ABOUT_A_BRIDGE = {"check", "tools", "call", "config"}
DEMONSTRATION = (
    "No bridge file is named (--bridge FILE or REST_BRIDGE): this is the demonstration, the tools of a support desk.\n"
)
OWN_HELP = """--bridge FILE goes with every command and names the bridge file.
inspect DOCUMENT proposes a bridge file from an OpenAPI document; check also compares
the bridge with its document and the live API.

"""


def main(arguments: list[str]) -> "NoReturn":
    """Run one command, or serve over stdio if there are no arguments; always raises SystemExit.

    Raises:
        SystemExit: with the command's exit code; 2 for an invalid bridge file or setting.
    """
    rest = without_bridge(arguments)
    if rest and (rest[0] in ABOUT_A_BRIDGE or rest[0] in {"-h", "--help"}) and not _names_bridge():
        sys.stderr.write(DEMONSTRATION)
    if rest is None or (rest and rest[0] in DOCUMENT_COMMANDS):
        raise SystemExit(_document_command(rest))
    if rest and rest[0] in {"-h", "--help"}:
        sys.stdout.write(OWN_HELP)
    run("rest_mcp.server:SERVER", rest)


def _names_bridge() -> bool:
    from mcp_chassis.environment import full_environment

    return bool(full_environment().get("REST_BRIDGE"))


def _document_command(arguments: list[str] | None) -> int:
    from mcp_chassis.server import EXIT_BAD_SETTINGS
    from mcp_chassis.settings import BadSettings

    from rest_mcp.document_commands import run as inspect

    problem = "--bridge: names no file"
    if arguments is not None:
        try:
            return inspect(arguments)
        except BadSettings as exc:
            problem = str(exc)
    sys.stderr.write(f"rest-mcp cannot start:\n{problem}\n")
    return EXIT_BAD_SETTINGS


def without_bridge(arguments: list[str]) -> list[str] | None:
    """Return the arguments without `--bridge FILE` and set `REST_BRIDGE` to the file's absolute path.

    Returns None if no file follows `--bridge`.
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
            return None
        os.environ["REST_BRIDGE"] = os.path.realpath(path)
    return rest
