"""Parser of times: ISO 8601, epochs, e-mail dates, `now`, `tomorrow 9am`."""

import dataclasses
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mcp_chassis.failures import InvalidInput, NotFound

from timezone_mcp.spelling import plain_hyphens, quoted
from timezone_mcp.times import clock_times, days, durations, iso_dates
from timezone_mcp.times.readings import within_calendar
from timezone_mcp.times.refusals import refusal
from timezone_mcp.zones import lookup, offsets
from timezone_mcp.zones.lookup import Zone

MAX_TEXT_CHARS = 80
MAX_WORDS = 8
UNITS = {
    **dict.fromkeys(("s", "sec", "second"), "PT1S"),
    **dict.fromkeys(("min", "minute"), "PT1M"),
    **dict.fromkeys(("h", "hr", "hour"), "PT1H"),
    "day": "P1D",
    "week": "P1W",
    "month": "P1M",
    "year": "P1Y",
}

# Nine or ten digits are seconds, from 1973 to 2286; 13 are milliseconds, 16 microseconds; eight are a date.
EPOCH = re.compile(
    r"(?P<seconds>@-?\d{1,10}|-?\d{9,10})(?:\.(?P<fraction>\d{1,9}))?|(?P<milliseconds>-?\d{13})|(?P<microseconds>-?\d{16})",
    re.ASCII,
)
ISO = re.compile(r"(?P<date>\d{4}[-./\dw]*)(?P<separator>[t ])(?P<clock>.+)", re.ASCII)
RELATIVE = re.compile(r"(in )?(\d{1,9}(?:[.,]\d{1,6})?|an?) ?([a-z]{1,7})( ago| from now)?", re.ASCII)
ZONE_SUFFIX = re.compile(r"(?P<text>.+?) ?\[!?(?P<zone>[^\[\]=]{1,40})\]")
OFFSET_SUFFIX = re.compile(
    r"(?P<text>.+?)(?P<blank> ?)(?P<offset>z|(?:utc|gmt)?[+-]\d\d?(?::?[0-5]\d)?|utc|gmt|ut|[ecmp][sd]t)"
)
MAIL_ZONES = {"e": -5, "c": -6, "m": -7, "p": -8}  # hours of EST, CST, MST and PST, by RFC 5322
MAIL_DATE = re.compile(r"[a-z]{3}, .+")
# C's ctime() `Wed Mar 4 14:30:00 2026`, the command date `... 14:30:00 UTC 2026`, git `... 2026 +0100`.
YEAR_LAST = re.compile(
    r"(?P<day>[a-z]{3} [a-z]{3} \d\d?) (?P<clock>\d\d:\d\d:\d\d)"
    r"(?P<before>(?: (?:utc|gmt|[+-]\d{4}))?) (?P<year>\d{4})(?P<behind>(?: [+-]\d{4})?)",
    re.ASCII,
)
# The name of the zone that JavaScript and e-mails repeat behind an offset.
COMMENT = re.compile(r"(?P<text>.+[+-]\d{4}) \([^()]*\)", re.ASCII)
OFFSET_NUMBER = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d?)(?P<minutes>:?\d\d)?")
SPAN_OF_TIME = re.compile(r".* (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


@dataclasses.dataclass(frozen=True)
class WrittenTime:
    """A parsed time: aware if the text names an instant, else a wall-clock time.

    `zone` is the time zone in brackets behind a wall-clock time; None if the text has none.
    """

    moment: datetime
    zone: Zone | None = None


def parse(text: str, now: datetime) -> WrittenTime:
    """Parse `text` as a time.

    Args:
        text: what a person or a program wrote.
        now: the current time, aware, in the zone whose today and tomorrow are meant.

    Raises:
        InvalidInput: the text is in no known form, has two meanings, or names a date that does not exist.
        NotFound: the zone in brackets does not exist.
    """
    plain = plain_hyphens(" ".join(text.split()))
    written = _day_month_year(plain.lower())
    if not written or len(written) > MAX_TEXT_CHARS:
        raise refusal(text, "")
    suffix = ZONE_SUFFIX.fullmatch(plain)
    found = _in_zone(suffix["text"].lower(), lookup.resolve(suffix["zone"]), now) if suffix else _read(written, now)
    if found is None:
        raise refusal(text, written, names_zone=_names_zone(written, now))
    return dataclasses.replace(found, moment=within_calendar(found.moment))


def _day_month_year(text: str) -> str:
    """The date of a program with its year behind the day, its offset last and no comment; other texts unchanged."""
    if comment := COMMENT.fullmatch(text):
        return comment["text"]
    found = YEAR_LAST.fullmatch(text)
    if found is None or (found["before"] and found["behind"]):
        return text
    return f"{found['day']} {found['year']} {found['clock']}{found['before']}{found['behind']}"


def _in_zone(text: str, zone: Zone, now: datetime) -> WrittenTime | None:
    """Parse a time that was followed by a zone in brackets, as in RFC 9557. An offset must be that of the zone.

    `Z` only says that the time is in UTC, so it cannot contradict the zone.

    Raises:
        InvalidInput: the zone has another offset then.
    """
    found = _read(text, now.astimezone(zone.rules))
    if found is None or found.moment.tzinfo is None:
        return found and WrittenTime(found.moment, zone)
    local = found.moment.astimezone(zone.rules)
    if not text.endswith("z") and local.utcoffset() != found.moment.utcoffset():
        own = offsets.written(local.utcoffset())
        raise InvalidInput(
            f"{quoted(text)} contradicts {zone.name}, whose offset is {own} then.", remedy="Write one of the two."
        )
    return found


def _read(text: str, now: datetime) -> WrittenTime | None:
    """Parse a time in lower case, with or without an offset behind it; None if it is not in a known form."""
    for reading in (_epoch, _iso, _relative, _spoken):
        if (moment := reading(text, now)) is not None:
            return WrittenTime(moment)
    suffix = OFFSET_SUFFIX.fullmatch(text)
    offset = _offset(suffix["offset"], text) if suffix else None
    if suffix is None or offset is None:
        return None
    body = suffix["text"].rstrip(" ,")
    moment = _iso(body, now) or _spoken(body, now.astimezone(offset))
    if moment is None or moment.tzinfo is not None or _may_be_no_offset(suffix, now):
        return None
    return WrittenTime(moment.replace(tzinfo=offset))


def _may_be_no_offset(suffix: re.Match[str], now: datetime) -> bool:
    """Whether the signed number behind a time may be the end of a span, a number of days or a part of the date.

    `tomorrow 09:00-10:00` is a span, and `9am +1` in a flight plan means the next day. Behind an ISO 8601 time of day,
    a number of two digits or more is an offset; behind a day alone an offset needs minutes.
    """
    number = OFFSET_NUMBER.fullmatch(suffix["offset"])
    if number is None:
        return False
    body = suffix["text"].rstrip(" ,")
    if _is_day(body, now):
        return not number["minutes"]
    if span := SPAN_OF_TIME.fullmatch(suffix[0]):
        return span["end"] > span["start"] or _iso(body, now) is None
    if not number["minutes"] and len(number["hours"]) == 1 and suffix["blank"]:
        return True
    return _iso(body, now) is None and number["sign"] == "-" and len(number["minutes"] or "") != 2


def _is_day(text: str, now: datetime) -> bool:
    return days.read(text, now.date()) is not None


def _names_zone(text: str, now: datetime) -> bool:
    """Whether the text is a time followed by the name of a time zone, such as `3pm Tokyo` or `9am EST`."""
    time_before, _, name = text.rpartition(" ")
    try:
        if not name[:1].isalpha() or _read(time_before.removesuffix(" in"), now) is None:
            return False
        lookup.resolve(name)
    except NotFound:
        return False
    except InvalidInput:
        return True
    return True


def _offset(text: str, whole: str) -> tzinfo | None:
    """Parse an offset, or an American abbreviation such as `est`, which is only accepted in dates of e-mails."""
    if text[1:] in {"st", "dt"}:
        hours = MAIL_ZONES[text[0]] + (text[1] == "d")
        return offsets.read(f"{hours:+}") if MAIL_DATE.fullmatch(whole) else None
    return offsets.read("z" if text == "ut" else text)


def _epoch(text: str, now: datetime) -> datetime | None:
    match = EPOCH.fullmatch(text)
    if match is None:
        return None
    if match["seconds"]:
        fraction = int((match["fraction"] or "0").ljust(6, "0")[:6])
        seconds = int(match["seconds"].removeprefix("@"))
        length = timedelta(
            seconds=seconds, microseconds=-fraction if match["seconds"].lstrip("@")[0] == "-" else fraction
        )
    else:
        length = timedelta(milliseconds=int(match["milliseconds"] or 0), microseconds=int(match["microseconds"] or 0))
    try:
        return datetime.fromtimestamp(0, UTC) + length
    except OverflowError:
        return None


def _iso(text: str, now: datetime) -> datetime | None:
    """Parse a time of day behind `t`, alone or after a date; after a date one space may replace the `t`."""
    match = ISO.fullmatch(text)
    if match:
        day, clock = iso_dates.read(match["date"]), clock_times.read(match["clock"], after_date=True)
    else:
        day, clock = now.date(), clock_times.read(text.removeprefix("t"), after_date=True) if text[:1] == "t" else None
    return _combined(day, clock) if day is not None and clock is not None else None


def _relative(text: str, now: datetime) -> datetime | None:
    """Parse a relative time: `in 3 hours` is an instant, `in 3 days` the same wall-clock time three days later."""
    if text == "now":
        return now
    match = RELATIVE.fullmatch(text)
    if match is None or bool(match[1]) == bool(match[4]):
        return None
    unit = UNITS.get(match[3]) or UNITS.get(match[3].removesuffix("s"))
    if unit is None:
        return None
    count = float(match[2].replace(",", ".")) if match[2][0].isdecimal() else 1
    by_calendar = not durations.parse(unit).exact
    if by_calendar and count % 1:
        return None
    span = durations.parse(unit).times(-count if match[4] == " ago" else count)
    if by_calendar:
        return span.after(now.replace(tzinfo=None))
    try:
        return now.astimezone(UTC) + span.exact
    except OverflowError as exc:
        raise InvalidInput(durations.OUTSIDE) from exc


def _spoken(text: str, now: datetime) -> datetime | None:
    """Parse a day and a time of day in either order; a day alone means midnight, a time alone means today."""
    words = [word for word in text.replace(", ", " ").split() if word not in {"at", "on"}]
    if len(words) > MAX_WORDS:
        return None
    for border in range(len(words) + 1):
        before, after = " ".join(words[:border]), " ".join(words[border:])
        for day, clock in ((before, after), (after, before)):
            if (moment := _day_and_time(day, clock, now)) is not None:
                return moment
    return None


def _day_and_time(day: str, clock: str, now: datetime) -> datetime | None:
    if not day and not clock:
        return None
    since_midnight = clock_times.read(clock, after_date=False) if clock else timedelta(0)
    if since_midnight is None:
        return None
    date_meant = days.read(day, now.date()) if day else now.date()
    return _combined(date_meant, since_midnight) if date_meant else None


def _combined(day: date, since_midnight: timedelta) -> datetime:
    """Combine a day and a time of day; 24:00 is the start of the next day.

    Raises:
        InvalidInput: the day is outside of the supported years.
    """
    return within_calendar(datetime.combine(day, time())) + since_midnight
