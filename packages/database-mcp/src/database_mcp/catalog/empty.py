"""Finds which of the tables that a statement names hold no row."""

from collections.abc import Collection, Sequence

from database_mcp.client.protocols import Connection
from database_mcp.transaction import quoted

_NAMED_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND c.relname = ANY($1::text[]) AND c.relispopulated
  AND (n.nspname = ANY($1::text[]) OR n.nspname = ANY(pg_catalog.current_schemas(false)))
  AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
ORDER BY 1, 2 LIMIT 8
"""


async def empty_tables(connection: Connection, names: Collection[str]) -> list[str]:
    """The tables among `names` in which this role sees no row; `names` hold those of their schemas too."""
    rows = await connection.fetch(_NAMED_SQL, sorted(set(names)))
    found: list[str] = []
    for row in rows:
        table = f"{quoted(row['schema'])}.{quoted(row['name'])}"
        if not await connection.fetch(" ".join(["SELECT FROM", table, "LIMIT 1"])):
            found.append(f"{row['schema']}.{row['name']}")
    return found


def empty_tables_warning(tables: Sequence[str]) -> str | None:
    """The warning for these tables; None without any."""
    if not tables:
        return None
    verb = "holds" if len(tables) == 1 else "hold"
    return f"{', '.join(tables)} {verb} no rows that this role can see."
