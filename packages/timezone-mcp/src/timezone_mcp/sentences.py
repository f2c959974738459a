"""The one sentence of an answer that a person would say."""

from collections.abc import Sequence
from datetime import datetime

from timezone_mcp.changes import ClockChange
from timezone_mcp.hours import Stretch
from timezone_mcp.meetings import Participant, Slot
from timezone_mcp.models import Availability, Found, LocalTime, moved
from timezone_mcp.readings import Reading, Status
from timezone_mcp.spelling import quoted
from timezone_mcp.zones import Zone

MOST_NAMED = 5
SHIFTS = {-1: " the day before", 0: "", 1: " the next day"}


def conversion(reading: Reading, here: LocalTime, there: Sequence[LocalTime]) -> str:
    """`Friday 20 March 2026 14:00 in Europe/Paris (CET, +01:00) is 09:00 in America/New_York (EDT, -04:00).`"""
    targets = [f"{_clock(each.local_time)}{_shift(each.day_shift)} {_place(each)}" for each in there]
    return f"{_date_and_place(here)} is {_listed(targets)}.{_trouble(reading, here)}"


def now(times: Sequence[LocalTime]) -> str:
    return f"It is {_listed([_date_and_place(each) for each in times])}."


def facts(local: LocalTime, following: Sequence[ClockChange]) -> str:
    """The offset, whether it is summer time, and the next change."""
    summer = ", which is daylight saving time" if local.dst else ""
    change = (
        f"the clock next goes {moved(following[0])} on {_day(following[0].before)} at {following[0].before:%H:%M}"
        if following
        else "no clock change is planned"
    )
    return f"{local.timezone} is at {local.offset}{summer}; {change}."


def matches(query: str, items: Sequence[Found], total: int) -> str:
    if not items:
        return f"No time zone fits {quoted(query)}; try a city, a country or an offset such as +05:30."
    named = _listed([f"{each.timezone} ({each.offset})" for each in items])
    shown = f"; the first {len(items)} of {total} are listed" if total > len(items) else ""
    return f"{quoted(query)} may mean {named}{shown}."


def slots(found: Sequence[Slot], people: Sequence[Participant]) -> str:
    """The best slot on everyone's clock, and at whose cost."""
    if not found:
        return "No meeting of this length fits into these days."
    best = found[0]
    clocks = dict.fromkeys(f"{best.start.astimezone(who.zone.rules):%a %H:%M} in {who.zone.name}" for who in people)
    if not best.minutes_outside:
        return f"The best of {len(found)} slots in everyone's hours is {_listed(list(clocks))}."
    return (
        f"No slot lies in everyone's hours; the nearest is {_listed(list(clocks))}, "
        f"with {best.minutes_outside} minutes outside them, all participants together."
    )


def sum_of(duration: str, start: LocalTime, wall: LocalTime, reading: Reading, elapsed: LocalTime | None) -> str:
    later = f"; as elapsed time it is {_clock(elapsed.local_time)} on {_date(elapsed)}" if elapsed else ""
    return f"{duration} after {_date_and_place(start)} it is {_date_and_place(wall)}{later}.{_trouble(reading, wall)}"


def between(exact: str, calendar: str, working_hours: float | None, zone: Zone) -> str:
    worked = f", {working_hours:g} working hours" if working_hours is not None else ""
    return f"The time between is {exact} exactly, {calendar} by the calendar of {zone.name}{worked}."


def working(results: Sequence[Availability], window: Stretch | None, zone: Zone) -> str:
    """Who works, and when everyone does."""
    names = list(dict.fromkeys(each.timezone for each in results if each.working))
    who = f"At work: {_listed(names) if names else 'nobody'}"
    if window is None:
        return f"{who}; there is no hour common to all within two weeks."
    start, end = (edge.astimezone(zone.rules) for edge in window)
    return f"{who}; the next window common to all is {_day(start)} {start:%H:%M}-{end:%H:%M} in {zone.name}."


def _trouble(reading: Reading, taken: LocalTime) -> str:
    if reading.status is Status.OK:
        return ""
    happens = "occurs twice" if reading.status is Status.AMBIGUOUS else "is skipped"
    return (
        f" {reading.wall_clock:%H:%M} {happens} there that day; {_clock(taken.local_time)} at {taken.offset} was taken."
    )


def _date_and_place(time: LocalTime) -> str:
    return f"{_date(time)} {_clock(time.local_time)} {_place(time)}"


def _place(time: LocalTime) -> str:
    marks = [mark for mark in (time.abbreviation, time.offset) if mark]
    return f"in {time.timezone} ({', '.join(marks)})"


def _date(time: LocalTime) -> str:
    return _day(datetime.fromisoformat(time.local_time))


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B} {moment.year}"


def _clock(local_time: str) -> str:
    """The hour and minute; seconds where there are any."""
    moment = datetime.fromisoformat(local_time)
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _shift(days: int | None) -> str:
    return SHIFTS.get(days or 0, f" {days:+d} days")


def _listed(parts: Sequence[str]) -> str:
    if len(parts) > MOST_NAMED:
        return f"{', '.join(parts[:MOST_NAMED])} and {len(parts) - MOST_NAMED} more"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
