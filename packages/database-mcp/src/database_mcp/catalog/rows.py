"""Rows of a table for resources: the first rows, and one row by key, with the columns that the role may read."""

from collections.abc import Sequence
from typing import Any, ClassVar

from mcp_chassis.failures import InvalidInput, NotFound, PermissionDenied
from mcp_chassis.results import Page, Result

from database_mcp.catalog.profile import qualified, sample_query
from database_mcp.catalog.relations import Relation, find
from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.guard.statement import read_statement
from database_mcp.queries.query import Query, run
from database_mcp.transaction import quoted

SAMPLE_ROWS = 10

_COLUMNS_SQL = """
SELECT a.attname::text AS name FROM pg_attribute a
WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY a.attnum
"""
_KEY_SQL = """
SELECT a.attname::text AS name FROM pg_constraint k, unnest(k.conkey) WITH ORDINALITY u(number, place)
JOIN pg_attribute a ON a.attnum = u.number
WHERE k.conrelid = $1::int8::oid AND a.attrelid = k.conrelid AND k.contype = 'p' ORDER BY u.place
"""


class Sample(Page):
    """First rows of a table, as arrays in the order of `columns`."""

    page_field: ClassVar[str | None] = "rows"

    table: str
    columns: list[str]
    types: list[str]
    untrusted_columns: list[str] | None = None
    rows: list[list[Any]]


class Record(Result):
    """One row by column name, without nulls."""

    table: str
    key: list[str]
    untrusted_columns: list[str] | None = None
    values: dict[str, Any]


async def sample(database: Database, schema: str, table: str) -> Sample:
    """Read the first rows of a table."""

    async def read(connection: Connection) -> Sample:
        relation, columns = await _readable(connection, database, schema, table)
        found = await run(connection, sample_query(relation, columns, SAMPLE_ROWS))
        untrusted = await _untrusted(connection, database, relation, columns)
        return Sample(
            table=relation.readable,
            columns=found.columns,
            types=found.types,
            untrusted_columns=untrusted,
            rows=found.rows,
        )

    return await database.read(read)


async def record(database: Database, schema: str, table: str, key: str) -> Record:
    """Read the row with this primary key; values of a key of several columns are separated by commas.

    Raises:
        NotFound: the table has no such row, or no primary key.
    """

    async def read(connection: Connection) -> Record:
        relation, columns = await _readable(connection, database, schema, table)
        names = [row["name"] for row in await connection.fetch(_KEY_SQL, relation.oid)]
        if not names:
            raise NotFound(
                f"The table {relation.readable} has no primary key, so a single row cannot be read.",
                remedy="Read its sample, or query it with execute_query.",
            )
        values = key.split(",") if len(names) > 1 else [key]
        if len(values) != len(names):
            raise InvalidInput(
                f"The primary key of {relation.readable} has {len(names)} columns: {', '.join(names)}.",
                remedy="Give a value for each column, separated by commas.",
            )
        found = await run(connection, _by_key(relation, columns, names, values))
        if not found.rows:
            raise NotFound(
                f"The table {relation.readable} has no row with the primary key {key!r}.",
                remedy="Find a key with execute_query.",
            )
        return Record(
            table=relation.readable,
            key=names,
            untrusted_columns=await _untrusted(connection, database, relation, columns),
            values=dict(zip(columns, found.rows[0], strict=True)),
        )

    return await database.read(read)


async def _untrusted(
    connection: Connection, database: Database, relation: Relation, columns: Sequence[str]
) -> list[str] | None:
    marked = (await database.column_marks(connection)).of(relation.schema, relation.name)
    return [name for name in columns if name in marked] or None


async def _readable(connection: Connection, database: Database, schema: str, table: str) -> tuple[Relation, list[str]]:
    relation = await find(connection, database.target.rules.schemas, table, schema)
    columns = [row["name"] for row in await connection.fetch(_COLUMNS_SQL, relation.oid)]
    if not columns:
        raise PermissionDenied(f"The server's role has no SELECT on any column of {relation.readable}.")
    return relation, columns


def _by_key(relation: Relation, columns: Sequence[str], names: Sequence[str], values: Sequence[str]) -> Query:
    conditions = (f"{quoted(name)} = ${number}" for number, name in enumerate(names, start=1))
    shown = ", ".join(quoted(column) for column in columns)
    text = " ".join(["SELECT", shown, "FROM", qualified(relation), "WHERE", " AND ".join(conditions)])
    return Query(read_statement(text), values, limit=1)
