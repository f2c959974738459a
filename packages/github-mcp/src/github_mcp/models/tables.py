"""Lists as tables: `columns` once and a row for each item; the same facts as objects cost twice the tokens."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from mcp_chassis.results import Page
from mcp_chassis.text_marks import OUTSIDE

Cell = str | int | bool | list[str] | None


class Table(Page):
    """A list as rows; a column that is empty on the whole page is left out."""

    columns: list[str]
    items: Annotated[list[list[Any]], OUTSIDE]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]], **more: Any) -> Self:
        names = list(rows[0]) if rows else []
        filled = [name for name in names if any(row[name] not in (None, [], False, "") for row in rows)]
        return cls(columns=filled, items=[[row[name] for name in filled] for row in rows], **more)


def day(moment: str | None) -> str | None:
    """The date of a moment by UTC; GraphQL gives the times of commits with the offset of whoever made them."""
    if moment is None or moment.endswith("Z"):
        return moment and moment[:10]
    try:
        return datetime.fromisoformat(moment).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        return moment[:10]
