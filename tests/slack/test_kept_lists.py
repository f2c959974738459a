"""Lists of channels and people that are read again within ten minutes: requests, age, and reading anew."""

import asyncio
from typing import Any

import pytest
from mcp_chassis.testing import connected, data
from slack_desk import Desk
from slack_mcp.server import SERVER

LISTS = [("list_channels", {}, "conversations.list"), ("find_users", {"query": "a"}, "users.list")]


@pytest.mark.parametrize(("tool", "arguments", "method"), LISTS)
async def test_a_list_read_twice_is_one_request_and_says_of_when_it_is(
    desk: Desk, tool: str, arguments: dict[str, str], method: str
):
    async with desk.client() as client:
        first, second = [data(await client.call_tool(tool, arguments)) for _ in range(2)]
    assert desk.slack.count(method) == 1
    assert second.pop("as_of").endswith("Z")
    assert first == second


@pytest.mark.parametrize(("tool", "arguments", "method"), LISTS)
async def test_the_host_hears_that_a_list_is_used_again(desk: Desk, tool: str, arguments: dict[str, str], method: str):
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    async with connected(SERVER, env=desk.env, logging_callback=hear, log_level="info") as client:
        await client.call_tool(tool, arguments)
        assert heard == []
        as_of = data(await client.call_tool(tool, arguments))["as_of"]
    assert heard == [f"{tool}: the result of {as_of} is used again."]


@pytest.mark.parametrize(("tool", "arguments", "method"), LISTS)
@pytest.mark.parametrize("fresh", [False, True])
async def test_a_list_read_ten_times_at_once_is_one_request(
    desk: Desk, tool: str, arguments: dict[str, str], method: str, fresh: bool
):
    async with desk.client() as client:
        await asyncio.gather(*(client.call_tool(tool, {**arguments, "fresh": fresh}) for _ in range(10)))
    assert desk.slack.count(method) == 1


async def test_a_channel_made_elsewhere_is_seen_by_a_fresh_reading(desk: Desk):
    async with desk.client() as client:
        await client.call_tool("list_channels", {"query": "brand-new"})
        desk.workspace.add_channel("C0NEW", "brand-new")
        kept = data(await client.call_tool("list_channels", {"query": "brand-new"}))
        fresh = data(await client.call_tool("list_channels", {"query": "brand-new", "fresh": True}))
    assert ([each["name"] for each in kept["channels"]], "as_of" in kept) == ([], True)
    assert ([each["name"] for each in fresh["channels"]], "as_of" in fresh) == (["brand-new"], False)


async def test_a_channel_made_here_is_seen_at_once(desk: Desk):
    async with desk.client() as client:
        await client.call_tool("list_channels", {})
        await client.call_tool("create_channel", {"name": "made-here"})
        listed = data(await client.call_tool("list_channels", {"query": "made-here"}))
    assert [each["name"] for each in listed["channels"]] == ["made-here"]
    assert "as_of" not in listed
