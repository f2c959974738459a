"""Working hours as people write them, and texts that may mean several hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mcp_chassis.failures import InvalidInput
from timezone_mcp.times.readings import Status, read
from timezone_mcp.working_hours import written_hours
from timezone_mcp.working_hours.hours import DAY, Hours
from timezone_mcp.zones import changes, lookup

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
READ: dict[str, tuple[list[tuple[float, float]], tuple[int, ...] | None]] = {
    "09:00-17:00": ([(9, 17)], None),
    "mon-fri 08:30-16:30": ([(8.5, 16.5)], MONDAY_TO_FRIDAY),
    "Mon, Tue: 9-17": ([(9, 17)], (0, 1)),
    "Sun-Thu 10:00 to 18:00": ([(10, 18)], (6, 0, 1, 2, 3)),
    "sat,sun 9:00-12:00": ([(9, 12)], (5, 6)),
    "daily 00:00-24:00": ([(0, 24)], (0, 1, 2, 3, 4, 5, 6)),
    "24/7": ([(0, 24)], (0, 1, 2, 3, 4, 5, 6)),
    "22:00-06:00": ([(22, 30)], None),
    "friday-monday 09:00\u201317:00": ([(9, 17)], (4, 5, 6, 0)),
    "Mon-Fri 9-17": ([(9, 17)], MONDAY_TO_FRIDAY),
    "9-17": ([(9, 17)], None),
    "9 - 17": ([(9, 17)], None),
    "22-6": ([(22, 30)], None),
    "0-8": ([(0, 8)], None),
    "9am-5pm": ([(9, 17)], None),
    "9:00 AM - 5:30 PM": ([(9, 17.5)], None),
    "9 a.m. to 5 p.m.": ([(9, 17)], None),
    "10am-2am": ([(10, 26)], None),
    "12pm-12am": ([(12, 24)], None),
    "noon-8pm": ([(12, 20)], None),
    "8am-noon": ([(8, 12)], None),
    "18:00-midnight": ([(18, 24)], None),
    "12:00-00:00": ([(12, 24)], None),
    "0900-1700": ([(9, 17)], None),
    "9.00-17.30": ([(9, 17.5)], None),
    "9h-17h": ([(9, 17)], None),
    "8h30-17h": ([(8.5, 17)], None),
    "09:00\u201017:00": ([(9, 17)], None),
    "09:00 \u2014 17:00": ([(9, 17)], None),
    "09:00-12:00,13:00-17:00": ([(9, 12), (13, 17)], None),
    "mon-fri 09:00-12:00, 13:00-17:00": ([(9, 12), (13, 17)], MONDAY_TO_FRIDAY),
    "13:00-17:00 and 9:00-12:00": ([(9, 12), (13, 17)], None),
    "22:00-02:00, 03:00-06:00": ([(3, 6), (22, 26)], None),
    "09:00-17:00 mon-fri": ([(9, 17)], MONDAY_TO_FRIDAY),
    "mon-fri: 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "mon-fri, 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "mon\u2013fri 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "mon - fri 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "monday to friday 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "Mo-Fr 09:00-17:00": ([(9, 17)], MONDAY_TO_FRIDAY),
    "mon, wed and fridays 09:00-17:00": ([(9, 17)], (0, 2, 4)),
    "tues/thurs 09:00-17:00": ([(9, 17)], (1, 3)),
    "weekdays 09:00-17:00": ([(9, 17)], None),
}
REFUSED = {
    "9-5": written_hours.TWELVE_HOURS,
    "Mon-Fri 9-5": written_hours.TWELVE_HOURS,
    "9 to 5": written_hours.TWELVE_HOURS,
    "1-5": written_hours.TWELVE_HOURS,
    "9:00-5:00": written_hours.TWELVE_HOURS,
    "10:00-02:00": written_hours.TWELVE_HOURS,
    "9am-5": written_hours.BOTH_HALVES,
    "9-5pm": written_hours.BOTH_HALVES,
    "09:00-09:00": written_hours.WHOLE_DAY,
    "00:00-00:00": written_hours.WHOLE_DAY,
    "09:00-13:00, 12:00-17:00": written_hours.OVERLAP,
    "22:00-06:00, 05:00-09:00": written_hours.OVERLAP,
    "mon 09:00-17:00, tue 10:00-12:00": written_hours.SEVERAL_DAYS,
    "funday 09:00-17:00": written_hours.DAYS_FORM,
    "weekends 10:00-14:00": written_hours.DAYS_FORM,
    **dict.fromkeys(
        ("", "09:00", "mon-fri", "24:00-09:00", "09:60-10:00", "25:00-26:00", "13am-2pm"), written_hours.FORM
    ),
    **dict.fromkeys(("\0", "office hours", "09:00-", "0-2,3-14,15-16,17-18", "09:00-17:00" * 9), written_hours.FORM),
}


@pytest.mark.parametrize("text", READ)
def test_working_hours_are_read_as_people_write_them(text: str) -> None:
    spans, days = READ[text]
    read = written_hours.parse(text)
    assert read.spans == tuple((timedelta(hours=opens), timedelta(hours=closes)) for opens, closes in spans)
    assert read.days == (None if days is None else frozenset(days))


@pytest.mark.parametrize("text", REFUSED)
def test_hours_that_may_mean_several_are_refused_with_the_form_to_write(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        written_hours.parse(text)
    assert refusal.value.message.endswith(REFUSED[text])
    assert refusal.value.message.isprintable()


def test_the_night_shift_of_a_clock_change_is_an_hour_shorter() -> None:
    [(opens, closes)] = _begun("daily 22:00-06:00", "2026-03-28")
    assert closes - opens == timedelta(hours=7)


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("02:30-10:00", [("01:00", "08:00")]),  # the clock goes from 02:00 to 03:00, and 02:30 has then passed
        ("01:00-02:30", [("00:00", "01:00")]),
        ("02:30-03:15", [("01:00", "01:15")]),
        ("02:00-03:00", []),
    ],
)
def test_hours_that_begin_or_end_in_a_skipped_hour_are_counted_from_the_clock_change(
    text: str, begun: list[tuple[str, str]]
) -> None:
    assert [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in _begun(text, "2026-03-29")] == begun


def _begun(text: str, day: str) -> list[tuple[datetime, datetime]]:
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    return written_hours.parse(text).begun_on(noon.date(), lookup.named("Europe/Paris"))


@pytest.mark.parametrize("zone_name", ["Europe/Paris", "Australia/Lord_Howe", "America/Havana"])
def test_work_around_a_clock_change_is_when_the_local_clock_shows_working_hours(zone_name: str) -> None:
    zone, quarter = lookup.named(zone_name), timedelta(minutes=15)
    wrong: list[tuple[str, datetime]] = []
    for change in changes.following(zone, datetime(2025, 1, 1, tzinfo=UTC), 2):
        for text in ("22:00-06:00", "01:00-03:30", "02:30-10:00", "00:30-02:15, 03:00-05:00", "23:00-02:30"):
            hours = written_hours.parse(f"daily {text}")
            worked = hours.stretches(zone, change.at - DAY, change.at + DAY)
            for moment in (change.at - DAY + n * quarter for n in range(2 * DAY // quarter)):
                reading = read(moment.astimezone(zone.rules).replace(tzinfo=None), zone)
                at_work = any(start <= moment < end for start, end in worked)
                if reading.status is Status.OK and at_work is not _shows_hours(reading.wall_clock, hours):
                    wrong.append((text, moment))
    assert wrong == []


def _shows_hours(wall_clock: datetime, hours: Hours) -> bool:
    since_midnight = timedelta(hours=wall_clock.hour, minutes=wall_clock.minute)
    times = (since_midnight, since_midnight + DAY)
    return any(opens <= time < closes for opens, closes in hours.spans for time in times)


async def test_nobody_works_during_the_break_between_two_spans(call: Any) -> None:
    hours = "09:00-12:00,13:00-17:00"
    at_noon = await call("check_working_hours", timezones=["UTC"], at="2026-03-18T12:30", hours=hours)
    assert (at_noon["results"][0]["working"], at_noon["results"][0]["next_start"]) == (
        False,
        "2026-03-18T13:00:00+00:00",
    )
    morning = await call("check_working_hours", timezones=["UTC"], at="2026-03-18T10:00", hours=hours)
    assert morning["results"][0]["until"] == "2026-03-18T12:00:00+00:00"
    week = await call("time_between", start="2026-03-16", end="2026-03-23", working_hours=hours)
    assert week["working_hours"] == 35


async def test_spans_that_touch_over_midnight_are_one_stretch(call: Any) -> None:
    result = await call(
        "check_working_hours", timezones=["UTC"], at="2026-03-18T23:00", hours="22:00-24:00, 00:00-06:00"
    )
    assert result["results"][0]["until"] == "2026-03-19T06:00:00+00:00"


async def test_a_meeting_over_several_breaks_counts_each_of_them(call: Any) -> None:
    person = {"timezone": "UTC", "hours": "08:00-10:00, 11:00-13:00, 14:00-20:00", "days": "weekdays"}
    found = await call(
        "find_meeting_slots",
        participants=[person],
        duration_minutes=720,
        from_date="2026-03-19T08:00",
        to_date="2026-03-19T20:00",
    )
    assert [(slot["utc"], slot["minutes_outside_hours"]) for slot in found["slots"]] == [("2026-03-19T08:00Z", 120)]
