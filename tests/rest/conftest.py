"""The support desk, and clients of the bridge before it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_chassis.testing import connected
from mcp_types import CallToolResult
from rest_mcp.assembly import STARTER, server_of
from support_api_desk import Running, running

Call = Callable[..., Awaitable[CallToolResult]]


@pytest.fixture
async def desk() -> AsyncGenerator[Running]:
    async with running() as started:
        yield started


@pytest.fixture(scope="session")
def starter() -> Server[Any]:
    return server_of(STARTER)


@pytest.fixture
async def call(desk: Running, starter: Server[Any]) -> AsyncGenerator[Call]:
    """Call a tool of the starter's bridge by name, its arguments by name."""
    async with connected(starter, env={"MCP_OUTBOUND_RATE": "1000", **desk.environment}) as client:

        async def by_name(tool: str, **arguments: Any) -> CallToolResult:
            return await client.call_tool(tool, arguments)

        yield by_name
