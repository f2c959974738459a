"""Execution of a caller's query or EXPLAIN: scan, guard, run, result, suggestions for a failure."""

import dataclasses
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from mcp_chassis.failures import ErrorCode, Failure, InvalidInput

from database_mcp.catalog.empty import empty_tables, empty_tables_warning, names_in
from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.guard.rules import denied
from database_mcp.guard.statement import ExplainMode, SeveralStatements, Statement, read_statement
from database_mcp.guard.tokens import ScanError
from database_mcp.queries.explain import explain as plan
from database_mcp.queries.origins import untrusted_columns
from database_mcp.queries.query import Query, Rows, run
from database_mcp.queries.results import (
    Findings,
    MoreResult,
    QueryResult,
    error_of,
    explained,
    more_of,
    page_of,
    shows_nothing,
)
from database_mcp.queries.suggestions import with_suggestions

RESERVED_CHARS = 1_500  # Characters of a result reserved for names, types, warnings and the cursor.
MIN_ROW_CHARS = 500
CHECK_POSITION = "Correct the statement at the position in the details."

Answer = TypeVar("Answer")


@dataclasses.dataclass(frozen=True)
class QueryRequest:
    """Arguments of one call of execute_query.

    Args:
        seconds: time limit of each statement.
        limit: number of rows on a page, from `offset` on.
        budget: maximum number of characters of the whole result.
        more: further queries without parameters, run in the same transaction.
    """

    sql: str
    values: Sequence[object] = ()
    explain: ExplainMode = "no"
    seconds: float = 30
    limit: int = 1000
    offset: int = 0
    budget: int = 60_000
    more: Sequence[str] = ()


def read_one(sql: str) -> Statement:
    """Parse `sql` as exactly one statement.

    Raises:
        PermissionDenied: the text contains several statements.
        InvalidInput: the text is not a statement.
    """
    try:
        return read_statement(sql)
    except SeveralStatements as exc:
        raise denied(str(exc), "Send one query in each call, or further ones in more_queries.") from exc
    except ScanError as exc:
        raise InvalidInput(str(exc), remedy=CHECK_POSITION, details={"position": exc.position + 1}) from exc


async def execute(database: Database, request: QueryRequest) -> QueryResult:
    """Run one query, or EXPLAIN it, and then the queries in `more_queries`."""
    if request.more:
        return await _several(database, request)
    statement = read_one(request.sql)
    query = Query(statement, request.values, request.limit, request.offset, _row_chars(request.budget))

    async def work(connection: Connection) -> QueryResult:
        return await _answered(connection, database, query, request.explain)

    return await _checked(database, statement, work, request.seconds)


async def _answered(connection: Connection, database: Database, query: Query, explain: ExplainMode) -> QueryResult:
    began = time.perf_counter()
    mode = explain if explain != "no" else query.statement.explain
    if mode != "no":
        return explained(await plan(connection, query, analyze=mode == "analyze"), _since(began))
    read = await run(connection, query)
    elapsed = _since(began)
    return page_of(query, read, elapsed, await _findings(connection, database, query.statement, read))


async def _several(database: Database, request: QueryRequest) -> QueryResult:
    """Run all queries in one transaction, each in a savepoint, so that a failed query does not affect the others."""
    began = time.perf_counter()
    share = request.budget // (len(request.more) + 1)

    async def work(connection: Connection) -> tuple[QueryResult | Failure, list[MoreResult | Failure]]:
        database.refuse_privileged()
        first = await _attempted(connection, lambda: _first(connection, database, request, share))
        others = [
            await _attempted(connection, lambda text=text: _other(connection, database, text, request.limit, share))
            for text in request.more
        ]
        return first, others

    first, others = await database.read(work, seconds=request.seconds, statements=len(request.more) + 1, jit=True)
    first = await _suggested(database, request.sql, first)
    others = [await _suggested(database, text, each) for text, each in zip(request.more, others, strict=True)]
    if isinstance(first, Failure) and all(isinstance(other, Failure) for other in others):
        raise first
    results = [MoreResult(error=error_of(each)) if isinstance(each, Failure) else each for each in others]
    answer = QueryResult(error=error_of(first), elapsed_ms=0) if isinstance(first, Failure) else first
    trusted = answer.is_trusted() and all(each.is_trusted() for each in results)
    return answer.model_copy(update={"more_results": results, "elapsed_ms": _since(began)}).trusted(trusted)


async def _suggested(database: Database, sql: str, result: Answer | Failure) -> Answer | Failure:
    """The result, or its failure with suggestions, for one of several queries."""
    if not isinstance(result, Failure):
        return result
    try:
        statement = read_one(sql)
    except Failure:
        return result  # The text is not one statement, which the failure already reports.
    return await with_suggestions(database, statement, result)


async def _first(connection: Connection, database: Database, request: QueryRequest, budget: int) -> QueryResult:
    statement = read_one(request.sql)
    await database.examine(connection, statement)
    query = Query(statement, request.values, request.limit, request.offset, _row_chars(budget))
    return await _answered(connection, database, query, request.explain)


async def _other(connection: Connection, database: Database, text: str, limit: int, budget: int) -> MoreResult:
    statement = read_one(text)
    await database.examine(connection, statement)
    query = Query(statement, (), limit, 0, _row_chars(budget))
    if statement.explain != "no":
        raise InvalidInput("EXPLAIN is not possible in more_queries.", remedy="Ask it in query, or with explain.")
    read = await run(connection, query)
    return more_of(query, read, await _findings(connection, database, statement, read))


async def _attempted(connection: Connection, work: Callable[[], Awaitable[Answer]]) -> Answer | Failure:
    """Run `work` in a savepoint and return its result or failure; a broken connection raises."""
    with translated_errors():
        await connection.execute("SAVEPOINT a_query")
    try:
        result = await work()
    except Failure as failure:
        if failure.code is ErrorCode.SERVICE_UNAVAILABLE:
            raise
        with translated_errors():
            await connection.execute("ROLLBACK TO SAVEPOINT a_query")
        return failure
    with translated_errors():
        await connection.execute("RELEASE SAVEPOINT a_query")
    return result


async def _findings(connection: Connection, database: Database, statement: Statement, read: Rows) -> Findings:
    marks = await database.column_marks(connection)
    columns = await untrusted_columns(connection, statement, read.shape, marks)
    is_trusted = database.trusts_unmarked(marks) and not columns
    return Findings(await _emptiness(connection, statement, read), columns, is_trusted)


async def _emptiness(connection: Connection, statement: Statement, read: Rows) -> str | None:
    """Warning about empty tables of the statement, for a result without values; else None."""
    if not shows_nothing(read.rows) or read.more:
        return None
    with translated_errors():
        return empty_tables_warning(await empty_tables(connection, names_in(statement)))


async def _checked(
    database: Database, statement: Statement, work: Callable[[Connection], Awaitable[QueryResult]], seconds: float
) -> QueryResult:
    try:
        return await database.read_checked(statement, work, seconds=seconds)
    except Failure as failure:
        better = await with_suggestions(database, statement, failure)
        if better is failure:
            raise
        raise better from failure


def _row_chars(budget: int) -> int:
    return max(budget - RESERVED_CHARS, MIN_ROW_CHARS)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
