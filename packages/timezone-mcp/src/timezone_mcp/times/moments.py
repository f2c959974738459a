"""Texts of people and programs read as times: ISO 8601, epochs, e-mail dates, `now`, `tomorrow 9am`."""

import dataclasses
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import quoted
from timezone_mcp.times import clock_times, days, durations, iso_dates
from timezone_mcp.times.readings import within_calendar
from timezone_mcp.zones import lookup, offsets
from timezone_mcp.zones.lookup import Zone

MAX_TEXT_CHARS = 64
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
ISO = re.compile(r"(?P<date>\d{4}[-/\dw]*)(?P<separator>[t ])(?P<clock>.+)", re.ASCII)
RELATIVE = re.compile(r"(in )?(\d{1,6}|an?) ?([a-z]{1,7})( ago| from now)?", re.ASCII)
ZONE_SUFFIX = re.compile(r"(?P<text>.+?) ?\[!?(?P<zone>[^\[\]=]{1,40})\]")
OFFSET_SUFFIX = re.compile(
    r"(?P<text>.+?)(?P<blank> ?)(?P<offset>z|(?:utc|gmt)?[+\-\u2212]\d\d?(?::?[0-5]\d)?|utc|gmt|ut|[ecmp][sd]t)"
)
MAIL_ZONES = {"e": -5, "c": -6, "m": -7, "p": -8}  # hours of EST, CST, MST and PST, by RFC 5322
MAIL_DATE = re.compile(r"[a-z]{3}, .+")
ABBREVIATED_ZONE = re.compile(r".*\d ?[a-z]{2,5}(?:/[a-z_]+)*", re.IGNORECASE | re.ASCII)

FORMS = "Use ISO 8601 such as 2026-03-29T14:30, an epoch, now, or a form such as tomorrow 9am or next friday 14:00."
_MONTH = "|".join(name[:length] for name in days.MONTHS for length in range(3, len(name) + 1))
_DAY_OF_MONTH = rf"(?:(?:{_MONTH}) \d\d?|\d\d?(?:st|nd|rd|th)? (?:{_MONTH}))(?:st|nd|rd|th)?"
# Texts that could be read in two ways, with the form to write instead.
UNREADABLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}( .*)?"), "Day and month could be swapped: write YYYY-MM-DD."),
    (re.compile(r"\d{4}-?w\d\d"), "That is a whole week: add the day, such as 2026-W13-1 for its Monday."),
    (re.compile(r"(19|20)\d\d(-\d\d)?"), "That is a whole month or year: write YYYY-MM-DD."),
    (re.compile(rf"{_DAY_OF_MONTH}(,? \d{{4}})?( \d\d?:\d\d)?"), "That day or time of day does not exist."),
    (
        re.compile(rf"{_DAY_OF_MONTH},? \d\d?"),
        "Write the year in four digits and the time of day with minutes, such as 09:00.",
    ),
    (
        re.compile(r"(.* )?(00?|1[3-9]|[2-9]\d)(:\d\d)? ?[ap]\.?m\.?"),
        "Hours with am or pm are 1 to 12: write 00:30 or 13:00.",
    ),
    (re.compile(r".*\d ?(noon|midday|midnight)"), "Noon is 12:00 and midnight 00:00: write the word or the time."),
    (re.compile(r"(?!in )(.* )?\d{1,2}"), "It may be morning or evening: write 09:00, 9am or 9pm."),
    (
        re.compile(r".*:\d\d:60([.,]\d+)?z?"),
        "Leap seconds are not counted: write second 59, or 00:00 of the next minute.",
    ),
    (re.compile(r"\d{4}-\d\d-\d\d([t ]\d\d:\d\d(:\d\d)?)?"), "That day or time of day does not exist."),
    (re.compile(r".*[t ]\d\d?[.,]\d+"), "Write hours and minutes, such as 14:30."),
    (re.compile(r".*:\d\d[.,]\d\d+"), "Write seconds before their fraction, such as 14:30:15.5."),
)


@dataclasses.dataclass(frozen=True)
class WrittenTime:
    """A time as it was written: aware where the text names an instant, else a wall-clock time.

    `zone` is the time zone in brackets behind a wall-clock time; None where the text names none.
    """

    moment: datetime
    zone: Zone | None = None


