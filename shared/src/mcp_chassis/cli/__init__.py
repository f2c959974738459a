"""The command line of every server, and `toolroll`, which knows all of them. Imported only when arguments are given."""

import sys
from collections.abc import Sequence
from typing import Any

from mcp_chassis.cli.terminal import accept_any_text
from mcp_chassis.environment import take_network_variables
from mcp_chassis.server import EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import BadSettings


def main(argv: Sequence[str] | None = None, server: Server[Any] | None = None) -> int:
    """Run the command line of a server, or of `toolroll` without one; return the process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    accept_any_text()
    try:
        take_network_variables()
        if server is None:
            from mcp_chassis.cli import every_server

            return every_server.main(arguments)
        from mcp_chassis.cli import one_server

        return one_server.main(server, arguments)
    except BadSettings as exc:
        sys.stderr.write(f"A setting is invalid; correct it and try again:\n{exc}\n")
        return EXIT_BAD_SETTINGS
