"""Pydantic AI: each schema must be strict for OpenAI after its own transformer."""

from typing import Any

from conversion import run
from fastmcp.client.transports import StdioTransport
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer


async def convert(server: dict[str, Any]) -> list[str]:
    transport = StdioTransport(server["command"], [], env=server["environment"])
    async with MCPToolset(transport) as toolset:
        tools = await toolset.list_tools()
    return [_converted(tool) for tool in tools]


def _converted(tool: Any) -> str:
    transformer = OpenAIJsonSchemaTransformer(tool.input_schema, strict=True)
    transformer.walk()
    return tool.name if transformer.is_strict_compatible else f"{tool.name}: its schema cannot be strict"


run("pydantic-ai-slim", convert)
