"""Agno."""

from typing import Any

from agno.tools.mcp import MCPTools
from connection import run
from mcp import StdioServerParameters


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        opened = MCPTools(transport="streamable-http", url=target["url"])
    else:
        opened = MCPTools(server_params=StdioServerParameters(command=target["command"], env=target["environment"]))
    async with opened as tools:
        return len(tools.functions), await tools.session.call_tool(call["name"], call["arguments"])


run("agno", connect)
