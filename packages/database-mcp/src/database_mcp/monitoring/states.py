"""State of each database for list_databases: version, mode, warnings, pool; without any part of a DSN."""

from typing import Literal

from mcp_chassis.failures import Failure
from mcp_chassis.results import Result

from database_mcp.client.connection_url import read_connection_options
from database_mcp.client.protocols import Connection
from database_mcp.database import Database

# A function with a superuser's rights can be called through operators, casts, views and aggregates, without its
# name in the statement.
_DEFINERS_SQL = """
SELECT format('%I.%I', n.nspname, p.proname) AS name
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_roles r ON r.oid = p.proowner
WHERE p.prosecdef AND r.rolsuper AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
ORDER BY 1 LIMIT 5
"""


class PoolState(Result):
    size: int
    idle: int
    in_use: int
    waiting: int
    max: int
    queries: int
    errors: int
    abandoned: int | None = None
    mean_ms: float | None = None


class DatabaseState(Result):
    """A database. `mode`: whether execute_write may change it; `problem`: why it cannot be reached."""

    name: str
    description: str | None = None
    version: str | None = None
    mode: Literal["read-only", "writable"]
    schemas: list[str] | None = None
    warnings: list[str] | None = None
    problem: str | None = None
    pool: PoolState


async def state_of(database: Database) -> DatabaseState:
    """State of a database, read with a connection; an unreachable database is reported in `problem`, not raised."""
    problem, definers = None, list[str]()
    try:
        definers = await database.read(lambda connection: _definers(connection, database), seconds=5)
    except Failure as failure:
        problem = failure.message
    target, role = database.target, database.pool.role
    return DatabaseState(
        name=target.name,
        description=_description(database) or None,
        version=role.version if role else None,
        mode="writable" if target.writable else "read-only",
        schemas=list(target.rules.schemas) or None,
        warnings=_warnings(database, definers) or None,
        problem=problem,
        pool=_pool(database),
    )


async def _definers(connection: Connection, database: Database) -> list[str]:
    rows = await connection.fetch(_DEFINERS_SQL, list(database.target.rules.schemas) or None)
    return [row["name"] for row in rows]


def _description(database: Database) -> str:
    own = database.target.description
    if not database.target.embedded:
        return own
    return own or "Sample shop in an embedded PostgreSQL, since DATABASE_URL is not set."


def _warnings(database: Database, definers: list[str]) -> list[str]:
    role = database.pool.role
    found: list[str] = []
    if role and role.privileged:
        found.append(f"{role.privileged}: use a least-privilege role instead (SQL in docs/database.md).")
    if database.target.dsn is not None:
        found += read_connection_options(database.target.dsn.get_secret_value()).notes
    found += [f"{name} runs with a superuser's rights and this role may call it; revoke EXECUTE." for name in definers]
    return found


def _pool(database: Database) -> PoolState:
    pool = database.pool
    return PoolState(
        size=pool.idle + pool.in_use,
        idle=pool.idle,
        in_use=pool.in_use,
        waiting=pool.waiting,
        max=pool.limits.pool_max,
        queries=pool.counts.queries,
        errors=pool.counts.errors,
        abandoned=pool.counts.abandoned or None,
        mean_ms=pool.counts.mean_ms,
    )
