"""Every server of the workspace, found by entry point, and what each offers."""

from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_types import Tool
from offers import Offer, offer, on_request, switches
from servers import servers


@pytest.fixture(scope="session")
def found() -> dict[str, Server[Any]]:
    return servers()


@pytest.fixture
async def offers(found: dict[str, Server[Any]]) -> list[Offer]:
    """Each server by default, and with each of its switches turned the other way."""
    return [await offer(*each, environment) for each in found.items() for environment in [{}, *switches(each[1])]]


@pytest.fixture
async def tools(found: dict[str, Server[Any]]) -> list[tuple[str, Tool]]:
    """Every tool a server can offer, also those that must be asked for, with its server's name."""
    all_offers = [
        await offer(*each, environment) for each in found.items() for environment in [*on_request(each[1]), {}]
    ]
    by_name = {(each.name, tool.name): tool for each in all_offers for tool in each.tools}
    return [(server, tool) for (server, _), tool in by_name.items()]
