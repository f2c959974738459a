"""Rendering of Slack's `<!date^...>` templates and of message timestamps, in UTC."""

import re
from datetime import UTC, datetime

YEAR_OMITTED_SECONDS = 300 * 86_400.0
"""Seconds before and after now within which a date is written without its year: ten months."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TOKEN = re.compile(r"\{(\w+)\}")


def moment(ts: str | float) -> datetime:
    """The UTC time of a message's ts."""
    return datetime.fromtimestamp(float(ts), UTC)


def written(ts: str | float, now: float | None = None) -> str:
    """Write a ts to the minute, in UTC: `20 Nov 2026 04:35`, without the year within ten months of `now`.

    Empty for a text that is not a ts.
    """
    try:
        when = moment(ts)
    except (ValueError, OverflowError, OSError):
        return ""
    year = "" if now is not None and abs(now - float(ts)) < YEAR_OMITTED_SECONDS else f" {when.year:04}"
    return f"{when.day} {MONTHS[when.month - 1]}{year} {when.hour:02}:{when.minute:02}"


def from_template(timestamp: str, template: str, fallback: str = "") -> str:
    """A date element as Slack shows it; the fallback if its timestamp is invalid."""
    try:
        when = moment(timestamp)
    except (ValueError, OverflowError, OSError):
        return fallback or template
    return TOKEN.sub(lambda match: _part(when, match[1]), template)


def _part(when: datetime, token: str) -> str:
    """Text of one template token; relative dates are written in full, since the text may be read on another day."""
    name = token.removesuffix("_pretty")
    formats = {
        "date_num": f"{when:%Y-%m-%d}",
        "date_slash": f"{when:%Y/%m/%d}",
        "date_long": f"{when:%A, %B} {when.day}, {when.year}",
        "date_long_full": f"{when:%B} {when.day}, {when.year}",
        "date": f"{when:%B} {when.day}",
        "date_short": f"{when:%b} {when.day}, {when.year}",
        "day_divider": f"{when:%A, %B} {when.day}",
        "time": f"{when:%H:%M} UTC",
        "time_secs": f"{when:%H:%M:%S} UTC",
        "ago": f"{when:%Y-%m-%d %H:%M} UTC",
    }
    return formats.get(name, "{" + token + "}")
