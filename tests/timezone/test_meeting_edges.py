"""Meetings near the edges of the days searched are ranked by whole working days, also by those that lie outside."""

from typing import Any

import pytest

TUESDAY = "2026-03-24"


@pytest.mark.parametrize(
    ("begins", "ends", "best"),
    [
        ("18:00", "22:00", ["18:00", "19:00", "20:00"]),  # the day that has ended is nearer than tomorrow's
        ("00:00", "04:00", ["03:00", "02:00", "00:00"]),  # 00:00 is as near to Monday's work as 01:00 to Tuesday's
        ("12:00", "23:00", ["12:30", "13:30", "14:30"]),  # nearest to 13:00, the middle of the whole day
        ("09:00", "13:00", ["12:00", "11:00", "10:00"]),
        ("09:10", "11:00", ["10:00"]),  # the half hours of the clock, whenever the search begins
        ("09:10", "10:35", ["09:30"]),
    ],
)
async def test_the_best_slot_is_nearest_to_the_middle_of_a_whole_working_day(
    call: Any, begins: str, ends: str, best: list[str]
) -> None:
    found = await call(
        "find_meeting_slots",
        participants=[{"timezone": "UTC"}],
        from_date=f"{TUESDAY}T{begins}",
        to_date=f"{TUESDAY}T{ends}",
        limit=3,
    )
    assert [slot["utc"] for slot in found["slots"]] == [f"{TUESDAY}T{time}Z" for time in best]


async def test_a_slot_in_everybodys_hours_tells_no_minutes_outside_them(call: Any) -> None:
    days = {"from_date": f"{TUESDAY}T10:00", "to_date": f"{TUESDAY}T16:00"}
    found = await call("find_meeting_slots", participants=[{"timezone": "UTC"}], **days)
    assert [slot for slot in found["slots"] if "minutes_outside_hours" in slot] == []


async def test_a_night_shift_that_began_the_evening_before_counts_in_the_morning(call: Any) -> None:
    night = {"timezone": "UTC", "hours": "22:00-06:00", "days": "daily"}
    found = await call(
        "find_meeting_slots", participants=[night], from_date=f"{TUESDAY}T00:00", to_date=f"{TUESDAY}T12:00", limit=3
    )
    assert [slot["utc"] for slot in found["slots"]] == [f"{TUESDAY}T{time}Z" for time in ("01:30", "00:30", "02:30")]
    assert all(person["within_hours"] for slot in found["slots"] for person in slot["times"])
