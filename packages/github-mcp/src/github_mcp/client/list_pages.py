"""Pages of GitHub's lists."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp_chassis.http.response import Response

MAX_PAGE_SIZE = 100
MAX_NAMED = 20
"""Names in a failure that says which there are."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class ListPage(Generic[Item]):
    """One page of a list; `next_position` is the query of the next one, None at the end."""

    items: list[Item]
    next_position: str | None = None
    total: int | None = None

    @property
    def page_fields(self) -> dict[str, Any]:
        """The fields a `Page` has beside its items."""
        return {"next_cursor": self.next_position}


@dataclass(frozen=True)
class PartialList(Generic[Item]):
    """Entries read up to a bound; `total` is how many there are, None where that is not known.

    `complete` is False where the bound was met before the end.
    """

    items: list[Item]
    complete: bool = True
    total: int | None = None

    @property
    def missing(self) -> int | None:
        """How many entries were not read; None where GitHub does not tell how many there are."""
        if self.complete:
            return 0
        return None if self.total is None else max(0, self.total - len(self.items))


def named(names: Sequence[str], *, complete: bool = True) -> str:
    """Names in a line, at most `MAX_NAMED`, and how many more there are; `none` where there is none."""
    shown = ", ".join(names[:MAX_NAMED]) or "none"
    if not complete:
        return f"{shown} and more, of which not all were read"
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown


def next_position(answer: Response) -> str | None:
    params = answer.page("next")
    return None if params is None else position(params)


def position(params: Mapping[str, object]) -> str:
    return json.dumps(params, separators=(",", ":"))


def params_at(text: str | None, first: Mapping[str, object]) -> Mapping[str, object]:
    """Build the URL query of the page at a position, or of the first page."""
    return json.loads(text) if text else first
