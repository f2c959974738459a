"""Lists as tables: the names of the columns once, and a row of values for each item."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from mcp_chassis.results import Page
from mcp_chassis.text_marks import OUTSIDE

Cell = str | int | float | bool | list[str] | None


class Table(Page):
    """A list as rows; columns without a value on the whole page are left out."""

    # The same list as objects, with the names in each of them, costs twice the tokens.

    columns: list[str]
    items: Annotated[list[list[Any]], OUTSIDE]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]], **more: Any) -> Self:
        names = list(rows[0]) if rows else []
        filled = [name for name in names if any(row[name] not in (None, [], False, "") for row in rows)]
        return cls(columns=filled, items=[[row[name] for name in filled] for row in rows], **more)


def day(moment: str | None) -> str | None:
    """The UTC date of an ISO time with any offset; None for None."""
    if moment is None or moment.endswith("Z"):
        return moment and moment[:10]
    try:
        return datetime.fromisoformat(moment).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        return moment[:10]
