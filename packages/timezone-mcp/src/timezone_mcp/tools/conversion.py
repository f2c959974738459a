"""Tools that convert a time between zones and return the current time."""

from mcp_chassis.tools import reads

from timezone_mcp import sentences
from timezone_mcp.models import Conversion, CurrentTime, LocalTime, Readings
from timezone_mcp.timekeeper import Time
from timezone_mcp.tools.parameters import DateTime, FirstZoneName, IfAmbiguous, ZoneNames
from timezone_mcp.zones import lookup


@reads("Convert a time")
async def convert_timezone(
    date_time: DateTime,
    from_timezone: FirstZoneName,
    to_timezone: ZoneNames,
    keeper: Time,
    if_ambiguous: IfAmbiguous = None,
) -> Conversion:
    """Convert a time between zones; reports skipped and repeated local times."""
    source = lookup.resolve(from_timezone)
    targets = lookup.resolve_all(to_timezone)
    reading = keeper.reading(date_time, source)
    moment = reading.chosen(if_ambiguous)
    converted = await keeper.converter.convert(moment, source, targets)
    here = LocalTime.of(moment, source)
    there = [LocalTime.of(time, zone, moment) for time, zone in zip(converted.times, targets, strict=True)]
    return Conversion(
        answer=sentences.conversion(reading, here, there),
        status=reading.status,
        readings=Readings.of(reading),
        source=here,
        results=there,
        source_of_truth=converted.source_of_truth,
        as_of=converted.as_of,
    )


@reads("Get the current time", open_world=False)
async def get_current_time(keeper: Time, timezones: ZoneNames | None = None) -> CurrentTime:
    """Get the time now in zones; UTC by default."""
    results = [LocalTime.of(keeper.now(zone), zone) for zone in lookup.resolve_all(timezones or ["UTC"])]
    return CurrentTime(answer=sentences.now(results), results=results)
