"""Scans and searches run as MCP tasks with the same result as a call."""

from typing import Any

import pytest
from slack_desk import Desk
from slack_mcp.server import SERVER
from task_hosts import by_either_host


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_channels", {}),
        ("get_channel_history", {"channel": "general"}),
        ("search_messages", {"query": "hello", "channel": "general"}),
    ],
)
async def test_a_scan_run_as_a_task_returns_the_result_of_the_call(
    desk: Desk, tool: str, arguments: dict[str, Any]
) -> None:
    task, call = await by_either_host(SERVER, desk.env, tool, **arguments)
    assert not task["isError"]
    assert task == call
