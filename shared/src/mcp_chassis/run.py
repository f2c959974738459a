"""The console script of a server: `main` in a package's `__main__.py` calls `run`.

Importing this module imports neither the server nor the SDK; both are imported when `run` is called.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn


def run(reference: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command of a server, or serve stdio where there are no arguments; then end the process.

    Args:
        reference: the module and the attribute of the `Server`, such as `github_mcp.server:SERVER`.
        arguments: the command line; the process's own arguments when left out.

    Raises:
        SystemExit: with the exit code of the command; 2 when a setting breaks a rule.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    raise SystemExit(_exit_code(reference, given))


def _exit_code(reference: str, arguments: list[str]) -> int:
    from mcp_chassis.server import EXIT_BAD_SETTINGS
    from mcp_chassis.settings import BadSettings

    module, _, attribute = reference.partition(":")
    try:
        server = getattr(import_module(module), attribute)
    except BadSettings as exc:
        sys.stderr.write(f"{module.partition('.')[0].replace('_', '-')} cannot start:\n{exc}\n")
        return EXIT_BAD_SETTINGS
    if arguments:
        from mcp_chassis.cli import main

        return main(arguments, server)
    from mcp_chassis.stdio.command import serve_one

    return serve_one(server)
