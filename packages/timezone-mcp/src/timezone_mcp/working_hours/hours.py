"""Working hours: days of the week, a span of the local clock, and the stretches of time they make."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import quoted
from timezone_mcp.times.readings import instant
from timezone_mcp.times.weekdays import WEEKDAYS, starting_with
from timezone_mcp.working_hours import public_holidays
from timezone_mcp.working_hours.weekends import working_days
from timezone_mcp.zones.lookup import Zone

MAX_TEXT_CHARS = 64
SPAN = re.compile(r"(?:(.+?) )?(\d{1,2}):(\d\d) ?(?:-|\u2013|to) ?(\d{1,2}):(\d\d)", re.ASCII)
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
NOON = timedelta(hours=12)
LOOK_AHEAD = timedelta(days=14)  # within which the next work and the next common window are sought
FORM = "Use a form such as 09:00-17:00, mon-fri 08:30-16:30 or sun-thu 22:00-06:00."

Stretch = tuple[datetime, datetime]  # aware, in UTC, the end not included


@dataclasses.dataclass(frozen=True)
class Hours:
    """Working hours by the local clock; `closes` after midnight means the next day.

    `days` are weekdays, 0 for Monday; None means the working days of the zone's country. With `skip_holidays` the
    public holidays of that country are no working days.
    """

    opens: timedelta = timedelta(hours=9)
    closes: timedelta = timedelta(hours=17)
    days: frozenset[int] | None = None
    skip_holidays: bool = False

    def weekdays(self, zone: Zone) -> frozenset[int]:
        """The working days of the week in `zone`."""
        return working_days(zone) if self.days is None else self.days

    def stretch(self, day: date, zone: Zone) -> Stretch:
        """The instants between which work begun on `day` lasts; a clock change makes it longer or shorter."""
        midnight = datetime.combine(day, time())
        opens, closes = (instant(midnight + edge, zone).astimezone(UTC) for edge in (self.opens, self.closes))
        return opens, closes

    def under_way(self, zone: Zone, moment: datetime) -> Stretch | None:
        """The work under way at `moment`; days that touch are one stretch, followed for two weeks."""
        today = moment.astimezone(zone.rules).date()
        begun = (self.stretch(day, zone) for day in (today - DAY, today) if self._works(day, zone))
        current = next(((opens, closes) for opens, closes in begun if opens <= moment < closes), None)
        if current is None or self.closes - self.opens < DAY:
            return current
        return joined([current, *self._whole(zone, moment, moment + LOOK_AHEAD)])[0]

    def stretches(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """Every stretch of work, cut to what lies from `start` to `end`, in order."""
        return [(max(s, start), min(e, end)) for s, e in self._whole(zone, start, end) if s < end and e > start]

    def _whole(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """The stretches of work that begin on the days from one before `start` to one after `end`."""
        first = start.astimezone(zone.rules).date() - DAY
        days = (first + timedelta(days=n) for n in range((end - start).days + 4))
        return [self.stretch(day, zone) for day in days if self._works(day, zone)]

    def _works(self, day: date, zone: Zone) -> bool:
        if day.weekday() not in self.weekdays(zone) or not _exists(day, zone):
            return False
        return not (self.skip_holidays and public_holidays.holiday(day, zone))


def _exists(day: date, zone: Zone) -> bool:
    """Whether the zone's calendar has the day: Apia had no 30 December 2011."""
    return instant(datetime.combine(day, time()) + NOON, zone).date() == day


def parse(text: str | None, *, skip_holidays: bool = False) -> Hours:
    """Read working hours; without days those of the zone's country, without a text 09:00-17:00.

    Raises:
        InvalidInput: the text is not a span of hours.
    """
    if text is None:
        return Hours(skip_holidays=skip_holidays)
    if text.strip() == "24/7":
        return Hours(timedelta(0), DAY, EVERY_DAY, skip_holidays)
    match = SPAN.fullmatch(" ".join(text.split()).lower()) if len(text) <= MAX_TEXT_CHARS else None
    if match is None:
        raise InvalidInput(f"{quoted(text)} is not a span of working hours.", remedy=FORM)
    opens, closes = _clock(match[2], match[3]), _clock(match[4], match[5])
    if opens is None or closes is None or opens in {closes, DAY}:
        raise InvalidInput(f"{quoted(text)} is not a span of working hours.", remedy=FORM)
    weekdays = days(match[1]) if match[1] else None
    return Hours(opens, closes if closes > opens else closes + DAY, weekdays, skip_holidays)


def days(text: str) -> frozenset[int]:
    """The weekdays meant by `mon-fri`, `sun,tue` or `daily`; 0 is Monday.

    Raises:
        InvalidInput: one of them is no day.
    """
    if text.strip().lower() in {"daily", "every day"}:
        return frozenset(range(7))
    found: set[int] = set()
    for part in re.split(r"[ ,]+", text.strip()):
        first, dash, last = part.partition("-")
        ends = [starting_with(word, WEEKDAYS) for word in ((first, last) if dash else (first, first))]
        if ends[0] is None or ends[1] is None:
            raise InvalidInput(f"{quoted(text)} does not name days.", remedy="Use a form such as mon-fri or sat,sun.")
        found.update((ends[0] + n) % 7 for n in range((ends[1] - ends[0]) % 7 + 1))
    return frozenset(found)


def next_common(hours: Hours, zones: Iterable[Zone], moment: datetime) -> Stretch | None:
    """The stretch, under way or coming, in which all of the zones work; None within two weeks."""
    calendars = [hours.stretches(zone, moment, moment + LOOK_AHEAD) for zone in zones]
    return next(iter(common(calendars)), None)


def without_end(stretch: Stretch, moment: datetime) -> bool:
    """Whether a stretch goes on for all of the two weeks that were looked at from `moment`."""
    return stretch[1] >= moment + LOOK_AHEAD


def common(calendars: Iterable[Sequence[Stretch]]) -> list[Stretch]:
    """The stretches that lie in all of the calendars."""
    return reduce(_overlaps, [joined(calendar) for calendar in calendars])


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Ordered stretches with those that touch made one: hours of 24 on all days are one long stretch."""
    whole: list[Stretch] = []
    for start, end in stretches:
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _overlaps(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if a < d and c < b]


def _clock(hour: str, minute: str) -> timedelta | None:
    reading = timedelta(hours=int(hour), minutes=int(minute))
    return reading if int(minute) < 60 and reading <= DAY else None
