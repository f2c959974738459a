"""OpenAI Agents SDK: each tool must keep a strict schema, without the fallback to a loose one."""

from typing import Any

from agents import Agent, RunContextWrapper
from agents.mcp import MCPServerStdio, MCPUtil
from conversion import run


async def convert(server: dict[str, Any]) -> list[str]:
    start = {"command": server["command"], "env": server["environment"]}
    async with MCPServerStdio(start, client_session_timeout_seconds=60) as connected:
        tools = await MCPUtil.get_function_tools(
            connected, convert_schemas_to_strict=True, run_context=RunContextWrapper(None), agent=Agent(name="probe")
        )
    return [tool.name if tool.strict_json_schema else f"{tool.name}: its schema cannot be strict" for tool in tools]


run("openai-agents", convert)