def parse(text: str, now: datetime) -> WrittenTime:
    """Read `text` as a time.

    Args:
        text: what a person or a program wrote.
        now: the present, aware, in the zone whose today and tomorrow are meant.

    Raises:
        InvalidInput: the text is in no known form, has two meanings, or names a date that does not exist.
        NotFound: the zone in brackets does not exist.
    """
    written = " ".join(text.split()).lower()
    if not written or len(written) > MAX_TEXT_CHARS:
        raise _refusal(text, "")
    suffix = ZONE_SUFFIX.fullmatch(" ".join(text.split()))
    found = _in_zone(suffix["text"].lower(), lookup.resolve(suffix["zone"]), now) if suffix else _read(written, now)
    if found is None:
        raise _refusal(text, written)
    return dataclasses.replace(found, moment=within_calendar(found.moment))


def _in_zone(text: str, zone: Zone, now: datetime) -> WrittenTime | None:
    """A time followed by a zone in brackets, as in RFC 9557, with an offset beside it that must be the zone's own.

    `Z` beside a zone says only that the time is UTC, so it contradicts nothing.

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
    """Parse a time from a text in lower case, with or without an offset behind it."""
    for reading in (_epoch, _iso, _relative, _spoken):
        if (moment := reading(text, now)) is not None:
            return WrittenTime(moment)
    suffix = OFFSET_SUFFIX.fullmatch(text)
    offset = _offset(suffix["offset"], text) if suffix else None
    if suffix is None or offset is None:
        return None
    body = suffix["text"].rstrip(" ,")
    moment = _iso(body, now) or _spoken(body, now.astimezone(offset))
    if moment is None or moment.tzinfo is not None or (_is_date(body) and suffix["offset"][-3:-2] in set("+-\u2212")):
        return None
    return WrittenTime(moment.replace(tzinfo=offset))


def _offset(text: str, whole: str) -> tzinfo | None:
    """An offset, or one of the American names that only dates of e-mails may bear."""
    if text[1:] in {"st", "dt"}:
        hours = MAIL_ZONES[text[0]] + (text[1] == "d")
        return offsets.read(f"{hours:+}") if MAIL_DATE.fullmatch(whole) else None
    return offsets.read("z" if text == "ut" else text)


def _is_date(text: str) -> bool:
    return iso_dates.read(text) is not None


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
    """A date alone, a time of day behind `t`, or both with `t` or one blank between them."""
    if (day := iso_dates.read(text)) is not None:
        return datetime.combine(day, time())
    match = ISO.fullmatch(text)
    if match:
        day, clock = iso_dates.read(match["date"]), clock_times.read(match["clock"], after_date=True)
    else:
        day, clock = now.date(), clock_times.read(text.removeprefix("t"), after_date=True) if text[:1] == "t" else None
    return _combined(day, clock) if day is not None and clock is not None else None


def _relative(text: str, now: datetime) -> datetime | None:
    """`in 3 hours` is an instant; `in 3 days` is the same wall-clock time three days on."""
    if text == "now":
        return now
    match = RELATIVE.fullmatch(text)
    if match is None or bool(match[1]) == bool(match[4]):
        return None
    unit = UNITS.get(match[3]) or UNITS.get(match[3].removesuffix("s"))
    if unit is None:
        return None
    count = int(match[2]) if match[2].isdigit() else 1
    span = durations.parse(unit).times(-count if match[4] == " ago" else count)
    return now.astimezone(UTC) + span.exact if span.exact else span.after(now.replace(tzinfo=None))


def _spoken(text: str, now: datetime) -> datetime | None:
    """A day and a time of day, in either order; a day alone begins at midnight, a time alone is today's."""
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
    """The wall-clock time of a day; 24:00 is the beginning of the next one.

    Raises:
        InvalidInput: that lies outside the calendar.
    """
    return within_calendar(datetime.combine(day, time())) + since_midnight


def _refusal(text: str, written: str) -> InvalidInput:
    remedy = next((form for pattern, form in UNREADABLE if pattern.fullmatch(written)), None)
    if remedy is None and ABBREVIATED_ZONE.fullmatch(written) and ":" in written:
        remedy = "Name the time zone in its own argument, or write an offset such as +01:00 behind the time."
    return InvalidInput(f"{quoted(text)} is no date and time, or in no form known here.", remedy=remedy or FORMS)
