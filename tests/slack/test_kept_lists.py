"""Cached lists of channels and people: number of requests, reported age, and refresh."""

import asyncio
from typing import Any

import pytest
from mcp_chassis.testing import connected, data
from slack_desk import ALICE, Desk
from slack_mcp.server import SERVER

LISTS = [("list_channels", {}, "conversations.list"), ("find_users", {"query": "a"}, "users.list")]


@pytest.mark.parametrize(("tool", "arguments", "method"), LISTS)
async def test_a_list_read_twice_is_one_request_and_reports_its_age(
    desk: Desk, tool: str, arguments: dict[str, str], method: str
):
    async with desk.client() as client:
        first, second = [data(await client.call_tool(tool, arguments)) for _ in range(2)]
    assert desk.slack.count(method) == 1
    assert second.pop("as_of").endswith("Z")
    assert first == second


@pytest.mark.parametrize(("tool", "arguments", "method"), LISTS)
async def test_the_host_receives_a_log_message_when_a_cached_list_is_used(
    desk: Desk, tool: str, arguments: dict[str, str], method: str
):
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
async def test_ten_concurrent_reads_of_a_list_are_one_request(
    desk: Desk, tool: str, arguments: dict[str, str], method: str, fresh: bool
):
    async with desk.client() as client:
        await asyncio.gather(*(client.call_tool(tool, {**arguments, "fresh": fresh}) for _ in range(10)))
    assert desk.slack.count(method) == 1


async def test_a_channel_created_by_somebody_else_is_listed_with_fresh(desk: Desk):
    async with desk.client() as client:
        await client.call_tool("list_channels", {"query": "brand-new"})
        desk.workspace.add_channel("C0NEW", "brand-new")
        kept = data(await client.call_tool("list_channels", {"query": "brand-new"}))
        fresh = data(await client.call_tool("list_channels", {"query": "brand-new", "fresh": True}))
    assert ([each["name"] for each in kept["channels"]], "as_of" in kept) == ([], True)
    assert ([each["name"] for each in fresh["channels"]], "as_of" in fresh) == (["brand-new"], False)


async def test_a_channel_created_by_this_server_is_listed_at_once(desk: Desk):
    async with desk.client() as client:
        await client.call_tool("list_channels", {})
        await client.call_tool("create_channel", {"name": "made-here"})
        listed = data(await client.call_tool("list_channels", {"query": "made-here"}))
    assert [each["name"] for each in listed["channels"]] == ["made-here"]
    assert "as_of" not in listed


async def test_a_newly_opened_direct_message_can_be_read_at_once(desk: Desk):
    env = {"SLACK_ALLOW_DMS": "true"}
    async with desk.client(**env) as client:
        before = data(await client.call_tool("list_channels", {"types": ["dm"]}))
        await client.call_tool("send_message", {"channel": "@bob", "text": "Hello."})
        after = data(await client.call_tool("list_channels", {"types": ["dm"]}))
        read = data(await client.call_tool("get_channel_history", {"channel": "@bob"}))
        asked = desk.slack.count("conversations.list")
        await client.call_tool("send_message", {"channel": "@bob", "text": "Again."})
        await client.call_tool("list_channels", {"types": ["dm"]})
    assert len(after["channels"]) == len(before["channels"]) + 1
    assert read["messages"][0]["text"] == "Hello."
    assert desk.slack.count("conversations.list") == asked


async def test_a_status_set_by_this_server_is_returned_at_once(desk: Desk):
    env = {"SLACK_TOOLS": "set_status,find_users", "SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE)}
    async with desk.client(**env) as client:
        await client.call_tool("find_users", {"query": "alice"})
        await client.call_tool("set_status", {"text": "away"})
        found = data(await client.call_tool("find_users", {"query": "alice"}))
    assert "as_of" not in found
    assert desk.slack.count("users.list") == 2


async def test_a_channel_whose_creation_timed_out_is_listed_at_once(desk: Desk):
    async with desk.client() as client:
        await client.call_tool("list_channels", {})
        desk.slack.answers["conversations.create"] = lambda given: {"ok": False, "error": "fatal_error"}
        assert (await client.call_tool("create_channel", {"name": "made-here"})).is_error
        listed = data(await client.call_tool("list_channels", {}))
    assert "as_of" not in listed


async def test_a_person_found_by_id_twice_is_one_request_and_reports_its_age(desk: Desk):
    async with desk.client() as client:
        first, second = [data(await client.call_tool("find_users", {"query": ALICE})) for _ in range(2)]
        desk.workspace.people[ALICE]["profile"]["title"] = "Director"
        fresh = data(await client.call_tool("find_users", {"query": ALICE, "fresh": True}))
    assert second.pop("as_of").endswith("Z")
    assert first == second
    assert (fresh["users"][0]["title"], "as_of" in fresh) == ("Director", False)
    assert desk.slack.count("users.info") == 2


async def test_a_fresh_channel_list_reads_guests_and_partners_again(desk: Desk):
    env = {"SLACK_ALLOW_DMS": "true"}
    desk.workspace.add_person("U0GUS0001", "gus", "Gus Guest", is_restricted=True)
    general, dms = {"query": "general"}, {"types": ["dm"]}
    async with desk.client(**env) as client:
        for asked in (general, dms):
            await client.call_tool("list_channels", asked)
        desk.workspace.people["U0GUS0001"]["is_restricted"] = False
        desk.workspace.people[ALICE]["profile"]["real_name"] = "Alice Newname"
        kept = [data(await client.call_tool("list_channels", asked)) for asked in (general, dms)]
        fresh = [data(await client.call_tool("list_channels", {**asked, "fresh": True})) for asked in (general, dms)]
    assert ["guests" in listed[0]["channels"][0] for listed in (kept, fresh)] == [True, False]
    assert [listed[1]["channels"][0]["name"] for listed in (kept, fresh)] == ["@Alice Martin", "@Alice Newname"]
