"""Entries of resource templates in the list of resources, page by page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One address of a template.

    Args:
        name: display name.
        mime_type: the template's when left out.
        size: in bytes.
        modified: the time of the last change, with a time zone.
    """

    uri: str
    name: str
    mime_type: str | None = None
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True)
class EntryPage:
    """Entries in their order, and the position of the next page; None after the last one."""

    entries: Sequence[Entry]
    next_position: str | None = None


@dataclass(frozen=True)
class Listing:
    """The entries of one template.

    Args:
        page: a coroutine function `(connection, position)` that returns the page at a position; None is the first.
        asks_upstream: whether a page needs an upstream. Its entries then begin after the first page of the list of
            resources, because hosts request that page when they start.
    """

    page: Callable[[Any, str | None], Awaitable[EntryPage]]
    asks_upstream: bool = True
