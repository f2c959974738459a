"""Looks up tables and views by name, and suggests the nearest names for one that is missing."""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Sequence

from mcp_chassis.failures import NotFound

from database_mcp.client.protocols import Connection
from database_mcp.transaction import readable

KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}

# What every catalogue query leaves out, and how it keeps to the allowed schemas ($1, null: all).
VISIBLE = """
    c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
"""

_FIND_SQL = """
SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND c.relname = $2 AND ($3::text IS NULL OR n.nspname = $3)
ORDER BY array_position(pg_catalog.current_schemas(false), n.nspname), n.nspname <> 'public', n.nspname
""".replace("{visible}", VISIBLE)

_NAMES_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND NOT c.relispartition
ORDER BY abs(length(c.relname) - length($2)) + 3 * (left(c.relname, 2) <> left($2, 2))::int LIMIT 2000
""".replace("{visible}", VISIBLE)


@dataclasses.dataclass(frozen=True)
class Relation:
    """One table, view or the like; `also_in` are other schemas with one of the same name."""

    oid: int
    schema: str
    name: str
    kind: str
    also_in: tuple[str, ...] = ()

    @property
    def readable(self) -> str:
        """As it is written in SQL."""
        return f"{readable(self.schema)}.{readable(self.name)}"


async def find(connection: Connection, schemas: Sequence[str], table: str, schema: str | None = None) -> Relation:
    """The relation called `table`, which may carry its schema; the search_path decides between several, as in SQL.

    Raises:
        NotFound: with the nearest names.
    """
    name, schema = _split(table, schema)
    allowed = list(schemas) or None
    rows = await connection.fetch(_FIND_SQL, allowed, name, schema)
    if not rows:
        names = await connection.fetch(_NAMES_SQL, allowed, name)
        raise missing(table, ((row["schema"], row["name"]) for row in names))
    first, *others = rows
    also = tuple(row["schema"] for row in others)
    return Relation(first["oid"], first["schema"], first["name"], KINDS[first["kind"]], also)


def missing(asked: str, there_are: Iterable[tuple[str, str]]) -> NotFound:
    """The failure for a table that is not there, with the nearest that are."""
    near = nearest(asked, there_are)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return NotFound(
        f"No table or view is called {asked!r}.{meant}",
        remedy="" if near else "See what there is with list_tables.",
        details={"nearest": near} if near else None,
    )


def nearest(asked: str, there_are: Iterable[tuple[str, str]]) -> list[str]:
    """Up to three relations whose names are close to `asked`, as `schema.name`."""
    bare = asked.rpartition(".")[2].strip('"').lower()
    by_name: dict[str, list[str]] = {}
    for schema, name in there_are:
        by_name.setdefault(name.lower(), []).append(f"{readable(schema)}.{readable(name)}")
    close = difflib.get_close_matches(bare, by_name, n=3, cutoff=0.6)
    return [full for name in close for full in by_name[name]][:3]


def _split(table: str, schema: str | None) -> tuple[str, str | None]:
    """A name that carries its schema, quoted or not, in its two parts."""
    parts = re.fullmatch(r'(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^"]+)', table)
    if parts is None or schema is not None:
        return table, schema
    return _unquoted(parts[2]), _unquoted(parts[1]) if parts[1] else None


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
