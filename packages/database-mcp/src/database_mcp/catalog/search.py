"""Finding by a word what a database calls things: tables, columns, functions, enum labels, comments."""

from collections.abc import Sequence

from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection

_SEARCH_SQL = """
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace n
  WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND has_schema_privilege(oid, 'USAGE')
    AND ($1::text[] IS NULL OR nspname = ANY($1::text[]))
), things AS (
  SELECT 1 AS rank, 'table' AS kind, format('%I.%I', s.nspname, c.relname) AS name, c.relname::text AS bare,
         obj_description(c.oid, 'pg_class') AS note
  FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  UNION ALL
  SELECT 2, 'column', format('%I.%I.%I', s.nspname, c.relname, a.attname), a.attname,
         concat_ws(': ', format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN spaces s ON s.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  UNION ALL
  SELECT 3, 'enum label', format('%I.%I', s.nspname, t.typname), e.enumlabel, quote_literal(e.enumlabel)
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN spaces s ON s.oid = t.typnamespace
  UNION ALL
  SELECT 4, 'function', format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), p.proname,
         concat_ws(': ', 'returns ' || pg_get_function_result(p.oid), obj_description(p.oid, 'pg_proc'))
  FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
  UNION ALL
  SELECT 5, 'schema', format('%I', s.nspname), s.nspname, obj_description(s.oid, 'pg_namespace') FROM spaces s
)
SELECT kind, name, note FROM things
WHERE name || ' ' || coalesce(note, '') ILIKE ALL($2::text[])
ORDER BY lower(bare) <> $3, NOT bare ILIKE ALL($2), NOT bare ILIKE ANY($2), rank, name LIMIT $4
"""


class Match(Result):
    """`note` is a column's type, an enum's label, a function's result, and the comment."""

    kind: str
    name: str
    note: str | None = None


class SchemaMatches(Result):
    matches: list[Match]
    truncated: bool | None = None


async def search(connection: Connection, schemas: Sequence[str], text: str, limit: int) -> SchemaMatches:
    """What holds every word of `text` in its name or comment, names first."""
    words = text.split()[:8]
    patterns = [f"%{_escaped(word)}%" for word in words]
    rows = await connection.fetch(_SEARCH_SQL, list(schemas) or None, patterns, text.strip().lower(), limit + 1)
    matches = [Match(kind=row["kind"], name=row["name"], note=row["note"] or None) for row in rows[:limit]]
    return SchemaMatches(matches=matches, truncated=len(rows) > limit or None)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
