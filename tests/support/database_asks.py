"""A database of one test's own, and one-line calls of the server's tools against it."""

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure
from postgres_places import Place, with_connection


@asynccontextmanager
async def own_database(place: Place, *statements: str) -> AsyncGenerator[tuple[str, Any]]:
    """A new database made by `statements`, as its name and its owner's connection; dropped afterwards."""
    name = f"t_{secrets.token_hex(5)}"
    keeper = await asyncpg.connect(place.dsn())
    await keeper.execute(f"CREATE DATABASE {name}")
    owner = await asyncpg.connect(place.dsn(name))
    try:
        for statement in statements:
            await owner.execute(statement)
        yield name, owner
    finally:
        await owner.close()
        if place.version >= 13:  # before, a database in use stays until its cluster is removed
            await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await keeper.close()


@asynccontextmanager
async def client_of(place: Place, database: str, **env: str) -> AsyncGenerator[Client]:
    """A client of the server as superuser of `database`, whose free SQL is allowed."""
    settings = {"DATABASE_URL": place.dsn(database), "DATABASE_ALLOW_PRIVILEGED_ROLE": "true", **env}
    async with connected(SERVER, env=settings) as client:
        yield client


async def ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The result of one call."""
    return data(await client.call_tool(tool, arguments))


async def query(client: Client, text: str, *params: Any, **more: Any) -> dict[str, Any]:
    """The result of one query."""
    return await ask(client, "execute_query", query=text, params=list(params), **more)


async def refused(client: Client, tool: str, **arguments: Any) -> Any:
    """The failure of one call."""
    return failure(await client.call_tool(tool, arguments))


async def require_extension(place: Place, name: str) -> None:
    """Go on only where the server offers the extension: skip with the reason, or fail when REQUIRE_SERVICES=1."""
    offered = "SELECT count(*) FROM pg_available_extensions WHERE name = $1"
    if await with_connection(place.dsn(), lambda one: one.fetchval(offered, name)):
        return
    reason = f"PostgreSQL's extension {name} is not installed"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"REQUIRE_SERVICES=1, but {reason}", pytrace=False)
    pytest.skip(reason)
