"""Sentences on days off that the caller did not name: national weekends and public holidays."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from timezone_mcp import sentences
from timezone_mcp.working_hours import public_holidays, weekends
from timezone_mcp.working_hours.availability import national_days
from timezone_mcp.working_hours.hours import DAY, Hours
from timezone_mcp.zones.lookup import Zone

MAX_LISTED_SPAN_DAYS = 366


def days_off_sentence(calendars: Sequence[tuple[Zone, Hours]], start: datetime, end: datetime) -> str:
    """Sentences on working days other than Monday to Friday, moved weekends, and holidays from `start` to `end`.

    Empty if everyone works from Monday to Friday, or on the given days, and holidays were not requested.
    """
    weeks = {zone.name: days for zone, hours in calendars if (days := national_days(zone, hours))}
    first = min(start, end)
    moved = {zone.name: weekends.moved_in(zone) for zone, hours in calendars if hours.days is None}
    changed = {name: year for name, year in moved.items() if year and first.year < year}
    observed = list(dict.fromkeys(zone for zone, hours in calendars if hours.skip_holidays))
    found = [f"{day} {name} ({zone.name})" for zone in observed for day, name in _holidays(zone, start, end)]
    unknown, with_regions = public_holidays.without_calendar(observed), public_holidays.with_regions(observed)
    return sentences.days_off(weeks, changed, found, unknown, with_regions)


def _holidays(zone: Zone, start: datetime, end: datetime) -> Iterator[tuple[date, str]]:
    """Yield the public holidays of a zone between two times, for at most a year."""
    first, last = sorted(moment.astimezone(zone.rules).date() for moment in (start, end))
    for number in range(min((last - first).days, MAX_LISTED_SPAN_DAYS) + 1):
        day = first + number * DAY
        if name := public_holidays.holiday(day, zone):
            yield day, name
