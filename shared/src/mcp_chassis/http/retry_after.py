"""Parsing of Retry-After into seconds. Malformed, negative or past values give None."""

import math
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

MAX_WAIT_SECONDS = 7 * 86_400.0
"""No service used here has a longer limit; larger values are reduced to this one."""


def retry_after_seconds(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds of `Retry-After` in either of its forms; None when it is absent, malformed, zero or past.

    Args:
        headers: with names in lower case.
        now: Unix time in seconds of this machine's clock, used if the response has no `Date`.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return _sensible(float(value))
    moment = _epoch(value)
    return None if moment is None else seconds_until(moment, headers, now)


def seconds_until(epoch: float, headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds until a Unix time of the upstream's clock; None if it has passed.

    It is compared with the `Date` of the response, so that a wrong clock on either side does no harm.
    """
    theirs = _epoch(headers.get("date", ""))
    ours = time.time() if now is None else now
    return _sensible(epoch - (ours if theirs is None else theirs))


def _sensible(seconds: float) -> float | None:
    return min(seconds, MAX_WAIT_SECONDS) if seconds > 0 and math.isfinite(seconds) else None


def _epoch(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, IndexError):
        return None
