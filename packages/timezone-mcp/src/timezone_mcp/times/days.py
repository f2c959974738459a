"""Parser of days: `tomorrow`, `next friday`, `29 March 2026`, `Mar 1st`, or an ISO date."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import quoted
from timezone_mcp.times import iso_dates
from timezone_mcp.times.weekdays import WEEKDAYS, starting_with

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
RELATIVE_DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1, "day after tomorrow": 2, "day before yesterday": -2}
WEEKDAY = re.compile(r"(?:(this|next|last) )?([a-z]{3,9})")
DAY_FIRST = re.compile(
    r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?P<month>[a-z]{3,9})(?: (?P<year>\d{4}))?", re.ASCII
)
HYPHENATED = re.compile(r"(?P<day>\d{1,2})-(?P<month>[a-z]{3,9})-(?P<year>\d{4})", re.ASCII)
MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9}) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?", re.ASCII)
AFTER_WEEKDAY = re.compile(r"(?P<weekday>[a-z]{3,9}),? (?P<rest>\d.*|[a-z]{3,9} \d.*)", re.ASCII)


def read(text: str, today: date) -> date | None:
    """Parse `text` as a day; None if it is not one.

    Args:
        text: a day and nothing else, in lower case.

    Raises:
        InvalidInput: the date does not fall on the weekday before it.
    """
    if text in RELATIVE_DAYS:
        return today + timedelta(days=RELATIVE_DAYS[text])
    return _weekday(text, today) or _dated(text, today) or iso_dates.read(text) or _after_weekday(text, today)


def _weekday(text: str, today: date) -> date | None:
    """The date of a weekday: `friday` and `this friday` may be today, `next friday` and `last friday` are not."""
    match = WEEKDAY.fullmatch(text)
    number = starting_with(match[2], WEEKDAYS) if match else None
    if match is None or number is None:
        return None
    ahead = (number - today.weekday()) % 7
    if match[1] == "last":
        return today - timedelta(days=7 - ahead)
    return today + timedelta(days=7 if match[1] == "next" and ahead == 0 else ahead)


def _dated(text: str, today: date) -> date | None:
    """A day of a month; without a year, its next occurrence, today included."""
    match = DAY_FIRST.fullmatch(text) or HYPHENATED.fullmatch(text) or MONTH_FIRST.fullmatch(text)
    month = starting_with(match["month"], MONTHS) if match else None
    if match is None or month is None:
        return None
    years = [int(match["year"])] if match["year"] else range(today.year, today.year + 9)  # 29 February may be far
    dates = _existing(years, month + 1, int(match["day"]))
    return next((day for day in dates if match["year"] or day >= today), None)


def _after_weekday(text: str, today: date) -> date | None:
    """A date with its weekday before it, such as `wed 4 mar 2026`.

    Raises:
        InvalidInput: the date does not fall on that weekday.
    """
    match = AFTER_WEEKDAY.fullmatch(text)
    number = starting_with(match["weekday"], WEEKDAYS) if match else None
    if match is None or number is None:
        return None
    day = _dated(match["rest"], today) or iso_dates.read(match["rest"])
    if day is not None and day.weekday() != number:
        raise InvalidInput(
            f"{quoted(text)} contradicts itself: {day.isoformat()} is a {WEEKDAYS[day.weekday()].title()}."
        )
    return day


def _existing(years: Sequence[int], month: int, day: int) -> list[date]:
    found: list[date] = []
    for year in years:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found
