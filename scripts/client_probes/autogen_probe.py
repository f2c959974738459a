"""AutoGen: each tool becomes an adapter whose arguments are a Pydantic model made from the schema."""

from typing import Any

from autogen_ext.tools.mcp import StdioServerParams, mcp_server_tools
from conversion import run


async def convert(server: dict[str, Any]) -> list[str]:
    start = StdioServerParams(command=server["command"], env=server["environment"], read_timeout_seconds=60)
    return [_converted(tool) for tool in await mcp_server_tools(start)]


def _converted(tool: Any) -> str:
    properties = tool.schema["parameters"]["properties"]
    untyped = [name for name, node in properties.items() if not {"type", "anyOf", "$ref", "allOf"} & node.keys()]
    return f"{tool.name}: no type for {untyped}" if untyped else tool.name


run("autogen-ext", convert)
