"""Tools that describe the schema: databases, tables, columns, joins, profiles."""

import asyncio
from typing import Annotated

from mcp.server.mcpserver import Context
from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from database_mcp.catalog.description import TableDescription, describe_relation
from database_mcp.catalog.joins import JoinPath, join_path, read_edges, shared_columns
from database_mcp.catalog.profile import STAGES, Profiler, TableProfile
from database_mcp.catalog.relations import find
from database_mcp.catalog.search import SchemaMatches, search_all
from database_mcp.catalog.search import search as search_names
from database_mcp.catalog.tables import Detail, Selection, TablePage, list_page
from database_mcp.client.protocols import Connection
from database_mcp.databases import Registry
from database_mcp.labelled_result import LabelledResult
from database_mcp.monitoring.states import DatabaseState, state_of
from database_mcp.queries.execution import RESERVED_CHARS
from database_mcp.settings import reads_freely
from database_mcp.tools.parameters import DatabaseName, Limit, Name, SchemaName, TableName


class DatabaseList(LabelledResult):
    """Databases by name, for the other tools; without a name they use the default one."""

    default: str
    databases: list[DatabaseState]


@reads("List databases")
async def list_databases(databases: Registry) -> DatabaseList:
    """The databases there are, and how they are doing."""
    states = await asyncio.gather(*(state_of(database) for database in databases))
    trusted = all(database.target.only_marked_untrusted for database in databases)
    found = DatabaseList(default=databases.default, databases=list(states))
    return found.trusted(trusted and all(state.problem is None for state in states))


@reads("List tables", may_take_minutes=True)
async def list_tables(
    databases: Registry,
    schema: SchemaName = None,
    pattern: Annotated[Name | None, Field(description="Part of a name; * is anything.")] = None,
    detail: Detail = "tables",
    database: DatabaseName = None,
    cursor: Cursor = None,
) -> TablePage:
    """Tables and views by schema, with row estimates; detail=columns adds columns, keys, enum labels. Start here."""
    chosen = databases.get(database)
    selection = Selection(chosen.target.rules.schemas, schema, pattern, int(cursor or 0))
    budget = databases.budget - RESERVED_CHARS
    page = await chosen.read(lambda connection: list_page(connection, selection, detail, budget))
    others = databases.others(chosen) if selection.offset == 0 else None
    return await databases.catalogued(chosen, page.model_copy(update={"other_databases": others}))


@reads("Describe a table", may_take_minutes=True)
async def describe_table(
    table: TableName, databases: Registry, schema: SchemaName = None, database: DatabaseName = None
) -> TableDescription:
    """Columns, types, keys both ways, constraints, indexes, enum values. Read it before writing SQL."""
    chosen = databases.get(database)

    async def described(connection: Connection) -> TableDescription:
        relation = await find(connection, chosen.target.rules.schemas, table, schema, system=True)
        return await describe_relation(connection, relation)

    return await databases.catalogued(chosen, await chosen.read(described))


@reads("Search the schema", may_take_minutes=True)
async def search_schema(
    text: Name,
    databases: Registry,
    limit: Limit = 30,
    database: Annotated[DatabaseName, Field(description="* searches all.")] = None,
) -> SchemaMatches:
    """Find tables, columns, functions, enum labels by words in names and comments."""
    if database == "*":
        return await search_all(databases, text, limit)
    chosen = databases.get(database)
    schemas = chosen.target.rules.schemas
    found = await chosen.read(lambda connection: search_names(connection, schemas, text, limit))
    return await databases.catalogued(chosen, found)


@reads("Find joins", may_take_minutes=True)
async def find_joins(
    from_table: TableName, to_table: TableName, databases: Registry, database: DatabaseName = None
) -> JoinPath:
    """The JOIN clauses of the shortest foreign-key path."""
    chosen = databases.get(database)
    schemas = chosen.target.rules.schemas

    async def joined(connection: Connection) -> JoinPath:
        start, end = await find(connection, schemas, from_table), await find(connection, schemas, to_table)
        shared = await shared_columns(connection, start, end)
        return join_path(await read_edges(connection, schemas, (start, end)), start, end, shared)

    return await databases.catalogued(chosen, await chosen.read(joined))


@reads("Profile a table", deadline=120, offered=reads_freely, may_take_minutes=True)
async def profile_table(
    table: TableName,
    databases: Registry,
    ctx: Context,
    schema: SchemaName = None,
    sample_rows: Annotated[int, Field(ge=0, le=20)] = 3,
    database: DatabaseName = None,
) -> TableProfile:
    """Null shares, distinct and common values, ranges, sample rows."""

    async def report(number: int, stage: str) -> None:
        await ctx.report_progress(number, len(STAGES), stage)

    chosen = databases.get(database)
    return databases.labelled(chosen, await Profiler(chosen, table, schema, sample_rows).run(report))
