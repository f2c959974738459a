"""Parser of times: ISO 8601, a ts, a message link, words such as `yesterday`, and ages such as `2d`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from mcp_chassis.failures import InvalidInput

from slack_mcp.named_days import MONTHS, day_named, month_named, year_named
from slack_mcp.period import MICROSECOND, Period
from slack_mcp.references import message_ts
from slack_mcp.time_words import shortened

SECONDS_BY_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "month": 30 * 86_400, "y": 365 * 86_400}
AGE = re.compile(
    r"(?P<lead>in |(?:in |the )?(?:last |past ))?(?P<count>[0-9]{1,6}|an?)\s?"
    r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|months?|y|years?)"
    r"(?P<tail> ago| from now)?"
)
EPOCH_SECONDS = re.compile(r"[0-9]{9,10}(\.[0-9]{1,6})?")
EPOCH_FRACTIONS = re.compile(r"[0-9]{12,17}")
CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
PRINTED = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)? ([a-z]{{3,9}})\.?,?(?: ([0-9]{{4}}))?(?:,? (?:at )?{CLOCK})?")
AMERICAN = re.compile(rf"([a-z]{{3,9}})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,?(?: ([0-9]{{4}}))?(?:,? (?:at )?{CLOCK})?")
DAY_AT = re.compile(r"(?:(.+?),?(?: at)? |at )?([0-9]{1,2})(?::([0-9]{2}))?(?::[0-9]{2})? ?([ap])?\.?(?:m\.?)?")
WEEKDAY_BEFORE_DATE = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? (?=.*[0-9])")
WEEK = re.compile(r"[0-9]{4}-?W[0-9]{2}")
SLASHED = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")
PAST_UNIT = re.compile(r"(?:the )?(?:(?:last|past) (hour|minute|day)|past (week|month|year))")
UTC_WRITTEN = re.compile(r"(?<=[0-9]) ?(?:utc|gmt)")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
DAYS_AHEAD_WITHOUT_YEAR = 60
TIME_REMEDY = (
    "Give a date such as 2026-11-20, a time such as 2026-11-20T09:00Z, a ts or link, yesterday, Monday, "
    "or an age: 30m, 12h, 2d, 1w."
)
FUTURE_TIME_REMEDY = "Give a time ahead such as 2027-01-20T09:00Z, tomorrow 9:00, Friday 17:00, or 2h."

Parser = Callable[[str, datetime, bool], Period | None]


def as_ts(given: str, now: float, zone: tzinfo = UTC, *, end: bool = False, ahead: bool = False) -> str:
    """Convert a time or period to a ts for Slack: its beginning, or with `end` its end.

    Args:
        given: days and words such as `today` are days of `zone`; a date with a clock time without an offset is UTC, as
            in results; a clock time with a word, am or pm is in `zone`.
        now: present time in Unix seconds.
        end: return the end of a day or minute instead of its beginning.
        ahead: ages and names of days lie after `now`.

    Raises:
        InvalidInput: when the text is not a time, or the year is out of range.
    """
    text = " ".join(given.strip().split())
    if EPOCH_SECONDS.fullmatch(text):
        _checked(float(text))
        return text
    found = period_of(given, now, zone, ahead=ahead)
    return f"{found.end if end else found.begin:.6f}"


def period_of(given: str, now: float, zone: tzinfo = UTC, *, ahead: bool = False) -> Period:
    """Parse a time into its period: an instant, minute, day, week, month or year; arguments as of `as_ts`.

    Raises:
        InvalidInput: when the text is not a time, or the year is out of range.
    """
    text = " ".join(given.strip().split())
    if EPOCH_SECONDS.fullmatch(text):
        return _checked_period(Period.instant(float(text)))
    if EPOCH_FRACTIONS.fullmatch(text):
        return _checked_period(Period.instant(int(text) / 10 ** (len(text) - 10)))
    if "://" in text:
        return Period.instant(float(message_ts(text)))
    words = shortened(UTC_WRITTEN.sub("z", re.sub(r"^(since|from|on|until) ", "", text.casefold())))
    today = datetime.fromtimestamp(now, zone)
    for parser in (_now, _age, year_named, month_named, _iso, day_named, _printed, _day_at):
        try:
            found = parser(words, today, ahead)
        except (ValueError, OverflowError) as exc:
            raise InvalidInput("The time cannot be read.", remedy=TIME_REMEDY) from exc
        if found is not None:
            return _checked_period(found)
    raise InvalidInput("The time cannot be read.", remedy=TIME_REMEDY)


def needs_zone(given: str, now: float) -> bool:
    """Whether the meaning of a time depends on the time zone."""
    # Two zones a whole day apart, such as -11 and +13, would agree on the beginning of `today`.
    try:
        utc, east = (period_of(given, now, timezone(timedelta(hours=offset))) for offset in (0, 12))
    except InvalidInput:
        return False
    return utc != east


def _checked_period(found: Period) -> Period:
    _checked(found.begin)
    return found


def _checked(seconds: float) -> None:
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        raise InvalidInput("The time lies outside the years that Slack supports.", remedy=TIME_REMEDY)


def _now(text: str, now: datetime, ahead: bool) -> Period | None:
    return Period.instant(now.timestamp()) if text in {"now", "right now"} else None


def _age(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse `2d`, `an hour ago` or `in 3 hours`; `ahead` decides if no direction is given; `last 3 days` ends now."""
    match = AGE.fullmatch(PAST_UNIT.sub(r"last 1 \1\2", text))
    if match is None:
        return None
    count = 1 if match["count"].startswith("a") else int(match["count"])
    unit = "month" if match["unit"].startswith("mo") else match["unit"][0]
    later = match["lead"] == "in " or match["tail"] == " from now" or (ahead and not (match["lead"] or match["tail"]))
    seconds = count * SECONDS_BY_UNIT[unit]
    if match["lead"] and match["lead"] != "in ":
        return Period(now.timestamp() - seconds, now.timestamp())
    return Period.instant(now.timestamp() + (seconds if later and match["tail"] != " ago" else -seconds))


