"""Parser of ISO 8601 dates: calendar, ordinal and week dates, with or without hyphens."""

import re
from datetime import date, timedelta

CALENDAR = re.compile(r"(\d{4})([-/.])(\d\d?)\2(\d\d?)|(\d{4})(\d\d)(\d\d)", re.ASCII)
ORDINAL = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
WEEK = re.compile(r"(\d{4})(-?)w(\d\d)\2(\d)", re.ASCII)


def read(text: str) -> date | None:
    """The date of `2026-03-04`, `2026/3/4`, `2026.03.04`, `20260304`, `2026-063` or `2026-W10-3`; None for others.

    Args:
        text: a date and nothing else, in lower case.
    """
    try:
        if match := CALENDAR.fullmatch(text):
            return date(*(int(part) for part in match.groups() if part and part.isdecimal()))
        if match := ORDINAL.fullmatch(text):
            return _of_ordinal(int(match[1]), int(match[2]))
        match = WEEK.fullmatch(text)
        return date.fromisocalendar(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        return None


def _of_ordinal(year: int, day: int) -> date:
    """The day of a year, counted from 1.

    Raises:
        ValueError: the year does not have that many days.
    """
    found = date(year, 1, 1) + timedelta(days=day - 1)
    if found.year != year:
        raise ValueError(f"{year} has no day {day}")
    return found
