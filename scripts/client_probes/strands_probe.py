"""Strands Agents."""

import asyncio
from typing import Any

from connection import run
from mcp import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from strands.tools.mcp import MCPClient


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    return await asyncio.to_thread(connected, target, call)


def connected(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    def opened() -> Any:
        if "url" in target:
            return streamable_http_client(target["url"])
        return stdio_client(StdioServerParameters(command=target["command"], env=target["environment"]))

    with MCPClient(opened) as client:
        return len(client.list_tools_sync()), client.call_tool_sync("1", call["name"], call["arguments"])


run("strands-agents", connect)
