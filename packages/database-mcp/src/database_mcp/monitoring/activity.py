"""Sessions of the database server: age, wait events, and the sessions that block them."""

from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection

MAX_SESSIONS = 50

_SESSIONS_SQL = """
SELECT pid, usename::text AS role, datname::text AS database, application_name AS application, state,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS transaction_seconds,
       extract(epoch FROM clock_timestamp() - query_start)::float8 AS query_seconds,
       concat_ws(': ', wait_event_type, wait_event) AS waits_for,
       nullif(pg_blocking_pids(pid), '{}')::text[] AS blocked_by,
       left(regexp_replace(query, '\\s+', ' ', 'g'), 300) AS query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND (state <> 'idle' OR $1)
ORDER BY cardinality(pg_blocking_pids(pid)) DESC, xact_start NULLS LAST, pid LIMIT $2
"""
_SEES_ALL_SQL = "SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all"
_HIDDEN = "States and texts of other roles' sessions are hidden: GRANT pg_read_all_stats to this server's role."


class Session(Result):
    """One session; `blocked_by`: pids of the sessions that block it."""

    pid: int
    role: str | None = None
    database: str | None = None
    application: str | None = None
    state: str | None = None
    transaction_seconds: float | None = None
    query_seconds: float | None = None
    waits_for: str | None = None
    blocked_by: list[int] | None = None
    query: str | None = None


class Activity(Result):
    """Sessions, blocked ones first, then by age of the transaction; `truncated`: there are more than 50."""

    database: str | None = None
    sessions: list[Session]
    truncated: bool | None = None
    warnings: list[str] | None = None


async def read_activity(connection: Connection, *, idle: bool) -> Activity:
    """Read the sessions of all databases of the server; with `idle`, also idle ones."""
    sees_all = (await connection.fetch(_SEES_ALL_SQL))[0]["sees_all"]
    rows = await connection.fetch(_SESSIONS_SQL, idle, MAX_SESSIONS + 1)
    sessions = [
        Session(
            pid=row["pid"],
            role=row["role"],
            database=row["database"],
            application=row["application"] or None,
            state=row["state"],
            transaction_seconds=_rounded(row["transaction_seconds"]),
            query_seconds=_rounded(row["query_seconds"]),
            waits_for=row["waits_for"] or None,
            blocked_by=[int(pid) for pid in row["blocked_by"] or ()] or None,
            query=row["query"] or None,
        )
        for row in rows[:MAX_SESSIONS]
    ]
    return Activity(
        sessions=sessions,
        truncated=len(rows) > MAX_SESSIONS or None,
        warnings=None if sees_all else [_HIDDEN],
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
