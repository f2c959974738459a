"""Google ADK: each tool becomes one of its own."""

from types import SimpleNamespace
from typing import Any

from connection import run
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams, StreamableHTTPConnectionParams
from mcp import StdioServerParameters


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        start: Any = StreamableHTTPConnectionParams(url=target["url"])
    else:
        server = StdioServerParameters(command=target["command"], env=target["environment"])
        start = StdioConnectionParams(server_params=server, timeout=30)
    toolset = McpToolset(connection_params=start)
    try:
        tools = await toolset.get_tools()
        [tool] = [each for each in tools if each.name == call["name"]]
        context = SimpleNamespace(tool_confirmation=None, state={}, _invocation_context=None, function_call_id="1")
        return len(tools), await tool.run_async(args=call["arguments"], tool_context=context)
    finally:
        await toolset.close()


run("google-adk", connect)
