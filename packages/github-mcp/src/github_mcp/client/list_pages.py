"""Pages of GitHub's lists, their positions, and lists that were read only in part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp_chassis.http.response import Response

MAX_PAGE_SIZE = 100
MAX_NAMED = 20
"""Highest number of names listed in an error text."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class ListPage(Generic[Item]):
    """One page of a list; `next_position` is the URL query of the next page as JSON, None on the last page."""

    items: list[Item]
    next_position: str | None = None
    total: int | None = None

    @property
    def page_fields(self) -> dict[str, Any]:
        """The fields of a result of class `Page` apart from its items."""
        return {"next_cursor": self.next_position}


@dataclass(frozen=True)
class PartialList(Generic[Item]):
    """The first entries of a list, read up to a limit; `total` is the number of all, None if unknown.

    `complete` is False if the limit was reached before the end of the list.
    """

    items: list[Item]
    complete: bool = True
    total: int | None = None

    @property
    def missing(self) -> int | None:
        """The number of entries that were not read; None if GitHub does not report the total."""
        if self.complete:
            return 0
        return None if self.total is None else max(0, self.total - len(self.items))


def named(names: Sequence[str], *, complete: bool = True) -> str:
    """Join at most `MAX_NAMED` names and the number of the others; `none` for an empty list."""
    shown = ", ".join(names[:MAX_NAMED]) or "none"
    if not complete:
        return f"{shown} and more that were not read"
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown


def next_position(answer: Response) -> str | None:
    """The position of the next page from a response's `Link` header; None on the last page."""
    params = answer.page("next")
    return None if params is None else position(params)


def position(params: Mapping[str, object]) -> str:
    """Encode the URL query of a page as a position."""
    return json.dumps(params, separators=(",", ":"))


def params_at(text: str | None, first: Mapping[str, object]) -> Mapping[str, object]:
    """Decode the URL query of the page at a position; `first` without a position."""
    return json.loads(text) if text else first
