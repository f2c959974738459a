"""Tool that runs SQL queries."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.deadline import may_become_task
from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import Cursor, reads

from database_mcp.charts.of_result import refuse_early, with_chart
from database_mcp.database import ABANDON_AFTER_SECONDS
from database_mcp.databases import Registry
from database_mcp.queries.execution import QueryRequest, execute
from database_mcp.queries.results import QueryResult
from database_mcp.settings import reads_freely
from database_mcp.tools.parameters import (
    MAX_CALL_STATEMENT_SECONDS,
    Chart,
    DatabaseName,
    Explain,
    MaxRows,
    MoreQueries,
    Params,
    Sql,
    TimeoutSeconds,
)

ACQUIRE_TIMEOUT_SECONDS = 10.0  # Seconds for the wait for a free connection, in addition to the statement's time.


def query_deadline(arguments: Mapping[str, Any]) -> float:
    """Deadline of a call in seconds: the wait for a connection and the time of all its statements."""
    statements = 1 + len(arguments.get("more_queries") or ())
    seconds = min(arguments.get("timeout_seconds", 30), MAX_CALL_STATEMENT_SECONDS)
    return ACQUIRE_TIMEOUT_SECONDS + seconds * statements + ABANDON_AFTER_SECONDS


def statement_seconds(asked: int) -> int:
    """Time limit of each statement in seconds.

    Raises:
        InvalidInput: the requested time exceeds that of a call, and the call does not run as a task.
    """
    if asked > MAX_CALL_STATEMENT_SECONDS and not may_become_task():
        raise InvalidInput(
            f"timeout_seconds may be above {MAX_CALL_STATEMENT_SECONDS} only in a task, and your host does not run "
            "calls as tasks.",
            remedy=f"Ask for at most {MAX_CALL_STATEMENT_SECONDS} s, or for less: narrow the query with WHERE.",
        )
    return asked


@reads("Run a query", deadline=query_deadline, offered=reads_freely, may_take_minutes=True)
async def execute_query(
    query: Sql,
    databases: Registry,
    params: Params = None,
    more_queries: MoreQueries = None,
    database: DatabaseName = None,
    explain: Explain = "no",
    timeout_seconds: TimeoutSeconds = 30,
    max_rows: MaxRows = 1000,
    chart: Chart = None,
    cursor: Cursor = None,
) -> QueryResult:
    """Run one read-only PostgreSQL query, or explain it. Bind values as $1 in params; ORDER BY makes pages stable."""
    chosen = databases.get(database)
    refuse_early(chart, query, explain)
    seconds = statement_seconds(timeout_seconds)
    request = QueryRequest(
        query, params or [], explain, seconds, max_rows, int(cursor or 0), databases.budget, more_queries or []
    )
    return databases.labelled(chosen, await with_chart(await execute(chosen, request), chart))
