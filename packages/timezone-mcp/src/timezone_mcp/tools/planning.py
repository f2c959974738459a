"""Tools that find meeting times and check who is at work."""

from datetime import UTC, timedelta
from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from timezone_mcp import sentences
from timezone_mcp.models import LocalTime, MeetingSlot, MeetingSlots, change_told
from timezone_mcp.timekeeper import Time
from timezone_mcp.tools.parameters import MAX_ZONES, Attendee, Hours, Moment, SkipHolidays, ZoneNames, people_of
from timezone_mcp.working_hours import meetings
from timezone_mcp.working_hours.availability import Availability, Window, WorkingNow
from timezone_mcp.working_hours.days_off import days_off_sentence
from timezone_mcp.working_hours.hours import LOOK_AHEAD, next_common, without_end
from timezone_mcp.working_hours.periods import period
from timezone_mcp.working_hours.written_hours import parse
from timezone_mcp.zones import lookup


@reads("Find meeting slots", open_world=False)
async def find_meeting_slots(
    participants: Annotated[list[Attendee], Field(max_length=MAX_ZONES)],
    keeper: Time,
    *,
    duration_minutes: Annotated[int, Field(ge=5, le=720)] = 60,
    from_date: Moment = "now",
    to_date: Annotated[Moment | None, Field(description="Last day; default in a week")] = None,
    limit: Annotated[int, Field(ge=1, le=20)] = 5,
    skip_holidays: SkipHolidays = False,
) -> MeetingSlots:
    """Rank meeting times by everyone's working hours, on every clock."""
    people = people_of(participants, skip_holidays=skip_holidays)
    start, end = period(keeper, people[0].zone, from_date, to_date)
    found = meetings.slots(people, timedelta(minutes=duration_minutes), start, end, limit)
    changed = [change_told(zone, change) for zone, change in meetings.clock_changes(people, start, end)]
    calendars = [(who.zone, who.hours) for who in people]
    return MeetingSlots(
        answer=sentences.slots(found, people) + days_off_sentence(calendars, start, end),
        slots=[MeetingSlot.of(slot) for slot in found],
        clock_changes=changed or None,
    )


@reads("Check working hours", open_world=False)
async def check_working_hours(
    timezones: ZoneNames, keeper: Time, at: Moment = "now", hours: Hours = None, skip_holidays: SkipHolidays = False
) -> WorkingNow:
    """Tell who is at work and the next common window."""
    found, worked = lookup.resolve_all(timezones), parse(hours, skip_holidays=skip_holidays)
    reading = keeper.reading(at, found[0])
    moment = reading.chosen(None).astimezone(UTC)
    results = [Availability.of(moment, zone, worked) for zone in found]
    window = next_common(worked, found, moment)
    endless = window is not None and without_end(window, moment)
    calendars = [(zone, worked) for zone in found]
    return WorkingNow(
        answer=sentences.working(results, window, endless, found[0])
        + sentences.clock_changes((reading, LocalTime.of(reading.chosen(None), found[0])))
        + days_off_sentence(calendars, moment, window[1] if window and not endless else moment + LOOK_AHEAD),
        results=results,
        common_window=Window.of(window, found, moment) if window else None,
    )
