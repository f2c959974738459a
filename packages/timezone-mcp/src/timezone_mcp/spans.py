"""The time between two moments: exactly, by the calendar, and in working hours."""

from datetime import UTC, datetime, timedelta

from timezone_mcp.durations import months_later, written
from timezone_mcp.hours import Hours
from timezone_mcp.zones import Zone

LONGEST_WORK = timedelta(days=3660)  # ten years: working days are counted one by one


def calendar(start: datetime, end: datetime) -> str:
    """`P1Y2M3DT4H`: whole years, months and days by the clock on the wall, then what is left; both naive."""
    if end < start:
        return "-" + calendar(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(start, months) > end:
        months -= 1
    rest = end - months_later(start, months)
    parts = ((months // 12, "Y"), (months % 12, "M"), (rest.days, "D"))
    dates = "".join(f"{number}{unit}" for number, unit in parts if number)
    time = written(rest - timedelta(days=rest.days)).removeprefix("P")
    return f"P{dates}" if dates and time == "T0S" else f"P{dates}{time}"


def working_hours(start: datetime, end: datetime, zone: Zone, hours: Hours) -> float | None:
    """The working hours between, to the hundredth; negative backwards, None where they are too many to count."""
    begin, finish = start.astimezone(UTC), end.astimezone(UTC)
    first, last = sorted((begin, finish))
    if last - first > LONGEST_WORK:
        return None
    worked = sum((e - s for s, e in hours.stretches(zone, first, last)), timedelta()) / timedelta(hours=1)
    return round(worked if finish >= begin else -worked, 2)
