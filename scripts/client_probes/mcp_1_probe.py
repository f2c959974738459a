"""MCP SDK for Python, 1.x."""

from typing import Any

from connection import run
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client


def opened(target: dict[str, Any]) -> Any:
    if "url" in target:
        return streamablehttp_client(target["url"])
    return stdio_client(StdioServerParameters(command=target["command"], env=target["environment"]))


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    async with opened(target) as streams, ClientSession(*streams[:2]) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        return len(tools), await session.call_tool(call["name"], call["arguments"])


run("mcp", connect)
