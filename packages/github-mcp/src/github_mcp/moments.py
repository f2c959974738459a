"""Conversion of dates and times in arguments to the format of GitHub's API."""

from datetime import UTC, datetime, time

from mcp_chassis.failures import InvalidInput


def utc_moment(name: str, text: str | None, *, end: bool = False) -> str | None:
    """Convert an ISO date or time to UTC. A date becomes its first second, or its last with `end`.

    A time without offset is UTC. None and an empty text give None.

    Raises:
        InvalidInput: if the text is neither; its message contains `name`.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as exc:
        raise InvalidInput(
            f"{name} must be a date such as 2026-11-20, or a time such as 2026-11-20T08:00:00Z."
        ) from exc
    if len(text.strip()) <= len("2026-01-01"):
        moment = datetime.combine(moment, time(23, 59, 59) if end else time())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
