"""What `tools` lists and `call` runs: the tools as a host sees them, through the whole pipeline."""

import asyncio
import json
import sys
from typing import Any

from mcp_types import Tool

from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server

CHARACTERS_A_TOKEN = 4  # a rule of thumb: tokenizers differ, and none is carried along


def tokens(tool: Tool) -> int:
    """About how many tokens a host spends to tell its model of this tool."""
    shown = {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
    return -(-len(json.dumps(shown, ensure_ascii=False, separators=(",", ":"))) // CHARACTERS_A_TOKEN)


def table(tools: list[Tool]) -> list[str]:
    """A line for each tool: tokens, whether it reads or writes, name and title; then the sum."""
    width = max((len(tool.name) for tool in tools), default=0)
    lines = [f"{'~' + str(tokens(tool)):>7}  {_does(tool):<6} {tool.name:<{width}}  {tool.title}" for tool in tools]
    return [*lines, f"{'~' + str(sum(map(tokens, tools))):>7}  tokens in {len(tools)} tools"]


def _does(tool: Tool) -> str:
    return "reads" if tool.annotations and tool.annotations.read_only_hint else "writes"


def listed(server: Server[Any]) -> int:
    """Print the table of a server's tools. The exit code."""
    tools = asyncio.run(Dispatch(server, server.settings.load()).list_tools())
    sys.stdout.write("\n".join(table(tools)) + "\n")
    return 0


def call(server: Server[Any], tool: str, arguments: dict[str, Any]) -> int:
    """Call a tool as a host would and print its text: 0 when it succeeded, 1 when it failed."""
    failed, text = asyncio.run(_called(server, tool, arguments))
    (sys.stderr if failed else sys.stdout).write(f"{text}\n")
    return int(failed)


async def _called(server: Server[Any], tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    from mcp.client import Client
    from mcp.shared.exceptions import MCPError

    async with Client(Dispatch(server, server.settings.load())) as client:
        try:
            result = await client.call_tool(tool, arguments)
        except MCPError as exc:
            return True, str(exc)
    return bool(result.is_error), "\n".join(getattr(block, "text", f"[{block.type}]") for block in result.content)
