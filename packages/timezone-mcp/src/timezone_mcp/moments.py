"""From what people write about a time to a time: ISO 8601, epoch, `now`, `tomorrow 9am`, `next friday 14:00`."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from mcp_chassis.failures import InvalidInput

from timezone_mcp import durations
from timezone_mcp.readings import within_calendar
from timezone_mcp.spelling import quoted
from timezone_mcp.weekdays import WEEKDAYS, starting_with

LONGEST_TEXT = 64
MOST_WORDS = 8
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1, "day after tomorrow": 2, "day before yesterday": -2}
TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
UNITS = {
    **dict.fromkeys(("s", "sec", "second"), "PT1S"),
    **dict.fromkeys(("min", "minute"), "PT1M"),
    **dict.fromkeys(("h", "hr", "hour"), "PT1H"),
    "day": "P1D",
    "week": "P1W",
    "month": "P1M",
    "year": "P1Y",
}

# Nine or ten digits are seconds, from 1973 to 2286; thirteen are milliseconds; eight are a date without dashes.
EPOCH = re.compile(r"(?P<seconds>-?\d{9,10}(?:\.\d{1,9})?)|(?P<milliseconds>-?\d{13})", re.ASCII)
ISO = re.compile(r"\d{4}-?(?:\d\d|W\d).*", re.ASCII)
BLANK_BEFORE_OFFSET = re.compile(r" (?=(?:[+-]\d\d|Z$))", re.ASCII)
CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?(?::(\d\d))? ?(?:([ap])\.?m\.?)?", re.ASCII)
RELATIVE = re.compile(r"(in )?(\d{1,6}|an?) ?([a-z]{1,7})( ago| from now)?", re.ASCII)
WEEKDAY = re.compile(r"(?:(this|next|last) )?([a-z]{3,9})")
DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<month>[a-z]{3,9})(?: (?P<year>\d{4}))?", re.ASCII)
MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9}) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?", re.ASCII)

FORMS = "Use ISO 8601 such as 2026-03-29T14:30, an epoch, now, or a form such as tomorrow 9am or next friday 14:00."


def parse(text: str, now: datetime) -> datetime:
    """The time `text` says: aware where it names an instant (`now`, an epoch, an offset), else a wall-clock time.

    Args:
        text: what a person wrote.
        now: the present, aware, in the zone whose today and tomorrow are meant.

    Raises:
        InvalidInput: the text is none of the forms, or there is no such date.
    """
    said = " ".join(text.split())
    if len(said) <= LONGEST_TEXT:
        for reading in (_epoch, _iso, _relative, _plain):
            if (moment := reading(said, now)) is not None:
                return within_calendar(moment)
    raise InvalidInput(f"{quoted(text)} is no date and time, or in no form known here.", remedy=FORMS)


def _epoch(said: str, now: datetime) -> datetime | None:
    match = EPOCH.fullmatch(said)
    if match is None:
        return None
    seconds = float(match["seconds"]) if match["seconds"] else int(match["milliseconds"]) / 1000
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def _iso(said: str, now: datetime) -> datetime | None:
    if not ISO.fullmatch(said):
        return None
    try:
        return datetime.fromisoformat(BLANK_BEFORE_OFFSET.sub("", said))
    except ValueError:
        return None


def _relative(said: str, now: datetime) -> datetime | None:
    """`in 3 hours` is an instant; `in 3 days` is the same wall-clock time three days on."""
    if said.lower() == "now":
        return now
    match = RELATIVE.fullmatch(said.lower())
    if match is None or bool(match[1]) == bool(match[4]):
        return None
    unit = UNITS.get(match[3]) or UNITS.get(match[3].removesuffix("s"))
    if unit is None:
        return None
    count = int(match[2]) if match[2].isdigit() else 1
    span = durations.parse(unit).times(-count if match[4] == " ago" else count)
    return now.astimezone(UTC) + span.exact if span.exact else span.after(now.replace(tzinfo=None))


def _plain(said: str, now: datetime) -> datetime | None:
    """A day and a time of day, in either order; a day alone begins at midnight, a time alone is today's."""
    words = [word for word in said.lower().replace(",", " ").split() if word not in {"at", "on"}]
    if len(words) > MOST_WORDS:
        return None
    for border in range(len(words) + 1):
        before, after = " ".join(words[:border]), " ".join(words[border:])
        for day, clock in ((before, after), (after, before)):
            if (moment := _day_and_time(day, clock, now.date())) is not None:
                return moment
    return None


def _day_and_time(day: str, clock: str, today: date) -> datetime | None:
    if not day and not clock:
        return None
    meant_day = _day(day, today) if day else today
    meant_time = _time(clock) if clock else time(0)
    return datetime.combine(meant_day, meant_time) if meant_day and meant_time is not None else None


def _time(clock: str) -> time | None:
    if clock in TIMES:
        return TIMES[clock]
    match = CLOCK.fullmatch(clock)
    if match is None or not (match[2] or match[4]):  # a bare `9` may be morning or evening
        return None
    hour, minute, second, half = int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _day(said: str, today: date) -> date | None:
    if said in DAYS:
        return today + timedelta(days=DAYS[said])
    for reading in (_weekday, _dated, _iso_date):
        if (day := reading(said, today)) is not None:
            return day
    return None


def _weekday(said: str, today: date) -> date | None:
    """`friday` and `this friday` may be today; `next friday` is the first after today, `last friday` before it."""
    match = WEEKDAY.fullmatch(said)
    number = starting_with(match[2], WEEKDAYS) if match else None
    if match is None or number is None:
        return None
    ahead = (number - today.weekday()) % 7
    if match[1] == "last":
        return today - timedelta(days=7 - ahead)
    return today + timedelta(days=7 if match[1] == "next" and ahead == 0 else ahead)


def _dated(said: str, today: date) -> date | None:
    match = DAY_FIRST.fullmatch(said) or MONTH_FIRST.fullmatch(said)
    month = starting_with(match["month"], MONTHS) if match else None
    if match is None or month is None:
        return None
    years = [int(match["year"])] if match["year"] else range(today.year, today.year + 9)  # 29 February may be far
    dates = _existing(years, month + 1, int(match["day"]))
    return next((day for day in dates if match["year"] or day >= today), None)


def _existing(years: Sequence[int], month: int, day: int) -> list[date]:
    found: list[date] = []
    for year in years:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _iso_date(said: str, today: date) -> date | None:
    try:
        return date.fromisoformat(said.upper())
    except ValueError:
        return None
