"""Slack's own search, with a person's token, kept within the channels that this server may show."""

from dataclasses import replace
from typing import Literal

from slack_mcp.access import Channel
from slack_mcp.channel_directory import channel_from_record
from slack_mcp.client import SlackApi
from slack_mcp.connection import Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Match, Matches
from slack_mcp.records.messages import MatchRecord
from slack_mcp.rendering.names import Names
from slack_mcp.search_translation import translated

MAX_SEARCH_PAGES = 100
MAX_NARROWING_CHANNELS = 10
LEFT_OUT = "Results outside the channels this server may read are left out."
MORE_PAGES = "Slack shows the first 100 pages of a search; narrow the query for more."

Sort = Literal["relevance", "newest"]


async def search_workspace(
    query: str, place: Channel | None, count: int, sort: Sort, cursor: str | None, person: SlackApi, slack: Workspace
) -> Matches:
    """One page. The person behind the token may see more than this server may show: that is taken out."""
    page = int(cursor) if cursor else 1
    query, notes = await translated(query, slack)
    order = "score" if sort == "relevance" else "timestamp"
    found = await person.messages.search(_narrowed(query, place, slack), count=count, page=page, sort=order)
    pairs = [(match, channel_from_record(match.channel)) for match in found.matches]
    shown = [(match, channel) for match, channel in pairs if _may_show(channel, place, slack)]
    names, warnings = await _names(shown, slack)
    left = {id(match) for match in slack.shown([match for match, _ in shown], names)}
    closed = not slack.access.every_channel or len(shown) < len(pairs)
    shown = [pair for pair in shown if id(pair[0]) in left]
    last = page == MAX_SEARCH_PAGES < found.pages
    warnings = [*notes, *([LEFT_OUT] if closed else []), *([MORE_PAGES] if last else []), *warnings]
    return Matches(
        source="search",
        total=None if closed else found.total,
        items=[Match.from_record(match, channel, names, match.permalink, slack.now()) for match, channel in shown],
        next_cursor=str(page + 1) if page < min(found.pages, MAX_SEARCH_PAGES) else None,
        warnings=warnings or None,
    )


def _narrowed(query: str, place: Channel | None, slack: Workspace) -> str:
    """The query with the place in it, so that Slack's pages hold results of that place alone."""
    if place is None:
        names = slack.access.exact_names
        if not names or len(names) > MAX_NARROWING_CHANNELS or "in:" in query:
            return query
        return " ".join([query, *(f"in:#{name}" for name in names)])
    if place.kind == "channel":
        return f"{query} in:#{place.name}" if place.name else f"{query} in:<#{place.id}>"
    if place.kind == "dm":
        return f"{query} in:<@{place.person}>" if place.person else f"{query} in:{place.name}"
    return f"{query} in:{place.name}"


async def _names(shown: list[tuple[MatchRecord, Channel]], slack: Workspace) -> tuple[Names, list[str]]:
    """Names of everybody in the matches, and of those whom direct messages are with."""
    names, warnings = await names_in([match for match, _ in shown], slack)
    partners = [channel.person for _, channel in shown if channel.person]
    users, more = await slack.people.names(partners) if partners else ({}, [])
    return replace(names, users={**names.users, **users}), list(dict.fromkeys([*warnings, *more]))


def _may_show(channel: Channel, place: Channel | None, slack: Workspace) -> bool:
    if not channel.id and not slack.access.everything:
        return False
    return slack.access.readable(channel) and (place is None or channel.id == place.id)
