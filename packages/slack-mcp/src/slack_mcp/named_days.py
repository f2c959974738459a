"""Parsing of named days, weeks, months and years: `yesterday`, `last week`, `Monday`, `August`, `2026-08`."""

import re
from datetime import datetime, timedelta

from slack_mcp.period import Period

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
HOURS_BY_PART = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}
DAYS_FROM_TODAY = {
    "today": 0,
    "midnight": 0,
    "yesterday": -1,
    "tomorrow": 1,
    "day before yesterday": -2,
    "day after tomorrow": 2,
}
STEP_BY_WORD = {"this": 0, "last": -1, "previous": -1, "next": 1}
YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
MONTH_NUMBER = re.compile(r"([0-9]{4})-([0-9]{2})")
MONTH_OF_YEAR = re.compile(r"([a-z]{3,9})\.?(?:,? ([0-9]{4}))?")


def day_named(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse a day, part of a day, week, month or year; a weekday is the last one, or with `ahead` the next one."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if (name := text.removeprefix("the ")) in DAYS_FROM_TODAY:
        return Period.days(midnight + timedelta(days=DAYS_FROM_TODAY[name]))
    if text in {"week", "month", "year"}:
        return _stepped(midnight, text, 0)
    first, _, second = text.partition(" ")
    if text == "tonight":
        first, second = "this", "evening"
    if second in HOURS_BY_PART and (day := _day_of_part(first, midnight, ahead)):
        begin, end = HOURS_BY_PART[second]
        return Period.between(day.replace(hour=begin), day + timedelta(hours=end))
    if first in STEP_BY_WORD and second in {"week", "month", "year"}:
        return _stepped(midnight, second, STEP_BY_WORD[first])
    name = second if first in STEP_BY_WORD and second else text
    return _weekday(name, midnight, first if second else "", ahead)


def _day_of_part(name: str, midnight: datetime, ahead: bool) -> datetime | None:
    """The midnight at which the day of `this`, `tomorrow` or `Monday` begins."""
    if name in {"this", "yesterday", "today", "tomorrow"}:
        return midnight + timedelta(days=DAYS_FROM_TODAY.get(name, 0))
    found = _weekday(name, midnight, "", ahead)
    return datetime.fromtimestamp(found.begin, midnight.tzinfo) if found else None


def _stepped(midnight: datetime, unit: str, step: int) -> Period:
    """The week (from Monday), month or year that lies `step` units after the present one."""
    if unit == "week":
        monday = midnight - timedelta(days=midnight.weekday())
        return Period.days(monday + timedelta(weeks=step), 7)
    if unit == "year":
        return _year(midnight, midnight.year + step)
    months = midnight.year * 12 + midnight.month - 1 + step
    return _month(midnight, months // 12, months % 12 + 1)


def _weekday(name: str, midnight: datetime, word: str, ahead: bool) -> Period | None:
    """The latest day of this weekday, or with `ahead` the next one; today counts, except for `last Monday`."""
    at = next((at for at, day in enumerate(WEEKDAYS) if day.startswith(name)), None)
    if at is None or len(name) < 3:
        return None
    forward = word == "next" or (ahead and word not in {"last", "previous"})
    distance = (at - midnight.weekday()) % 7 if forward else -((midnight.weekday() - at) % 7)
    if not distance and word in {"last", "previous", "next"}:
        distance = 7 if forward else -7
    return Period.days(midnight + timedelta(days=distance))


def month_named(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse `2026-08`, `August` or `Aug 2026`; without a year it is the last such month, or with `ahead` the next."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if match := MONTH_NUMBER.fullmatch(text):
        return _month(midnight, int(match[1]), int(match[2]))
    match = MONTH_OF_YEAR.fullmatch(text)
    if match is None or match[1][:3] not in MONTHS or not MONTH_NAMES[MONTHS.index(match[1][:3])].startswith(match[1]):
        return None
    number = MONTHS.index(match[1][:3]) + 1
    if match[2]:
        return _month(midnight, int(match[2]), number)
    past = number > now.month and not ahead
    later = number < now.month and ahead
    return _month(midnight, now.year - 1 if past else now.year + 1 if later else now.year, number)


def year_named(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse a year such as `2026` into its period."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _year(midnight, int(text)) if YEAR.fullmatch(text) else None


def _month(midnight: datetime, year: int, month: int) -> Period:
    begin = midnight.replace(year=year, month=month, day=1)
    following = begin.replace(year=year + month // 12, month=month % 12 + 1)
    return Period.between(begin, following)


def _year(midnight: datetime, year: int) -> Period:
    begin = midnight.replace(year=year, month=1, day=1)
    return Period.between(begin, begin.replace(year=year + 1))
