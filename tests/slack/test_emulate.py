"""The Slack server against npm's `emulate`, limited to the methods that it implements."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from emulated_slack import TOKEN, asked, emulated_slack, offered_methods
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure
from slack_mcp.server import SERVER

pytestmark = pytest.mark.services

PERSONAL = "mark_read,set_status,list_members,send_message"
NEVER_NEEDED = {"bots.info"}
"""Methods without a call here: bots.info is needed only for authors with a bot id and no user id."""


@pytest.fixture
async def emulated(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    async with emulated_slack(tmp_path) as env:
        yield env


async def done(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    return data(await client.call_tool(tool, arguments))


async def test_posting_reading_and_reacting_work_against_emulate(emulated: dict[str, str]):
    async with connected(SERVER, env=emulated) as client:
        sent = await done(client, "send_message", channel="#general", text="**Hello** from tests")
        place = {"channel": "general", "ts": sent["ts"]}
        await done(client, "send_message", channel="general", text="a reply", thread_ts=sent["ts"])
        for _ in range(2):
            await done(client, "add_reaction", **place, emoji="thumbsup")
        history = await done(client, "get_channel_history", channel="general")
        thread = await done(client, "get_thread", channel="general", thread_ts=sent["ts"])
        found = await done(client, "search_messages", channel="general", query="hello")
        await done(client, "update_message", **place, text="changed")
        await done(client, "update_message", **place, delete=True)
    first = next(message for message in history["messages"] if message["ts"] == sent["ts"])
    assert first["user"] == "Admin User"
    assert first["text"] == "**Hello** from tests"
    assert [reaction["count"] for reaction in first["reactions"]] == [1]
    assert [message["text"] for message in thread["messages"]][-1] == "a reply"
    assert found["items"][0]["ts"] == sent["ts"]


async def test_channels_and_people_are_found_and_created_against_emulate(emulated: dict[str, str]):
    async with connected(SERVER, env=emulated) as client:
        listed = await done(client, "list_channels", query="general")
        people = await done(client, "find_users", query="admin")
        made = await done(client, "create_channel", name="New Plans", description="All of it")
        taken = failure(await client.call_tool("create_channel", {"name": "new-plans"}))
        topic = await done(client, "list_channels", query="new-plans")
    assert [channel["name"] for channel in listed["channels"]] == ["general"]
    assert people["users"][0]["real_name"] == "Admin User"
    assert (made["name"], taken.code, taken.details["id"]) == ("new-plans", "CONFLICT", made["id"])
    assert topic["channels"][0]["topic"] == "All of it"


async def test_every_method_that_emulate_offers_is_called_successfully(
    emulated: dict[str, str], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    env = {**emulated, "SLACK_ALLOW_DMS": "true", "SLACK_USER_TOKEN": TOKEN}
    async with connected(SERVER, env=env) as client:
        await _talk(client)
    async with connected(SERVER, env={**env, "SLACK_TOOLS": "@write"}) as client:
        await _schedule_and_change(client)
    async with connected(SERVER, env={**env, "SLACK_TOOLS": "@files"}) as client:
        await _share(client)
    async with connected(SERVER, env={**env, "SLACK_TOOLS": PERSONAL}) as client:
        await _be_somebody(client)
    answered = asked(caplog)
    assert offered_methods() - set(answered) == NEVER_NEEDED
    assert {method: statuses for method, statuses in answered.items() if statuses != {200}} == {}


async def _talk(client: Client) -> None:
    made = await done(client, "create_channel", name="plans", description="All", invite=["dora@acme.example"])
    sent = await done(client, "send_message", channel=made["id"], text="one")
    await done(client, "send_message", channel="@dora", text="hello")
    await done(client, "send_message", channel="plans", text="two", thread_ts=sent["ts"])
    place = {"channel": "plans", "ts": sent["ts"]}
    for remove in (False, True):
        await done(client, "add_reaction", **place, emoji="eyes", remove=remove)
    await done(client, "update_message", **place, text="changed")
    assert (await done(client, "get_thread", channel="plans", thread_ts=sent["ts"]))["messages"][0]["text"] == "changed"
    await done(client, "update_message", **place, delete=True)
    assert (await done(client, "get_channel_history", channel="plans"))["messages"]


async def _schedule_and_change(client: Client) -> None:
    held = await done(client, "schedule_message", channel="general", text="later", at="2h")
    listed = await done(client, "list_scheduled_messages", channel="general")
    assert [one["id"] for one in listed["messages"]] == [held["id"]]
    await done(client, "cancel_scheduled_message", channel="general", id=held["id"])
    await done(client, "find_users", query="dora")
    await done(client, "update_channel", channel="random", action="join", topic="t", purpose="p", invite=["@dora"])
    await done(client, "update_channel", channel="random", remove=["@dora"])
    await done(client, "update_channel", channel="plans", action="leave")
    await done(client, "update_channel", channel="random", name="chatter")
    await done(client, "update_channel", channel="chatter", action="archive")


async def _share(client: Client) -> None:
    shared = await done(client, "upload_file", channel="general", name="a.md", text="# Plan", comment="see")
    listed = await done(client, "list_files", channel="general")
    assert [file["id"] for file in listed["files"]] == [shared["id"]]
    read = await client.call_tool("read_file", {"file": shared["id"]})
    assert "# Plan" in str(read.content)


async def _be_somebody(client: Client) -> None:
    names = [user["name"] for user in (await done(client, "list_members", channel="general"))["users"]]
    assert "admin" in names
    sent = await done(client, "send_message", channel="general", text="read")
    await done(client, "mark_read", channel="general", ts=sent["ts"])
    await done(client, "set_status", text="away", emoji="palm_tree")
