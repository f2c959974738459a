"""Narrowing: a caller over HTTP may leave out tools of its own connection, and can never add one."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from mcp_chassis.server import Server
from mcp_chassis.tools import ToolDefinition


@dataclass(frozen=True)
class Narrowing:
    """The limits of one connection; `tools` is None if no tools were named.

    `lockdown` withholds texts of untrusted authors, for servers that know who is trusted.
    """

    tools: frozenset[str] | None = None
    read_only: bool = False
    lockdown: bool = False

    def __bool__(self) -> bool:
        return self.read_only or self.lockdown or self.tools is not None

    def admits(self, name: str, notes: ToolDefinition) -> bool:
        """Whether the connection may use a tool of the server."""
        return (self.tools is None or name in self.tools) and (notes.read_only or not self.read_only)


WHOLE = Narrowing()
_CURRENT: ContextVar[Narrowing] = ContextVar("narrowing", default=WHOLE)


def current_narrowing() -> Narrowing:
    """The narrowing of the current request."""
    return _CURRENT.get()


@contextmanager
def narrowed(narrowing: Narrowing) -> Generator[None]:
    """Apply a narrowing to the calls inside the block."""
    token = _CURRENT.set(narrowing)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def narrowing_to(
    server: Server[Any], choices: Iterable[Iterable[str]], *, read_only: bool, lockdown: bool = False
) -> Narrowing:
    """The narrowing to the tools that all of `choices` contain, each a list of names of tools and profiles.

    Raises:
        KeyError: with a sentence, when a name is neither a tool nor a profile of the server.
    """
    left: frozenset[str] | None = None
    for names in choices:
        chosen = frozenset(tool.__name__ for tool in server.selected(names))
        left = chosen if left is None else left & chosen
    return Narrowing(left, read_only, lockdown)
