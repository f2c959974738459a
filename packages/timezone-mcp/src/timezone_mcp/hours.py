"""Working hours: days of the week and a span of the local clock, and the stretches of time they make."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce

from mcp_chassis.failures import InvalidInput

from timezone_mcp.readings import instant
from timezone_mcp.spelling import quoted
from timezone_mcp.weekdays import WEEKDAYS, starting_with
from timezone_mcp.zones import Zone

LONGEST_TEXT = 64
SPAN = re.compile(r"(?:(.+?) )?(\d{1,2}):(\d\d) ?(?:-|\u2013|to) ?(\d{1,2}):(\d\d)", re.ASCII)
DAY = timedelta(days=1)
WEEKDAYS_ONLY = frozenset(range(5))
LOOKED_AHEAD = timedelta(days=14)  # how far the next work and the next common window are looked for
FORM = "Use a form such as 09:00-17:00, mon-fri 08:30-16:30 or sun-thu 22:00-06:00."

Stretch = tuple[datetime, datetime]  # aware, in UTC, the end not included


@dataclasses.dataclass(frozen=True)
class Hours:
    """When somebody works, by the clock on their wall; `closes` after midnight means the next day."""

    opens: timedelta = timedelta(hours=9)
    closes: timedelta = timedelta(hours=17)
    days: frozenset[int] = WEEKDAYS_ONLY

    def stretch(self, day: date, zone: Zone) -> Stretch:
        """The instants between which work begun on `day` lasts; a clock change makes it longer or shorter."""
        midnight = datetime.combine(day, time())
        opens, closes = (instant(midnight + edge, zone).astimezone(UTC) for edge in (self.opens, self.closes))
        return opens, closes

    def under_way(self, zone: Zone, moment: datetime) -> Stretch | None:
        """The stretch of work under way at `moment`, whole."""
        today = moment.astimezone(zone.rules).date()
        begun = (self.stretch(day, zone) for day in (today - DAY, today) if day.weekday() in self.days)
        return next(((opens, closes) for opens, closes in begun if opens <= moment < closes), None)

    def stretches(self, zone: Zone, start: datetime, end: datetime) -> list[Stretch]:
        """Every stretch of work, cut to what lies from `start` to `end`, in order."""
        first = start.astimezone(zone.rules).date() - DAY
        days = (first + timedelta(days=n) for n in range((end - start).days + 4))
        worked = [self.stretch(day, zone) for day in days if day.weekday() in self.days]
        return [(max(s, start), min(e, end)) for s, e in worked if s < end and e > start]


def parse(text: str | None) -> Hours:
    """The hours `text` says, from Monday to Friday where it names no days; 09:00-17:00 where it says nothing.

    Raises:
        InvalidInput: the text is not a span of hours.
    """
    if text is None:
        return Hours()
    match = SPAN.fullmatch(" ".join(text.split()).lower()) if len(text) <= LONGEST_TEXT else None
    if match is None:
        raise InvalidInput(f"{quoted(text)} is not a span of working hours.", remedy=FORM)
    opens, closes = _clock(match[2], match[3]), _clock(match[4], match[5])
    if opens is None or closes is None or opens in {closes, DAY}:
        raise InvalidInput(f"{quoted(text)} is not a span of working hours.", remedy=FORM)
    return Hours(opens, closes if closes > opens else closes + DAY, days(match[1]) if match[1] else WEEKDAYS_ONLY)


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
    calendars = [hours.stretches(zone, moment, moment + LOOKED_AHEAD) for zone in zones]
    return next(iter(common(calendars)), None)


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
