"""Counting with times."""

from datetime import UTC
from typing import Annotated

from mcp_chassis.tools import reads
from pydantic import Field

from timezone_mcp import durations, readings, sentences, spans, zones
from timezone_mcp.hours import parse
from timezone_mcp.models import LocalTime, Readings, Span, Sum
from timezone_mcp.timekeeper import Time
from timezone_mcp.tools.parameters import DateTime, Hours, Moment, ZoneName, ZoneNames


@reads("Add a duration", open_world=False)
async def add_duration(
    date_time: Moment,
    timezone: ZoneName,
    duration: Annotated[str, Field(max_length=durations.LONGEST_TEXT, description="ISO 8601, like -P1DT2H")],
    keeper: Time,
) -> Sum:
    """Add a duration by the wall clock and as elapsed time."""
    zone, length = zones.resolve(timezone), durations.parse(duration)
    start = keeper.moment(date_time, zone)
    reading = readings.read(length.after(start.replace(tzinfo=None)), zone)
    wall = reading.chosen("later" if start.fold else None)
    exact = length.elapsed_after(start, zone)
    differs = exact.astimezone(UTC) != wall.astimezone(UTC)  # in one zone, Python compares the clocks on the wall
    here, there = LocalTime.of(start, zone), LocalTime.of(wall, zone, start)
    elapsed = LocalTime.of(exact, zone, start) if differs else None
    return Sum(
        answer=sentences.sum_of(duration, here, there, reading, elapsed),
        start=here,
        wall_clock=there,
        status=reading.status,
        readings=Readings.of(reading),
        elapsed=elapsed,
    )


@reads("Time between", open_world=False)
async def time_between(
    start: DateTime,
    end: Moment,
    keeper: Time,
    timezones: Annotated[ZoneNames | None, Field(max_length=2, description="Of start and end; default UTC")] = None,
    working_hours: Hours = None,
) -> Span:
    """Measure time exactly, by calendar and in working hours."""
    zones_meant = zones.resolve_all(timezones or ["UTC"])
    zone, end_zone = zones_meant[0], zones_meant[-1]
    first, last = keeper.moment(start, zone), keeper.moment(end, end_zone)
    exact = durations.written(last - first.astimezone(UTC))
    calendar = spans.calendar(first.replace(tzinfo=None), last.astimezone(zone.rules).replace(tzinfo=None))
    worked = spans.working_hours(first, last, zone, parse(working_hours))
    return Span(
        answer=sentences.between(exact, calendar, worked, zone),
        start=LocalTime.of(first, zone),
        end=LocalTime.of(last, end_zone),
        seconds=(last - first.astimezone(UTC)).total_seconds(),
        exact=exact,
        calendar=calendar,
        working_hours=worked,
    )
