"""Execution of one query in an open transaction: describe, wrap, read in batches up to a character budget."""

import dataclasses
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from mcp_chassis.failures import ErrorCode, Failure, InvalidInput, PermissionDenied
from pydantic_core import to_json

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Attribute, Connection, Prepared, Row, TypeName
from database_mcp.guard.rules import QUERY_HEADS
from database_mcp.guard.statement import Statement
from database_mcp.queries.parameters import as_text, check_count, described, with_casts
from database_mcp.queries.wrapper import MAX_CELL_CHARS, Cells, batch_size, wrapped

_ROWS_PER_STEP = 200  # Rows converted and counted at once, since a batch can be large.
_NOT_AS_TEXT = ("42846", "42P18")  # cannot_coerce, indeterminate_datatype
_ONLY_QUERIES = "Use a query: SELECT, WITH ... SELECT, VALUES or TABLE."
_INSTEAD_OF_HEAD: Mapping[str, str] = {
    "set": " Settings do not persist between calls; for a time zone write x AT TIME ZONE 'Europe/Berlin' in the query.",
    "create": " Instead of a temporary table or a view write WITH name AS (SELECT ...) in the query.",
    "declare": " Instead of variables use params, or WITH name AS (SELECT ...).",
}


@dataclasses.dataclass(frozen=True)
class Query:
    """A statement with its values and limits: `limit` rows from `offset` on, `budget` characters of JSON.

    `cell_chars`: maximum length of a cell; longer ones are truncated.
    """

    statement: Statement
    values: Sequence[object] = ()
    limit: int = 1000
    offset: int = 0
    budget: int = 60_000
    cell_chars: int = MAX_CELL_CHARS


@dataclasses.dataclass(frozen=True)
class Described:
    """PostgreSQL's description of a query before it runs: columns, parameters, and the text to run."""

    columns: Sequence[Attribute]
    parameters: Sequence[TypeName]
    text: str
    values: Sequence[str | None]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows that were read; `more`: further rows exist; `cut`: number of truncated cells.

    `json`: the rows as JSON text if it was written for counting characters, so that it is not written twice.
    """

    shape: Described
    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    json: str | None
    more: bool
    cut: int


async def run(connection: Connection, query: Query) -> Rows:
    """Describe and run `query` in the open transaction of `connection`.

    Raises:
        InvalidInput: PostgreSQL cannot parse the statement, or a value does not fit its parameter.
        PermissionDenied: the statement is not a query.
    """
    shape = await describe(connection, query)
    prepared = await prepare_wrapped(connection, query, shape)
    cells = Cells(shape.columns)
    try:
        with translated_errors():
            rows, json, more = await _read(prepared, query, shape, cells)
    except Failure as failure:
        raise with_expected_types(failure, shape) from failure
    columns = [column.name for column in shape.columns]
    return Rows(shape, columns, [column.type.name for column in shape.columns], rows, json, more, cells.cut(rows))


async def describe(connection: Connection, query: Query) -> Described:
    """Let PostgreSQL parse the caller's statement unchanged, so that error positions refer to the caller's text."""
    check_count(query.statement, query.values)
    with translated_errors():
        # The unnamed statement: behind a pooler in transaction mode, names may exist already on the connection.
        raw = await connection.prepare(query.statement.text, name="")
    parameters = raw.get_parameters()
    return Described(
        columns=raw.get_attributes(),
        parameters=parameters,
        text=with_casts(query.statement, parameters),
        values=as_text(query.values, parameters, connection.input_kinds),
    )


async def prepare_wrapped(connection: Connection, query: Query, shape: Described) -> Prepared:
    """Prepare the wrapper query around the statement; a statement that is not valid there is not a query."""
    text = wrapped(shape.text, shape.columns, limit=query.limit + 1, offset=query.offset, cell_chars=query.cell_chars)
    try:
        with translated_errors():
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
    """The first rows that fit into `room` characters of JSON, but at least `least` rows."""
    fitting = 0
    for row in rows:
        room -= len(to_json(row)) + 1
        if room < 0:
            break
        fitting += 1
    return rows[: max(fitting, least)]


async def _batches(prepared: Prepared, shape: Described, limit: int) -> AsyncGenerator[list[Row]]:
    """At most `limit` rows in batches of up to 36 MB; a result that fits into one batch needs one round trip."""
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
        reason = f"The statement does more than read; nothing was changed. {failure.message}"
        return PermissionDenied(reason, remedy=_ONLY_QUERIES)
    remedy = _ONLY_QUERIES + _INSTEAD_OF_HEAD.get(statement.head, "")
    return PermissionDenied(f"{statement.head.upper()} is not a query; nothing was changed.", remedy=remedy)


def _unreadable_column(failure: Failure, shape: Described) -> InvalidInput:
    types = ", ".join(f"{column.name} {column.type.name}" for column in shape.columns)
    return InvalidInput(
        f"A column of the result has a type without a text form. {failure.message}",
        remedy=f"Leave the column out or convert it; the columns are: {types}.",
        details=failure.details,
    )


def with_expected_types(failure: Failure, shape: Described) -> Failure:
    """Add the expected parameter types to the remedy of a failure about an invalid value."""
    state = str(failure.details.get("sqlstate", ""))
    if not shape.parameters or not state.startswith("22"):
        return failure
    expected = f"The parameters have the types {described(shape.parameters)}."
    return InvalidInput(failure.message, remedy=expected, details=failure.details)
