"""Readable sentences for the `answer` of each result."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from timezone_mcp.models import Found, LocalTime, moved
from timezone_mcp.spelling import quoted
from timezone_mcp.times.readings import Reading, Status
from timezone_mcp.working_hours.availability import Availability, span
from timezone_mcp.working_hours.hours import Stretch
from timezone_mcp.working_hours.meetings import Participant, Slot
from timezone_mcp.zones.changes import ClockChange
from timezone_mcp.zones.lookup import Zone

MAX_LISTED = 5
SHIFTS = {-1: " the day before", 0: "", 1: " the next day"}


def conversion(reading: Reading, here: LocalTime, there: Sequence[LocalTime]) -> str:
    """Sentence of a conversion: `Friday 20 March 2026 14:00 in Europe/Paris (CET, +01:00) is 09:00 in ...`."""
    targets = [f"{_clock(each.local_time)}{_shift(each.day_shift)} {_place(each)}" for each in there]
    return f"{_date_and_place(here)} is {_listed(targets)}.{_clock_change(reading, here)}{_uncertain([here, *there])}"


def now(times: Sequence[LocalTime]) -> str:
    return f"It is {_listed([_date_and_place(each) for each in times])}."


def facts(reading: Reading, local: LocalTime, following: Sequence[ClockChange]) -> str:
    """Sentence on the offset at a time, whether daylight saving time applies, and the next change."""
    summer = ", which is daylight saving time" if local.dst else ""
    change = (
        f"the clock next goes {moved(following[0])} on {_day(following[0].before)} at {following[0].before:%H:%M}"
        if following
        else "no clock change is planned"
    )
    return (
        f"{local.timezone} is at {local.offset}{summer}; {change}.{_clock_change(reading, local)}{_uncertain([local])}"
    )


def matches(query: str, items: Sequence[Found], total: int) -> str:
    if not items:
        return f"No time zone fits {quoted(query)}; try a city, a country or an offset such as +05:30."
    named = _listed([f"{each.timezone} ({each.offset})" for each in items])
    shown = f"; the first {len(items)} of {total} are listed" if total > len(items) else ""
    return f"{quoted(query)} may mean {named}{shown}."


def slots(found: Sequence[Slot], people: Sequence[Participant]) -> str:
    """Sentence on the best slot in every participant's local time, and its minutes outside working hours."""
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


def sum_of(
    duration: str, begin: Reading, start: LocalTime, wall: LocalTime, end: Reading, elapsed: LocalTime | None
) -> str:
    """Sentence on the sum by wall clock and as elapsed time; `begin` and `end` show clock changes at both ends."""
    later = (
        f" by the wall clock; as elapsed time it is {_clock(elapsed.local_time)} ({elapsed.offset}) on {_date(elapsed)}"
        if elapsed
        else ""
    )
    total = f"{duration} after {_date_and_place(start)} it is {_date_and_place(wall)}{later}."
    return f"{total}{_clock_change(begin, start)}{_clock_change(end, wall)}{_uncertain([start, wall])}"


def between(exact: str, calendar: str, working_hours: float | None, zone: Zone) -> str:
    worked = f", {working_hours:g} working hours" if working_hours is not None else ""
    return f"The time between is {exact} exactly, {calendar} by the calendar of {zone.name}{worked}."


def clock_changes(*ends: tuple[Reading, LocalTime]) -> str:
    """A sentence for each end that a clock change skips or repeats; empty if there is none."""
    return "".join(_clock_change(reading, taken) for reading, taken in ends) + _uncertain([taken for _, taken in ends])


def working(results: Sequence[Availability], window: Stretch | None, endless: bool, zone: Zone) -> str:
    """Sentence on the zones at work, and the next window common to all."""
    names = list(dict.fromkeys(each.timezone for each in results if each.working))
    who = f"At work: {_listed(names) if names else 'nobody'}"
    if window is None:
        return f"{who}; no hour within two weeks is common to all."
    start, end = window
    day = _day(start.astimezone(zone.rules)).partition(" ")[2]
    when = span(start, None if endless else end, zone)
    rest = ", with no end within two weeks" if endless else ""
    return f"{who}; the next window common to all is {when}, {day}, in {zone.name}{rest}."


def days_off(
    working_days: Mapping[str, str],
    changed: Mapping[str, int],
    holidays: Sequence[str],
    unknown: Sequence[str],
    with_regions: Sequence[str],
) -> str:
    """Sentences about the working days of countries, the holidays left out, and zones without a holiday calendar.

    Args:
        changed: the year in which a zone's country moved its weekend, for zones with days before it.
        with_regions: zones in whose country a region may have holidays of its own.
    """
    week = "; ".join(f"{days} in {zone}" for zone, days in working_days.items())
    moved_weekends = [
        f" The weekend of {zone} moved in {year}; the present one was taken." for zone, year in changed.items()
    ]
    parts = (
        f" Working days: {week}." if week else "",
        *moved_weekends,
        f" Public holidays left out: {_listed(holidays)}." if holidays else "",
        f" Holidays of a single region are not counted in {_listed(with_regions)}." if with_regions else "",
        f" No public holidays are known for {_listed(unknown)}." if unknown else "",
    )
    return "".join(parts)


def _clock_change(reading: Reading, taken: LocalTime) -> str:
    if reading.status is Status.OK:
        return ""
    happens = "occurs twice" if reading.status is Status.AMBIGUOUS else "is skipped"
    wall = reading.wall_clock
    return (
        f" {wall:%H:%M} {happens} on {_day(wall)} in {reading.zone.name}; "
        f"{_clock(taken.local_time)} at {taken.offset} was taken."
    )


def _uncertain(times: Sequence[LocalTime]) -> str:
    reasons = dict.fromkeys(f" {each.timezone}: {each.uncertain}." for each in times if each.uncertain)
    return "".join(reasons)


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
    """Hour and minute, and seconds if they are not zero."""
    moment = datetime.fromisoformat(local_time)
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _shift(days: int | None) -> str:
    return SHIFTS.get(days or 0, f" {days:+d} days")


def _listed(parts: Sequence[str]) -> str:
    if len(parts) > MAX_LISTED:
        return f"{', '.join(parts[:MAX_LISTED])} and {len(parts) - MAX_LISTED} more"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
