"""FastMCP's client."""

from typing import Any

from connection import run
from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    http = "url" in target
    async with Client(
        target["url"] if http else StdioTransport(target["command"], [], target["environment"])
    ) as client:
        return len(await client.list_tools()), await client.call_tool(call["name"], call["arguments"])


run("fastmcp", connect)
