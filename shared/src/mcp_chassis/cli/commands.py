"""Command-line parser, and the commands shared by `toolroll` and the command line of each server."""

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mcp_chassis.suggestions import did_you_mean

Command = Callable[[argparse.Namespace], int]
EXIT_FAILED = 1
CHECK_CODES = (
    "Exit codes: 0 everything works, 2 a setting is invalid, 3 a credential or another setting is missing, "
    "4 something cannot be reached, refuses the credential, must not be used with it, or was not checked."
)


class Parser(argparse.ArgumentParser):
    """Argument parser that suggests the closest known name for an unknown command.

    Args:
        other_names: further names to suggest, such as those of servers.
    """

    def __init__(self, *args: Any, other_names: Iterable[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.other_names = tuple(other_names)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Override of argparse's check of `choices`, with a suggestion in its error."""
        if action.choices is None or value in action.choices:
            return
        known = [*map(str, action.choices), *self.other_names]
        suggestion = did_you_mean(str(value), known)
        raise argparse.ArgumentError(action, f"there is no {value!r}.{suggestion} Choose from {', '.join(known)}.")


def add(commands: Any, name: str, description: str, run: Command, **more: str) -> argparse.ArgumentParser:
    """Add a command whose description is also its help; return its parser."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description, **more)
    parser.set_defaults(run=run)
    return parser


def add_serve(commands: Any, run: Command) -> argparse.ArgumentParser:
    """Add the command `serve`, for stdio and HTTP; return its parser."""
    serve = add(commands, "serve", "serve a host over stdio, or many over HTTP", run)
    serve.add_argument("--transport", choices=("stdio", "http"), default="stdio")
    serve.add_argument("--host", help="address to listen on (HTTP)")
    serve.add_argument("--port", type=int, help="port to listen on (HTTP)")
    serve.add_argument("--workers", type=int, metavar="N", help="processes that serve the port together (HTTP)")
    return serve


def run(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Parse the arguments and run the chosen command; return its exit code."""
    chosen = parser.parse_args(arguments)
    command: Command = chosen.run
    return command(chosen)
