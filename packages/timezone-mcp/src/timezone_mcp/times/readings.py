"""Instants of a wall-clock time in a zone: one, or two candidates if a clock change repeats or skips the time."""

import dataclasses
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, Self

from mcp_chassis.failures import InvalidInput

from timezone_mcp.zones.lookup import Zone
from timezone_mcp.zones.offsets import written

IfAmbiguous = Literal["earlier", "later", "reject"]
EARLIEST_YEAR, LATEST_YEAR = 2, 9998  # one year within Python's limits, so that no offset can exceed them
SUMMER_IS_STANDARD = {"Europe/Dublin", "Eire"}  # tzdata models Ireland's winter time as a negative DST


class Status(StrEnum):
    OK = "ok"
    AMBIGUOUS = "ambiguous"
    SKIPPED = "skipped"


@dataclasses.dataclass(frozen=True)
class Reading:
    """A wall-clock time of `zone` and the instants that it may mean, equal if it means only one."""

    wall_clock: datetime
    zone: Zone
    status: Status
    earlier: datetime
    later: datetime

    def shown_in(self, zone: Zone) -> Self:
        """The same instants in the local time of another zone."""
        return dataclasses.replace(
            self, earlier=self.earlier.astimezone(zone.rules), later=self.later.astimezone(zone.rules)
        )

    def chosen(self, if_ambiguous: IfAmbiguous | None) -> datetime:
        """Choose one instant; by default the first of a repeated time, and a skipped time moved forward.

        Raises:
            InvalidInput: with `reject`, if the time is repeated or skipped; the message has both readings.
        """
        if if_ambiguous == "reject" and self.status is not Status.OK:
            raise InvalidInput(self._refusal())
        if if_ambiguous is None:
            return self.later if self.status is Status.SKIPPED else self.earlier
        return self.later if if_ambiguous == "later" else self.earlier

    @property
    def exception(self) -> Status | None:
        """The status if the time is skipped or repeated; None if it means one instant."""
        return None if self.status is Status.OK else self.status

    def _refusal(self) -> str:
        happens = "occurs twice" if self.status is Status.AMBIGUOUS else "does not occur"
        first, second = (f"{shown(each)} ({written(each.utcoffset())})" for each in (self.earlier, self.later))
        return (
            f"{shown(self.wall_clock)} {happens} because the clock changes; it may mean {first} or {second}. "
            "Say if_ambiguous earlier or later, or give another time."
        )


def read(wall_clock: datetime, zone: Zone) -> Reading:
    """Determine the reading of a naive time in `zone`.

    Raises:
        InvalidInput: the time is outside of the supported years.
    """
    within_calendar(wall_clock)
    first, second = (
        wall_clock.replace(tzinfo=zone.rules, fold=fold).astimezone(UTC) for fold in (0, 1)
    )  # fold 0 reads with the offset before a change, fold 1 with the one after
    status = Status.OK if first == second else Status.AMBIGUOUS if first < second else Status.SKIPPED
    earlier, later = sorted((first, second))
    return Reading(wall_clock, zone, status, earlier.astimezone(zone.rules), later.astimezone(zone.rules))


def instant(wall_clock: datetime, zone: Zone) -> datetime:
    """The instant of a wall-clock time in `zone`, with the default choice for repeated and skipped times."""
    return read(wall_clock, zone).chosen(None)


def within_calendar(moment: datetime) -> datetime:
    """Return `moment` if its year is from 2 to 9998.

    Raises:
        InvalidInput: it is not.
    """
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise InvalidInput(f"Times are counted in the years from {EARLIEST_YEAR} to {LATEST_YEAR} alone.")
    return moment


def is_dst(moment: datetime, zone: Zone) -> bool:
    """Whether the zone is on daylight saving time, that is, ahead of its winter time."""
    saving, offset = moment.dst(), moment.utcoffset()
    if zone.name in SUMMER_IS_STANDARD and offset:
        return True
    return saving is not None and saving.total_seconds() > 0


def shown(moment: datetime) -> str:
    """The local date and time in ISO 8601 without an offset, with a fraction of a second only if it has one."""
    return moment.replace(tzinfo=None).isoformat()
