"""The console script of a server: `main` in a package's `__main__.py` calls `run`.

Importing this module imports neither the server nor the SDK. `run` imports both when a command needs them; over stdio
that is if there is no valid record to respond to the handshake from, or when a message needs the full server.
"""

import sys

TYPE_CHECKING = False  # `typing` is not imported at run time: see `stdio/front`
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from mcp_chassis.stdio.front.handover import Handover


def run(reference: str, arguments: "Sequence[str] | None" = None) -> "NoReturn":
    """Run one command of a server, or serve stdio without arguments; then exit.

    Args:
        reference: the module and the attribute of the `Server`, such as `github_mcp.server:SERVER`.
        arguments: the command line; the process's own arguments when left out.

    Raises:
        SystemExit: with the exit code of the command; 2 for an invalid setting.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given:
        raise SystemExit(_exit_code(reference, given))
    from mcp_chassis.stdio.front.loop import serve

    outcome = serve(reference)
    raise SystemExit(outcome if isinstance(outcome, int) else _exit_code(reference, [], outcome))


def _exit_code(reference: str, arguments: list[str], handover: "Handover | None" = None) -> int:
    from importlib import import_module

    from mcp_chassis.server import EXIT_BAD_SETTINGS
    from mcp_chassis.settings import BadSettings

    module, _, attribute = reference.partition(":")
    try:
        server = getattr(import_module(module), attribute)
    except BadSettings as exc:
        problem = f"{module.partition('.')[0].replace('_', '-')} cannot start:\n{exc}\n"
        sys.stderr.write(problem)
        if handover is not None:
            handover.refuse(problem.strip())
        return EXIT_BAD_SETTINGS
    if arguments:
        from mcp_chassis.cli import main

        return main(arguments, server)
    from mcp_chassis.stdio.command import serve_one

    return serve_one(server, handover)
