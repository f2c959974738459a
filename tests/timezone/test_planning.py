"""Working hours, meetings, and counting with times."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from timezone_mcp.working_hours import hours, meetings
from timezone_mcp.working_hours.meetings import Participant
from timezone_mcp.zones import lookup
from volume import in_volume, volume


async def test_slots_in_everyones_hours_are_ranked_by_distance_from_the_middle_of_their_days(call: Any) -> None:
    people = [{"timezone": "Europe/Paris"}, {"timezone": "America/New_York", "hours": "08:00-16:00"}]
    result = await call(
        "find_meeting_slots", participants=people, from_date="2026-03-23", to_date="2026-03-27", limit=3
    )
    assert result["answer"] == (
        "The best of 3 slots in everyone's hours is Mon 14:30 in Europe/Paris and Mon 09:30 in America/New_York."
    )
    assert all(who["within_hours"] for slot in result["slots"] for who in slot["times"])
    assert [slot["utc"] for slot in result["slots"]] == ["2026-03-23T13:30Z", "2026-03-24T13:30Z", "2026-03-25T13:30Z"]


async def test_without_a_common_hour_the_nearest_slots_say_who_is_outside_theirs(call: Any) -> None:
    people = [{"timezone": "Europe/Paris"}, {"timezone": "America/Los_Angeles"}]
    result = await call("find_meeting_slots", participants=people, from_date="2026-03-23", to_date="2026-03-27")
    assert result["answer"].startswith("No slot lies in everyone's hours; the nearest is ")
    assert {slot["minutes_outside_hours"] for slot in result["slots"]} == {60}
    assert all(not all(who["within_hours"] for who in slot["times"]) for slot in result["slots"])


async def test_a_clock_change_within_the_days_and_within_a_slot_is_reported(call: Any) -> None:
    night = {"timezone": "Europe/Paris", "hours": "00:00-06:00", "days": "sun"}
    result = await call(
        "find_meeting_slots",
        participants=[night],
        from_date="2026-03-29",
        to_date="2026-03-29",
        duration_minutes=240,
        limit=1,
    )
    told = "Europe/Paris: clocks go forward by 1:00 at 2026-03-29 02:00"
    assert result["clock_changes"] == [told]
    assert result["slots"][0]["clock_change"] == told


async def test_what_is_past_of_today_is_not_offered(call: Any) -> None:
    result = await call(
        "find_meeting_slots", participants=[{"timezone": "UTC"}], from_date="today", to_date="today", limit=20
    )
    assert "2026-03-18T12:00Z" <= min(slot["utc"] for slot in result["slots"]) < "2026-03-18T13:00Z"


async def test_a_clock_a_quarter_of_an_hour_off_is_met_at_its_own_quarters(call: Any) -> None:
    person = {"timezone": "Asia/Kathmandu", "hours": "09:00-10:00"}
    result = await call("find_meeting_slots", participants=[person], from_date="2026-03-23", to_date="2026-03-23")
    assert [slot["times"][0]["start"] for slot in result["slots"]] == ["2026-03-23T09:00"]


async def test_no_slot_fits_into_less_time_than_it_takes(call: Any) -> None:
    result = await call(
        "find_meeting_slots",
        participants=[{"timezone": "UTC"}],
        from_date="2026-03-23T09:00",
        to_date="2026-03-23T09:30",
    )
    assert result["slots"] == []
    assert result["answer"] == "No meeting of this length fits into these days."


ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Asia/Kathmandu"])
BREAK = hours.Hours(((timedelta(hours=9), timedelta(hours=12)), (timedelta(hours=13), timedelta(hours=17))))
SPAN = st.just(BREAK) | st.builds(
    lambda opens, length, days: hours.Hours(
        ((timedelta(hours=opens), timedelta(hours=opens + length)),), frozenset(days)
    ),
    st.integers(0, 23),
    st.integers(1, 24),
    st.sets(st.integers(0, 6), min_size=1),
)


@in_volume
@settings(max_examples=volume(400))
@given(st.lists(st.tuples(ZONES, SPAN), min_size=1, max_size=4), st.sampled_from([15, 60, 240, 720]))
def test_slots_never_overlap_and_count_each_participants_minutes_rightly(
    people: list[tuple[str, hours.Hours]], minutes: int
) -> None:
    start, length = datetime(2026, 3, 27, tzinfo=UTC), timedelta(minutes=minutes)
    participants = [Participant(lookup.named(name), worked) for name, worked in people]
    found = meetings.slots(participants, length, start, start + timedelta(days=3), 5)
    inside = {(slot, place) for slot in found for place, who in enumerate(participants) if _works(who, slot)}
    assert all(a.end <= b.start or b.end <= a.start for a in found for b in found if a is not b)
    assert inside == {(slot, place) for slot in found for place, (_, out) in enumerate(slot.attendance) if out == 0}


def _works(who: Participant, slot: meetings.Slot) -> bool:
    """Whether somebody works in every minute of a slot, by the local clock."""
    moments = (slot.start + timedelta(minutes=n) for n in range(int((slot.end - slot.start) / timedelta(minutes=1))))
    return all(who.hours.under_way(who.zone, moment) for moment in moments)


async def test_a_day_and_twenty_four_hours_are_distinguished_if_they_differ(call: Any) -> None:
    result = await call("add_duration", date_time="2026-03-28T12:00", timezone="Europe/Paris", duration="P1D")
    assert result["wall_clock"]["local_time"] == "2026-03-29T12:00:00+02:00"
    assert result["elapsed"]["local_time"] == "2026-03-29T13:00:00+02:00"
    plain = await call("add_duration", date_time="2026-03-20T12:00", timezone="Europe/Paris", duration="P1D")
    assert "elapsed" not in plain


async def test_a_duration_within_the_repeated_hour_is_distinguished_although_both_clocks_show_the_same(
    call: Any,
) -> None:
    result = await call("add_duration", date_time="2026-10-25T02:30+02:00", timezone="Europe/Paris", duration="PT1H")
    assert result["wall_clock"]["local_time"] == "2026-10-25T03:30:00+01:00"
    assert result["elapsed"]["local_time"] == "2026-10-25T02:30:00+01:00"
    assert result["answer"] == (
        "PT1H after Sunday 25 October 2026 02:30 in Europe/Paris (CEST, +02:00) it is Sunday 25 October 2026 03:30 in "
        "Europe/Paris (CET, +01:00) by the wall clock; as elapsed time it is 02:30 (+01:00) on Sunday 25 October 2026."
    )


async def test_a_sum_that_lands_in_a_gap_says_so_with_both_readings(call: Any) -> None:
    result = await call("add_duration", date_time="2026-03-28T02:30", timezone="Europe/Paris", duration="P1D")
    assert result["status"] == "skipped"
    assert result["wall_clock"]["local_time"] == "2026-03-29T03:30:00+02:00"
    assert sorted(result["readings"]) == ["earlier", "later"]


async def test_the_thirty_first_becomes_the_last_day_of_a_shorter_month(call: Any) -> None:
    result = await call("add_duration", date_time="2026-01-31T12:00", timezone="UTC", duration="P1M")
    assert result["wall_clock"]["local_time"] == "2026-02-28T12:00:00+00:00"


async def test_the_time_between_is_exact_by_calendar_and_in_working_hours(call: Any) -> None:
    result = await call("time_between", start="2026-03-27T12:00", end="2026-03-30T12:00", timezones=["Europe/Paris"])
    assert (result["exact"], result["calendar"], result["working_hours"]) == ("PT71H", "P3D", 8.0)
    assert result["seconds"] == 71 * 3600


async def test_the_time_between_two_zones_counts_in_the_first(call: Any) -> None:
    result = await call(
        "time_between", start="2026-03-20T09:00", end="2026-03-20T09:00", timezones=["Europe/Paris", "America/New_York"]
    )
    assert (result["exact"], result["calendar"]) == ("PT5H", "PT5H")


async def test_the_time_between_runs_backwards_too(call: Any) -> None:
    result = await call("time_between", start="2026-03-31T12:00", end="2026-01-31T11:00")
    assert (result["exact"], result["calendar"]) == ("-PT1417H", "-P2MT1H")
    assert result["working_hours"] < 0


async def test_working_hours_of_more_than_ten_years_are_not_counted(call: Any) -> None:
    result = await call("time_between", start="1900-01-01", end="2026-01-01")
    assert "working_hours" not in result
    assert result["calendar"] == "P126Y"


async def test_who_is_at_work_and_when_everyone_is(call: Any) -> None:
    result = await call("check_working_hours", timezones=["Europe/Paris", "America/Los_Angeles"], at="2026-03-20T16:30")
    assert [each["working"] for each in result["results"]] == [True, False]
    assert result["results"][0]["until"] == "2026-03-20T17:00:00+01:00"
    assert result["results"][1]["next_start"] == "2026-03-20T09:00:00-07:00"
    assert result["answer"] == "At work: Europe/Paris; no hour within two weeks is common to all."


async def test_the_next_common_window_is_given_on_every_clock(call: Any) -> None:
    result = await call(
        "check_working_hours",
        timezones=["Europe/Paris", "America/New_York"],
        at="2026-03-21T12:00",
        hours="08:00-18:00",
    )
    assert result["common_window"] == {
        "utc_start": "2026-03-23T12:00Z",
        "utc_end": "2026-03-23T17:00Z",
        "local": ["Europe/Paris Mon 13:00-18:00", "America/New_York Mon 08:00-13:00"],
    }
    assert result["answer"].startswith("At work: nobody; ")
