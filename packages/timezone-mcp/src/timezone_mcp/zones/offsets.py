"""Parser and formatter of offsets from UTC."""

import re
from datetime import timedelta, timezone

EARLIEST, LATEST = timedelta(hours=-12), timedelta(hours=14)  # the Baker Islands and Kiritimati
OFFSET = re.compile(
    r"(?P<prefix>utc|gmt|z)?\s?(?:(?P<sign>[+\-\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?", re.IGNORECASE
)

RESEMBLING = re.compile(r"(utc|gmt)? ?[+\-\u2212]? ?\d{1,4}([:.,h]\d{1,2})*", re.IGNORECASE)


def resembles(text: str) -> bool:
    """Whether a text that is not a valid offset was probably meant as one: `UTC+5.5`, `5:30`, `UTC+15`."""
    return RESEMBLING.fullmatch(text) is not None


def written(offset: timedelta | None) -> str:
    """Format an offset as `+05:30`, with seconds only if it has any, as before standard time."""
    total = round((offset or timedelta()).total_seconds())
    sign, total = ("-", -total) if total < 0 else ("+", total)
    hours, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def read(text: str) -> timezone | None:
    """Parse an offset such as `UTC+5:30`, `GMT-3`, `+0530` or `Z`; None for other texts and beyond -12:00 to +14:00."""
    match = OFFSET.fullmatch(text)
    if not text or match is None:
        return None
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    offset = -offset if match["sign"] in {"-", "\u2212"} else offset
    if not EARLIEST <= offset <= LATEST:
        return None
    return timezone(offset, f"UTC{written(offset)}" if offset else "UTC")
