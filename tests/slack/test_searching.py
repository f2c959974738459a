"""Searching messages with and without a user token."""

import pytest
from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, DIRECT, GENERAL, GROUP, RANDOM, Desk


async def test_a_search_result_has_channel_author_and_time(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    parent = desk.workspace.say(GENERAL, ALICE, "about the launch")
    desk.workspace.say(GENERAL, BOB, "launch on *Monday* <@U0ALICE01>", thread_ts=parent)
    found = await desk.call("search_messages", {"SLACK_USER_TOKEN": token}, query="launch", sort="newest")
    reply, first = found["items"]
    assert (found["source"], found["total"]) == ("search", 2)
    assert (first["user"], first["channel"], first["text"]) == ("Alice Martin", "#general", "about the launch")
    assert first["permalink"].startswith("https://acme.slack.com/archives/")
    assert reply["text"] == "launch on **Monday** @Alice Martin"
    assert reply["thread_ts"] == parent
    assert "thread_ts" not in first


async def test_search_pages_continue_with_the_cursor(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    stamps = [desk.workspace.say(GENERAL, ALICE, f"needle {number}") for number in range(25)]
    seen: list[str] = []
    async with desk.client(SLACK_USER_TOKEN=token) as client:
        cursor: str | None = None
        for _ in range(3):
            asked = {"query": "needle", "count": 10, "sort": "newest", "cursor": cursor}
            page = data(await client.call_tool("search_messages", asked))
            seen += [item["ts"] for item in page["items"]]
            cursor = page.get("next_cursor")
    assert cursor is None
    assert seen == list(reversed(stamps))


async def test_search_modifiers_are_sent_to_slack(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    desk.workspace.say(GENERAL, ALICE, "needle")
    desk.workspace.say(RANDOM, BOB, "needle")
    found = await desk.call("search_messages", {"SLACK_USER_TOKEN": token}, query="needle from:@bob")
    assert [item["user"] for item in found["items"]] == ["Bob Stone"]


async def test_only_the_search_request_uses_the_user_token(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    desk.workspace.say(GENERAL, ALICE, "needle")
    await desk.call("search_messages", {"SLACK_USER_TOKEN": token}, query="needle", channel="general")
    assert {call.method for call in desk.slack.calls if call.token == token} == {"search.messages"}


async def test_without_a_user_token_a_channel_is_scanned_and_the_range_is_reported(desk: Desk):
    for number in range(450):
        desk.workspace.say(
            GENERAL, ALICE if number % 2 else BOB, f"message {number} about {'Launch' if number == 7 else 'x'}"
        )
    found = await desk.call("search_messages", query="launch", channel="general")
    assert found["source"] == "history_scan"
    assert [item["text"] for item in found["items"]] == ["message 7 about Launch"]
    assert found["items"][0]["permalink"]
    assert "450 messages" in found["warnings"][0]
    assert "SLACK_USER_TOKEN" in found["warnings"][0]
    assert desk.slack.count("conversations.history") == 3


async def test_a_scan_stops_at_its_page_limit_and_continues_with_the_cursor(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "the needle")
    for number in range(500):
        desk.workspace.say(GENERAL, ALICE, f"hay {number}")
    async with desk.client(SLACK_SCAN_PAGES="1") as client:
        asked = {"query": "needle", "channel": "general"}
        first = data(await client.call_tool("search_messages", asked))
        assert (first["items"], desk.slack.count("conversations.history")) == ([], 1)
        second = data(await client.call_tool("search_messages", {**asked, "cursor": first["next_cursor"]}))
        third = data(await client.call_tool("search_messages", {**asked, "cursor": second["next_cursor"]}))
    assert [item["text"] for item in third["items"]] == ["the needle"]


async def test_a_scan_returns_at_most_count_matches_and_continues_without_gap(desk: Desk):
    stamps = [desk.workspace.say(GENERAL, ALICE, f"needle {number}") for number in range(230)]
    seen: list[str] = []
    async with desk.client() as client:
        cursor: str | None = None
        while True:
            asked = {"query": "needle", "channel": "general", "count": 60, "cursor": cursor}
            page = data(await client.call_tool("search_messages", asked))
            assert len(page["items"]) <= 60
            seen += [item["ts"] for item in page["items"]]
            cursor = page.get("next_cursor")
            if cursor is None:
                break
    assert seen == list(reversed(stamps))


async def test_a_scan_supports_phrases_exclusions_and_authors(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "green light for launch")
    desk.workspace.say(GENERAL, BOB, "green light for launch, no delay")
    desk.workspace.say(GENERAL, BOB, "light green")
    found = await desk.call("search_messages", query='"green light" -delay', channel="general")
    assert [item["user"] for item in found["items"]] == ["Alice Martin"]
    found = await desk.call("search_messages", query="light from:@Bob before:2030-01-01", channel="general")
    assert {item["user"] for item in found["items"]} == {"Bob Stone"}


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("deploy from:@alice", ["deploy by alice https://a.example"]),
        ("deploy -from:@alice", ["deploy by the app", "deploy by bob"]),
        ('deploy from:"Bob Stone"', ["deploy by bob"]),
        (f"deploy from:<@{BOB}>", ["deploy by bob"]),
        ("deploy from:me", ["deploy by the app"]),
        ("deploy from:alice from:bob", ["deploy by bob", "deploy by alice https://a.example"]),
        ("deploy has:link", ["deploy by alice https://a.example"]),
        ("deploy -has:link", ["deploy by the app", "deploy by bob"]),
        ("deploy has::tada:", ["deploy by bob"]),
        ("deploy has:reaction", ["deploy by bob"]),
        ("deploy before:2020-01-01", []),
        (
            "deploy after:2020-01-01 in:#general",
            ["deploy by the app", "deploy by bob", "deploy by alice https://a.example"],
        ),
        ("depl*", ["deploy by the app", "deploy by bob", "deploy by alice https://a.example"]),
    ],
)
async def test_a_scan_interprets_modifiers_like_slack(desk: Desk, query: str, texts: list[str]):
    desk.workspace.say(GENERAL, ALICE, "deploy by alice https://a.example")
    desk.workspace.say(GENERAL, BOB, "deploy by bob", reactions=[{"name": "tada", "count": 1, "users": [ALICE]}])
    desk.workspace.say(GENERAL, "U0BOT0001", "deploy by the app", bot_id="B0BOT0001")
    found = await desk.call("search_messages", query=query, channel="general")
    assert [item["text"] for item in found["items"]] == texts


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("x to:me", "to:me"),
        ("x has:pin", "has:pin"),
        ("x in:#random", "in:#random"),
        ("x OR y", "OR"),
        ("x -before:2026-01-01", "-before:2026-01-01"),
        ("x is:saved", "is:saved"),
        ("x -in:#general", "-in:#general"),
        ("x during:someday", "time"),
    ],
)
async def test_an_unsupported_modifier_of_a_scan_is_refused_by_name(desk: Desk, query: str, named: str):
    failed = await desk.fail("search_messages", query=query, channel="general")
    assert failed.code == "INVALID_INPUT"
    assert named in failed.message


