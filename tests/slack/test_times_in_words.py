"""Parsing of times in words: clock before day, number words, weeks, parts of days; ambiguous ones are refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import InvalidInput
from slack_mcp.times import period_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 17, 0, tzinfo=BERLIN)
"""A Sunday."""


def at(given: str, *, ahead: bool = False) -> tuple[str, str]:
    found = period_of(given, NOW.timestamp(), BERLIN, ahead=ahead)
    begin, end = (datetime.fromtimestamp(seconds, BERLIN) for seconds in found)
    return f"{begin:%m-%d %H:%M}", f"{end:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("5pm yesterday", "11-28 17:00"),
        ("at 9:30 on Friday", "11-27 09:30"),
        ("9 a.m. 2026-11-20", "11-20 09:00"),
        ("noon", "11-29 12:00"),
        ("yesterday noon", "11-28 12:00"),
        ("Nov 20 at 5pm", "11-20 17:00"),
        ("20 Nov 2026 5:30 pm", "11-20 17:30"),
        ("2026-11-20 9am", "11-20 09:00"),
        ("2026-11-20 9:00", "11-20 10:00"),
        ("2026-11-20T9:00+01:00", "11-20 09:00"),
        ("two days ago", "11-27 17:00"),
        ("a couple of weeks ago", "11-15 17:00"),
        ("half an hour ago", "11-29 16:30"),
        ("1h 30m", "11-29 15:30"),
        ("2 hours and 5 minutes ago", "11-29 14:55"),
        ("in two weeks", "12-13 17:00"),
        ("17:00 utc", "11-29 18:00"),
        ("5 pm", "11-29 17:00"),
    ],
)
def test_every_point_in_time_in_words_is_parsed(given: str, expected: str):
    assert at(given) == (expected, expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-W47", ("11-16 00:00", "11-22 23:59")),
        ("20.11.2026", ("11-20 00:00", "11-20 23:59")),
        ("day before yesterday", ("11-27 00:00", "11-27 23:59")),
        ("the day after tomorrow", ("12-01 00:00", "12-01 23:59")),
        ("Monday morning", ("11-23 00:00", "11-23 11:59")),
    ],
)
def test_every_period_in_words_is_parsed_with_both_ends(given: str, expected: tuple[str, str]):
    assert at(given) == expected


def test_a_part_of_a_named_day_lies_in_the_future_with_ahead():
    assert at("Monday morning", ahead=True) == ("11-30 00:00", "11-30 11:59")


@pytest.mark.parametrize("given", ["11/20/2026", "tomorrow at 9", "31.02.2026", "12:00 12:00", "5pm 17:00", "morning"])
def test_an_ambiguous_or_meaningless_time_is_refused(given: str):
    with pytest.raises(InvalidInput):
        at(given)
