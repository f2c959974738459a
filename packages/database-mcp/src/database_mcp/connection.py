"""Opens all configured databases and probes each of them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp_chassis.server import Probe

from database_mcp.databases import Databases
from database_mcp.monitoring.states import state_of
from database_mcp.named.running import list_queries
from database_mcp.settings import DatabaseSettings


@asynccontextmanager
async def connect(settings: DatabaseSettings) -> AsyncGenerator[Databases]:
    """The registry of all databases, none of them connected yet."""
    databases = Databases(settings)
    try:
        yield databases
    finally:
        await databases.close()


async def probe(databases: Databases) -> list[Probe]:
    """Whether each database answers."""
    states = await asyncio.gather(*(state_of(database) for database in databases))
    found = [Probe(state.name, "failed" if state.problem else "ok", state.problem or "") for state in states]
    if any(state.problem for state in states):
        return found
    queries = (await list_queries(databases)).queries if databases.named else []
    return [*found, *(Probe(f"query {each.name}", "failed", each.problem) for each in queries if each.problem)]