@pytest.mark.parametrize("channel", ["@alice", DIRECT, GROUP, "mpdm-alice--bob-1"])
async def test_a_search_in_a_direct_message_is_restricted_by_slacks_query(desk: Desk, channel: str):
    token = desk.slack.with_user_token(ALICE)
    for number in range(8):
        desk.workspace.say(GENERAL, ALICE, f"needle {number}")
    desk.workspace.say(DIRECT, ALICE, "needle between two")
    desk.workspace.say(GROUP, ALICE, "needle in the group")
    env = {"SLACK_USER_TOKEN": token, "SLACK_ALLOW_DMS": "true"}
    found = await desk.call("search_messages", env, query="needle", channel=channel, count=5)
    assert len(found["items"]) == 1
    again = await desk.call("search_messages", env, query="needle", channel=found["items"][0]["channel"], count=5)
    assert again["items"] == found["items"]


async def test_a_search_returns_direct_messages_if_allowed(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    desk.workspace.say(DIRECT, ALICE, "needle")
    env = {"SLACK_USER_TOKEN": token, "SLACK_ALLOW_DMS": "true"}
    found = await desk.call("search_messages", env, query="needle")
    assert (len(found["items"]), found["total"]) == (1, 1)


@pytest.mark.parametrize(
    "query", ["\u201cwent well\u201d", "\u201ewent well\u201c", "\u00abwent well\u00bb", "-\u201call bad\u201d went"]
)
async def test_curly_quotation_marks_delimit_a_phrase(desk: Desk, query: str):
    desk.workspace.say(GENERAL, ALICE, "it went well")
    desk.workspace.say(GENERAL, ALICE, "well, it went all bad")
    found = await desk.call("search_messages", channel="general", query=query)
    assert [item["text"] for item in found["items"]] == ["it went well"]
