"""Hostile arguments: each call gives a result or a clean error, and sends Slack only valid requests."""

import json
import logging
from typing import Any

import pytest
from hostile_inputs import hostile
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.testing import failure, text
from slack_desk import ALICE, GENERAL, Desk
from slack_mcp.server import SERVER
from volume import in_volume, volume

INPUTS = volume(2_000)
TS = "1750000000.000100"
SIGNS_OF_A_BUG = ("Traceback", "pydantic", "input_value", "Error:", " at 0x", "\n")


@in_volume
@pytest.mark.parametrize("tool", [function.__name__ for function in SERVER.every_tool])
async def test_hostile_arguments_give_a_result_or_a_clean_error_message(
    desk: Desk, tool: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    desk.workspace.say(GENERAL, ALICE, "hello", ts=TS)
    async with desk.client(SLACK_ALLOW_DMS="true", SLACK_TOOLS=tool) as client:
        (listed,) = [one for one in (await client.list_tools()).tools if one.name == tool]
        found = [
            f"{json.dumps(arguments)[:300]}: {fault}"
            for number, arguments in enumerate(hostile(listed.input_schema, INPUTS, seed=5))
            if (fault := await _fault(client, tool, _at_home(arguments, number)))
        ]
    assert found == []


def _at_home(arguments: dict[str, Any], number: int) -> dict[str, Any]:
    """Replace the channel by an existing one in three of four calls, so that later parameters are tested too."""
    channel = arguments.get("channel")
    plausible = isinstance(channel, str) and channel.startswith("C")
    return {**arguments, "channel": GENERAL} if plausible and number % 4 else arguments


async def _fault(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    """Description of a fault in the result of a call; empty if there is none."""
    try:
        result = await client.call_tool(tool, arguments)
    except (MCPError, ValueError, RuntimeError) as exc:
        return f"raised {exc!r}"
    if not result.is_error:
        return ""
    told = failure(result)
    bad = told.code == "INTERNAL_ERROR" or len(told.message) > 800
    return text(result)[:400] if bad or any(sign in told.message for sign in SIGNS_OF_A_BUG) else ""
