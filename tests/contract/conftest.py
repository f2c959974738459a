"""Every server of the workspace, found by entry point, and what each offers."""

from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_types import Tool
from offers import Offer, offer, switches, tools_of
from servers import servers


@pytest.fixture(scope="session")
def found() -> dict[str, Server[Any]]:
    return servers()


@pytest.fixture
async def offers(found: dict[str, Server[Any]]) -> list[Offer]:
    """Each server by default, and with each of its switches turned the other way."""
    return [await offer(*each, environment) for each in found.items() for environment in [{}, *switches(each[1])]]


@pytest.fixture(scope="session")
def tools(found: dict[str, Server[Any]]) -> list[tuple[str, Tool]]:
    """Every tool a server can offer under any settings, with its server's name."""
    return [(name, tool) for name, server in found.items() for tool in tools_of(server)]
