"""Working hours: days of the week, spans of the local clock, and the stretches of time they make."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from timezone_mcp.times.readings import Status, instant, read
from timezone_mcp.working_hours import public_holidays
from timezone_mcp.working_hours.weekends import working_days
from timezone_mcp.zones import changes
from timezone_mcp.zones.lookup import Zone

MAX_SPANS = 3  # of a day
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
NOON = timedelta(hours=12)
LOOK_AHEAD = timedelta(days=14)  # within which the next work and the next common window are sought

Span = tuple[timedelta, timedelta]  # since midnight of the day on which it begins; the end may lie on the next day
Stretch = tuple[datetime, datetime]  # aware, in UTC, the end not included
NINE_TO_FIVE: Span = (timedelta(hours=9), timedelta(hours=17))


@dataclasses.dataclass(frozen=True)
class Hours:
    """Working hours by the local clock, in at most three spans a day that do not overlap.

    `days` are weekdays, 0 for Monday; None means the working days of the zone's country. With `skip_holidays` the
    public holidays of that country are no working days.
    """

    spans: tuple[Span, ...] = (NINE_TO_FIVE,)
    days: frozenset[int] | None = None
    skip_holidays: bool = False

    def weekdays(self, zone: Zone) -> frozenset[int]:
        """The working days of the week in `zone`."""
        return working_days(zone) if self.days is None else self.days

    def begun_on(self, day: date, zone: Zone) -> list[Stretch]:
        """The stretches of work that begin on `day`; a clock change makes one longer or shorter, or skips it."""
        midnight = datetime.combine(day, time())
        stretches = [(_edge(midnight + opens, zone), _edge(midnight + closes, zone)) for opens, closes in self.spans]
        return [(start, end) for start, end in stretches if start < end]

    def under_way(self, zone: Zone, moment: datetime) -> Stretch | None:
        """The work under way at `moment`; stretches that touch are one, followed for two weeks."""
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
        """Every stretch of work, cut to what lies from `start` to `end`, in order."""
        return [(max(s, start), min(e, end)) for s, e in self._whole(zone, start, end) if s < end and e > start]

    def _whole(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """The stretches of work that begin on the days from one before `start` to one after `end`."""
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
    """The instant at which the local clock reaches a time: the clock change itself where it skips the time.

    A repeated time is taken the first time it comes.
    """
    reading = read(wall_clock, zone)
    if reading.status is not Status.SKIPPED:
        return reading.earlier.astimezone(UTC)
    return next(change.at for change in changes.between(zone, reading.earlier, reading.later))


def next_common(hours: Hours, zones: Iterable[Zone], moment: datetime) -> Stretch | None:
    """The current or next stretch in which all of the zones work; None where there is none within two weeks."""
    calendars = [hours.stretches(zone, moment, moment + LOOK_AHEAD) for zone in zones]
    return next(iter(common(calendars)), None)


def without_end(stretch: Stretch, moment: datetime) -> bool:
    """Whether a stretch goes on for all of the two weeks that were looked at from `moment`."""
    return stretch[1] >= moment + LOOK_AHEAD


def common(calendars: Iterable[Sequence[Stretch]]) -> list[Stretch]:
    """The intersection of several lists of stretches."""
    return reduce(_overlaps, [joined(calendar) for calendar in calendars])


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Ordered stretches, in which those that touch are merged into one."""
    whole: list[Stretch] = []
    for start, end in stretches:
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _overlaps(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if a < d and c < b]
