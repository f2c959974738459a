"""Results of check_working_hours: who is at work, and the next common window."""

from datetime import datetime
from typing import Self

from mcp_chassis.results import Result

from timezone_mcp.times.weekdays import WEEKDAYS
from timezone_mcp.working_hours import public_holidays
from timezone_mcp.working_hours.hours import LOOK_AHEAD, Hours, Stretch, without_end
from timezone_mcp.working_hours.weekends import MONDAY_TO_FRIDAY
from timezone_mcp.zones.lookup import Zone


class Availability(Result):
    """Whether people of one zone are at work, until when or from when, and the holiday that keeps them off."""

    timezone: str
    local_time: str
    weekday: str
    working: bool
    until: str | None = None
    next_start: str | None = None
    working_days: str | None = None
    holiday: str | None = None

    @classmethod
    def of(cls, moment: datetime, zone: Zone, hours: Hours) -> Self:
        """Build the availability at `moment`; `until` and `next_start` are set only if within two weeks.

        `working_days` is set only if they are those of the country and not Monday to Friday.
        """
        local, current = moment.astimezone(zone.rules), hours.under_way(zone, moment)
        coming = None if current else next(iter(hours.stretches(zone, moment, moment + LOOK_AHEAD)), None)
        ends = current is not None and not without_end(current, moment)
        return cls(
            timezone=zone.name,
            local_time=local.isoformat(),
            weekday=f"{local:%A}",
            working=current is not None,
            until=current[1].astimezone(zone.rules).isoformat() if current and ends else None,
            next_start=coming[0].astimezone(zone.rules).isoformat() if coming else None,
            working_days=national_days(zone, hours),
            holiday=public_holidays.holiday(local.date(), zone) if hours.skip_holidays else None,
        )


class Window(Result):
    """A stretch of time in which everyone works; `utc_end` is left out where it goes on beyond two weeks."""

    utc_start: str
    utc_end: str | None = None
    local: list[str]

    @classmethod
    def of(cls, stretch: Stretch, zones: list[Zone], moment: datetime) -> Self:
        start, end = stretch
        endless = without_end(stretch, moment)
        return cls(
            utc_start=f"{start:%Y-%m-%dT%H:%MZ}",
            utc_end=None if endless else f"{end:%Y-%m-%dT%H:%MZ}",
            local=[f"{zone.name} {span(start, None if endless else end, zone)}" for zone in zones],
        )


class WorkingNow(Result):
    answer: str
    results: list[Availability]
    common_window: Window | None = None


def span(start: datetime, end: datetime | None, zone: Zone) -> str:
    """An interval as text: `Wed 09:00-17:00`, `Wed 22:00-Thu 06:00`, or without an end `from Wed 09:00`."""
    opens = f"{start.astimezone(zone.rules):%a %H:%M}"
    if end is None:
        return f"from {opens}"
    closes = end.astimezone(zone.rules)
    other_day = closes.date() != start.astimezone(zone.rules).date()
    return f"{opens}-{closes:%a %H:%M}" if other_day else f"{opens}-{closes:%H:%M}"


def national_days(zone: Zone, hours: Hours) -> str | None:
    """The working days of a zone's country as `sun-thu`; None if they are Monday to Friday or days were given."""
    found = hours.weekdays(zone)
    if hours.days is not None or found == MONDAY_TO_FRIDAY:
        return None
    names = [WEEKDAYS[day][:3] for day in (6, *range(6)) if day in found]
    return (
        f"{names[0]}-{names[-1]}" if len(names) == 5 and names[0] == "sun" and names[-1] == "thu" else ",".join(names)
    )
