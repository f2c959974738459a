"""Queries in the form that Slack's own search follows: people and channels by id, times as days."""

import re
from datetime import datetime, timedelta, tzinfo

from mcp_chassis.failures import Failure

from slack_mcp.connection import Workspace
from slack_mcp.named_days import MONTH_NAMES
from slack_mcp.period import Period
from slack_mcp.references import EMAIL, USER_ID, channel_reference
from slack_mcp.search_query import TERM
from slack_mcp.times import period_of

PEOPLE = {"from", "to", "with", "creator"}
TIMES = {"before", "after", "on", "during"}
SLACKS_OWN_TIMES = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|today|yesterday|week|month|year|[0-9]{{4}}|{'|'.join(MONTH_NAMES)}",
    re.IGNORECASE,
)
DAYS_ONLY = "Slack's search counts whole days: {given} became {sent}."
DAY = timedelta(days=1)


async def translated(query: str, slack: Workspace) -> tuple[str, list[str]]:
    """The query with what Slack would ignore written as Slack reads it, and warnings where that says less.

    Raises:
        InvalidInput: when a person or a time in it cannot be understood.
        NotFound: when a person in it does not exist.
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
    """One part as Slack is sent it, empty where it stays as it is; and a warning or nothing."""
    if name in PEOPLE and (phrase or EMAIL.fullmatch(value) or USER_ID.fullmatch(value)):
        return f"{name}:<@{(await slack.people.resolve(value)).id}>", ""
    if name == "in" and (phrase or "://" in value or channel_reference(value).id):
        return await _place(value, slack), ""
    if name in TIMES and (phrase or not SLACKS_OWN_TIMES.fullmatch(value)):
        zone = await slack.zone()
        return _days(name, value, period_of(value, slack.now(), zone), zone)
    return "", ""


async def _place(value: str, slack: Workspace) -> str:
    """A channel by its name where it can be had, which Slack's search reads everywhere; else by its id."""
    try:
        channel = await slack.channels.resolve(value)
    except Failure:
        return f"in:<#{channel_reference(value).id}>" if channel_reference(value).id else ""
    return f"in:#{channel.name}" if channel.kind == "channel" and channel.name else f"in:<#{channel.id}>"


def _days(name: str, given: str, period: Period, zone: tzinfo) -> tuple[str, str]:
    """The period in whole days; an instant is widened to its day."""
    begin, end = (datetime.fromtimestamp(seconds, zone) for seconds in period)
    first, last = begin.date(), end.date()
    exact = period.end - period.begin >= DAY.total_seconds() - 3_601
    if name == "before":
        sent = f"before:{first if exact else first + DAY}"
    elif name == "after":
        sent = f"after:{last if exact else last - DAY}"
    elif first == last:
        sent = f"on:{first}"
    else:
        sent = f"after:{first - DAY} before:{last + DAY}"
    return sent, "" if exact else DAYS_ONLY.format(given=f"{name}:{given}", sent=sent)
