"""Client libraries that connect to a server over stdio and HTTP, list its tools, and call one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servers import ROOT

from clients import environments
from clients.environments import NotInstalled
from clients.frameworks import probed
from clients.http_server import http_server

TIMEOUT_SECONDS = 180
SERVER = "timezone-mcp"
CALL = {"name": "get_timezone", "arguments": {"timezone": "Asia/Tokyo"}}
EXPECTED = "Asia/Tokyo is at +09:00"
TRANSPORTS = ("stdio", "HTTP")


@dataclass(frozen=True)
class Library:
    """One client library: its title, the packages to install, whether they are npm's, and its transports."""

    title: str
    requirements: tuple[str, ...]
    is_node: bool = False
    transports: tuple[str, ...] = TRANSPORTS


LIBRARIES: Mapping[str, Library] = {
    "mcp-1": Library("MCP SDK for Python, 1.x", ("mcp<2",)),
    "mcp-2": Library("MCP SDK for Python, 2.x", ("mcp>=2,<3",)),
    "typescript-sdk": Library("MCP SDK for TypeScript", ("@modelcontextprotocol/sdk",), is_node=True),
    "mcp-remote": Library("mcp-remote", ("mcp-remote", "@modelcontextprotocol/sdk"), True, ("HTTP",)),
    "fastmcp": Library("FastMCP", ("fastmcp",)),
    "mcp-use": Library("mcp-use", ("mcp-use",)),
    "smolagents": Library("smolagents", ("smolagents[mcp]", "mcp<2")),
    "llama-index": Library("LlamaIndex", ("llama-index-tools-mcp",)),
    "google-adk": Library("Google ADK", ("google-adk[mcp]",)),
    "strands": Library("Strands Agents", ("strands-agents",)),
    "agno": Library("Agno", ("agno", "mcp>=2,<3")),
    "haystack": Library("Haystack", ("mcp-haystack",)),
    "semantic-kernel": Library("Semantic Kernel", ("semantic-kernel[mcp]",)),
    "agent-framework": Library("Microsoft Agent Framework", ("agent-framework-core", "mcp", "tenacity")),
    "dspy": Library("DSPy", ("dspy[mcp]",)),
    "openai-agents-js": Library("OpenAI Agents SDK for TypeScript", ("@openai/agents", "zod"), is_node=True),
    "langchain-js": Library("LangChain.js", ("@langchain/mcp-adapters", "@langchain/core"), is_node=True),
    "mastra": Library("Mastra", ("@mastra/mcp", "@mastra/core"), is_node=True),
}


def trial(uv: str, name: str) -> dict[str, Any]:
    """The version, and for each transport the number of tools and the text of a call; or the problem."""
    library = LIBRARIES[name]
    try:
        command = (
            environments.node(name, library.requirements)
            if library.is_node
            else environments.python(uv, name, library.requirements)
        )
    except NotInstalled as exc:
        return {"problem": f"not installed: {exc}"}
    with http_server(SERVER) as url:
        stdio = {"command": str(ROOT / ".venv" / "bin" / SERVER), "environment": dict(os.environ)}
        targets = {"stdio": stdio, "HTTP": {"url": url}}
        reports = {
            transport: probed(command, {"target": targets[transport], "call": CALL}, TIMEOUT_SECONDS)
            for transport in library.transports
        }
    versions = [report["version"] for report in reports.values() if "version" in report]
    return {"version": versions[0] if versions else "", "transports": reports}


def outcome(report: Mapping[str, Any], transport: str) -> str:
    """One cell of the table: what a transport did."""
    found = report["transports"].get(transport)
    if found is None:
        return "not tried"
    if problem := found.get("problem"):
        return problem.replace("|", " ")
    return f"{found['tools']} tools, called" if EXPECTED in found["text"] else "another result"


def is_good(report: Mapping[str, Any]) -> bool:
    """Whether every transport that was tried works."""
    if "problem" in report:
        return False
    return all(outcome(report, transport).endswith(("called", "not tried")) for transport in TRANSPORTS)
