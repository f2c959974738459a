"""Periods of time in seconds since 1970, both ends included."""

from datetime import datetime, timedelta
from typing import NamedTuple, Self

MICROSECOND = 0.000001


class Period(NamedTuple):
    """A period from `begin` to `end`; an instant has equal ends."""

    begin: float
    end: float

    @classmethod
    def instant(cls, seconds: float) -> Self:
        return cls(seconds, seconds)

    @classmethod
    def between(cls, begin: datetime, following: datetime) -> Self:
        """From one midnight to the last microsecond before another."""
        return cls(begin.timestamp(), following.timestamp() - MICROSECOND)

    @classmethod
    def days(cls, midnight: datetime, count: int = 1) -> Self:
        """Whole days of the calendar: one in which clocks change has 23 or 25 hours."""
        return cls.between(midnight, midnight + timedelta(days=count))
