"""What execute_query answers, and how its page is put together."""

from typing import Annotated, Any, ClassVar, Self

from mcp_chassis.results import Page, compact
from pydantic import PrivateAttr, WithJsonSchema

from database_mcp.queries.explain import Explained
from database_mcp.queries.query import Query, Rows
from database_mcp.queries.wrapper import CELL

# Hosts check results against the schema: one that names the cells costs them 80 ms a thousand rows, and says nothing.
AN_ARRAY = WithJsonSchema({"type": "array"})


class QueryResult(Page):
    """Rows as arrays in the order of `columns`; a number or date too exact for JSON is text.

    For explain: `plan` line by line and `findings`. `cut_cells` counts cells cut at 2,000 characters.
    """

    page_field: ClassVar[str | None] = "rows"
    plain: ClassVar[bool] = True

    columns: list[str] | None = None
    types: list[str] | None = None
    rows: Annotated[list[list[Any]] | None, AN_ARRAY] = None
    row_count: int | None = None
    cut_cells: int | None = None
    plan: list[str] | None = None
    findings: list[str] | None = None
    elapsed_ms: float

    _rows: str | None = PrivateAttr(default=None)

    def written(self, rows: str | None) -> Self:
        """With its rows as JSON, which were written while they were counted."""
        self._rows = rows
        return self

    def as_json(self) -> str:
        if self._rows is None:
            return super().as_json()
        others = self.model_copy(update={"rows": None})
        return f'{compact(others)[:-1]},"rows":{self._rows}}}'


def page_of(query: Query, read: Rows, elapsed_ms: float) -> QueryResult:
    """One page of rows; what follows begins after it, by running the query again with an OFFSET."""
    return QueryResult.model_construct(  # our own rows: to validate every cell takes longer than to read it
        columns=read.columns,
        types=read.types,
        rows=read.rows,
        row_count=len(read.rows),
        cut_cells=read.cut or None,
        truncated=read.more or None,
        next_cursor=str(query.offset + len(read.rows)) if read.more else None,
        warnings=list(_warnings(query, read)) or None,
        elapsed_ms=elapsed_ms,
    ).written(read.json)


def explained(plan: Explained, elapsed_ms: float) -> QueryResult:
    """The answer to an explain."""
    return QueryResult(plan=plan.plan, findings=plan.findings, elapsed_ms=round(plan.execution_ms or elapsed_ms, 1))


def _warnings(query: Query, read: Rows) -> list[str]:
    found: list[str] = []
    if (read.more or query.offset) and not query.statement.ordered:
        found.append("The query has no ORDER BY: pages may overlap or miss rows.")
    if read.cut:
        found.append(f"Cells were cut at {CELL} characters: read on with substr(column::text, {CELL + 1}).")
    return found
