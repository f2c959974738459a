"""Points in time as models give them: ISO 8601, a message's ts, or how long ago."""

import re
from datetime import UTC, datetime

from mcp_chassis.failures import InvalidInput

AGO = re.compile(r"(\d{1,5})\s?([mhdw])")
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
EPOCH = re.compile(r"\d{9,11}(\.\d{1,6})?")
HOW = "Give a date such as 2026-11-20, a time such as 2026-11-20T09:00Z, a ts, or how long ago: 30m, 12h, 2d, 1w."


def as_ts(given: str, now: float) -> str:
    """The ts that Slack is asked with; a time without a zone is in UTC.

    Raises:
        InvalidInput: when it is no point in time.
    """
    text = given.strip()
    if EPOCH.fullmatch(text):
        return text
    if ago := AGO.fullmatch(text.casefold().removesuffix(" ago")):
        return f"{now - int(ago[1]) * SECONDS[ago[2]]:.6f}"
    try:
        when = datetime.fromisoformat(text)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return f"{aware.timestamp():.6f}"
    except (ValueError, OverflowError) as exc:
        raise InvalidInput("The time cannot be read.", remedy=HOW) from exc
