"""Resources of a database under db:// addresses."""

from typing import ClassVar

from mcp_chassis.failures import NotFound
from mcp_chassis.listing import Listing
from mcp_chassis.results import Page, Result
from mcp_chassis.tools import resource

from database_mcp.catalog.description import TableDescription, describe_relation
from database_mcp.catalog.relations import VISIBLE, find
from database_mcp.catalog.rows import Record, Sample, record, sample
from database_mcp.catalog.table_names import IN_DATABASE, IN_TABLE, table_entries
from database_mcp.client.protocols import Connection
from database_mcp.databases import Registry
from database_mcp.monitoring.health import Health, examine_health
from database_mcp.named.running import refuse_free_reading

_OUTLINE_SQL = """
SELECT format('%I.%I', n.nspname, c.relname) AS name,
       array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE {visible} AND NOT c.relispartition GROUP BY 1 ORDER BY 1 LIMIT 1000
""".replace("{visible}", VISIBLE)


class TableOutline(Result):
    name: str
    columns: list[str]


class SchemaOutline(Page):
    """All tables with columns and types."""

    page_field: ClassVar[str | None] = "tables"

    tables: list[TableOutline]


class Notices(Result):
    """The latest payloads of one channel, newest last."""

    channel: str
    payloads: list[str]


@resource("db://{database}/schema", "Schema", complete=IN_DATABASE)
async def schema(database: str, databases: Registry) -> SchemaOutline:
    """Every table of a database, with its columns and their types."""
    chosen = databases.get(database)
    allowed = list(chosen.target.rules.schemas) or None
    rows = await chosen.read(lambda connection: connection.fetch(_OUTLINE_SQL, allowed))
    return SchemaOutline(tables=[TableOutline(name=row["name"], columns=row["columns"]) for row in rows])


@resource("db://{database}/health", "Health", complete=IN_DATABASE)
async def health(database: str, databases: Registry) -> Health:
    """Problems of a database, with the SQL that mends them."""
    return await databases.get(database).read(lambda connection: examine_health(connection, None))


@resource("db://{database}/notify/{channel}", "Notifications", complete=IN_DATABASE)
async def notifications(database: str, channel: str, databases: Registry) -> Notices:
    """The latest payloads of a channel of DATABASE_NOTIFY_CHANNELS, since this server listens."""
    chosen = databases.get(database)
    if channel not in chosen.target.notify_channels:
        allowed = ", ".join(chosen.target.notify_channels) or "none"
        raise NotFound(f"This server does not listen to the channel {channel!r}.", remedy=f"These are: {allowed}.")
    return Notices(channel=channel, payloads=list(chosen.notices.get(channel, ())))


@resource("db://{database}/{schema}/{table}", "Table", complete=IN_TABLE, entries=Listing(table_entries))
async def table(database: str, schema: str, table: str, databases: Registry) -> TableDescription:
    """One table: columns, keys, constraints, indexes."""
    chosen = databases.get(database)

    async def described(connection: Connection) -> TableDescription:
        return await describe_relation(connection, await find(connection, chosen.target.rules.schemas, table, schema))

    return await chosen.read(described)


@resource("db://{database}/{schema}/{table}/sample", "Sample rows", complete=IN_TABLE)
async def table_sample(database: str, schema: str, table: str, databases: Registry) -> Sample:
    """The first ten rows of a table, of the columns the server may read."""
    refuse_free_reading(databases)
    return await sample(databases.get(database), schema, table)


@resource("db://{database}/{schema}/{table}/record/{key}", "Record", complete=IN_TABLE)
async def table_record(database: str, schema: str, table: str, key: str, databases: Registry) -> Record:
    """One row by its primary key."""
    refuse_free_reading(databases)
    return await record(databases.get(database), schema, table, key)


RESOURCES = (schema, health, notifications, table, table_sample, table_record)
