"""Running a caller's query or explain: read as one statement, checked, run, answered, its failure explained."""

import time
from collections.abc import Awaitable, Callable, Sequence

from mcp_chassis.failures import Failure, InvalidInput

from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.guard.rules import denied
from database_mcp.guard.statement import ExplainMode, SeveralStatements, Statement, read_statement
from database_mcp.guard.tokens import ScanError
from database_mcp.queries.explain import explain as plan
from database_mcp.queries.query import Query, run
from database_mcp.queries.results import QueryResult, explained, page_of
from database_mcp.queries.suggestions import with_suggestions

RESERVE = 1_500  # characters of a result that are not rows: names, types, warnings, the cursor


def read_one(sql: str) -> Statement:
    """`sql` as one statement.

    Raises:
        PermissionDenied: there are several.
        InvalidInput: it is none.
    """
    try:
        return read_statement(sql)
    except SeveralStatements as exc:
        raise denied(str(exc), "Send one query in each call.") from exc
    except ScanError as exc:
        raise InvalidInput(str(exc), details={"position": exc.position + 1}) from exc


async def execute(
    database: Database,
    sql: str,
    values: Sequence[object],
    *,
    explain: ExplainMode = "no",
    seconds: float = 30,
    limit: int = 1000,
    offset: int = 0,
    budget: int = 60_000,
) -> QueryResult:
    """Run one query, or plan it.

    Args:
        seconds: what the statement may take.
        limit: rows of one page, from `offset` on.
        budget: characters of the whole result.
    """
    statement = read_one(sql)
    mode = explain if explain != "no" else statement.explain
    query = Query(statement, values, limit, offset, max(budget - RESERVE, 500))

    async def rows(connection: Connection) -> QueryResult:
        began = time.perf_counter()
        read = await run(connection, query)
        return page_of(query, read, _since(began))

    async def planned(connection: Connection) -> QueryResult:
        began = time.perf_counter()
        return explained(await plan(connection, query, analyze=mode == "analyze"), _since(began))

    return await _checked(database, statement, rows if mode == "no" else planned, seconds)


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


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
