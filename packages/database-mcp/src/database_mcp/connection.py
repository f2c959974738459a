"""Registry of all configured databases as the server's connection, and a probe of each database."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.server import Probe

from database_mcp.database import Database
from database_mcp.databases import Databases
from database_mcp.monitoring.states import state_of
from database_mcp.named.running import list_queries
from database_mcp.settings import DatabaseSettings


@asynccontextmanager
async def connect(settings: DatabaseSettings) -> AsyncGenerator[Databases]:
    """Create the registry of all databases; connections are opened on first use."""
    databases = Databases(settings)
    try:
        yield databases
    finally:
        await databases.close()


async def probe(databases: Databases) -> list[Probe]:
    """Check that each database responds, its role may run free SQL, and the named queries are valid."""
    found = await asyncio.gather(*(_probe(database) for database in databases))
    if any(probe.status == "failed" for probe in found):
        return found
    queries = (await list_queries(databases)).queries if databases.named else []
    return [*found, *(Probe(f"query {each.name}", "failed", each.problem) for each in queries if each.problem)]


async def _probe(database: Database) -> Probe:
    """Check that one database responds and that its role may run free SQL."""
    state = await state_of(database)
    if state.problem:
        return Probe(state.name, "failed", state.problem)
    try:
        database.refuse_privileged()
    except PermissionDenied as failure:
        return Probe(state.name, "failed", f"{failure.message} {failure.remedy}")
    return Probe(state.name, "ok")
