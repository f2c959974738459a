"""Detection of empty tables among those that a statement names."""

from collections.abc import Collection, Sequence

from mcp_chassis.failures import ErrorCode, Failure

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.guard.statement import Statement
from database_mcp.transaction import quoted

MAX_LOOKUP_MS = 1_000  # Limit for one table: many dead rows may precede the first live one.

TableName = tuple[str | None, str]
"""Schema and name of a table; without a schema, the search_path decides."""

_NAMED_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relispopulated
  AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) w(schema, name) WHERE w.name = c.relname
              AND CASE WHEN w.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE w.schema = n.nspname END)
  AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
ORDER BY 1, 2 LIMIT 8
"""


def names_in(statement: Statement) -> set[TableName]:
    """All names in a statement that may be tables, each with its qualifier."""
    names = (name for name in statement.names if not name.called and not name.before_dot)
    return {(name.qualifier if name.after_dot else None, name.text) for name in names}


async def empty_tables(connection: Connection, names: Collection[TableName]) -> list[str]:
    """The tables among `names` without a row visible to this role; tables that cannot be read in time are skipped."""
    schemas, bare = [schema for schema, _ in names], [name for _, name in names]
    rows = await connection.fetch(_NAMED_SQL, schemas, bare)
    tables = [(f"{quoted(row['schema'])}.{quoted(row['name'])}", f"{row['schema']}.{row['name']}") for row in rows]
    return [shown for table, shown in tables if await _is_empty(connection, table)]


async def _is_empty(connection: Connection, table: str) -> bool:
    with translated_errors():
        await connection.execute(f"SAVEPOINT a_look; SET LOCAL statement_timeout = {MAX_LOOKUP_MS}")
    try:
        with translated_errors():
            return not await connection.fetch(" ".join(["SELECT FROM", table, "LIMIT 1"]))
    except Failure as failure:
        if failure.code is ErrorCode.SERVICE_UNAVAILABLE:
            raise
        return False
    finally:
        if not connection.is_closed():
            with translated_errors():
                await connection.execute("ROLLBACK TO SAVEPOINT a_look")


def empty_tables_warning(tables: Sequence[str]) -> str | None:
    """Warning that names the empty tables; None if there are none."""
    if not tables:
        return None
    verb = "has" if len(tables) == 1 else "have"
    return f"{', '.join(tables)} {verb} no rows that this role can see."
