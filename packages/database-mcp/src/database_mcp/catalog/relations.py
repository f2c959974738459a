"""Look-up of tables and views by name, with the most similar names for a missing one."""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Sequence

from mcp_chassis.failures import NotFound

from database_mcp.client.protocols import Connection, Row
from database_mcp.transaction import readable

KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}

# The enum types of a column `a`: its own type, or the base of its arrays and domains at any depth.
ENUM_TYPES = """(WITH RECURSIVE beneath AS (
    SELECT a.atttypid AS type
    UNION
    SELECT u.type FROM beneath b JOIN pg_catalog.pg_type t ON t.oid = b.type
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) u(type)
    WHERE u.type <> 0 AND (t.typtype = 'd' OR t.typcategory = 'A')
  ) SELECT type FROM beneath)"""

# The planner's estimate of the rows of `c`, including partitions and inheriting tables.
ESTIMATED_ROWS = """CASE
    WHEN c.relkind = 'p' OR (c.relkind = 'r' AND c.relhassubclass) THEN (
        WITH RECURSIVE parts AS (
            SELECT c.oid AS part
            UNION ALL
            SELECT h.inhrelid FROM parts JOIN pg_catalog.pg_inherits h ON h.inhparent = parts.part
        ) SELECT sum(greatest(l.reltuples, 0)) FROM parts JOIN pg_catalog.pg_class l ON l.oid = parts.part
          WHERE l.relkind <> 'p')::int8
    WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::int8 END"""

# Condition of all catalogue queries: no system schemas, and only the allowed schemas ($1, null for all).
VISIBLE = """
    c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
"""

_FIND_SQL = """
SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND lower(c.relname) = lower($2) AND ($3::text IS NULL OR lower(n.nspname) = lower($3))
  AND ($4::text IS NULL OR $4 = pg_catalog.current_database())
ORDER BY c.relname <> $2, $3::text IS NOT NULL AND n.nspname <> $3, c.relname <> lower($2),
         array_position(pg_catalog.current_schemas(false), n.nspname), n.nspname <> 'public', n.nspname
"""
_ALLOWED_SQL = _FIND_SQL.replace("{visible}", VISIBLE)
_SYSTEM_SQL = _FIND_SQL.replace(
    "{visible}",
    "c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema') AND $1::text[] IS NULL",
)

_NAMES_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND NOT c.relispartition
ORDER BY abs(length(c.relname) - length($2)) + 3 * (left(c.relname, 2) <> left($2, 2))::int LIMIT 2000
""".replace("{visible}", VISIBLE)


@dataclasses.dataclass(frozen=True)
class Relation:
    """One table, view, materialized view or foreign table; `also_in`: other schemas with the same name in them."""

    oid: int
    schema: str
    name: str
    kind: str
    also_in: tuple[str, ...] = ()

    @property
    def readable(self) -> str:
        """Name with schema as written in SQL, quoted where needed."""
        return f"{readable(self.schema)}.{readable(self.name)}"


async def find(
    connection: Connection, schemas: Sequence[str], table: str, schema: str | None = None, *, system: bool = False
) -> Relation:
    """Find the table or view with this name, which may include schema and database; the search_path decides.

    If no name matches exactly, one that differs only in case is used.

    Args:
        system: also find system catalogues.

    Raises:
        NotFound: when there is none; the message suggests similar names.
    """
    allowed = list(schemas) or None
    readings = _readings(table, schema)
    for reading in readings:
        rows = await connection.fetch(_ALLOWED_SQL, allowed, *reading)
        if not rows and system:
            rows = (await connection.fetch(_SYSTEM_SQL, None, *reading))[:1]
        if rows:
            return _chosen(rows)
    names = await connection.fetch(_NAMES_SQL, allowed, readings[0][0])
    raise missing(table if schema is None else f"{schema}.{table}", ((row["schema"], row["name"]) for row in names))


def _chosen(rows: Sequence[Row]) -> Relation:
    first = rows[0]
    also = tuple(row["schema"] for row in rows[1:] if row["name"] == first["name"])
    return Relation(first["oid"], first["schema"], first["name"], KINDS[first["kind"]], also)


def missing(asked: str, there_are: Iterable[tuple[str, str]]) -> NotFound:
    """Failure for a missing table that suggests the most similar existing names."""
    near = nearest(asked, there_are)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFound(
        f"No table or view is named {asked!r}.{meant}",
        remedy="" if near else "list_tables shows the tables and views.",
        details={"nearest": near} if near else None,
    )


def nearest(asked: str, there_are: Iterable[tuple[str, str]]) -> list[str]:
    """Up to three relations with names similar to `asked`, as `schema.name`."""
    bare = asked.rpartition(".")[2].strip('"').lower()
    by_name: dict[str, list[str]] = {}
    for schema, name in there_are:
        by_name.setdefault(name.lower(), []).append(f"{readable(schema)}.{readable(name)}")
    close = difflib.get_close_matches(bare, by_name, n=3, cutoff=0.6)
    return [full for name in close for full in by_name[name]][:3]


_PART = r'("(?:[^"]|"")+"|[^".]+)'


def _readings(table: str, schema: str | None) -> list[tuple[str, str | None, str | None]]:
    """Possible splits of `table` into name, schema and database; a dot may also belong to an unquoted name."""
    if schema is not None:
        bare = table.removeprefix(
            f"{schema}."
        )  # The name may contain the schema also if a schema is given: completions include it.
        return [(_unquoted(name), _unquoted(schema), None) for name in dict.fromkeys((table, bare))]
    parts = re.fullmatch(rf"(?:(?:{_PART}\.)?{_PART}\.)?{_PART}", table)
    database, of_schema, name = (_unquoted(part) if part else None for part in parts.groups()) if parts else [None] * 3
    found = [(name, of_schema, database)] if name else []
    before, dot, after = table.partition(".")
    return [*found, *([(table, None, None), (after, before, None)] if dot else [] if found else [(table, None, None)])]


def _unquoted(name: str) -> str:
    quoted_name = len(name) > 2 and name.startswith('"') and name.endswith('"')
    return name[1:-1].replace('""', '"') if quoted_name else name
