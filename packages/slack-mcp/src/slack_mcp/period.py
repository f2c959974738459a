"""Periods of time in Unix seconds, both ends included."""

from datetime import datetime, timedelta
from typing import NamedTuple, Self

MICROSECOND = 0.000001


class Period(NamedTuple):
    """A period of time from `begin` to `end` in Unix seconds; both are equal for a point in time."""

    begin: float
    end: float

    @classmethod
    def instant(cls, seconds: float) -> Self:
        return cls(seconds, seconds)

    @classmethod
    def between(cls, begin: datetime, following: datetime) -> Self:
        """The period from `begin` to the last microsecond before `following`."""
        return cls(begin.timestamp(), following.timestamp() - MICROSECOND)

    @classmethod
    def days(cls, midnight: datetime, count: int = 1) -> Self:
        """The period of `count` calendar days from a midnight; a day with a clock change has 23 or 25 hours."""
        return cls.between(midnight, midnight + timedelta(days=count))
