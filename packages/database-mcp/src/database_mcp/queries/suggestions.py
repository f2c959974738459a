"""Suggestions for a failed query: similar names, or the form to write instead."""

import difflib
import re

from mcp_chassis.failures import Failure, InvalidInput, NotFound

from database_mcp.catalog.relations import missing
from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.guard.statement import Statement
from database_mcp.queries import type_hints
from database_mcp.queries.syntax_hints import with_syntax_hint

_RELATIONS_SQL = """
SELECT n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_' AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
ORDER BY abs(length(c.relname) - length($2)) + 3 * (left(c.relname, 2) <> left($2, 2))::int LIMIT 2000
"""
_COLUMNS_SQL = """
SELECT c.relname::text, a.attname::text
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY($2::text[]) AND a.attnum > 0 AND NOT a.attisdropped
  AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[])) LIMIT 5000
"""
_ALIAS = (
    "The name is an alias, which WHERE, HAVING, ON and other columns of the SELECT cannot use: repeat its expression, "
    "or put the query into a subquery or WITH, and filter outside."
)


async def with_suggestions(database: Database, statement: Statement, failure: Failure) -> Failure:
    """The failure with similar names, a syntax hint, or the accepted types; unchanged if there is no suggestion."""
    state, position = failure.details.get("sqlstate"), failure.details.get("position")
    try:
        if state in type_hints.STATES:
            schemas = list(database.target.rules.schemas) or None
            return await database.read(lambda connection: type_hints.with_type_hint(connection, schemas, failure))
        if not isinstance(position, int):
            return failure
        if state == "42601":
            return with_syntax_hint(statement.text, position, failure)
        if state == "42703" or (state == "42P01" and isinstance(failure, NotFound)):
            word = re.compile(r'[\w.$"]*').match(statement.text, position - 1)
            asked = word[0] if word else ""
            return await database.read(lambda connection: _better(connection, database, statement, asked, failure))
    except Failure:
        pass  # The first failure is more useful than one of the look-up for suggestions.
    return failure


async def _better(
    connection: Connection, database: Database, statement: Statement, asked: str, failure: Failure
) -> Failure:
    allowed = list(database.target.rules.schemas) or None
    if failure.details["sqlstate"] == "42P01":
        bare = asked.rpartition(".")[2].strip('"')
        relations = await connection.fetch(_RELATIONS_SQL, allowed, bare)
        return missing(asked, [(schema, name) for schema, name in relations])
    names = [name.text for name in statement.names]
    columns = [(table, column) for table, column in await connection.fetch(_COLUMNS_SQL, allowed, names)]
    if _is_alias(asked, statement):
        return InvalidInput(f"No column is named {asked!r}.", remedy=_ALIAS)
    return _missing_column(asked, columns) if columns else failure


def _is_alias(asked: str, statement: Statement) -> bool:
    """Whether the statement defines the alias, as in `... AS asked`; the type of a CAST does not count."""
    pattern = rf"\bAS\s+{re.escape(asked)}(?![\w$\"]|\s*[()])"
    return bool(asked) and re.search(pattern, statement.text, re.IGNORECASE) is not None


def _missing_column(asked: str, columns: list[tuple[str, str]]) -> InvalidInput:
    last = asked.rpartition(".")[2]
    bare = last.strip('"').lower()
    quotes = " A text needs single quotes; double quotes enclose a name." if last.startswith('"') else ""
    near = difflib.get_close_matches(bare, {column.lower() for _, column in columns}, n=3, cutoff=0.5)
    found = [f"{table}.{column}" for table, column in columns if column.lower() in near][:4]
    if not found:
        by_table: dict[str, list[str]] = {}
        for table, column in columns:
            by_table.setdefault(table, []).append(column)
        there = "; ".join(f"{table}: {', '.join(names[:25])}" for table, names in list(by_table.items())[:3])
        return InvalidInput(f"No column is named {asked!r}.", remedy=f"The columns are, in {there}.{quotes}")
    meant = f"Did you mean {' or '.join(found)}?{quotes}"
    return InvalidInput(f"No column is named {asked!r}.", remedy=meant, details={"nearest": found})
