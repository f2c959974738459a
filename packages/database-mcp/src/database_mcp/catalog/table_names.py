"""Names of tables: pages for the list of resources, and completions."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from mcp_chassis.failures import Failure
from mcp_chassis.listing import Entry, EntryPage
from mcp_chassis.telemetry.observer import announce

from database_mcp.catalog.relations import VISIBLE
from database_mcp.client.protocols import Row
from database_mcp.database import Database
from database_mcp.databases import Databases

PAGE = 100
MAX_COMPLETIONS = 1_000
START = ("", "")
"""Start position, which sorts before every schema and table name."""

_PAGE_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND NOT c.relispartition
  AND (n.nspname COLLATE "C", c.relname COLLATE "C") > ($2::text COLLATE "C", $3::text COLLATE "C")
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" LIMIT {limit}
""".replace("{visible}", VISIBLE).replace("{limit}", str(PAGE + 1))
_SCHEMAS_SQL = """
SELECT DISTINCT n.nspname::text AS schema
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND pg_catalog.starts_with(lower(n.nspname), lower($2)) ORDER BY 1 LIMIT {limit}
""".replace("{visible}", VISIBLE).replace("{limit}", str(MAX_COMPLETIONS))
_BEGINNING_SQL = """
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {visible} AND NOT c.relispartition AND ($3::text IS NULL OR n.nspname = $3)
  AND (pg_catalog.starts_with(lower(c.relname), lower($2))
       OR $3::text IS NULL AND pg_catalog.starts_with(lower(n.nspname || '.' || c.relname), lower($2)))
ORDER BY 1, 2 LIMIT {limit}
""".replace("{visible}", VISIBLE).replace("{limit}", str(MAX_COMPLETIONS))


async def table_entries(databases: Databases, position: str | None) -> EntryPage:
    """One page of the tables of all databases, ordered by database, schema and name.

    A database that cannot be read is replaced by one entry with the reason, if there are several databases.

    Raises:
        Failure: when the only database cannot be read.
    """
    names = databases.names
    name, after = (names[0], START) if position is None else _parsed(position)
    database, several = databases.get(name), len(names) > 1
    place = names.index(name) + 1
    following = json.dumps([names[place], *START]) if place < len(names) else None
    try:
        rows = await _rows(database, _PAGE_SQL, *after)
    except Failure as failure:
        if not several:
            raise
        await announce("warning", f"The tables of {name} cannot be listed: {failure.message}")
        return EntryPage([Entry(f"db://{name}/health", f"{name}: the tables cannot be listed now")], following)
    shown = rows[:PAGE]
    if len(rows) > PAGE:
        following = json.dumps([name, shown[-1]["schema"], shown[-1]["name"]])
    return EntryPage([_entry(database, row, named=several) for row in shown], following)


def _parsed(position: str) -> tuple[str, tuple[str, str]]:
    name, schema, table = json.loads(position)
    return name, (schema, table)


def _entry(database: Database, row: Row, *, named: bool) -> Entry:
    path = "/".join(quote(part, safe="") for part in (row["schema"], row["name"]))
    readable = f"{row['schema']}.{row['name']}"
    return Entry(f"db://{database.name}/{path}", f"{database.name}: {readable}" if named else readable)


async def database_names(databases: Databases, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [name for name in databases.names if name.startswith(prefix.lower())]


async def schema_names(databases: Databases, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [row["schema"] for row in await _completions(databases, chosen, _SCHEMAS_SQL, prefix)]


async def table_names(databases: Databases, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Completion of table names in the chosen schema; without one, `schema.table` names of all schemas."""
    schema = chosen.get("schema")
    rows = await _completions(databases, chosen, _BEGINNING_SQL, prefix, schema)
    return [row["name"] if schema else f"{row['schema']}.{row['name']}" for row in rows]


async def _completions(
    databases: Databases, chosen: Mapping[str, str], sql: str, prefix: str, *more: str | None
) -> Sequence[Row]:
    """Rows of a completion query; empty if the database cannot be read, since completions are optional."""
    try:
        return await _rows(databases.get(chosen.get("database")), sql, prefix, *more)
    except Failure:
        return []


async def _rows(database: Database, sql: str, *arguments: str | None) -> Sequence[Row]:
    allowed = list(database.target.rules.schemas) or None
    return await database.read(lambda connection: connection.fetch(sql, allowed, *arguments))


IN_DATABASE = {"database": database_names}
IN_TABLE = {**IN_DATABASE, "schema": schema_names, "table": table_names}
