"""Disk space of a database and of its largest tables with their indexes; partitions are added up."""

from collections.abc import Sequence

from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection

_TOTAL_SQL = "SELECT pg_size_pretty(pg_database_size(current_database())) AS total"
_TABLES_SQL = """
WITH tables AS (
    SELECT coalesce(CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid END, c.oid) AS root,
           count(*) AS parts, sum(pg_table_size(c.oid)) AS table_bytes, sum(pg_indexes_size(c.oid)) AS index_bytes,
           sum(s.n_dead_tup) AS dead, sum(greatest(c.reltuples, 0)) AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
    GROUP BY 1
)
SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_size_pretty(t.table_bytes) AS table_size,
       pg_size_pretty(t.index_bytes) AS indexes_size, t.rows::int8 AS rows, t.dead::int8 AS dead,
       CASE WHEN c.relkind = 'p' THEN t.parts::int END AS partitions
FROM tables t JOIN pg_class c ON c.oid = t.root JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY t.table_bytes + t.index_bytes DESC LIMIT $2
"""


class TableSize(Result):
    """A table. `table_size`: includes TOAST data; `estimated_rows`, `dead_rows`: from the statistics."""

    name: str
    table_size: str
    indexes_size: str
    estimated_rows: int | None = None
    dead_rows: int | None = None
    partitions: int | None = None


class Sizes(Result):
    """Size of the database, and its largest tables, largest first."""

    database: str | None = None
    total: str
    tables: list[TableSize]


async def read_sizes(connection: Connection, schemas: Sequence[str], limit: int) -> Sizes:
    """Read the `limit` largest tables of the allowed schemas."""
    total = (await connection.fetch(_TOTAL_SQL))[0]["total"]
    rows = await connection.fetch(_TABLES_SQL, list(schemas) or None, limit)
    return Sizes(
        total=total,
        tables=[
            TableSize(
                name=row["name"],
                table_size=row["table_size"],
                indexes_size=row["indexes_size"],
                estimated_rows=row["rows"] or None,
                dead_rows=row["dead"] or None,
                partitions=row["partitions"],
            )
            for row in rows
        ],
    )
