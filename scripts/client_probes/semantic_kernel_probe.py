"""Semantic Kernel: each tool becomes a function of a plugin."""

from typing import Any

from connection import run
from semantic_kernel import Kernel
from semantic_kernel.connectors.mcp import MCPStdioPlugin, MCPStreamableHttpPlugin


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        opened: Any = MCPStreamableHttpPlugin(name="server", url=target["url"], load_prompts=False)
    else:
        opened = MCPStdioPlugin(
            name="server", command=target["command"], args=[], env=target["environment"], load_prompts=False
        )
    async with opened as plugin:
        functions = Kernel().add_plugin(plugin).functions
        return len(functions), await plugin.call_tool(call["name"], **call["arguments"])


run("semantic-kernel", connect)
