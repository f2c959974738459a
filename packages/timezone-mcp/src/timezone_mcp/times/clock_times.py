"""Parser of times of day: `14:30`, `1430`, `14.05`, `9:30 pm`, `24:00`, `noon`."""

import re
from datetime import timedelta

NOON, MIDNIGHT = timedelta(hours=12), timedelta(0)
NAMED = {
    **dict.fromkeys(("noon", "midday", "12 noon", "12:00 noon"), NOON),
    **dict.fromkeys(("midnight", "12 midnight", "12:00 midnight", "00:00 midnight"), MIDNIGHT),
}

_FRACTION = r"(?:[.,](?P<fraction>\d{1,9}))?"
_COLONS = re.compile(rf"(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d){_FRACTION})?", re.ASCII)
_TENTH_OF_MINUTE = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)[.,](?P<tenths>\d)", re.ASCII)
_DOTS = re.compile(r"(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?:\.(?P<second>\d\d))?", re.ASCII)
_LETTER_H = re.compile(r"(?P<hour>\d{1,2})h(?P<minute>\d\d)", re.ASCII)
_TWELVE_HOURS = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?::(?P<second>\d\d))? ?(?P<half>[ap])\.?m\.?", re.ASCII
)
_DIGITS = re.compile(rf"(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d){_FRACTION})?)?", re.ASCII)
_TENTH_OF_HOUR = re.compile(r"(?P<hour>\d\d)[.,](?P<tenths>\d)", re.ASCII)

_ANYWHERE = (_COLONS, _DOTS, _LETTER_H, _TWELVE_HOURS)
_AFTER_A_DATE = (*_ANYWHERE, _DIGITS)


def read(text: str, *, after_date: bool) -> timedelta | None:
    """Parse a time of day into the time since midnight, from 0 to 24 hours; None for other texts.

    Args:
        text: a time of day and nothing else, in lower case.
        after_date: whether the text follows a `T` or an ISO date, where `14`, `1430` and `14.5` are times too. In
            other places a bare number may be a day, or an hour of morning or evening, and is not accepted.
    """
    if text in NAMED:
        return NAMED[text]
    for pattern in _AFTER_A_DATE if after_date else _ANYWHERE:
        if match := pattern.fullmatch(text):
            return _checked(match)
    if match := _TENTH_OF_MINUTE.fullmatch(text):
        return _with_tenths(match, 6)
    match = _TENTH_OF_HOUR.fullmatch(text) if after_date else None
    return _with_tenths(match, 360) if match else None


def _checked(match: re.Match[str]) -> timedelta | None:
    """The time since midnight of a match; None beyond 24:00:00, which is the end of the day."""
    parts = match.groupdict(default="0")
    hour, minute, second = int(parts["hour"]), int(parts.get("minute", 0)), int(parts.get("second", 0))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "p")
    microsecond = int(parts.get("fraction", "0").ljust(6, "0")[:6])
    time = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)
    return time if minute < 60 and second < 60 and time <= timedelta(hours=24) else None


def _with_tenths(match: re.Match[str], seconds: int) -> timedelta | None:
    """The time of a match whose last unit has one decimal; a tenth of the unit is `seconds` long."""
    time = _checked(match)
    if time is None or time == timedelta(hours=24):
        return None
    return time + timedelta(seconds=seconds * int(match["tenths"]))
