"""Conversations that only the person's token can see: listed as unread, then read."""

from typing import Any

import pytest
from mcp_chassis.testing import connected, data
from slack_desk import ALICE, BOB, Desk
from slack_mcp.server import SERVER

PRIVATE = "D0ALICEBOB"


@pytest.fixture
def persons(desk: Desk) -> Desk:
    """A direct message between two people that the app cannot see."""
    desk.workspace.add_channel(PRIVATE, "", kind="im", user=BOB, seen_by=ALICE)
    desk.env |= {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_ALLOW_DMS": "true"}
    return desk


async def test_a_conversation_listed_as_unread_is_read_by_its_id(persons: Desk):
    first = persons.workspace.say(PRIVATE, BOB, "seen")
    persons.workspace.last_read[PRIVATE] = first
    persons.workspace.say(PRIVATE, BOB, "are you there?")
    async with persons.client(SLACK_TOOLS="@personal") as client:
        listed = data(await client.call_tool("list_unread", {}))["conversations"]
        assert [(item["id"], item["name"], item["unread"]) for item in listed] == [(PRIVATE, "@Bob Stone", 1)]
        read = data(await client.call_tool("get_channel_history", {"channel": listed[0]["id"]}))
        assert [message["text"] for message in read["messages"]] == ["are you there?", "seen"]
        thread = data(await client.call_tool("get_thread", {"channel": PRIVATE, "thread_ts": first}))
        assert thread["messages"][0]["text"] == "seen"


async def test_the_host_receives_a_log_message_when_the_user_token_is_tried(persons: Desk):
    persons.workspace.say(PRIVATE, BOB, "are you there?")
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    async with connected(SERVER, env=persons.env, logging_callback=hear, log_level="info") as client:
        for channel in ("general", PRIVATE):
            data(await client.call_tool("get_channel_history", {"channel": channel}))
    assert heard == ["The app may not read this in Slack; trying again with the person's token."]


async def test_without_a_user_token_the_persons_conversation_is_not_found(persons: Desk):
    failed = await persons.fail("get_channel_history", {"SLACK_USER_TOKEN": ""}, channel=PRIVATE)
    assert failed.code == "RESOURCE_NOT_FOUND"


async def test_the_persons_direct_messages_are_refused_if_direct_messages_are_not_allowed(persons: Desk):
    failed = await persons.fail("get_channel_history", {"SLACK_ALLOW_DMS": "false"}, channel=PRIVATE)
    assert failed.code == "PERMISSION_DENIED"


async def test_conversations_after_the_first_page_are_checked_for_unread_messages(persons: Desk):
    pages: list[dict[str, Any]] = [
        {"ok": True, "channels": [], "response_metadata": {"next_cursor": "bmV4dA=="}},
        {"ok": True, "channels": [persons.workspace.channels[PRIVATE].wire()], "response_metadata": {}},
    ]
    persons.slack.answers["users.conversations"] = lambda given: pages[1 if given.get("cursor") else 0]
    persons.workspace.last_read[PRIVATE] = persons.workspace.say(PRIVATE, BOB, "seen")
    persons.workspace.say(PRIVATE, BOB, "new")
    listed = await persons.call("list_unread", {"SLACK_TOOLS": "@personal"})
    assert [item["unread"] for item in listed["conversations"]] == [1]


async def test_an_unread_count_above_the_limit_sets_more(persons: Desk):
    persons.workspace.last_read[PRIVATE] = persons.workspace.say(PRIVATE, BOB, "seen")
    for number in range(60):
        persons.workspace.say(PRIVATE, BOB, f"new {number}")
    listed = await persons.call("list_unread", {"SLACK_TOOLS": "@personal"})
    assert [(item["unread"], item["more"]) for item in listed["conversations"]] == [(50, True)]
