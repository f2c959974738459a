"""Haystack."""

import asyncio
from typing import Any

from connection import run
from haystack_integrations.tools.mcp import MCPToolset, StdioServerInfo, StreamableHttpServerInfo


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    return await asyncio.to_thread(connected, target, call)


def connected(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        start: Any = StreamableHttpServerInfo(url=target["url"])
    else:
        start = StdioServerInfo(command=target["command"], args=[], env=target["environment"])
    toolset = MCPToolset(server_info=start, eager_connect=True)
    try:
        [tool] = [each for each in toolset if each.name == call["name"]]
        return len(toolset), tool.invoke(**call["arguments"])
    finally:
        toolset.close()


run("mcp-haystack", connect)
