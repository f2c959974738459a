"""Tools that add durations and measure the time between two times."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from timezone_mcp import sentences, spans
from timezone_mcp.models import LocalTime, Readings, Span, Sum
from timezone_mcp.timekeeper import Time
from timezone_mcp.times import durations, readings
from timezone_mcp.times.readings import Reading
from timezone_mcp.tools.parameters import DateTime, Hours, Moment, SkipHolidays, ZoneName, ZoneNames
from timezone_mcp.working_hours.days_off import days_off_sentence
from timezone_mcp.working_hours.hours import Hours as WorkingHours
from timezone_mcp.working_hours.written_hours import parse
from timezone_mcp.zones import lookup
from timezone_mcp.zones.lookup import Zone


@reads("Add a duration", open_world=False)
async def add_duration(
    date_time: Moment,
    timezone: ZoneName,
    duration: Annotated[str, Field(max_length=durations.MAX_TEXT_CHARS, description="ISO 8601, like -P1DT2H")],
    keeper: Time,
) -> Sum:
    """Add a duration by the wall clock and as elapsed time."""
    zone = lookup.resolve(timezone)
    return sum_of(keeper.reading(date_time, zone), zone, duration)


def sum_of(begin: Reading, zone: Zone, duration: str) -> Sum:
    """The result of `add_duration`.

    Raises:
        InvalidInput: `duration` is not an ISO 8601 duration, or the sum is outside of the supported years.
    """
    length = durations.parse(duration)
    start = begin.chosen(None)
    end = readings.read(length.after(start.replace(tzinfo=None)), zone)
    wall = end.chosen("later" if start.fold else None)
    exact = length.elapsed_after(start, zone)
    differs = exact.astimezone(UTC) != wall.astimezone(UTC)  # within one zone Python would compare wall-clock times
    here, there = LocalTime.of(start, zone), LocalTime.of(wall, zone, start)
    elapsed = LocalTime.of(exact, zone, start) if differs else None
    return Sum(
        answer=sentences.sum_of(duration, begin, here, there, end, elapsed),
        start=here,
        start_status=begin.exception,
        wall_clock=there,
        status=end.status,
        readings=Readings.of(end),
        elapsed=elapsed,
    )


@reads("Time between", open_world=False)
async def time_between(
    start: DateTime,
    end: Moment,
    keeper: Time,
    timezones: Annotated[ZoneNames | None, Field(max_length=2, description="Of start and end; default UTC")] = None,
    working_hours: Hours = None,
    skip_holidays: SkipHolidays = False,
) -> Span:
    """Measure time exactly, by calendar and in working hours."""
    zones_meant = lookup.resolve_all(timezones or ["UTC"])
    return span_between(
        keeper.reading(start, zones_meant[0]),
        keeper.reading(end, zones_meant[-1]),
        parse(working_hours, skip_holidays=skip_holidays),
        zones_meant,
    )


def span_between(begin: Reading, finish: Reading, hours: WorkingHours, zones_meant: Sequence[Zone]) -> Span:
    """The result of `time_between`, by the calendar and the working hours of the first zone."""
    zone, end_zone = zones_meant[0], zones_meant[-1]
    first, last = begin.chosen(None), finish.chosen(None)
    exact = durations.written(last.astimezone(UTC) - first.astimezone(UTC))
    by_calendar = spans.calendar(first, last, zone)
    worked = spans.working_hours(first, last, zone, hours)
    here, there = LocalTime.of(first, zone), LocalTime.of(last, end_zone)
    return Span(
        answer=sentences.between(exact, by_calendar, worked, zone)
        + sentences.clock_changes((begin, here), (finish, there))
        + days_off_sentence([(zone, hours)], first, last),
        start=here,
        start_status=begin.exception,
        end=there,
        end_status=finish.exception,
        seconds=(last.astimezone(UTC) - first.astimezone(UTC)).total_seconds(),
        exact=exact,
        calendar=by_calendar,
        working_hours=worked,
    )
