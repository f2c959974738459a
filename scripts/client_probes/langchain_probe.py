"""LangChain: each tool is converted for OpenAI with `strict=True`."""

from typing import Any

from conversion import run
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient


async def convert(server: dict[str, Any]) -> list[str]:
    start = {"transport": "stdio", "command": server["command"], "args": [], "env": server["environment"]}
    tools = await MultiServerMCPClient({"server": start}).get_tools()
    return [_converted(tool) for tool in tools]


def _converted(tool: Any) -> str:
    try:
        function = convert_to_openai_tool(tool, strict=True)["function"]
    except (KeyError, TypeError, ValueError) as exc:
        return f"{tool.name}: {exc}"
    return tool.name if function["strict"] else f"{tool.name}: not strict"


run("langchain-mcp-adapters", convert)
