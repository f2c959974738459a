"""Lists of tables by schema: numbers for many tables, pages for few, with columns on request."""

import dataclasses
import re
from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, Literal

from mcp_chassis.results import Page, Result
from pydantic_core import to_json

from database_mcp.catalog.relations import ENUM_TYPES, ESTIMATED_ROWS, KINDS, VISIBLE
from database_mcp.catalog.schemas import check_schema
from database_mcp.client.protocols import Connection, Row
from database_mcp.labelled_result import LabelledResult

MAX_TABLES_PER_PAGE = 300
MAX_TABLES_WITH_COLUMNS_PER_PAGE = 150
MIN_PAGE_CHARS = 500
_REAL = re.compile(r"(^| )real(\[\])?( |$)")
_REAL_NOTE = "real is inexact: for money write column::numeric before multiplying or summing."

Detail = Literal["tables", "columns"]

_SHOWN = (
    VISIBLE
    + """
    AND NOT c.relispartition AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AND ($2::text IS NULL OR n.nspname = $2)
    AND ($3::text IS NULL OR c.relname ILIKE $3 ESCAPE '\\')
"""
)
_OVERVIEW_SQL = """
SELECT n.nspname::text AS schema, count(*)::int AS tables,
       sum(greatest(c.reltuples, 0))::int8 AS rows, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {shown} GROUP BY n.oid, n.nspname ORDER BY n.nspname
""".replace("{shown}", _SHOWN)
_LIST_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       {estimated_rows} AS rows,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT pg_catalog.pg_size_pretty(sum(pg_catalog.pg_total_relation_size(t.relid)))
                  FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf)
            WHEN c.relkind IN ('r', 'm')
            THEN pg_catalog.pg_size_pretty(pg_catalog.pg_total_relation_size(c.oid)) END AS size,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT count(*) FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf)::int END AS partitions,
       (SELECT count(*) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::int AS columns,
       pg_catalog.obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {shown} ORDER BY n.nspname, c.relname LIMIT $5 OFFSET $4
""".replace("{shown}", _SHOWN).replace("{estimated_rows}", ESTIMATED_ROWS)
# Each column as one text: name, type, `null`, keys, enum labels, comment.
_COLUMNS_SQL = (
    """
WITH shown AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, {estimated_rows} AS rows
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE {shown} ORDER BY n.nspname, c.relname LIMIT $5 OFFSET $4
), keys AS (
    SELECT k.conrelid, u.attnum,
           bool_or(k.contype = 'p') AS is_primary,
           string_agg(format('-> %s.%s.%s', quote_ident(fn.nspname), quote_ident(f.relname), quote_ident(fa.attname)),
                      ' ' ORDER BY k.conname) FILTER (WHERE k.contype = 'f') AS targets
    FROM pg_catalog.pg_constraint k CROSS JOIN unnest(k.conkey, k.confkey) u(attnum, target)
    LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
    LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = u.target
    WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 AND k.conrelid IN (SELECT oid FROM shown)
      AND (k.contype = 'p' OR fa.attname IS NOT NULL)
    GROUP BY 1, 2
), columns AS (
    SELECT a.attrelid, array_agg(concat_ws(' ', quote_ident(a.attname),
               regexp_replace(replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'),
                   ' without time zone', ''), '^time(stamp)?(\\(\\d\\))? with time zone', 'time\\1tz\\2'),
               CASE WHEN NOT a.attnotnull THEN 'null' END, CASE WHEN k.is_primary THEN 'pk' END,
               nullif(k.targets, ''), '(' || e.labels || ')',
               CASE WHEN NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT') THEN '(not readable)' END,
               '-- ' || left(col_description(a.attrelid, a.attnum), 80)) ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN keys k ON k.conrelid = a.attrelid AND k.attnum = a.attnum
    LEFT JOIN LATERAL (SELECT left(string_agg(l.enumlabel, '|' ORDER BY l.enumsortorder), 200) AS labels
        FROM pg_catalog.pg_enum l WHERE t.typtype IN ('e', 'd', 'b') AND l.enumtypid IN {enum_types}) e ON true
    WHERE a.attrelid IN (SELECT oid FROM shown) AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1
)
SELECT s.nspname::text AS schema, s.relname::text AS name, s.relkind::text AS kind,
       s.rows,
       CASE WHEN s.relkind = 'p'
            THEN (SELECT count(*) FROM pg_catalog.pg_partition_tree(s.oid) t WHERE t.isleaf)::int END AS partitions,
       NULL AS size, coalesce(c.columns, '{}') AS columns, left(obj_description(s.oid, 'pg_class'), 120) AS comment
