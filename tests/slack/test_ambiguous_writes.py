"""Writes whose responses are lost at random: each takes effect once or is reported as an unknown outcome."""

import asyncio
from typing import Any

from mcp.client import Client
from mcp_chassis.testing import failure
from slack_desk import GENERAL, Desk
from volume import in_volume, volume

WRITES = volume(500)
CALM = {"MCP_RETRY_BUDGET": "1e6", "MCP_BREAKER_FAILURES": "100000", "MCP_CONNECTIONS": "20", "SLACK_TOOLS": ""}
MAX_CONCURRENT = 16


async def _codes(client: Client, tool: str, calls: list[dict[str, Any]]) -> list[str]:
    """The outcome codes of all calls, made concurrently."""
    slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def one(arguments: dict[str, Any]) -> str:
        async with slots:
            result = await client.call_tool(tool, arguments)
        return failure(result).code if result.is_error else "done"

    return await asyncio.gather(*map(one, calls))


@in_volume
async def test_random_network_faults_never_duplicate_a_post(desk: Desk):
    desk.slack.fault_rate = 0.7
    calls = [{"channel": "general", "text": f"message {number}"} for number in range(WRITES)]
    async with desk.client(**{**CALM, "SLACK_TOOLS": "send_message"}) as client:
        codes = await _codes(client, "send_message", calls)
    texts = [post["text"] for post in desk.posts()]
    assert sorted(texts) == sorted(call["text"] for call in calls)
    assert set(codes) <= {"done", "OUTCOME_UNKNOWN"}


@in_volume
async def test_random_network_faults_never_duplicate_an_upload(desk: Desk):
    desk.slack.fault_rate = 0.7
    calls = [{"channel": "general", "name": f"{number}.txt", "text": str(number)} for number in range(WRITES)]
    async with desk.client(**{**CALM, "SLACK_TOOLS": "upload_file"}) as client:
        codes = await _codes(client, "upload_file", calls)
    assert len(desk.workspace.shared) == len(set(desk.workspace.shared)) == WRITES
    assert set(codes) <= {"done", "OUTCOME_UNKNOWN"}


@in_volume
async def test_random_network_faults_leave_a_message_with_the_text_of_the_edit(desk: Desk):
    stamps = [desk.workspace.say(GENERAL, "U0BOT0001", "old", bot_id="B0BOT0001") for _ in range(WRITES)]
    desk.slack.fault_rate = 0.7
    calls = [{"channel": "general", "ts": ts, "text": f"new {at}"} for at, ts in enumerate(stamps)]
    async with desk.client(**{**CALM, "SLACK_TOOLS": "update_message"}) as client:
        codes = await _codes(client, "update_message", calls)
    wrong = [call for call in calls if desk.workspace.message(GENERAL, call["ts"])["text"] != call["text"]]
    assert wrong == []
    assert len(desk.posts()) == WRITES
    assert set(codes) <= {"done", "OUTCOME_UNKNOWN"}
