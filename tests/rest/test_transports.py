"""The installed command over stdio and over HTTP, in both eras, before a desk on a real socket."""

import sys

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_chassis.testing import data, failure
from remote_http import process, session
from rest_mcp.assembly import STARTER
from support_api_desk import Running

pytestmark = pytest.mark.slow

ERAS = {"legacy": "legacy", "modern": "2026-07-28"}
QUIET = {"MCP_LOG_LEVEL": "CRITICAL", "MCP_IDEMPOTENCY_STORE": "memory"}


async def good_and_bad(client: Client) -> None:
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert {"list_users", "create_support_ticket", "update_ticket_status"} <= names
    ticket = {"user_id": 2, "subject": "Mouse", "description": "It does not move.", "priority": "low"}
    opened = data(await client.call_tool("create_support_ticket", ticket))
    moved = {"ticket_id": opened["ticket_id"], "status": "closed"}
    assert data(await client.call_tool("update_ticket_status", moved))["status"] == "closed"
    assert (await client.read_resource("support://users/active")).contents
    missing = failure(await client.call_tool("get_ticket", {"ticket_id": 77}))
    assert (missing.code, "There is no ticket 77." in missing.message) == ("RESOURCE_NOT_FOUND", True)
    assert failure(await client.call_tool("get_ticket", {"ticket_id": "one"})).code == "INVALID_INPUT"


@pytest.mark.parametrize("era", ERAS)
async def test_over_stdio(desk: Running, era: str) -> None:
    environment = {**desk.environment, **QUIET}
    command = ["-m", "rest_mcp", "--bridge", str(STARTER)]
    host = StdioServerParameters(command=sys.executable, args=command, env=environment)
    async with Client(host, mode=ERAS[era]) as client:
        await good_and_bad(client)


@pytest.mark.parametrize("era", ERAS)
async def test_over_http(desk: Running, era: str) -> None:
    command = ["-m", "rest_mcp", "serve", "--transport", "http", f"--bridge={STARTER}"]
    async with (
        process(environment=desk.environment, command=command) as server,
        session(f"{server.url}/mcp", era) as client,
    ):
        await good_and_bad(client)
