"""Working hours: weekdays and spans of local time (`Hours`), and the intervals in UTC that they make."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from timezone_mcp.times.readings import Status, instant, read
from timezone_mcp.working_hours import public_holidays
from timezone_mcp.working_hours.weekends import working_days
from timezone_mcp.zones import changes
from timezone_mcp.zones.lookup import Zone

MAX_SPANS = 3  # per day
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
NOON = timedelta(hours=12)
LOOK_AHEAD = timedelta(days=14)  # limit of the search for the next working time and common window

Span = tuple[timedelta, timedelta]  # since midnight of the day on which it starts; the end may be on the next day
Stretch = tuple[datetime, datetime]  # an interval in UTC, the end excluded
NINE_TO_FIVE: Span = (timedelta(hours=9), timedelta(hours=17))


@dataclasses.dataclass(frozen=True)
class Hours:
    """Working hours in local time: at most three spans a day, which do not overlap.

    `days` are weekdays, 0 for Monday; None means the working days of the zone's country. With `skip_holidays` the
    public holidays of that country are days off.
    """

    spans: tuple[Span, ...] = (NINE_TO_FIVE,)
    days: frozenset[int] | None = None
    skip_holidays: bool = False

    def weekdays(self, zone: Zone) -> frozenset[int]:
        """The working days of the week in `zone`."""
        return working_days(zone) if self.days is None else self.days

    def begun_on(self, day: date, zone: Zone) -> list[Stretch]:
        """The working intervals that start on `day`; a clock change can lengthen, shorten or remove one."""
        midnight = datetime.combine(day, time())
        stretches = [(_edge(midnight + opens, zone), _edge(midnight + closes, zone)) for opens, closes in self.spans]
        return [(start, end) for start, end in stretches if start < end]

    def under_way(self, zone: Zone, moment: datetime) -> Stretch | None:
        """The working interval that contains `moment`; adjacent intervals of the next two weeks are merged into it."""
        today = moment.astimezone(zone.rules).date()
        begun = [
            stretch for day in (today - DAY, today) if self._works(day, zone) for stretch in self.begun_on(day, zone)
        ]
        current = next(((start, end) for start, end in begun if start <= moment < end), None)
        if current is None or not self._may_touch:
            return current
        return joined([current, *self._whole(zone, moment, moment + LOOK_AHEAD)])[0]

    @property
    def _may_touch(self) -> bool:
        return len(self.spans) > 1 or any(closes - opens >= DAY for opens, closes in self.spans)

    def stretches(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """All working intervals between `start` and `end`, in order, cut to this range."""
        return [(max(s, start), min(e, end)) for s, e in self._whole(zone, start, end) if s < end and e > start]

    def _whole(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """The working intervals that start on the days from one before `start` to one after `end`."""
        first = start.astimezone(zone.rules).date() - DAY
        days = (first + timedelta(days=n) for n in range((end - start).days + 4))
        return [stretch for day in days if self._works(day, zone) for stretch in self.begun_on(day, zone)]

    def _works(self, day: date, zone: Zone) -> bool:
        if day.weekday() not in self.weekdays(zone) or not _exists(day, zone):
            return False
        return not (self.skip_holidays and public_holidays.holiday(day, zone))


def _exists(day: date, zone: Zone) -> bool:
    """Whether the zone's calendar has the day: Apia had no 30 December 2011."""
    return instant(datetime.combine(day, time()) + NOON, zone).date() == day


def _edge(wall_clock: datetime, zone: Zone) -> datetime:
    """The instant at which the local clock reaches a time; that of the clock change if the time is skipped.

    A repeated time means its first occurrence.
    """
    reading = read(wall_clock, zone)
    if reading.status is not Status.SKIPPED:
        return reading.earlier.astimezone(UTC)
    return next(change.at for change in changes.between(zone, reading.earlier, reading.later))


def next_common(hours: Hours, zones: Iterable[Zone], moment: datetime) -> Stretch | None:
    """The current or next interval in which all zones work; None if there is none within two weeks."""
    calendars = [hours.stretches(zone, moment, moment + LOOK_AHEAD) for zone in zones]
    return next(iter(common(calendars)), None)


def without_end(stretch: Stretch, moment: datetime) -> bool:
    """Whether an interval lasts until the end of the two weeks searched from `moment`."""
    return stretch[1] >= moment + LOOK_AHEAD


def common(calendars: Iterable[Sequence[Stretch]]) -> list[Stretch]:
    """The intersection of several lists of intervals."""
    return reduce(_overlaps, [joined(calendar) for calendar in calendars])


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Merge the adjacent and overlapping ones of ordered intervals."""
    whole: list[Stretch] = []
    for start, end in stretches:
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _overlaps(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if a < d and c < b]
