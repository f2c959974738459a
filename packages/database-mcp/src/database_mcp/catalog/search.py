"""Search for words in names and comments of tables, columns, functions, enum labels and schemas."""

import asyncio
import re
from collections.abc import Iterable, Sequence

from mcp_chassis.failures import Failure
from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.labelled_result import LabelledResult

MAX_WORDS = 8

_SEARCH_SQL = """
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace n
  WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND has_schema_privilege(oid, 'USAGE')
    AND ($1::text[] IS NULL OR nspname = ANY($1::text[]))
), things AS (
  SELECT 1 AS rank, 'table' AS kind, format('%I.%I', s.nspname, c.relname) AS name, c.relname::text AS bare,
         d.description AS note
  FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  UNION ALL
  SELECT 2, 'column', format('%I.%I.%I', s.nspname, c.relname, a.attname), a.attname,
         concat_ws(': ', format_type(a.atttypid, a.atttypmod), d.description)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN spaces s ON s.oid = c.relnamespace
  LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  UNION ALL
  SELECT 3, 'enum label', format('%I.%I', s.nspname, t.typname), e.enumlabel, quote_literal(e.enumlabel)
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN spaces s ON s.oid = t.typnamespace
  UNION ALL
  SELECT 4, 'function', format('%I.%I(%s)', s.nspname, p.proname,
         pg_get_function_identity_arguments(p.oid)), p.proname,
         concat_ws(': ', 'returns ' || pg_get_function_result(p.oid), obj_description(p.oid, 'pg_proc'))
  FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
  UNION ALL
  SELECT 5, 'schema', format('%I', s.nspname), s.nspname, obj_description(s.oid, 'pg_namespace') FROM spaces s
), lowered AS MATERIALIZED (
  SELECT *, lower(concat_ws(' ', name, note)) AS held, lower(bare) AS bare_lowered FROM things
), found AS MATERIALIZED (
  SELECT * FROM lowered WHERE held LIKE ANY($2::text[])
)
SELECT kind, name, note,
       array(SELECT w.word FROM unnest($2::text[], $5::text[]) w(pattern, word)
             WHERE held NOT LIKE w.pattern) AS missing
FROM found
ORDER BY (SELECT count(*) FROM unnest($2::text[]) w WHERE held LIKE w) DESC, bare_lowered <> $3,
         (SELECT count(*) FROM unnest($2::text[]) w WHERE bare_lowered LIKE w) DESC, rank, length(bare), name LIMIT $4
"""


class Match(Result):
    """A match. `note`: type of a column, label of an enum, result of a function, and comment.

    `missing`: words of the search that it lacks; `database`: if several were searched.
    """

    kind: str
    name: str
    note: str | None = None
    missing: list[str] | None = None
    database: str | None = None


class SchemaMatches(LabelledResult):
    database: str | None = None
    matches: list[Match]
    truncated: bool | None = None
    warnings: list[str] | None = None


async def search(
    connection: Connection, schemas: Sequence[str], text: str, limit: int, database: str | None = None
) -> SchemaMatches:
    """Search one database for the words of `text`; matches with most words come first, then exact names."""
    words = list(dict.fromkeys(re.findall(r'[^\s"]+', text.lower())))[:MAX_WORDS]
    patterns = [f"%{_escaped(word)}%" for word in words]
    asked = text.strip().lower()
    rows = await connection.fetch(_SEARCH_SQL, list(schemas) or None, patterns, asked, limit + 1, words)
    matches = [
        Match(
            kind=row["kind"],
            name=row["name"],
            note=row["note"] or None,
            missing=row["missing"] or None,
            database=database,
        )
        for row in rows[:limit]
    ]
    return SchemaMatches(matches=matches, truncated=len(rows) > limit or None)


async def search_all(databases: Iterable[Database], text: str, limit: int) -> SchemaMatches:
    """Search all databases, best matches first; a database that cannot be searched is named in `warnings`."""

    async def search_one(database: Database) -> SchemaMatches:
        schemas = database.target.rules.schemas
        try:
            return await database.read(lambda connection: search(connection, schemas, text, limit, database.name))
        except Failure as failure:
            return SchemaMatches(matches=[], warnings=[f"{database.name} was not searched: {failure.message}"])

    found = await asyncio.gather(*(search_one(database) for database in databases))
    matches = sorted((match for each in found for match in each.matches), key=lambda match: len(match.missing or ()))
    warnings = [warning for each in found for warning in each.warnings or ()]
    truncated = len(matches) > limit or any(each.truncated for each in found)
    return SchemaMatches(matches=matches[:limit], truncated=truncated or None, warnings=warnings or None)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
