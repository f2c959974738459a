"""Translation of queries for Slack's search: people and channels become ids, times become days."""

import re
from datetime import datetime, time, timedelta, tzinfo

from mcp_chassis.failures import Failure

from slack_mcp.connection import Workspace
from slack_mcp.named_days import MONTH_NAMES
from slack_mcp.period import MICROSECOND, Period
from slack_mcp.references import EMAIL, USER_ID, channel_reference
from slack_mcp.search_query import TERM
from slack_mcp.times import period_of

PEOPLE = {"from", "to", "with", "creator"}
TIMES = {"before", "after", "on", "during"}
SLACKS_OWN_TIMES = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|today|yesterday|week|month|year|[0-9]{{4}}|{'|'.join(MONTH_NAMES)}",
    re.IGNORECASE,
)
DAYS_ONLY = "Slack's search supports only whole days: {given} was sent as {sent}."
DAY = timedelta(days=1)


async def translated(query: str, slack: Workspace) -> tuple[str, list[str]]:
    """Rewrite the modifiers of a query that Slack would ignore; returns warnings about those made less exact.

    Raises:
        InvalidInput: when a person or a time in the query cannot be parsed.
        NotFound: when a person in the query does not exist.
    """
    parts: list[str] = []
    warnings: list[str] = []
    end = 0
    for match in TERM.finditer(query):
        minus, name, phrase, word = match.groups("")
        sent, warning = await _sent(name.lower(), phrase or word, phrase, slack)
        parts += [query[end : match.start()], f"{minus}{sent}" if sent else match[0]]
        warnings += [warning] if warning else []
        end = match.end()
    return "".join([*parts, query[end:]]), warnings


async def _sent(name: str, value: str, phrase: str, slack: Workspace) -> tuple[str, str]:
    """One part of the query as sent to Slack, empty if it is unchanged, and a warning or an empty text."""
    if name in PEOPLE and (phrase or EMAIL.fullmatch(value) or USER_ID.fullmatch(value)):
        return f"{name}:<@{(await slack.people.resolve(value)).id}>", ""
    if name == "in" and (phrase or "://" in value or channel_reference(value).id):
        return await _place(value, slack), ""
    if name in TIMES and (phrase or not SLACKS_OWN_TIMES.fullmatch(value)):
        zone = await slack.zone()
        return _days(name, value, period_of(value, slack.now(), zone), zone)
    return "", ""


async def _place(value: str, slack: Workspace) -> str:
    """The modifier `in:` with the channel's name if it can be looked up, else with its id."""
    try:
        channel = await slack.channels.resolve(value)
    except Failure:
        return f"in:<#{channel_reference(value).id}>" if channel_reference(value).id else ""
    return f"in:#{channel.name}" if channel.kind == "channel" and channel.name else f"in:<#{channel.id}>"


def _days(name: str, given: str, period: Period, zone: tzinfo) -> tuple[str, str]:
    """A time modifier in whole days, with a warning if the period does not begin and end at midnight."""
    begin, end = (datetime.fromtimestamp(seconds, zone) for seconds in period)
    first, last = begin.date(), end.date()
    edges = (datetime.fromtimestamp(round(seconds, 3), zone) for seconds in (period.begin, period.end + MICROSECOND))
    exact = period.begin < period.end and all(edge.time() == time.min for edge in edges)
    if name == "before":
        sent = f"before:{first if exact else first + DAY}"
    elif name == "after":
        sent = f"after:{last if exact else last - DAY}"
    elif first == last:
        sent = f"on:{first}"
    else:
        sent = f"after:{first - DAY} before:{last + DAY}"
    return sent, "" if exact else DAYS_ONLY.format(given=f"{name}:{given}", sent=sent)
