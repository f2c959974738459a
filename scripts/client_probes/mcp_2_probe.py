"""MCP SDK for Python, 2.x."""

from typing import Any

from connection import run
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    stdio = "url" not in target
    start = StdioServerParameters(command=target["command"], env=target["environment"]) if stdio else target["url"]
    async with Client(start) as client:
        tools = (await client.list_tools()).tools
        return len(tools), await client.call_tool(call["name"], call["arguments"])


run("mcp", connect)
