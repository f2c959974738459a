"""Tools for files, scheduled messages, members and a person's conversations, called by an MCP client."""

from typing import Any

import pytest
from mcp_chassis.testing import data, failure, text
from slack_desk import ALICE, BOB, DIRECT, GENERAL, RANDOM, SECRET, Desk

FILES = {"SLACK_TOOLS": "@files"}
WRITE = {"SLACK_TOOLS": "@write"}
READ = {"SLACK_TOOLS": "@read"}
IN_AN_HOUR = 3_600


def share(
    desk: Desk, identity: str = "F0PLAN0001", name: str = "plan.md", content: bytes = b"# Plan", **rest: Any
) -> str:
    described = {"mimetype": "text/markdown", "channels": [GENERAL], "user": ALICE, **rest}
    desk.workspace.add_file(identity, name, content, url=desk.slack.url.removesuffix("/api/"), **described)
    return identity


async def read_file(desk: Desk, env: dict[str, str] | None = None, **arguments: Any) -> Any:
    async with desk.client(**FILES, **(env or {})) as client:
        return await client.call_tool("read_file", arguments)


async def test_read_file_reads_a_text_file_by_id_or_link(desk: Desk):
    identity = share(desk)
    for given in (identity, f"https://acme.slack.com/files/{ALICE}/{identity}/plan.md"):
        assert "# Plan" in text(await read_file(desk, file=given))


async def test_a_canvas_is_read_as_text(desk: Desk):
    html = b"<h1>Launch</h1><p>On <b>Monday</b></p><ul><li>ship</li></ul>"
    identity = share(desk, "F0CANVAS01", "Launch", html, mimetype="application/vnd.slack-docs", filetype="quip")
    shown = text(await read_file(desk, file=identity))
    assert "# Launch" in shown
    assert "On Monday" in shown
    assert "- ship" in shown


async def test_a_file_that_is_not_text_is_described_with_its_address(desk: Desk):
    identity = share(
        desk, "F0IMAGE001", "a.png", b"\x89PNG", mimetype="image/png", permalink="https://acme.slack.com/f"
    )
    shown = text(await read_file(desk, file=identity))
    assert "a.png" in shown
    assert "https://acme.slack.com/f" in shown


async def test_a_file_in_a_channel_that_is_not_allowed_is_not_read(desk: Desk):
    identity = share(desk, channels=[], groups=[SECRET])
    failed = failure(await read_file(desk, {"SLACK_ALLOWED_CHANNELS": "general"}, file=identity))
    assert failed.code == "PERMISSION_DENIED"
    assert "not shared in any conversation" in failed.message


async def test_the_token_is_not_sent_to_other_hosts(desk: Desk):
    identity = share(desk)
    desk.workspace.files[identity]["url_private"] = "http://127.0.0.1:9/files/F0PLAN0001/plan.md"
    failed = failure(await read_file(desk, file=identity))
    assert failed.code == "RESOURCE_NOT_FOUND"


async def test_files_of_a_channel_are_listed_with_their_ids(desk: Desk):
    share(desk)
    share(desk, "F0OTHER001", "other.txt", channels=[RANDOM])
    listed = await desk.call("list_files", FILES, channel="general")
    assert [(file["id"], file["user"]) for file in listed["files"]] == [("F0PLAN0001", "Alice Martin")]
    failed = await desk.fail("list_files", {**FILES, "SLACK_ALLOWED_CHANNELS": "general"})
    assert failed.code == "INVALID_INPUT"


async def test_a_message_is_scheduled_listed_and_cancelled(desk: Desk):
    at = str(int(desk.workspace.clock()) + IN_AN_HOUR)
    async with desk.client(**WRITE) as client:
        asked = {"channel": "general", "text": "**later**", "at": at}
        made = data(await client.call_tool("schedule_message", asked))
        listed = data(await client.call_tool("list_scheduled_messages", {"channel": "general"}))
        assert [(held["id"], held["channel"]) for held in listed["messages"]] == [(made["id"], "#general")]
        cancelled = data(await client.call_tool("cancel_scheduled_message", {"channel": "general", "id": made["id"]}))
        assert cancelled == {"ok": True}
        gone = failure(await client.call_tool("cancel_scheduled_message", {"channel": "general", "id": made["id"]}))
    assert gone.code == "RESOURCE_NOT_FOUND"
    assert desk.workspace.scheduled == {}


@pytest.mark.parametrize("fault", ["reset", "cut", "bad_gateway"])
async def test_a_scheduled_message_whose_response_is_lost_is_looked_up_and_not_scheduled_twice(desk: Desk, fault: str):
    at = str(int(desk.workspace.clock()) + IN_AN_HOUR)
    desk.slack.faults["chat.scheduleMessage"].append(fault)
    made = await desk.call("schedule_message", WRITE, channel="general", text="later", at=at)
    assert list(desk.workspace.scheduled) == [made["id"]]


@pytest.mark.parametrize("at", ["yesterday", "2100-01-01", "soon"])
async def test_a_message_for_a_time_outside_slacks_limits_is_refused_and_not_sent(desk: Desk, at: str):
    failed = await desk.fail("schedule_message", WRITE, channel="general", text="x", at=at)
    assert failed.code == "INVALID_INPUT"
    assert desk.slack.count("chat.scheduleMessage") == 0


async def test_members_of_a_channel_are_listed_with_guests_marked(desk: Desk):
    desk.workspace.add_person("U0GUEST01", "gina", "Gina Green", is_restricted=True)
    listed = await desk.call("list_members", READ, channel="general")
    by_name = {user["name"]: user.get("membership") for user in listed["users"]}
    assert by_name["gina"] == "guest"
    assert by_name["alice"] is None


async def test_unread_conversations_are_listed_with_direct_messages_first(desk: Desk):
    read = desk.workspace.say(GENERAL, BOB, "read")
    for channel in (GENERAL, DIRECT):
        desk.workspace.last_read[channel] = read
        desk.workspace.say(channel, BOB, "new")
    env = {"SLACK_TOOLS": "@personal", "SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_ALLOW_DMS": "true"}
    listed = await desk.call("list_unread", env)
    assert [(one["id"], one["unread"]) for one in listed["conversations"]] == [(DIRECT, 1), (GENERAL, 1)]


async def test_mentions_read_marks_and_status_use_the_persons_token(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    stamp = desk.workspace.say(GENERAL, BOB, f"<@{ALICE}> please")
    async with desk.client(SLACK_TOOLS="@personal", SLACK_USER_TOKEN=token) as client:
        found = data(await client.call_tool("list_mentions", {}))
        assert [item["ts"] for item in found["items"]] == [stamp]
        assert data(await client.call_tool("mark_read", {"channel": "general", "ts": stamp})) == {"ok": True}
        assert data(await client.call_tool("set_status", {"text": "away", "emoji": "🌴"})) == {"ok": True}
    assert desk.workspace.last_read == {GENERAL: stamp}
    assert desk.workspace.status == {"status_text": "away", "status_emoji": ":palm_tree:", "status_expiration": 0}
    assert {call.token for call in desk.slack.calls if call.method in {"conversations.mark", "users.profile.set"}} == {
        token
    }


async def test_without_a_user_token_personal_tools_name_the_missing_setting(desk: Desk):
    failed = await desk.fail("list_unread", {"SLACK_TOOLS": "@personal"})
    assert failed.code == "PERMISSION_DENIED"
    assert "SLACK_USER_TOKEN" in failed.message
    assert desk.slack.calls == []
