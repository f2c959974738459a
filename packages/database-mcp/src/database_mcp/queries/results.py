"""Results of execute_query, and their construction from pages of rows."""

import dataclasses
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from mcp_chassis.failures import Failure
from mcp_chassis.results import Page, Result, compact
from mcp_types import ContentBlock, ImageContent
from pydantic import PrivateAttr, WithJsonSchema

from database_mcp.labelled_result import LabelledResult
from database_mcp.queries.explain import Explained
from database_mcp.queries.query import Query, Rows
from database_mcp.queries.wrapper import MAX_CELL_CHARS

# Hosts validate results with the schema: a schema of the cells would cost 80 ms per 1,000 rows without a benefit.
AN_ARRAY = WithJsonSchema({"type": "array"})


class QueryError(Result):
    """The failure of one query among several."""

    code: str
    message: str


class MoreResult(LabelledResult):
    """The result of one of `more_queries`; `truncated`: rows are missing; run that query alone."""

    columns: list[str] | None = None
    types: list[str] | None = None
    untrusted_columns: list[str] | None = None
    rows: Annotated[list[list[Any]] | None, AN_ARRAY] = None
    row_count: int | None = None
    truncated: bool | None = None
    cut_cells: int | None = None
    warnings: list[str] | None = None
    error: QueryError | None = None


class QueryResult(LabelledResult, Page):
    """Rows as arrays in the order of `columns`; numbers and dates too exact for JSON are texts.

    For explain: `plan` line by line and `findings`. `cut_cells`: number of cells cut at 2,000 characters.
    `more_results`: of more_queries, in order; `error`: replaces the rows of a failed query among several.
    `untrusted_columns` may have texts of columns marked as written by strangers.
    """

    page_field: ClassVar[str | None] = "rows"
    plain: ClassVar[bool] = True

    database: str | None = None
    columns: list[str] | None = None
    types: list[str] | None = None
    untrusted_columns: list[str] | None = None
    rows: Annotated[list[list[Any]] | None, AN_ARRAY] = None
    row_count: int | None = None
    cut_cells: int | None = None
    plan: list[str] | None = None
    findings: list[str] | None = None
    error: QueryError | None = None
    more_results: list[MoreResult] | None = None
    elapsed_ms: float

    _rows: str | None = PrivateAttr(default=None)
    _chart: bytes | None = PrivateAttr(default=None)

    def written(self, rows: str | None) -> Self:
        """The result with its rows as JSON text, if it was written already."""
        self._rows = rows
        return self

    def charted(self, picture: bytes, notes: Sequence[str]) -> Self:
        """The result with a PNG chart of its rows, and notes about rows that the chart does not show."""
        self._chart = picture
        return self.model_copy(update={"warnings": [*(self.warnings or ()), *notes] or None})

    def beside(self) -> list[ContentBlock]:
        if self._chart is None:
            return []
        return [ImageContent(data=b64encode(self._chart).decode(), mime_type="image/png")]

    def as_json(self) -> str:
        if self._rows is None:
            return super().as_json()
        others = self.model_copy(update={"rows": None})
        return f'{compact(others)[:-1]},"rows":{self._rows}}}'


@dataclasses.dataclass(frozen=True)
class Findings:
    """Findings about the rows of a query: a warning about empty tables, untrusted columns, the label."""

    empty: str | None = None
    untrusted_columns: Sequence[str] = ()
    is_trusted: bool = False


def page_of(query: Query, read: Rows, elapsed_ms: float, found: Findings) -> QueryResult:
    """Result with one page of rows; the cursor runs the query again with an OFFSET."""
    page = QueryResult.model_construct(  # Without validation: validating every cell takes longer than reading it.
        columns=read.columns,
        types=read.types,
        untrusted_columns=list(found.untrusted_columns) or None,
        rows=read.rows,
        row_count=len(read.rows),
        cut_cells=read.cut or None,
        truncated=read.more or None,
        next_cursor=str(query.offset + len(read.rows)) if read.more else None,
        warnings=_warnings(query, read, found.empty) or None,
        elapsed_ms=elapsed_ms,
    )
    return page.written(read.json).trusted(found.is_trusted)


def more_of(query: Query, read: Rows, found: Findings) -> MoreResult:
    """Result with the rows of one of more_queries."""
    result = MoreResult.model_construct(
        columns=read.columns,
        types=read.types,
        untrusted_columns=list(found.untrusted_columns) or None,
        rows=read.rows,
        row_count=len(read.rows),
        cut_cells=read.cut or None,
        truncated=read.more or None,
        warnings=_warnings(query, read, found.empty) or None,
    )
    return result.trusted(found.is_trusted)


def explained(plan: Explained, elapsed_ms: float) -> QueryResult:
    """Result of an EXPLAIN."""
    return QueryResult(plan=plan.plan, findings=plan.findings, elapsed_ms=round(plan.execution_ms or elapsed_ms, 1))


def error_of(failure: Failure) -> QueryError:
    """The error of one query among the results of several."""
    return QueryError(code=failure.code.value, message=failure.message)


def shows_nothing(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a result has no rows, or one row of nulls and zeros, like an aggregate over no rows."""
    return not rows or (len(rows) == 1 and all(cell in (None, 0, "0") for cell in rows[0]))


def _warnings(query: Query, read: Rows, empty: str | None) -> list[str]:
    found: list[str] = [empty] if empty else []
    if (read.more or query.offset) and not query.statement.ordered:
        found.append("The query has no ORDER BY: pages may overlap or miss rows.")
    if summed := _inexact_sums(query, read):
        found.append(
            f"{', '.join(summed)}: real has six digits, so sums are inexact; for money write sum(column::numeric)."
        )
    if read.cut:
        found.append(
            f"Cells were cut at {MAX_CELL_CHARS} characters: read on with substr(column::text, {MAX_CELL_CHARS + 1})."
        )
    return found


def _inexact_sums(query: Query, read: Rows) -> list[str]:
    """Columns of the result with the type real, if the query uses sum(), which adds real values inexactly."""
    if not any(name.called and name.text == "sum" for name in query.statement.names):
        return []
    return [column for column, of_type in zip(read.columns, read.types, strict=True) if of_type == "float4"]
