"""What the example's tools cost a host, counted as its model counts."""

import json
from pathlib import Path

import pytest
import services
from mcp_chassis.pipeline.dispatch import Dispatch
from rest_mcp.assembly import STARTER, server_of
from tokens import count

MOST = 120
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.services
@pytest.mark.parametrize(
    "bridge",
    [STARTER, EXAMPLES / "support-api" / "bridge.toml", EXAMPLES / "web-search" / "bridge.toml"],
    ids=["starter", "support-api", "web-search"],
)
async def test_every_tool_of_the_examples_costs_at_most_120_tokens(bridge: Path) -> None:
    services.require("npm packages")
    server = server_of(bridge)
    tools = await Dispatch(server, server.settings.load({})).list_tools()
    shown = [{"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema} for tool in tools]
    counts = count([json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in shown])
    assert {tool.name: tokens for tool, tokens in zip(tools, counts, strict=True) if tokens > MOST} == {}
