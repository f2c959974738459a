"""CrewAI: each tool becomes an adapter whose arguments are a Pydantic model made from the schema."""

from typing import Any

from conversion import run
from crewai_tools import MCPServerAdapter
from mcp import StdioServerParameters


async def convert(server: dict[str, Any]) -> list[str]:
    start = StdioServerParameters(command=server["command"], env=server["environment"])
    with MCPServerAdapter(start) as tools:
        return [_converted(tool) for tool in tools]


def _converted(tool: Any) -> str:
    schema = tool.args_schema.model_json_schema()
    return tool.name if schema.get("type") == "object" else f"{tool.name}: its arguments are no object"


run("crewai-tools", convert)
