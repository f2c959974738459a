"""Limits of calls: the settings that every server has, and the figures of a bridge file over them."""

import asyncio
from pathlib import Path

import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import Api
from rest_mcp.bridge_file import read
from rest_mcp.connection import policy_of
from rest_mcp.settings import RestSettings, settings_for

TOOL = """
[[tools]]
name = "get_thing"
description = "Get a thing."
request = "GET /thing"
"""
SET = {
    "MCP_READ_TIMEOUT": "7",
    "MCP_OUTBOUND_RATE": "3",
    "MCP_RETRY_ATTEMPTS": "2",
    "MCP_BREAKER_FAILURES": "4",
    "MCP_CALL_DEADLINE": "9",
}


def bridge(folder: Path, api: str = "", entry: str = "") -> Path:
    path = folder / "bridge.toml"
    path.write_text(f'instructions = "Things."\n[apis.things]\nauth = false\n{api}{TOOL}{entry}')
    return path


def api_and_settings(path: Path) -> tuple[Api, RestSettings]:
    return read(path).apis["things"], settings_for(read(path), path).load(SET)


def test_the_settings_of_every_server_hold_where_the_file_has_no_figures(tmp_path: Path) -> None:
    policy = policy_of(*api_and_settings(bridge(tmp_path)))
    assert (policy.read_timeout, policy.rate, policy.retry_attempts) == (7, 3, 2)
    assert (policy.breaker_failures, policy.call_deadline, policy.unsent_attempts) == (4, 9, 4)
    assert (policy.connect_timeout, policy.write_timeout, policy.breaker_open) == (5, 10, 2)


def test_a_figure_of_the_file_goes_first_and_those_beside_it_stay_those_of_the_settings(tmp_path: Path) -> None:
    figures = "rate = 20\nattempts = 1\ntimeouts = { connect = 1 }\nbreaker = { window = 60 }\n"
    policy = policy_of(*api_and_settings(bridge(tmp_path, figures)))
    assert (policy.rate, policy.retry_attempts, policy.unsent_attempts) == (20, 1, 1)
    assert (policy.connect_timeout, policy.read_timeout) == (1, 7)
    assert (policy.breaker_window, policy.breaker_failures) == (60, 4)


def test_every_figure_of_the_file_is_that_of_the_calls(tmp_path: Path) -> None:
    figures = (
        "rate = 11\nattempts = 5\ntimeouts = { connect = 1, read = 2, write = 3, pool = 4 }\n"
        "breaker = { failures = 6, window = 7, open = 8 }\n"
    )
    policy = policy_of(*api_and_settings(bridge(tmp_path, figures)))
    assert (policy.connect_timeout, policy.read_timeout, policy.write_timeout, policy.pool_timeout) == (1, 2, 3, 4)
    assert (policy.rate, policy.retry_attempts, policy.unsent_attempts) == (11, 5, 10)
    assert (policy.breaker_failures, policy.breaker_window, policy.breaker_open) == (6, 7, 8)


async def test_a_tool_without_a_deadline_has_that_of_the_settings(tmp_path: Path) -> None:
    never = asyncio.Event()
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /thing", Reply(json={}, until=never))
        env = {"API_BASE_URL": upstream.url, "MCP_CALL_DEADLINE": "0.2"}
        async with connected(server_of(bridge(tmp_path)), env=env) as client:
            told = failure(await client.call_tool("get_thing", {}))
        never.set()
    assert told.code == "TIMEOUT"


async def test_a_deadline_of_the_file_goes_before_that_of_the_settings(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /thing", Reply(json={"id": 1}, delay=0.3))
        env = {"API_BASE_URL": upstream.url, "MCP_CALL_DEADLINE": "0.2"}
        async with connected(server_of(bridge(tmp_path, entry="deadline = 20\n")), env=env) as client:
            assert data(await client.call_tool("get_thing", {})) == {"id": 1}


@pytest.mark.parametrize("word", ["rate = 0", "attempts = 0", "timeouts = { read = 0 }", "breaker = { failures = 0 }"])
def test_a_figure_of_nothing_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(BadBridge, match="greater than"):
        read(bridge(tmp_path, f"{word}\n"))
