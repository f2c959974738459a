"""Columns marked as untrusted: those with `@untrusted` in their comment or in the comment of their table."""

import dataclasses
from collections.abc import Mapping

from database_mcp.client.protocols import Connection

TableKey = tuple[str, str]
"""Schema and name."""

# A mark also applies to partitions, inheriting tables and their parents, and to views and materialized views.
_MARKS_SQL = """
WITH RECURSIVE marked(oid, attnum, attname, is_direct) AS (
    SELECT c.oid, a.attnum, a.attname, true
    FROM pg_catalog.pg_description d
    JOIN pg_catalog.pg_class c ON c.oid = d.objoid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND d.objsubid IN (0, a.attnum)
    WHERE d.classoid = 'pg_catalog.pg_class'::regclass
      AND d.description ~* '(^|[^[:alnum:]_])@untrusted($|[^[:alnum:]_])'
    UNION
    SELECT a.attrelid, a.attnum, a.attname, false
    FROM marked m
    JOIN LATERAL (
        SELECT h.inhrelid AS oid, true AS same_column FROM pg_catalog.pg_inherits h WHERE h.inhparent = m.oid
        UNION ALL
        SELECT h.inhparent, true FROM pg_catalog.pg_inherits h WHERE h.inhrelid = m.oid
        UNION ALL
        SELECT w.ev_class, false FROM pg_catalog.pg_depend p
        JOIN pg_catalog.pg_rewrite w ON w.oid = p.objid AND w.ev_class <> m.oid
        WHERE p.classid = 'pg_catalog.pg_rewrite'::regclass AND p.refclassid = 'pg_catalog.pg_class'::regclass
          AND p.refobjid = m.oid AND p.refobjsubid IN (0, m.attnum)
    ) r ON true
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND (NOT r.same_column OR a.attname = m.attname)
)
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'v' AND bool_or(m.is_direct) AS is_marked_view,
       array_agg(DISTINCT m.attname::text) AS marked,
       array(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM marked m JOIN pg_catalog.pg_class c ON c.oid = m.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
GROUP BY c.oid, n.nspname, c.relname, c.relkind
"""
_FUNCTIONS_SQL = """
SELECT DISTINCT p.proname::text AS name FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND l.lanname NOT IN ('internal', 'c')
"""


@dataclasses.dataclass(frozen=True)
class MarkedTable:
    """A table or view with marked columns. `is_marked_view`: the marks are on the view itself, not on its tables."""

    columns: frozenset[str]
    marked: frozenset[str]
    is_marked_view: bool = False


@dataclasses.dataclass(frozen=True)
class ColumnMarks:
    """Marked columns of one database. `functions`: functions that may read tables that the query does not name."""

    tables: Mapping[TableKey, MarkedTable] = dataclasses.field(default_factory=dict[TableKey, MarkedTable])
    functions: frozenset[str] = frozenset()

    def of(self, schema: str, name: str) -> frozenset[str]:
        """The marked columns of one table or view."""
        found = self.tables.get((schema, name))
        return found.marked if found else frozenset()

    @classmethod
    async def read(cls, connection: Connection) -> "ColumnMarks":
        """Read the marks of the connected database."""
        rows = await connection.fetch(_MARKS_SQL)
        if not rows:
            return cls()
        tables = {
            (row["schema"], row["name"]): MarkedTable(
                frozenset(row["columns"]), frozenset(row["marked"]), row["is_marked_view"]
            )
            for row in rows
        }
        functions = await connection.fetch(_FUNCTIONS_SQL)
        return cls(tables, frozenset(row["name"] for row in functions))
