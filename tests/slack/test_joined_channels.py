"""Search without a user token and a channel: the latest messages of the app's channels are searched."""

from typing import Any

import pytest
from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, ELSEWHERE, GENERAL, RANDOM, SECRET, Desk


@pytest.mark.parametrize("empty", [{}, {"channel": ""}, {"channel": " "}, {"channel": None}])
async def test_without_a_user_token_the_apps_channels_are_searched_and_the_range_is_reported(
    desk: Desk, empty: dict[str, Any]
):
    desk.workspace.say(RANDOM, BOB, "the needle, earlier")
    desk.workspace.say(GENERAL, ALICE, "the needle")
    desk.workspace.say(ELSEWHERE, ALICE, "the needle where the app is not")
    found = await desk.call("search_messages", query="needle", **empty)
    assert [(item["channel"], item["text"]) for item in found["items"]] == [
        ("#general", "the needle"),
        ("#random", "the needle, earlier"),
    ]
    assert found["items"][0]["permalink"]
    assert "3 of 3 channels" in found["warnings"][0]
    assert "SLACK_USER_TOKEN" in found["warnings"][0]


async def test_a_search_over_many_channels_continues_without_gap_or_overlap(desk: Desk):
    stamps: list[str] = []
    for number in range(23):
        identity = desk.workspace.add_channel(f"C0MANY{number:03}", f"many-{number}").id
        stamps += [desk.workspace.say(identity, ALICE, f"needle {number} {nth}") for nth in range(number % 4)]
    seen: list[str] = []
    async with desk.client() as client:
        asked: dict[str, Any] = {"query": "needle", "count": 4}
        for _ in range(40):
            page = data(await client.call_tool("search_messages", asked))
            seen += [item["ts"] for item in page["items"]]
            if not page.get("next_cursor"):
                break
            asked["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(stamps)


async def test_a_channel_in_the_query_restricts_the_search_to_it(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "the needle")
    desk.workspace.say(RANDOM, BOB, "the needle here")
    found = await desk.call("search_messages", query="needle in:#random")
    assert [item["text"] for item in found["items"]] == ["the needle here"]
    assert desk.slack.count("conversations.history") == 1


async def test_a_channel_excluded_by_the_query_is_not_searched(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "the needle")
    desk.workspace.say(RANDOM, BOB, "the needle here")
    found = await desk.call("search_messages", query="needle -in:#random")
    assert [item["text"] for item in found["items"]] == ["the needle"]


async def test_a_query_with_two_channels_is_refused(desk: Desk):
    failed = await desk.fail("search_messages", query="needle in:#random in:#general")
    assert failed.code == "INVALID_INPUT"
    assert "one in:" in failed.message


async def test_channels_that_are_not_allowed_are_not_searched(desk: Desk):
    desk.workspace.say(SECRET, ALICE, "the needle")
    desk.workspace.say(GENERAL, ALICE, "the needle in general")
    found = await desk.call("search_messages", {"SLACK_ALLOWED_CHANNELS": "general"}, query="needle")
    assert [item["text"] for item in found["items"]] == ["the needle in general"]
    assert "secret" not in str(found)


async def test_an_unreadable_channel_is_reported_and_the_others_are_searched(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "the needle")
    desk.slack.without_scope("groups:history")
    found = await desk.call("search_messages", query="needle")
    assert [item["text"] for item in found["items"]] == ["the needle"]
    assert any("#secret could not be read" in warning for warning in found["warnings"])


async def test_a_search_without_any_readable_channel_reports_the_reason(desk: Desk):
    desk.slack.without_scope("groups:history", "channels:history")
    failed = await desk.fail("search_messages", query="needle")
    assert failed.code == "PERMISSION_DENIED"
    assert "history" in failed.message


async def test_a_search_by_an_app_without_channels_gives_a_warning(desk: Desk):
    for channel in desk.workspace.channels.values():
        channel.member = False
    found = await desk.call("search_messages", query="needle")
    assert found["items"] == []
    assert "not a member of any channel" in found["warnings"][0]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("x during:2026-02", ["x last of February", "x first of February"]),
        ("x on:2026-03-01", ["x first of March"]),
        ("x before:2026-02-28", ["x first of February", "x last of January"]),
        ("x after:2026-02-28", ["x first of March"]),
        ('x during:"February 2026"', ["x last of February", "x first of February"]),
        ("x during:2025", []),
        ("x after:2026-02-28T10:00Z before:2026-03-02", ["x first of March", "x last of February"]),
    ],
)
async def test_periods_in_a_query_end_with_the_calendar_day_week_or_month(desk: Desk, query: str, texts: list[str]):
    for text, ts in (
        ("x last of January", "1769900000.000100"),
        ("x first of February", "1769905000.000100"),
        ("x last of February", "1772322000.000100"),
        ("x first of March", "1772324000.000100"),
    ):
        desk.workspace.say(GENERAL, ALICE, text, ts=ts)
    found = await desk.call("search_messages", {"SLACK_TIMEZONE": "UTC"}, query=query, channel="general")
    assert [item["text"] for item in found["items"]] == texts