def _iso(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse ISO 8601: a date is a day of the time zone, a clock time without an offset is UTC."""
    written = SLASHED.sub(r"\1-\2-\3", text).upper()
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return None
    if when.tzinfo is None and not re.search(r"[T:]", written):
        return Period.days(when.replace(tzinfo=now.tzinfo), 7 if WEEK.fullmatch(written) else 1)
    exact = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return Period.instant(exact.timestamp())


def _day_at(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse a named day with a clock time, or only a clock time, in the time zone."""
    match = DAY_AT.fullmatch(text.removesuffix("z"))
    if match is None or not (match[3] or match[4]):
        return None
    now = now.astimezone(UTC) if text.endswith("z") else now
    day = day_named(match[1] or "today", now, ahead) or (_date(match[1] or "", now, ahead) if match[4] else None)
    if day is None:
        return None
    hour = int(match[2]) if not match[4] else int(match[2]) % 12 + (12 if match[4] == "p" else 0)
    when = datetime.fromtimestamp(day.begin, now.tzinfo).replace(hour=hour, minute=int(match[3] or 0))
    return Period.instant(when.timestamp())


def _date(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse a calendar date without a clock time."""
    return None if ":" in text else _iso(text, now, ahead) or _printed(text, now, ahead)


def _printed(text: str, now: datetime, ahead: bool) -> Period | None:
    """Parse `20 Nov 2026 04:35`, the format of results, or `Nov 20`; without a year it is the last or next such day."""
    text = WEEKDAY_BEFORE_DATE.sub("", text).removesuffix("z")
    if match := PRINTED.fullmatch(text):
        day, month, year, *clock = match.groups()
    elif match := AMERICAN.fullmatch(text):
        month, day, year, *clock = match.groups()
    else:
        return None
    if month[:3] not in MONTHS:
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    zone = UTC if clock[0] else now.tzinfo
    found = datetime(int(year or now.year), MONTHS.index(month[:3]) + 1, int(day), hour, minute, second, tzinfo=zone)
    if not year:
        found = _nearest(found, now, ahead)
    if not clock[0]:
        return Period.days(found)
    begin = found.timestamp()
    return Period(begin, begin + (60 - MICROSECOND if clock[2] is None else 0))


def _nearest(found: datetime, now: datetime, ahead: bool) -> datetime:
    """The date in this year, or in the next or last year so that it lies before now, or with `ahead` after it."""
    if ahead:
        return found if found > now - timedelta(days=1) else found.replace(year=found.year + 1)
    near = found <= now + timedelta(days=DAYS_AHEAD_WITHOUT_YEAR)
    return found if near else found.replace(year=found.year - 1)
