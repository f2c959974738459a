"""Most expensive statements from pg_stat_statements, or running statements where it is not available."""

from collections.abc import Sequence
from typing import Literal

from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection, Row
from database_mcp.transaction import quoted

Order = Literal["total_time", "mean_time", "calls", "rows"]

_ORDERS = {"total_time": "{time}", "mean_time": "{time} / nullif(calls, 0)", "calls": "calls", "rows": "rows"}
# Schema of the extension, and whether it is preloaded: otherwise its view raises an error.
_COUNTED_SQL = """
SELECT n.nspname::text AS schema,
       current_setting('pg_stat_statements.track', true) IS NOT NULL AS loaded,
       pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
       CASE WHEN EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                         WHERE c.relnamespace = n.oid AND c.relname = 'pg_stat_statements'
                           AND a.attname = 'total_exec_time' AND NOT a.attisdropped)
            THEN 'total_exec_time' ELSE 'total_time' END AS time  -- its name before version 1.8
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
"""
_TOP_SQL = """
SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 500) AS query, calls::int8 AS calls, rows::int8 AS rows,
       round({time})::float8 AS total_ms, round(({time} / nullif(calls, 0))::numeric, 2)::float8 AS mean_ms,
       (100 * shared_blks_hit / nullif(shared_blks_hit + shared_blks_read, 0))::float8 AS hit_percent
FROM {schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database()
ORDER BY {order} DESC NULLS LAST LIMIT $1
"""
_RUNNING_SQL = """
SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 500) AS query,
       (extract(epoch FROM clock_timestamp() - query_start) * 1000)::int8 AS running_ms,
       state, wait_event_type AS waits_for
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND state IN ('active', 'fastpath function call')
ORDER BY query_start LIMIT $1
"""
_NOT_INSTALLED = "pg_stat_statements is not installed: only statements that run now are listed."
_NOT_LOADED = "pg_stat_statements is not in shared_preload_libraries: only statements that run now are listed."
_HIDDEN = "The texts of other roles' statements are hidden: GRANT pg_read_all_stats to this server's role to see them."


class StatementCost(Result):
    """A statement. `total_ms`, `mean_ms`: from pg_stat_statements; `running_ms`, `state`: of a running one."""

    query: str
    calls: int | None = None
    rows: int | None = None
    total_ms: float | None = None
    mean_ms: float | None = None
    hit_percent: float | None = None
    running_ms: int | None = None
    state: str | None = None
    waits_for: str | None = None


class TopQueries(Result):
    """Statements, most expensive first."""

    database: str | None = None
    source: Literal["pg_stat_statements", "running statements"]
    queries: list[StatementCost]
    warnings: list[str] | None = None


async def top(connection: Connection, order: Order, limit: int) -> TopQueries:
    """Read the most expensive statements from `pg_stat_statements`, or else those that run now."""
    counted = await connection.fetch(_COUNTED_SQL)
    if counted and counted[0]["loaded"]:
        text = _TOP_SQL.replace("{schema}", quoted(counted[0]["schema"])).replace("{order}", _ORDERS[order])
        text = text.replace("{time}", counted[0]["time"])
        warnings = None if counted[0]["sees_all"] else [_HIDDEN]
        return TopQueries(
            source="pg_stat_statements", queries=_costs(await connection.fetch(text, limit)), warnings=warnings
        )
    rows = await connection.fetch(_RUNNING_SQL, limit)
    return TopQueries(
        source="running statements", queries=_costs(rows), warnings=[_NOT_LOADED if counted else _NOT_INSTALLED]
    )


def _costs(rows: Sequence[Row]) -> list[StatementCost]:
    return [StatementCost.model_validate(dict(zip(row.keys(), row, strict=True))) for row in rows]
