"""Scans of channels and searches go on as tasks, whose result is the call's."""

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
async def test_a_scan_is_a_task_with_the_result_of_a_call(desk: Desk, tool: str, arguments: dict[str, Any]) -> None:
    task, call = await by_either_host(SERVER, desk.env, tool, **arguments)
    assert not task["isError"]
    assert task == call
