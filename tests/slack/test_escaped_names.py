"""Escaped characters and ids in names, statuses, groups and scheduled texts are shown unescaped and by name."""

from typing import Any

import pytest
from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, GENERAL, GROUP, RANDOM, Desk

READ = {"SLACK_TOOLS": "@read"}
WRITE = {"SLACK_TOOLS": "@write"}
IN_AN_HOUR = 3600


async def test_a_name_with_escaped_characters_is_shown_and_found_unescaped(desk: Desk):
    person = desk.workspace.people[BOB]
    person["profile"] |= {
        "real_name": "Bob &lt;Ops&gt;",
        "display_name": "R&amp;D",
        "title": "Q&amp;A",
        "status_text": "1 &lt; 2",
    }
    (found,) = (await desk.call("find_users", query="R&D"))["users"]
    assert (found["real_name"], found["title"], found["status"]) == ("Bob <Ops>", "Q&A", "1 < 2")
    desk.workspace.say(GENERAL, BOB, f"hello <@{BOB}>")
    (read,) = (await desk.call("get_channel_history", channel="general"))["messages"]
    assert read["user"] == "Bob <Ops>"


@pytest.fixture
def grouped(desk: Desk) -> Desk:
    """A workspace with two user groups of one name."""
    groups = [
        {"id": "S0OPS0001", "handle": "ops", "name": "R&amp;D"},
        {"id": "S0LAB0001", "handle": "lab", "name": "R&amp;D"},
        {"id": "S0WEB0001", "handle": "web", "name": "Web &amp; App"},
    ]
    desk.slack.answers["usergroups.list"] = lambda given: {"ok": True, "usergroups": groups}
    desk.workspace.group_members |= {"S0OPS0001": [ALICE], "S0LAB0001": [BOB], "S0WEB0001": [BOB]}
    desk.workspace.groups |= {"S0OPS0001": "ops", "S0LAB0001": "lab", "S0WEB0001": "web"}
    return desk


@pytest.mark.parametrize(
    ("given", "member"),
    [
        ("<!subteam^S0OPS0001>", "Alice Martin"),
        ("<!subteam^S0LAB0001|@lab>", "Bob Stone"),
        ("s0ops0001", "Alice Martin"),
        ("@LAB", "Bob Stone"),
        ("web & app", "Bob Stone"),
    ],
)
async def test_a_user_group_is_found_by_name_handle_id_or_mention(grouped: Desk, given: str, member: str):
    found = await grouped.call("list_group_members", READ, group=given)
    assert [user["real_name"] for user in found["users"]] == [member]


async def test_an_ambiguous_user_group_name_is_refused_with_the_handles(grouped: Desk):
    failed = await grouped.fail("list_group_members", READ, group="R&D")
    assert failed.code == "INVALID_INPUT"
    assert failed.details["candidates"] == ["@ops S0OPS0001", "@lab S0LAB0001"]
    assert grouped.slack.count("usergroups.users.list") == 0


async def test_a_scheduled_message_is_listed_with_names_and_unescaped_characters(desk: Desk):
    text = f"1 &lt; 2 &amp; <@{ALICE}> <https://a.example/x|doc> *soon*"
    held = {"id": "Q1", "channel_id": GENERAL, "post_at": int(desk.workspace.clock()) + IN_AN_HOUR, "text": text}
    desk.slack.answers["chat.scheduledMessages.list"] = lambda given: {"ok": True, "scheduled_messages": [held]}
    (listed,) = (await desk.call("list_scheduled_messages", WRITE))["messages"]
    assert listed["text"] == "1 < 2 & @Alice Martin [doc](https://a.example/x) **soon**"
    assert listed["channel"] == "#general"


async def test_a_reminder_shows_mentioned_people_by_name(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    reminder = {"id": "Rm1", "text": f"ask <@{BOB}> &amp; co", "user": ALICE}
    desk.slack.answers["reminders.list"] = lambda given: {"ok": True, "reminders": [reminder]}
    listed = await desk.call("list_reminders", {"SLACK_TOOLS": "@personal", "SLACK_USER_TOKEN": token})
    assert [item["text"] for item in listed["reminders"]] == ["ask @Bob Stone & co"]


async def test_an_unread_conversation_that_was_never_read_has_no_since(desk: Desk):
    def info(given: dict[str, Any]) -> dict[str, Any]:
        seen = {"last_read": "0000000000.000000"} if given["channel"] == GENERAL else {}
        return {"ok": True, "channel": {"id": given["channel"], "name": "x", "unread_count_display": 4, **seen}}

    desk.slack.answers["conversations.info"] = info
    token = desk.slack.with_user_token(ALICE)
    async with desk.client(SLACK_TOOLS="@personal", SLACK_USER_TOKEN=token) as client:
        listed = data(await client.call_tool("list_unread", {}))["conversations"]
    unread = {item["id"]: (item["unread"], item.get("since")) for item in listed}
    assert (unread[GENERAL], unread[RANDOM]) == ((4, None), (4, None))
    assert GROUP not in unread


@pytest.mark.parametrize("invited", [["@alice"], ["@alice", "@bob"]])
async def test_inviting_members_and_new_people_invites_the_new_people(desk: Desk, invited: list[str]):
    members = {ALICE}

    def invite(given: dict[str, Any]) -> dict[str, Any]:
        users = given["users"].split(",")
        present = [{"user": user, "ok": False, "error": "already_in_channel"} for user in users if user in members]
        if present:
            return {"ok": False, "error": "already_in_channel", "errors": present}
        members.update(users)
        return {"ok": True, "channel": {"id": GENERAL}}

    desk.slack.answers["conversations.invite"] = invite
    changed = await desk.call("update_channel", WRITE, channel="general", invite=invited)
    assert changed["done"] == ["invite"]
    assert members == ({ALICE, BOB} if len(invited) > 1 else {ALICE})


async def test_a_forwarded_message_contains_the_link_to_the_original(desk: Desk):
    link = "https://acme.slack.com/archives/C0X000001/p1795000000000100"
    shared = {"is_share": True, "from_url": link, "author_name": "Bob", "text": "read this"}
    desk.workspace.say(GENERAL, ALICE, "", attachments=[shared])
    desk.workspace.say(GENERAL, ALICE, f"see <{link}>", attachments=[shared])
    read = (await desk.call("get_channel_history", channel="general"))["messages"]
    assert [message["text"].count(link) for message in read] == [1, 1]


async def test_unknown_blocks_keep_their_addresses_and_states(desk: Desk):
    card = {
        "type": "card",
        "title": {"type": "mrkdwn", "text": "*Release*"},
        "actions": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "https://a.example/r"}],
    }
    plan = {"type": "plan", "title": "Plan", "tasks": [{"title": "Fetch", "status": "complete"}]}
    desk.workspace.say(GENERAL, ALICE, "", blocks=[card, plan])
    (read,) = (await desk.call("get_channel_history", channel="general"))["messages"]
    assert "[[Open](https://a.example/r)]" in read["text"]
    assert "Fetch (complete)" in read["text"]
