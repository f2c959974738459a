"""LlamaIndex."""

from typing import Any

from connection import run
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    stdio = "url" not in target
    client = BasicMCPClient(target["command"], env=target["environment"]) if stdio else BasicMCPClient(target["url"])
    tools = await McpToolSpec(client=client).to_tool_list_async()
    [tool] = [each for each in tools if each.metadata.name == call["name"]]
    return len(tools), await tool.acall(**call["arguments"])


run("llama-index-tools-mcp", connect)
