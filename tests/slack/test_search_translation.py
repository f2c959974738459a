"""Translation of queries: modifiers that Slack's search would ignore are rewritten or refused."""

from zoneinfo import ZoneInfo

import pytest
from slack_desk import ALICE, BOB, GENERAL, Desk
from slack_mcp.times import period_of

NOON = 1_795_176_000.0
"""20 November 2026 12:00 UTC."""


async def _sent(desk: Desk, query: str) -> tuple[str, list[str]]:
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_TIMEZONE": "UTC"}
    found = await desk.call("search_messages", env, query=query)
    asked = next(call.given["query"] for call in desk.slack.calls if call.method == "search.messages")
    return asked, found.get("warnings", [])


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("x from:bob@acme.example", f"x from:<@{BOB}>"),
        ('x from:"Bob Stone"', f"x from:<@{BOB}>"),
        (f"x -from:{BOB}", f"x -from:<@{BOB}>"),
        ("x from:me from:@bob", "x from:me from:@bob"),
        (f"x in:{GENERAL}", "x in:#general"),
        (f"x in:https://acme.slack.com/archives/{GENERAL}", "x in:#general"),
        ("x in:#general -in:random", "x in:#general -in:random"),
        ("x during:2026-02", "x after:2026-01-31 before:2026-03-01"),
        ('x during:"February 2026"', "x after:2026-01-31 before:2026-03-01"),
        ("x before:2026-11-20", "x before:2026-11-20"),
        ("x during:august on:yesterday", "x during:august on:yesterday"),
        ('x on:"20 Nov 2026"', "x on:2026-11-20"),
        ('x after:"Nov 3, 2026"', "x after:2026-11-03"),
        ("x http://a.example/from:b y", "x http://a.example/from:b y"),
        ('"from: me" -y', '"from: me" -y'),
    ],
)
async def test_people_channels_and_times_are_rewritten_for_slacks_search(desk: Desk, query: str, sent: str):
    assert await _sent(desk, query) == (sent, [])


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("x after:2026-11-18T12:00Z", "x after:2026-11-17"),
        ("x before:2026-11-18T12:00Z", "x before:2026-11-19"),
        ("x on:1795176000", "x on:2026-11-20"),
        ("x on:2026-11-20T00:00Z", "x on:2026-11-20"),
        ('x before:"20 Nov 2026 00:00"', "x before:2026-11-21"),
    ],
)
async def test_a_clock_time_in_a_query_is_widened_to_its_day_with_a_warning(desk: Desk, query: str, sent: str):
    asked, warnings = await _sent(desk, query)
    assert asked == sent
    assert "whole days" in warnings[0]


@pytest.mark.parametrize("name", ["on", "during", "before", "after"])
@pytest.mark.parametrize("period", ["last 3 days", "last 30 hours", "this morning", "2 days ago"])
async def test_a_period_that_begins_or_ends_within_a_day_is_sent_with_a_warning(desk: Desk, name: str, period: str):
    _, warnings = await _sent(desk, f'x {name}:"{period}"')
    assert "whole days" in warnings[0]


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
async def test_a_day_of_a_clock_change_is_sent_whole_and_without_a_warning(desk: Desk, date: str, hours: int):
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_TIMEZONE": "Europe/Berlin"}
    found = await desk.call("search_messages", env, query=f'x on:"{date}" before:"{date}" after:"{date}"')
    asked = next(call.given["query"] for call in desk.slack.calls if call.method == "search.messages")
    assert asked == f"x on:{date} before:{date} after:{date}"
    assert "warnings" not in found
    begin, end = period_of(date, 0, ZoneInfo("Europe/Berlin"))
    assert round(end - begin, 3) == hours * 3600


@pytest.mark.parametrize(("query", "named"), [("x before:someday", "time"), ("x from:nobody@acme.example", "e-mail")])
async def test_a_query_with_an_unknown_person_or_time_is_refused(desk: Desk, query: str, named: str):
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE)}
    failed = await desk.fail("search_messages", env, query=query)
    assert named in failed.message
    assert desk.slack.count("search.messages") == 0
