"""mcp-use."""

from typing import Any

from connection import run
from mcp_use import MCPClient


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    http = "url" in target
    start = target if http else {"command": target["command"], "args": [], "env": target["environment"]}
    client = MCPClient({"mcpServers": {"server": start}})
    session = await client.create_session("server")
    try:
        return len(await session.list_tools()), await session.call_tool(call["name"], call["arguments"])
    finally:
        await client.close_all_sessions()


run("mcp-use", connect)
