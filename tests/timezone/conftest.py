"""timezone-mcp at a fixed time, and zones as the standard library reads them."""

import dataclasses
import zoneinfo
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, data, failure
from timezone_mcp import server as timezone_server
from timezone_mcp.settings import TimezoneSettings

PRESENT = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday
Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def still() -> Server[TimezoneSettings]:
    """The server, to which it is always noon UTC of Wednesday 18 March 2026."""
    original = timezone_server.SERVER

    @asynccontextmanager
    async def connect(settings: TimezoneSettings) -> Any:
        async with original.connect(settings) as keeper:
            yield dataclasses.replace(keeper, present=lambda: PRESENT)

    return dataclasses.replace(original, connect=connect)


@pytest.fixture
async def call(still: Server[TimezoneSettings]) -> Any:
    """Call a tool and have its data."""
    async with connected(still) as client:

        async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
            return data(await client.call_tool(tool, arguments))

        yield ask


@pytest.fixture
async def refused(still: Server[TimezoneSettings]) -> Any:
    """Call a tool that must fail and have its `error`."""
    async with connected(still) as client:

        async def ask(tool: str, **arguments: Any) -> Any:
            return failure(await client.call_tool(tool, arguments))

        yield ask


@pytest.fixture
def embedded_zoneinfo() -> Iterator[Callable[[str], zoneinfo.ZoneInfo]]:
    """The standard library's own reading of the tzdata package, whatever this machine has installed."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield zoneinfo.ZoneInfo
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()
