"""How a command line is put together, and the commands that one server and all of them share."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[[argparse.Namespace], int]
EXIT_FAILED = 1


def add(commands: Any, name: str, told: str, run: Command, **more: str) -> argparse.ArgumentParser:
    """A command of its own, with what it is told as help."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=told, **more)
    parser.set_defaults(run=run)
    return parser


def add_serve(commands: Any, run: Command) -> argparse.ArgumentParser:
    """Serving, over either transport."""
    serve = add(commands, "serve", "serve a host over stdio, or many over HTTP", run)
    serve.add_argument("--transport", choices=("stdio", "http"), default="stdio")
    serve.add_argument("--host", help="address to listen on (HTTP)")
    serve.add_argument("--port", type=int, help="port to listen on (HTTP)")
    return serve


def run(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Do what was chosen; the exit code."""
    chosen = parser.parse_args(arguments)
    command: Command = chosen.run
    return command(chosen)
