"""smolagents."""

import asyncio
from typing import Any

from connection import run
from mcp import StdioServerParameters
from smolagents import MCPClient


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    return await asyncio.to_thread(connected, target, call)


def connected(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        start: Any = {"url": target["url"], "transport": "streamable-http"}
    else:
        start = StdioServerParameters(command=target["command"], env=target["environment"])
    with MCPClient(start, structured_output=False) as tools:
        [tool] = [each for each in tools if each.name == call["name"]]
        return len(tools), tool(**call["arguments"])


run("smolagents", connect)
