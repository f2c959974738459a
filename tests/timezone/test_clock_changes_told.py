"""Clock changes at the start and end of sums and differences, and times before 1970."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("date_time", "status", "sentence"),
    [
        (
            "2026-03-29T02:30",
            "skipped",
            " 02:30 is skipped on Sunday 29 March 2026 in Europe/Paris; 03:30 at +02:00 was taken.",
        ),
        (
            "2026-10-25T02:30",
            "ambiguous",
            " 02:30 occurs twice on Sunday 25 October 2026 in Europe/Paris; 02:30 at +02:00 was taken.",
        ),
    ],
)
async def test_a_start_that_a_clock_change_skips_or_repeats_is_reported(
    call: Any, date_time: str, status: str, sentence: str
) -> None:
    total = await call("add_duration", date_time=date_time, timezone="Europe/Paris", duration="P1D")
    between = await call("time_between", start=date_time, end=f"{date_time[:10]}T12:00", timezones=["Europe/Paris"])
    assert total["start_status"] == between["start_status"] == status
    assert sentence in total["answer"]
    assert sentence in between["answer"]
    facts = await call("get_timezone", timezone="Europe/Paris", at=date_time)
    working = await call("check_working_hours", timezones=["Europe/Paris"], at=date_time)
    assert sentence in facts["answer"]
    assert sentence in working["answer"]
    plain = await call("add_duration", date_time="2026-03-20T02:30", timezone="Europe/Paris", duration="P1D")
    assert "start_status" not in plain


async def test_an_end_that_a_clock_change_skips_is_reported(call: Any) -> None:
    result = await call("time_between", start="2026-03-28", end="2026-03-29T02:30", timezones=["Europe/Paris"])
    assert result["end_status"] == "skipped"
    assert "02:30 is skipped on Sunday 29 March 2026" in result["answer"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-25T02:30+02:00", "2026-10-25T02:15+01:00", "PT45M"),
        ("2026-03-29T01:30", "2026-03-29T03:30", "PT1H"),
        ("2026-10-25T02:30", "2026-10-25T03:00", "PT1H30M"),
        ("2026-03-28T12:00", "2026-03-29T12:00", "P1D"),
        ("2026-03-28T02:30", "2026-03-29T02:30", "P1D"),
        ("2026-03-28T12:00", "2026-03-29T11:00", "PT22H"),
        ("2026-09-25T02:30", "2026-10-25T03:30", "P1MT2H"),
    ],
)
async def test_a_difference_is_whole_days_by_the_calendar_and_exact_time_for_the_rest(
    call: Any, start: str, end: str, expected: str
) -> None:
    result = await call("time_between", start=start, end=end, timezones=["Europe/Paris"])
    assert result["calendar"] == expected


async def test_a_wall_clock_time_with_a_zone_in_brackets_is_read_in_that_zone(call: Any) -> None:
    result = await call(
        "convert_timezone", date_time="2026-10-25T02:30[Europe/Paris]", from_timezone="UTC", to_timezone="UTC"
    )
    assert result["status"] == "ambiguous"
    assert result["source"]["local_time"] == "2026-10-25T00:30:00+00:00"
    assert "02:30 occurs twice on Sunday 25 October 2026 in Europe/Paris" in result["answer"]


async def test_a_time_before_1970_in_a_merged_zone_is_marked_as_uncertain(call: Any) -> None:
    result = await call(
        "convert_timezone", date_time="1965-06-01T12:00", from_timezone="Stockholm", to_timezone="Berlin"
    )
    assert result["source"]["uncertain"] == "before 1970 the database has only the history of Europe/Berlin"
    assert "uncertain" not in result["results"][0]
    assert result["answer"].endswith(
        " Europe/Stockholm: before 1970 the database has only the history of Europe/Berlin."
    )
    later = await call("convert_timezone", date_time="1975-06-01", from_timezone="Stockholm", to_timezone="Berlin")
    assert "uncertain" not in later["source"]
