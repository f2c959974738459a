"""Entries of resource templates in the list of resources, page by page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One address of a template.

    Args:
        name: for people.
        mime_type: the template's where it is left out.
        size: bytes.
        modified: the time of the last change, with its zone.
    """

    uri: str
    name: str
    mime_type: str | None = None
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True)
class EntryPage:
    """Entries in their order, and the position where the next page begins; None after the last one."""

    entries: Sequence[Entry]
    next_position: str | None = None


@dataclass(frozen=True)
class Listing:
    """The entries of one template.

    Args:
        page: a coroutine function `(connection, position)` that gives the page at a position; None for the first.
        asks_upstream: whether a page needs an upstream. Its entries then begin behind the first page of the list of
            resources, because hosts ask for that page when they start.
    """

    page: Callable[[Any, str | None], Awaitable[EntryPage]]
    asks_upstream: bool = True
