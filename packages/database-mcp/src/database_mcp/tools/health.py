"""Tools for database administration: health checks, sessions, sizes, expensive statements."""

from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from database_mcp.databases import Registry
from database_mcp.monitoring.activity import Activity, read_activity
from database_mcp.monitoring.checks import CheckName
from database_mcp.monitoring.health import Health, examine_health
from database_mcp.monitoring.sizes import Sizes, read_sizes
from database_mcp.monitoring.top_queries import Order, TopQueries, top
from database_mcp.settings import DatabaseSettings, reads_freely
from database_mcp.tools.parameters import DatabaseName, Limit


@reads("Check health")
async def check_health(
    databases: Registry,
    checks: Annotated[list[CheckName] | None, Field(max_length=8)] = None,
    database: DatabaseName = None,
) -> Health:
    """Problems with severity and the SQL that mends them."""
    chosen = databases.get(database)
    found = await chosen.read(lambda connection: examine_health(connection, checks))
    counted = found.model_copy(update={"abandoned_statements": chosen.pool.counts.abandoned or None})
    return databases.labelled(chosen, counted)


def _top_queries_offered(settings: DatabaseSettings) -> bool:
    """Whether top_queries is offered: not if it would be the eleventh tool by default; the profile @dba has it."""
    full = settings.export_folder is not None and bool(settings.writable) and settings.tools is None
    return reads_freely(settings) and not full


@reads("Top queries", offered=_top_queries_offered)
async def top_queries(
    databases: Registry, order_by: Order = "total_time", limit: Limit = 10, database: DatabaseName = None
) -> TopQueries:
    """The costliest statements."""
    chosen = databases.get(database)
    return databases.labelled(chosen, await chosen.read(lambda connection: top(connection, order_by, limit)))


@reads("List sessions", offered=reads_freely)
async def list_sessions(databases: Registry, include_idle: bool = False, database: DatabaseName = None) -> Activity:
    """Sessions with their age, waits, and which session blocks them."""
    chosen = databases.get(database)
    found = await chosen.read(lambda connection: read_activity(connection, idle=include_idle))
    return databases.labelled(chosen, found)


@reads("List sizes")
async def list_sizes(databases: Registry, limit: Limit = 20, database: DatabaseName = None) -> Sizes:
    """Disk space of the database and of its largest tables and their indexes."""
    chosen = databases.get(database)
    schemas = chosen.target.rules.schemas
    return databases.labelled(chosen, await chosen.read(lambda connection: read_sizes(connection, schemas, limit)))
