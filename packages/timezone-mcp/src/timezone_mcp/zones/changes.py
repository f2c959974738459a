"""Search for clock changes: the instants at which a zone's offset from UTC changes."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from timezone_mcp.zones.lookup import Zone

SEARCH_STEP = timedelta(days=6)  # no zone has ever changed twice within 6.9 days, and none is to
FIRST_SEARCHED = datetime(1800, 1, 1, tzinfo=UTC)  # before any standard time
LISTED_UNTIL = datetime(2100, 1, 1, tzinfo=UTC)  # from here on the database has only yearly rules
RULED_SPAN = timedelta(days=366 * 12)  # contains twenty changes of a yearly rule
LAST_SEARCHED = datetime(9999, 12, 1, tzinfo=UTC)


@dataclasses.dataclass(frozen=True)
class ClockChange:
    """One change at the instant `at`: the local time by the old offset and by the new one."""

    at: datetime
    before: datetime
    after: datetime

    @property
    def size(self) -> timedelta:
        """The amount by which the clock goes forward; negative if it goes back."""
        return self.after.replace(tzinfo=None) - self.before.replace(tzinfo=None)


def following(zone: Zone, moment: datetime, count: int) -> list[ClockChange]:
    """The next `count` changes after `moment`, the nearest first."""
    start = max(FIRST_SEARCHED, moment.astimezone(UTC))
    end = min(max(start, LISTED_UNTIL), LAST_SEARCHED - RULED_SPAN) + RULED_SPAN
    return list(islice(between(zone, start, end), count))


def preceding(zone: Zone, moment: datetime, count: int) -> list[ClockChange]:
    """The last `count` changes up to `moment`, the nearest first."""
    found: list[ClockChange] = []
    end = moment.astimezone(UTC)
    ruled_from = end - RULED_SPAN if end > LISTED_UNTIL + RULED_SPAN else LISTED_UNTIL
    while len(found) < count and end > FIRST_SEARCHED:
        start = max(FIRST_SEARCHED, end - SEARCH_STEP)
        found += between(zone, start, end)
        end = min(start, LISTED_UNTIL) if start < ruled_from and not found else start
    return found[:count]


def between(zone: Zone, start: datetime, end: datetime) -> Iterator[ClockChange]:
    """The changes after `start` and up to `end`, in order."""
    earlier, offset = start.astimezone(UTC), start.astimezone(zone.rules).utcoffset()
    while earlier < end:
        later = min(earlier + SEARCH_STEP, end)
        if (new := later.astimezone(zone.rules).utcoffset()) != offset:
            yield _change(zone, earlier, later)
        earlier, offset = later, new


def _change(zone: Zone, earlier: datetime, later: datetime) -> ClockChange:
    """Find the one change after `earlier` and up to `later` by bisection."""
    old = earlier.astimezone(zone.rules).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = earlier + timedelta(seconds=(later - earlier) // timedelta(seconds=2))
        if middle.astimezone(zone.rules).utcoffset() == old:
            earlier = middle
        else:
            later = middle
    at = later.replace(microsecond=0)
    after = at.astimezone(zone.rules)
    before = after.replace(tzinfo=None) - (after.utcoffset() or timedelta()) + (old or timedelta())
    return ClockChange(at, before, after)
