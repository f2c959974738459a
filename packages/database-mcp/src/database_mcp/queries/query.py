"""One query's path through an open read-only transaction: described, wrapped, read in batches under a budget."""

import dataclasses
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from mcp_chassis.failures import ErrorCode, Failure, InvalidInput, PermissionDenied
from pydantic_core import to_json

from database_mcp.client.driver import speaking
from database_mcp.client.protocols import Attribute, Connection, Prepared, Row, TypeName
from database_mcp.guard.rules import QUERY_HEADS
from database_mcp.guard.statement import Statement
from database_mcp.queries.parameters import as_text, check_count, described, with_casts
from database_mcp.queries.wrapper import MAX_CELL_CHARS, Cells, batch_size, wrapped

_ROWS_PER_STEP = 200  # rows looked at and counted at once: a batch can be large
_NOT_AS_TEXT = ("42846", "42P18")  # cannot_coerce, indeterminate_datatype
_ONLY_QUERIES = "Only queries run here: SELECT, WITH ... SELECT, VALUES or TABLE."
_INSTEAD_OF_HEAD: Mapping[str, str] = {
    "set": " No setting outlasts a call; for a time zone write x AT TIME ZONE 'Europe/Berlin' in the query.",
    "create": " In place of a temporary table or a view write WITH name AS (SELECT ...) in the query.",
    "declare": " In place of variables write values into params, or WITH name AS (SELECT ...).",
}


@dataclasses.dataclass(frozen=True)
class Query:
    """A statement and its values; `limit` rows from `offset` on, within `budget` characters of JSON.

    `cell_chars` is where a cell is cut.
    """

    statement: Statement
    values: Sequence[object] = ()
    limit: int = 1000
    offset: int = 0
    budget: int = 60_000
    cell_chars: int = MAX_CELL_CHARS


@dataclasses.dataclass(frozen=True)
class Described:
    """PostgreSQL's description of a query before it runs: columns, parameters, and the text that runs."""

    columns: Sequence[Attribute]
    parameters: Sequence[TypeName]
    text: str
    values: Sequence[str | None]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows that were read; `more` is true where others follow. `cut` counts cells longer than a cell may be.

    `json` are the rows as JSON where they were counted as they are, so that nobody needs to write them again.
    """

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    json: str | None
    more: bool
    cut: int


async def run(connection: Connection, query: Query) -> Rows:
    """Describe and run `query` in the transaction that is open on `connection`.

    Raises:
        InvalidInput: it is no statement PostgreSQL understands, or a value does not fit its parameter.
        PermissionDenied: it is a statement, and not a query.
    """
    shape = await describe(connection, query)
    prepared = await prepare_wrapped(connection, query, shape)
    cells = Cells(shape.columns)
    try:
        with speaking():
            rows, json, more = await _read(prepared, query, shape, cells)
    except Failure as failure:
        raise with_expected_types(failure, shape) from failure
    columns = [column.name for column in shape.columns]
    return Rows(columns, [column.type.name for column in shape.columns], rows, json, more, cells.cut(rows))


async def describe(connection: Connection, query: Query) -> Described:
    """Let PostgreSQL parse the statement as it is: the place of a fault is then the caller's own."""
    check_count(query.statement, query.values)
    with speaking():
        # the unnamed statement: a pooler in transaction mode may hand out a connection that has others' names
        raw = await connection.prepare(query.statement.text, name="")
    parameters = raw.get_parameters()
    return Described(
        columns=raw.get_attributes(),
        parameters=parameters,
        text=with_casts(query.statement, parameters),
        values=as_text(query.values, parameters, connection.input_kinds),
    )


async def prepare_wrapped(connection: Connection, query: Query, shape: Described) -> Prepared:
    """Prepare the select around the statement; what cannot stand there is not a query."""
    text = wrapped(shape.text, shape.columns, limit=query.limit + 1, offset=query.offset, cell_chars=query.cell_chars)
    try:
        with speaking():
            return await connection.prepare(text, name="")
    except Failure as failure:
        if failure.code in (ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.TIMEOUT):
            raise
        if failure.details.get("sqlstate") in _NOT_AS_TEXT:
            raise _unreadable_column(failure, shape) from failure
        raise _not_a_query(query.statement, failure) from failure


async def _read(
    prepared: Prepared, query: Query, shape: Described, cells: Cells
) -> tuple[list[list[Any]], str | None, bool]:
    rows: list[list[Any]] = []
    written: list[bytes] = []
    room, read = query.budget, 0
    async for batch in _batches(prepared, shape, query.limit + 1):
        read += len(batch)
        for place in range(0, len(batch), _ROWS_PER_STEP):
            fresh = cells.rows(batch[place : place + _ROWS_PER_STEP][: query.limit - len(rows)])
            json = to_json(fresh)
            if len(json) > room:
                return [*rows, *_within(fresh, room, least=0 if rows else 1)], None, True
            room -= len(json)
            rows += fresh
            written.append(json[1:-1])
    return rows, f"[{b','.join(filter(None, written)).decode()}]", read > query.limit


def _within(rows: list[list[Any]], room: int, *, least: int) -> list[list[Any]]:
    """The first rows that fit into so many characters of JSON, and `least` of them whether they fit or not."""
    fitting = 0
    for row in rows:
        room -= len(to_json(row)) + 1
        if room < 0:
            break
        fitting += 1
    return rows[: max(fitting, least)]


async def _batches(prepared: Prepared, shape: Described, limit: int) -> AsyncGenerator[list[Row]]:
    """At most `limit` rows, no more than 36 MB of them at once; what fits at once takes one message."""
    size = batch_size(shape.columns)
    if size >= limit:
        yield await prepared.fetch(*shape.values)
        return
    portal = await prepared.cursor(*shape.values)
    while limit > 0:
        asked = min(size, limit)
        batch = await portal.fetch(asked)
        yield batch
        limit = limit - asked if len(batch) == asked else 0


def _not_a_query(statement: Statement, failure: Failure) -> PermissionDenied:
    if statement.head in QUERY_HEADS:
        return PermissionDenied(f"This does more than read. {failure.message}", remedy=_ONLY_QUERIES)
    remedy = _ONLY_QUERIES + _INSTEAD_OF_HEAD.get(statement.head, "")
    return PermissionDenied(f"{statement.head.upper()} is not a query.", remedy=remedy)


def _unreadable_column(failure: Failure, shape: Described) -> InvalidInput:
    types = ", ".join(f"{column.name} {column.type.name}" for column in shape.columns)
    return InvalidInput(
        f"A column of the result has a type that has no text form. {failure.message}",
        remedy=f"Leave it out or convert it; the columns are: {types}.",
        details=failure.details,
    )


def with_expected_types(failure: Failure, shape: Described) -> Failure:
    """A value that does not fit is told with the types that were expected."""
    state = str(failure.details.get("sqlstate", ""))
    if not shape.parameters or not state.startswith("22"):
        return failure
    expected = f"The parameters are of type {described(shape.parameters)}."
    return InvalidInput(failure.message, remedy=expected, details=failure.details)
