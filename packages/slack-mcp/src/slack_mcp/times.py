"""Points in time as people and models write them: ISO 8601, a ts, a link, words such as `yesterday`, ages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from mcp_chassis.failures import InvalidInput

from slack_mcp.references import message_ts

SECONDS_BY_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "month": 30 * 86_400, "y": 365 * 86_400}
AGE = re.compile(
    r"(?:(?:in the |the )?(?:last|past) )?(\d{1,6}|an?)\s?"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|months?|y|years?)(?: ago)?"
)
EPOCH_SECONDS = re.compile(r"\d{9,10}(\.\d{1,6})?")
EPOCH_FRACTIONS = re.compile(r"\d{12,17}")
PRINTED = re.compile(r"(\d{1,2}) ([a-z]{3,9})\.?,?(?: (\d{4}))?(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
AMERICAN = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
DAY_AT = re.compile(r"(.+?)(?: at)? (\d{1,2}):(\d{2})")
DATE_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOURS_BY_WORD = {"morning": 0, "afternoon": 12, "evening": 18}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
HOW_TIMES_ARE_WRITTEN = (
    "Give a date such as 2026-11-20, a time such as 2026-11-20T09:00Z, a ts or link, yesterday, Monday, "
    "or an age: 30m, 12h, 2d, 1w."
)

Parser = Callable[[str, datetime], datetime | None]


def as_ts(given: str, now: float, zone: tzinfo = UTC, *, end: bool = False) -> str:
    """The ts that Slack is asked with.

    Args:
        end: the time bounds a period from above: a minute as results print it counts to its end.
        given: days and words such as `today` are days of `zone`; a clock time without an offset is UTC, as in results.
        now: seconds since 1970.

    Raises:
        InvalidInput: when it is no point in time, or an absurd one.
    """
    text = " ".join(given.strip().split())
    if EPOCH_SECONDS.fullmatch(text):
        return _checked(float(text), text)
    if EPOCH_FRACTIONS.fullmatch(text):
        return _checked(int(text) / 10 ** (len(text) - 10))
    if "://" in text:
        return message_ts(text)
    words = text.casefold().removeprefix("since ").removeprefix("from ").removeprefix("on ")
    today = datetime.fromtimestamp(now, zone)
    for parser in (_age, _iso, _day_word, _printed):
        try:
            when = parser(words if parser is not _iso else text, today)
        except (ValueError, OverflowError) as exc:
            raise InvalidInput("The time cannot be read.", remedy=HOW_TIMES_ARE_WRITTEN) from exc
        if when is not None:
            whole_minute = end and parser is _printed and when.second == 0 and ":" in words
            return _checked(when.timestamp() + (59.999999 if whole_minute else 0))
    raise InvalidInput("The time cannot be read.", remedy=HOW_TIMES_ARE_WRITTEN)


def _checked(seconds: float, text: str = "") -> str:
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        raise InvalidInput("The time is outside the years that Slack can hold.", remedy=HOW_TIMES_ARE_WRITTEN)
    return text or f"{seconds:.6f}"


def _age(text: str, now: datetime) -> datetime | None:
    match = AGE.fullmatch(text)
    if match is None:
        return None
    count = 1 if match[1].startswith("a") else int(match[1])
    unit = "month" if match[2].startswith("mo") else match[2][0]
    return now - timedelta(seconds=count * SECONDS_BY_UNIT[unit])


def _iso(text: str, now: datetime) -> datetime | None:
    """ISO 8601: a date alone is a day of the zone, a clock time without an offset is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if when.tzinfo is not None:
        return when
    return when.replace(tzinfo=now.tzinfo if DATE_ALONE.fullmatch(text) else UTC)


def _day_word(text: str, now: datetime) -> datetime | None:
    """The beginning of a day or week named in words; with a clock time, that time of the day in the zone."""
    if text == "now":
        return now
    if (match := DAY_AT.fullmatch(text)) and (day := _day(match[1], now)) is not None:
        return day.replace(hour=int(match[2]), minute=int(match[3]))
    return _day(text, now)


def _day(text: str, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first, _, second = text.partition(" ")
    if text in {"today", "tonight", "midnight"}:
        return midnight
    if first == "yesterday" and (not second or second in HOURS_BY_WORD):
        return (midnight - timedelta(days=1)).replace(hour=HOURS_BY_WORD.get(second, 0))
    if first == "this" and second in HOURS_BY_WORD:
        return midnight.replace(hour=HOURS_BY_WORD[second])
    if first in {"this", "last"} and second in {"week", "month"}:
        return _week_or_month(midnight, second, last=first == "last")
    return _weekday(second if first in {"last", "this"} and second else text, midnight, last=first == "last")


def _week_or_month(midnight: datetime, unit: str, *, last: bool) -> datetime:
    if unit == "week":
        return midnight - timedelta(days=midnight.weekday() + (7 if last else 0))
    begin = midnight.replace(day=1)
    return (begin - timedelta(days=1)).replace(day=1) if last else begin


def _weekday(name: str, midnight: datetime, *, last: bool) -> datetime | None:
    """The latest such day, today included unless the last one is asked for."""
    for at, weekday in enumerate(WEEKDAYS):
        if name in {weekday, weekday[:3]}:
            back = (midnight.weekday() - at) % 7
            return midnight - timedelta(days=back or (7 if last else 0))
    return None


def _printed(text: str, now: datetime) -> datetime | None:
    """`20 Nov 2026 04:35` as results print it, or `Nov 20`; without a year, the last such day."""
    if match := PRINTED.fullmatch(text):
        day, month, year, *clock = match.groups()
    elif match := AMERICAN.fullmatch(text):
        month, day, year, *clock = match.groups()
    else:
        return None
    if month[:3] not in MONTHS:
        return None
    number = MONTHS.index(month[:3]) + 1
    hour, minute, second = (int(part or 0) for part in clock)
    zone = UTC if clock[0] else now.tzinfo
    found = datetime(int(year or now.year), number, int(day), hour, minute, second, tzinfo=zone)
    return found if year or found <= now + timedelta(days=60) else found.replace(year=found.year - 1)
