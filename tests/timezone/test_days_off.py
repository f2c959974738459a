"""Working hours round the clock, over midnight, on national working days and public holidays."""

from typing import Any

import pytest
from timezone_mcp.working_hours.weekends import WORKING_DAYS
from timezone_mcp.zones import lookup


async def test_work_round_the_clock_has_no_end_and_says_so(call: Any) -> None:
    for hours in ("daily 00:00-24:00", "24/7"):
        result = await call("check_working_hours", timezones=["UTC"], at="2026-03-04T12:00", hours=hours)
        assert result["results"][0]["working"]
        assert "until" not in result["results"][0]
        assert result["common_window"] == {"utc_start": "2026-03-04T12:00Z", "local": ["UTC from Wed 12:00"]}
        assert result["answer"] == (
            "At work: UTC; the next window common to all is from Wed 12:00, 4 March 2026, in UTC, "
            "with no end within two weeks."
        )


async def test_days_that_touch_are_one_stretch_of_work(call: Any) -> None:
    result = await call("check_working_hours", timezones=["UTC"], at="2026-03-04T12:00", hours="wed-thu 00:00-24:00")
    assert result["results"][0]["until"] == "2026-03-06T00:00:00+00:00"
    assert result["common_window"]["local"] == ["UTC Wed 12:00-Fri 00:00"]


async def test_a_shift_over_midnight_belongs_to_the_day_it_begins(call: Any) -> None:
    saturday = await call("check_working_hours", timezones=["Tokyo"], at="2026-03-07T02:00", hours="fri 22:00-06:00")
    assert (saturday["results"][0]["working"], saturday["results"][0]["until"][:16]) == (True, "2026-03-07T06:00")
    friday = await call("check_working_hours", timezones=["Tokyo"], at="2026-03-06T02:00", hours="fri 22:00-06:00")
    assert friday["results"][0]["next_start"].startswith("2026-03-06T22:00")
    assert friday["common_window"]["local"] == ["Asia/Tokyo Fri 22:00-Sat 06:00"]


async def test_a_day_that_a_country_skipped_is_no_working_day(call: Any) -> None:
    result = await call("check_working_hours", timezones=["Pacific/Apia"], at="2011-12-29T18:00")
    assert result["results"][0]["next_start"].startswith("2012-01-02T09:00")
    over = await call("time_between", start="2011-12-29T00:00", end="2012-01-03T00:00", timezones=["Pacific/Apia"])
    assert over["working_hours"] == 16


@pytest.mark.parametrize(
    ("zone", "at", "working"),
    [
        ("Africa/Cairo", "2026-03-06T12:00", False),  # a Friday
        ("Africa/Cairo", "2026-03-08T12:00", True),  # a Sunday
        ("Asia/Dubai", "2026-03-06T12:00", True),  # the Emirates work on Fridays since 2022
        ("Asia/Jerusalem", "2026-03-06T12:00", False),
        ("Europe/Paris", "2026-03-06T12:00", True),
        ("UTC", "2026-03-08T12:00", False),
    ],
)
async def test_the_weekend_is_that_of_the_country(call: Any, zone: str, at: str, working: bool) -> None:
    result = await call("check_working_hours", timezones=[zone], at=at)
    assert result["results"][0]["working"] is working


async def test_working_days_other_than_monday_to_friday_are_named_in_the_answer(call: Any) -> None:
    result = await call("check_working_hours", timezones=["Cairo", "Paris"], at="2026-03-04T12:00")
    assert result["answer"].endswith(" Working days: sun-thu in Africa/Cairo.")
    assert [each.get("working_days") for each in result["results"]] == ["sun-thu", None]


async def test_days_that_are_given_count_in_every_country(call: Any) -> None:
    result = await call("check_working_hours", timezones=["Cairo"], at="2026-03-06T12:00", hours="mon-fri 09:00-17:00")
    assert result["results"][0]["working"]
    assert "Working days" not in result["answer"]


def test_the_national_weekends_are_those_of_the_holidays_package() -> None:
    import holidays

    silent = {"LY", "PS"}  # of these the package names no weekend
    named = WORKING_DAYS.keys() & holidays.list_supported_countries().keys() - silent
    theirs = {code: frozenset(range(7)) - holidays.country_holidays(code).weekend for code in named}
    assert {code: WORKING_DAYS[code] for code in theirs} == theirs


async def test_public_holidays_are_left_out_when_asked_and_named(call: Any) -> None:
    asked = {"timezones": ["Europe/Paris"], "at": "2026-07-14T10:00"}
    assert (await call("check_working_hours", **asked))["results"][0]["working"]
    result = await call("check_working_hours", **asked, skip_holidays=True)
    assert result["results"][0]["holiday"]
    assert result["results"][0]["next_start"] == "2026-07-15T09:00:00+02:00"
    assert "Public holidays left out: 2026-07-14 " in result["answer"]


async def test_a_meeting_avoids_public_holidays_when_asked(call: Any) -> None:
    asked = {
        "participants": [{"timezone": "Europe/Paris"}],
        "from_date": "2026-07-14",
        "to_date": "2026-07-15",
        "limit": 1,
    }
    assert (await call("find_meeting_slots", **asked))["slots"][0]["utc"].startswith("2026-07-14")
    result = await call("find_meeting_slots", **asked, skip_holidays=True)
    assert result["slots"][0]["utc"].startswith("2026-07-15")
    assert "2026-07-14 " in result["answer"]


async def test_working_hours_between_two_times_leave_out_public_holidays_when_asked(call: Any) -> None:
    asked = {"start": "2026-07-13", "end": "2026-07-16", "timezones": ["Europe/Paris"]}
    assert (await call("time_between", **asked))["working_hours"] == 24
    assert (await call("time_between", **asked, skip_holidays=True))["working_hours"] == 16


async def test_holidays_of_a_single_region_are_said_not_to_count(call: Any) -> None:
    zones = ["Europe/London", "Asia/Tokyo", "UTC"]
    result = await call("check_working_hours", timezones=zones, at="2026-08-31T10:00+01:00", skip_holidays=True)
    assert " Holidays of a single region are not counted in Europe/London." in result["answer"]
    without = await call("check_working_hours", timezones=zones, at="2026-08-31T10:00")
    assert "region" not in without["answer"]


async def test_a_zone_without_a_holiday_calendar_is_named(call: Any) -> None:
    result = await call("check_working_hours", timezones=["UTC"], at="2026-03-04T12:00", skip_holidays=True)
    assert result["answer"].endswith(" No public holidays are known for UTC.")
    assert lookup.resolve("UTC").iana


@pytest.mark.parametrize(
    ("zone", "at", "sentence"),
    [
        ("Asia/Dubai", "2021-12-31T10:00", " The weekend of Asia/Dubai moved in 2022; the present one was taken."),
        ("Asia/Riyadh", "2010-03-18T10:00", " The weekend of Asia/Riyadh moved in 2013; the present one was taken."),
        ("Asia/Dubai", "2022-01-03T10:00", None),
        ("Europe/Paris", "2010-03-18T10:00", None),
    ],
)
async def test_a_weekend_that_has_moved_since_is_reported(call: Any, zone: str, at: str, sentence: str | None) -> None:
    result = await call("check_working_hours", timezones=[zone], at=at)
    assert (sentence in result["answer"]) if sentence else "weekend" not in result["answer"]
    given = await call("check_working_hours", timezones=[zone], at=at, hours="sun-thu 09:00-17:00")
    assert "weekend" not in given["answer"]
