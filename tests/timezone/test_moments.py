"""From what people write about a time to a time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import InvalidInput
from timezone_mcp import durations, moments

NOW = datetime(2026, 3, 18, 13, 30, tzinfo=ZoneInfo("Europe/Paris"))  # a Wednesday

MEANT = {
    "now": "2026-03-18T13:30:00+01:00",
    "2026-03-29T14:30": "2026-03-29T14:30:00",
    "2026-03-29 14:30:15": "2026-03-29T14:30:15",
    "2026-03-29T14:30:15.5": "2026-03-29T14:30:15.500000",
    "2026-03-29": "2026-03-29T00:00:00",
    "20260329": "2026-03-29T00:00:00",
    "20260329T1430": "2026-03-29T14:30:00",
    "2026-W13-7T09:00": "2026-03-29T09:00:00",
    "2026-03-29T14:30Z": "2026-03-29T14:30:00+00:00",
    "2026-03-29T14:30:00-03:30": "2026-03-29T14:30:00-03:30",
    "2026-03-29 14:30 +0200": "2026-03-29T14:30:00+02:00",
    "1711676400": "2024-03-29T01:40:00+00:00",
    "1711676400.25": "2024-03-29T01:40:00.250000+00:00",
    "1711676400123": "2024-03-29T01:40:00.123000+00:00",
    "-1711676400": "1915-10-05T22:20:00+00:00",
    "9am": "2026-03-18T09:00:00",
    "14:05": "2026-03-18T14:05:00",
    "noon": "2026-03-18T12:00:00",
    "today": "2026-03-18T00:00:00",
    "today 5pm": "2026-03-18T17:00:00",
    "tomorrow 9am": "2026-03-19T09:00:00",
    "Tomorrow at 9:30 PM": "2026-03-19T21:30:00",
    "9am tomorrow": "2026-03-19T09:00:00",
    "yesterday noon": "2026-03-17T12:00:00",
    "day after tomorrow 12am": "2026-03-20T00:00:00",
    "12pm": "2026-03-18T12:00:00",
    "friday": "2026-03-20T00:00:00",
    "wednesday 9am": "2026-03-18T09:00:00",
    "next friday 14:00": "2026-03-20T14:00:00",
    "next wednesday": "2026-03-25T00:00:00",
    "last wednesday": "2026-03-11T00:00:00",
    "last fri 8:15 a.m.": "2026-03-13T08:15:00",
    "this sunday at noon": "2026-03-22T12:00:00",
    "29 March 2026 14:00": "2026-03-29T14:00:00",
    "March 29, 2026 2pm": "2026-03-29T14:00:00",
    "Mar 1st": "2027-03-01T00:00:00",
    "29 february": "2028-02-29T00:00:00",
    "2026-03-29 9am": "2026-03-29T09:00:00",
    "in 3 hours": "2026-03-18T15:30:00+00:00",
    "in an hour": "2026-03-18T13:30:00+00:00",
    "90 minutes ago": "2026-03-18T11:00:00+00:00",
    "in 2 weeks": "2026-04-01T13:30:00",
    "3 days from now": "2026-03-21T13:30:00",
    "in 1 month": "2026-04-18T13:30:00",
}

NO_TIME = (
    *("", " ", "soon", "2026-02-30", "2026-13-01", "29 february 2027", "2026-03-29T25:00", "2026-03-29T14:60", "9"),
    *("25:00", "13pm", "0am", "03/04/2026", "tomorrow tomorrow", "9am 10am", "next year", "in hours", "in 3 ago"),
    *("in 3 hours ago", "friday the 13th of never", "1e400", "NaN", "Infinity", "-", "12345", "999999999999999999"),
    *("x" * 10_000, "9am " * 50, "\0", "\u0661\u0662:\u0663\u0660", "2026-03-29T14:30[Europe/Paris]", "null", "[1]"),
    *("0000-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "in 999999 years", "999999 weeks ago"),
)


@pytest.mark.parametrize("text", MEANT)
def test_what_people_write_means_the_time_they_mean(text: str) -> None:
    assert moments.parse(text, NOW).isoformat() == MEANT[text]


@pytest.mark.parametrize("text", NO_TIME, ids=lambda text: repr(text[:20]))
def test_what_is_no_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        moments.parse(text, NOW)
    assert failure.value.message.isprintable()
    assert len(failure.value.message) < 260


def test_three_hours_on_are_exact_and_three_days_on_keep_the_clock_across_a_change() -> None:
    before = datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert moments.parse("in 3 hours", before).astimezone(before.tzinfo).isoformat() == "2026-03-29T03:30:00+02:00"
    assert moments.parse("in 3 days", before).isoformat() == "2026-03-31T23:30:00"


NO_DURATION = (
    *("", "P", "PT", "1D", "P1", "P1DT", "P-1D", "PT1H30", "P1.5M", "P1Y1.5M", "--P1D", "P1D1W", "PT1S1M", "1 hour"),
    *("PXD", "P1H", "\0", "P\u0663D", "P" + "9" * 70 + "D"),
)


@pytest.mark.parametrize("text", NO_DURATION)
def test_what_is_no_duration_is_refused_with_a_form_that_is(text: str) -> None:
    with pytest.raises(InvalidInput, match="ISO 8601 duration"):
        durations.parse(text)


@pytest.mark.parametrize("text", ["P99999Y", "-P99999Y", "P999999999D", "-P999999999W", "PT999999999H", "P9999Y"])
def test_a_duration_beyond_the_calendar_is_refused(text: str) -> None:
    wall_clock = datetime.fromisoformat("2026-03-18T12:00")
    with pytest.raises(InvalidInput, match="years from 2 to 9998"):
        durations.parse(text).after(wall_clock)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1M", "2026-02-28T12:00:00"),
        ("P1Y1M", "2027-02-28T12:00:00"),
        ("-P1M", "2025-12-31T12:00:00"),
        ("P2W", "2026-02-14T12:00:00"),
        ("P1DT2H30M", "2026-02-01T14:30:00"),
        ("PT0.5H", "2026-01-31T12:30:00"),
        ("P0,5D", "2026-02-01T00:00:00"),
        ("+PT36H", "2026-02-02T00:00:00"),
        ("-PT1.25S", "2026-01-31T11:59:58.750000"),
        ("p1d", "2026-02-01T12:00:00"),
    ],
)
def test_a_duration_is_added_as_the_calendar_counts(text: str, after: str) -> None:
    assert durations.parse(text).after(datetime.fromisoformat("2026-01-31T12:00")).isoformat() == after
