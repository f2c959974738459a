"""ISO 8601 durations: `P1Y2M3DT4H5M6S`, `-PT90M`, `P2W`; all units except years and months may have a fraction."""

import dataclasses
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Self

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import plain_hyphens, quoted
from timezone_mcp.times.readings import instant, within_calendar
from timezone_mcp.zones.lookup import Zone

MAX_TEXT_CHARS = 64
OUTSIDE = "The result lies outside the years from 2 to 9998."
NUMBER = r"(\d{1,9}(?:[.,]\d{1,6})?)"
WHOLE = r"(\d{1,5})"
ISO = re.compile(
    rf"([+-])?P(?!$)(?:{WHOLE}Y)?(?:{WHOLE}M)?(?:{NUMBER}W)?(?:{NUMBER}D)?"
    rf"(?:T(?!$)(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?",
    re.ASCII | re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Duration:
    """A duration of calendar months, calendar days and exact time."""

    months: int
    days: timedelta
    exact: timedelta

    def times(self, factor: float) -> Self:
        """The duration multiplied by `factor`; months are truncated to an integer.

        Raises:
            InvalidInput: the result is longer than the calendar.
        """
        try:
            return dataclasses.replace(
                self, months=int(self.months * factor), days=self.days * factor, exact=self.exact * factor
            )
        except OverflowError as exc:
            raise InvalidInput(OUTSIDE) from exc

    def after(self, wall_clock: datetime) -> datetime:
        """The wall-clock time after the duration; the 31st becomes the last day of a shorter month.

        Raises:
            InvalidInput: that lies outside the years this server counts in.
        """
        moved = months_later(wall_clock, self.months)
        try:
            return within_calendar(moved + self.days + self.exact)
        except OverflowError as exc:
            raise InvalidInput(OUTSIDE) from exc

    def elapsed_after(self, moment: datetime, zone: Zone) -> datetime:
        """The aware time after the duration in `zone`: months by the calendar, then days of 24 hours and exact time.

        Raises:
            InvalidInput: that lies outside the years this server counts in.
        """
        moved = instant(months_later(moment.replace(tzinfo=None), self.months), zone) if self.months else moment
        try:
            return within_calendar(moved.astimezone(UTC) + self.days + self.exact).astimezone(zone.rules)
        except OverflowError as exc:
            raise InvalidInput(OUTSIDE) from exc


def parse(text: str) -> Duration:
    """Parse an ISO 8601 duration.

    Raises:
        InvalidInput: it is not an ISO 8601 duration, or longer than the calendar.
    """
    match = ISO.fullmatch(plain_hyphens(text.strip())) if len(text) <= MAX_TEXT_CHARS else None
    if match is None:
        raise InvalidInput(
            f"{quoted(text)} is not an ISO 8601 duration.", remedy="Use a form such as P1DT2H30M, PT90M or -P2W."
        )
    sign = -1 if match[1] == "-" else 1
    years, months = (int(part or 0) for part in match.groups()[1:3])
    weeks, days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in match.groups()[3:])
    try:
        by_calendar = timedelta(weeks=weeks, days=days)
        exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as exc:
        raise InvalidInput(OUTSIDE) from exc
    return Duration(years * 12 + months, by_calendar, exact).times(sign)


def written(span: timedelta) -> str:
    """Format exact time in hours, minutes and seconds: `-PT26H5M`."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    hours, rest = divmod(span, timedelta(hours=1))
    minutes, seconds = divmod(rest, timedelta(minutes=1))
    fine = f"{seconds.total_seconds():.6f}".rstrip("0").rstrip(".")
    parts = ((str(hours), "H"), (str(minutes), "M"), (fine, "S"))
    return f"{sign}PT" + ("".join(number + unit for number, unit in parts if number != "0") or "0S")


def months_later(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day where it is shorter.

    Raises:
        InvalidInput: that lies outside the calendar.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise InvalidInput(OUTSIDE)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
