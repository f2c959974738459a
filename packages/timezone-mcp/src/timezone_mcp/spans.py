"""Differences between two times: by the calendar and in working hours."""

from datetime import UTC, datetime, timedelta

from timezone_mcp.times.durations import months_later, written
from timezone_mcp.times.readings import instant
from timezone_mcp.working_hours.hours import Hours
from timezone_mcp.zones.lookup import Zone

MAX_COUNTED_SPAN = timedelta(days=3660)  # ten years: working days are counted one by one


def calendar(start: datetime, end: datetime, zone: Zone) -> str:
    """Return the difference in whole years, months and days of `zone`, then the exact remainder: `P1Y2M3DT4H`.

    Args:
        start: aware; `end` likewise.
        zone: the zone whose local dates are counted.
    """
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    if last < first:
        return "-" + calendar(end, start, zone)
    local, local_end = (moment.astimezone(zone.rules).replace(tzinfo=None) for moment in (first, last))
    months = (local_end.year - local.year) * 12 + local_end.month - local.month
    if months and _instant(months_later(local, months), zone) > last:
        months -= 1
    by_months = months_later(local, months)
    days = max(0, (local_end.date() - by_months.date()).days)
    if days and _instant(by_months + timedelta(days=days), zone) > last:
        days -= 1
    whole = _instant(by_months + timedelta(days=days), zone) if months or days else first
    parts = ((months // 12, "Y"), (months % 12, "M"), (days, "D"))
    dates = "".join(f"{number}{unit}" for number, unit in parts if number)
    time = written(last - whole).removeprefix("P")
    return f"P{dates}" if dates and time == "T0S" else f"P{dates}{time}"


def _instant(wall_clock: datetime, zone: Zone) -> datetime:
    return instant(wall_clock, zone).astimezone(UTC)


def working_hours(start: datetime, end: datetime, zone: Zone, hours: Hours) -> float | None:
    """The working hours between two times, to the hundredth; negative if `end` is earlier, None beyond ten years."""
    begin, finish = start.astimezone(UTC), end.astimezone(UTC)
    first, last = sorted((begin, finish))
    if last - first > MAX_COUNTED_SPAN:
        return None
    worked = sum((e - s for s, e in hours.stretches(zone, first, last)), timedelta()) / timedelta(hours=1)
    return round(worked if finish >= begin else -worked, 2)
