"""Search for meeting times, ranked by minutes outside working hours, then by distance from the middle of the day."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from timezone_mcp.working_hours.hours import DAY, MAX_SPANS, Hours
from timezone_mcp.zones import changes
from timezone_mcp.zones.changes import ClockChange
from timezone_mcp.zones.lookup import Zone

MINUTE = timedelta(minutes=1)
HALF_HOUR, QUARTER = timedelta(minutes=30), timedelta(minutes=15)
NEAR_STRETCHES = MAX_SPANS + 2  # as many as a meeting of half a day can overlap, and the next one
UNREACHABLE_MINUTES = 7 * 24 * 60.0  # distance from the middle of a working day if there is none nearby

Worked = Sequence[tuple[float, float]]  # working intervals in minutes since the search's start: faster than datetimes


@dataclasses.dataclass(frozen=True)
class Participant:
    """The zone and the working hours of one participant."""

    zone: Zone
    hours: Hours


@dataclasses.dataclass(frozen=True)
class Slot:
    """One possible meeting; `attendance` has each participant's minutes outside working hours."""

    start: datetime
    end: datetime
    attendance: tuple[tuple[Participant, int], ...]
    changes: tuple[tuple[Zone, ClockChange], ...]

    @property
    def minutes_outside(self) -> int:
        return sum(minutes for _, minutes in self.attendance)


@dataclasses.dataclass(frozen=True, order=True)
class _Rank:
    """Sort key of a slot, lower is better: minutes outside hours, largest and total distance from the day's middle."""

    outside: int
    worst_off: float
    all_together: float
    start: float  # minutes since the search's start


def slots(people: Sequence[Participant], length: timedelta, start: datetime, end: datetime, most: int) -> list[Slot]:
    """Return at most `most` slots between `start` and `end` that do not overlap, best first.

    If there are slots within everyone's hours, only those are returned; else those with the fewest minutes outside.
    """
    calendars = {who: _calendar(who, start, end) for who in people}
    minutes = length / MINUTE
    chosen: list[_Rank] = []
    for rank in sorted(_ranks([calendars[who] for who in people], minutes, _starts(people, length, start, end))):
        if len(chosen) == most or (chosen and rank.outside and not chosen[0].outside):
            break
        if all(abs(rank.start - other.start) >= minutes for other in chosen):
            chosen.append(rank)
    return [_slot(calendars, people, start + rank.start * MINUTE, length, rank.start) for rank in chosen]


def clock_changes(people: Sequence[Participant], start: datetime, end: datetime) -> Iterator[tuple[Zone, ClockChange]]:
    """Yield the clock changes of the participants' zones between `start` and `end`, both excluded."""
    for zone in dict.fromkeys(who.zone for who in people):
        yield from ((zone, change) for change in changes.between(zone, start, end) if change.at < end)


def _calendar(who: Participant, start: datetime, end: datetime) -> Worked:
    """The working intervals, with one more day on both sides to measure slots at the edges correctly."""
    worked = who.hours.stretches(who.zone, start - DAY, end + DAY)
    return [((opens - start) / MINUTE, (closes - start) / MINUTE) for opens, closes in worked]


def _starts(people: Sequence[Participant], length: timedelta, start: datetime, end: datetime) -> Iterator[float]:
    """Possible starts: every half hour, or every quarter where an offset has a quarter, as in Kathmandu."""
    offsets = (start.astimezone(who.zone.rules).utcoffset() or timedelta() for who in people)
    step = QUARTER if any(offset % HALF_HOUR for offset in offsets) else HALF_HOUR
    passed = (start - datetime.fromtimestamp(0, UTC)) % step
    first = (step - passed) % step
    count = max(0, (end - start - length - first) // step + 1)
    return ((first + n * step) / MINUTE for n in range(count))


def _ranks(calendars: Sequence[Worked], length: float, starts: Iterator[float]) -> Iterator[_Rank]:
    nearest = [0] * len(calendars)
    for start in starts:
        near: list[Worked] = []
        for place, calendar in enumerate(calendars):
            while nearest[place] < len(calendar) - 1 and calendar[nearest[place]][1] <= start:
                nearest[place] += 1
            near.append(calendar[max(0, nearest[place] - 1) : nearest[place] + NEAR_STRETCHES])
        outside = sum(_outside(worked, start, length) for worked in near)
        strains = [_strain(worked, start + length / 2) for worked in near]
        yield _Rank(outside, max(strains), sum(strains), start)


def _outside(worked: Worked, start: float, length: float) -> int:
    """The minutes of a meeting that lie outside working hours."""
    end = start + length
    inside = sum(min(end, closes) - max(start, opens) for opens, closes in worked if opens < end and start < closes)
    return math.ceil(round(length - inside, 6))


def _strain(worked: Worked, middle: float) -> float:
    """The distance in minutes of a meeting from the middle of the nearest working day."""
    return min((abs(middle - (opens + closes) / 2) for opens, closes in worked), default=UNREACHABLE_MINUTES)


def _slot(
    calendars: Mapping[Participant, Worked],
    people: Sequence[Participant],
    start: datetime,
    length: timedelta,
    minutes: float,
) -> Slot:
    attendance = tuple((who, _outside(calendars[who], minutes, length / MINUTE)) for who in people)
    return Slot(start, start + length, attendance, tuple(clock_changes(people, start, start + length)))
