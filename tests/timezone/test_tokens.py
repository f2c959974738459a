"""The tokens of the tool list, which stands in every prompt of a host."""

from services import require
from snapshots import definitions
from timezone_mcp.server import SERVER
from tokens import count, for_model


async def test_the_eight_tools_cost_at_most_a_thousand_tokens() -> None:
    require("npm packages")
    tools = await definitions(SERVER)
    assert len(tools) == 8
    assert sum(count([for_model(tool) for tool in tools])) <= 1_000
