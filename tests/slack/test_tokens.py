"""Size of tool definitions and results in tokens of the encoding o200k."""

import pytest
from mcp_chassis.testing import text
from scripted_slack import ScriptedSlack
from services import require
from slack_desk import Desk
from slack_mcp.profiles import PROFILES
from slack_seed import seeded
from tokens import count, for_model

pytestmark = pytest.mark.services

MAX_TOKENS_OF_TOOLS = 1_330
MAX_TOKENS_OF_FIFTY_MESSAGES = 2_700
MAX_TOKENS_OF_A_PROFILE = 1_700


async def test_the_tools_cost_at_most_1330_tokens(desk: Desk):
    require("npm packages")
    async with desk.client() as client:
        tools = (await client.list_tools()).tools
    costs = count([for_model(tool.model_dump(mode="json", by_alias=True, exclude_none=True)) for tool in tools])
    assert sum(costs) <= MAX_TOKENS_OF_TOOLS


async def test_fifty_messages_with_names_and_reactions_cost_at_most_2700_tokens():
    require("npm packages")
    slack = ScriptedSlack()
    channels = seeded(slack.workspace)
    async with slack.running(), Desk(slack).client() as client:
        page = text(await client.call_tool("get_channel_history", {"channel": channels["release"].id, "limit": 50}))
    assert page.count('"ts"') == 50
    assert page.count('"reactions"') >= 8
    assert "U0" not in page
    assert count([page])[0] <= MAX_TOKENS_OF_FIFTY_MESSAGES


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_the_tools_of_a_profile_cost_at_most_1700_tokens(desk: Desk, profile: str):
    require("npm packages")
    async with desk.client(SLACK_TOOLS=f"@{profile}") as client:
        tools = (await client.list_tools()).tools
    costs = count([for_model(tool.model_dump(mode="json", by_alias=True, exclude_none=True)) for tool in tools])
    assert sum(costs) <= MAX_TOKENS_OF_A_PROFILE