FROM shown s LEFT JOIN columns c ON c.attrelid = s.oid ORDER BY 1, 2
""".replace("{shown}", _SHOWN)
    .replace("{estimated_rows}", ESTIMATED_ROWS)
    .replace("{enum_types}", ENUM_TYPES)
)


@dataclasses.dataclass(frozen=True)
class Selection:
    """Selection of tables to list: allowed schemas, one schema, a pattern in the name, and the offset."""

    allowed: Sequence[str]
    schema: str | None = None
    pattern: str | None = None
    offset: int = 0

    @property
    def is_whole(self) -> bool:
        return self.schema is None and self.pattern is None and self.offset == 0

    @property
    def arguments(self) -> tuple[list[str] | None, str | None, str | None]:
        return list(self.allowed) or None, self.schema, _like(self.pattern) if self.pattern else None


class ListedTable(Result):
    """A table. `estimated_rows`: planner's estimate, absent without statistics; `kind`: absent for plain tables.

    `columns`: their number, or with detail=columns one text each: name, type, `null` if nullable, `pk`,
    `-> table.column` for a foreign key, enum labels, comment.
    """

    name: str
    kind: str | None = None
    estimated_rows: int | None = None
    size: str | None = None
    partitions: int | None = None
    columns: int | list[str]
    comment: str | None = None


class SchemaTables(Result):
    """One schema: its tables, or only their number if the list would be too long."""

    name: str
    table_count: int | None = None
    estimated_rows: int | None = None
    comment: str | None = None
    tables: list[ListedTable] | None = None


class TablePage(LabelledResult, Page):
    """Tables by schema; one may continue on the next page. `other_databases`: values for the parameter database."""

    page_field: ClassVar[str | None] = "schemas"

    database: str | None = None
    other_databases: list[str] | None = None
    note: str | None = None
    schemas: list[SchemaTables]


async def list_page(connection: Connection, selection: Selection, detail: Detail, budget_chars: int) -> TablePage:
    """List the selected tables; if all tables exceed a page, list the schemas with their numbers of tables.

    Raises:
        NotFound: when the selected schema does not exist.
        PermissionDenied: when the role may not use the schema.
    """
    if selection.is_whole:
        schemas = [_counted(row) for row in await connection.fetch(_OVERVIEW_SQL, *selection.arguments)]
        total = sum(schema.table_count or 0 for schema in schemas)
        if total > MAX_TABLES_PER_PAGE and len(schemas) > 1:
            note = f"{total} tables in {len(schemas)} schemas: give a schema or a pattern to list tables."
            return TablePage(note=note, schemas=schemas)
    with_columns = detail == "columns"
    size = MAX_TABLES_WITH_COLUMNS_PER_PAGE if with_columns else MAX_TABLES_PER_PAGE
    text = _COLUMNS_SQL if with_columns else _LIST_SQL
    rows = await connection.fetch(text, *selection.arguments, selection.offset, size + 1)
    if not rows and selection.schema is not None:
        await check_schema(connection, selection.allowed, selection.schema)
    return _page(rows, size, selection.offset, budget_chars)


def _page(rows: Sequence[Row], size: int, offset: int, budget_chars: int) -> TablePage:
    """A page of as many tables as fit the page size and the character budget, at least one."""
    shown: list[tuple[str, ListedTable]] = []
    room = max(budget_chars, MIN_PAGE_CHARS)
    for row in rows[:size]:
        table = _listed(row)
        room -= len(to_json(table, exclude_none=True)) + 1
        if room < 0 and shown:
            break
        shown.append((row["schema"], table))
    groups = groupby(shown, key=lambda pair: pair[0])
    return TablePage(
        note=_REAL_NOTE if any(_has_real(table) for _, table in shown) else None,
        schemas=[SchemaTables(name=name, tables=[table for _, table in group]) for name, group in groups],
        next_cursor=str(offset + len(shown)) if len(rows) > len(shown) else None,
    )


def _has_real(table: ListedTable) -> bool:
    columns = table.columns if isinstance(table.columns, list) else []
    return any(_REAL.search(column.partition(" -- ")[0]) for column in columns)


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("_", "\\_").replace("*", "%")
    return escaped if "%" in escaped else f"%{escaped}%"


def _counted(row: Row) -> SchemaTables:
    return SchemaTables(
        name=row["schema"], table_count=row["tables"], estimated_rows=row["rows"] or None, comment=row["comment"]
    )


def _listed(row: Row) -> ListedTable:
    kind = KINDS[row["kind"]]
    return ListedTable(
        name=row["name"],
        kind=None if kind == "table" else kind,
        estimated_rows=row["rows"],
        size=row["size"],
        partitions=row["partitions"],
        columns=row["columns"],
        comment=row["comment"],
    )
