"""DSPy: each tool becomes one of its own, over a session of the MCP SDK."""

from typing import Any

from connection import run
from dspy import Tool
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


def opened(target: dict[str, Any]) -> Any:
    if "url" in target:
        return streamable_http_client(target["url"])
    return stdio_client(StdioServerParameters(command=target["command"], env=target["environment"]))


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    async with opened(target) as streams, ClientSession(*streams[:2]) as session:
        await session.initialize()
        tools = [Tool.from_mcp_tool(session, each) for each in (await session.list_tools()).tools]
        [tool] = [each for each in tools if each.name == call["name"]]
        return len(tools), await tool.acall(**call["arguments"])


run("dspy", connect)
