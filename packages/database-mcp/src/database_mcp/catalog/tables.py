"""The tables of a database, grouped by schema."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from mcp_chassis.results import Page, Result

from database_mcp.catalog.relations import KINDS, VISIBLE
from database_mcp.client.protocols import Connection, Row

PAGE = 300  # tables of one page

_LIST_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT sum(greatest(l.reltuples, 0)) FROM pg_catalog.pg_partition_tree(c.oid) t
                  JOIN pg_catalog.pg_class l ON l.oid = t.relid WHERE t.isleaf)::int8
            WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::int8 END AS rows,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT pg_catalog.pg_size_pretty(sum(pg_catalog.pg_total_relation_size(t.relid)))
                  FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf)
            WHEN c.relkind IN ('r', 'm')
            THEN pg_catalog.pg_size_pretty(pg_catalog.pg_total_relation_size(c.oid)) END AS size,
       (SELECT count(*) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::int AS columns,
       pg_catalog.obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND NOT c.relispartition
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND ($2::text IS NULL OR n.nspname = $2)
  AND ($3::text IS NULL OR c.relname ILIKE $3 ESCAPE '\\')
ORDER BY n.nspname, c.relname LIMIT $5 OFFSET $4
""".replace("{visible}", VISIBLE)


class ListedTable(Result):
    """`rows` is the planner's estimate; `kind` is left out of plain tables."""

    name: str
    kind: str | None = None
    rows: int | None = None
    size: str | None = None
    columns: int
    comment: str | None = None


class SchemaTables(Result):
    name: str
    tables: list[ListedTable]


class TablePage(Page):
    """Tables by schema; a schema may go on in the next page."""

    page_field: ClassVar[str | None] = "schemas"

    schemas: list[SchemaTables]


async def list_page(
    connection: Connection, schemas: Sequence[str], schema: str | None, pattern: str | None, offset: int
) -> TablePage:
    """The tables from `offset` on whose names hold `pattern` (`*` and `%` stand for anything)."""
    like = _like(pattern) if pattern else None
    rows = await connection.fetch(_LIST_SQL, list(schemas) or None, schema, like, offset, PAGE + 1)
    shown = rows[:PAGE]
    groups = groupby(shown, key=lambda row: row["schema"])
    return TablePage(
        schemas=[SchemaTables(name=name, tables=[_listed(row) for row in group]) for name, group in groups],
        next_cursor=str(offset + PAGE) if len(rows) > PAGE else None,
    )


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("_", "\\_").replace("*", "%")
    return escaped if "%" in escaped else f"%{escaped}%"


def _listed(row: Row) -> ListedTable:
    kind = KINDS[row["kind"]]
    return ListedTable(
        name=row["name"],
        kind=None if kind == "table" else kind,
        rows=row["rows"],
        size=row["size"],
        columns=row["columns"],
        comment=row["comment"],
    )
