"""Microsoft Agent Framework."""

from typing import Any

from agent_framework import MCPStdioTool, MCPStreamableHTTPTool
from connection import run


async def connect(target: dict[str, Any], call: dict[str, Any]) -> tuple[int, Any]:
    if "url" in target:
        opened: Any = MCPStreamableHTTPTool(name="server", url=target["url"], load_prompts=False)
    else:
        opened = MCPStdioTool(
            name="server", command=target["command"], args=[], env=target["environment"], load_prompts=False
        )
    async with opened as server:
        result = await server.call_tool(call["name"], **call["arguments"])
        texts = result if isinstance(result, str) else [getattr(part, "text", part) for part in result]
        return len(server.functions), texts


run("agent-framework-core", connect)
