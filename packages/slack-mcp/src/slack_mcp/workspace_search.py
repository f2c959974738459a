"""Search of the whole workspace with a person's token, filtered to the channels that this server may read."""

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
LEFT_OUT = "Results in channels that this server may not read are left out."
MORE_PAGES = "Slack returns only the first 100 pages of a search; use a narrower query."

Sort = Literal["relevance", "newest"]


async def search_workspace(
    query: str, place: Channel | None, count: int, sort: Sort, cursor: str | None, person: SlackApi, slack: Workspace
) -> Matches:
    """One page of search results; those in conversations that this server may not read are removed."""
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
    """The query with an `in:` modifier for the place, so that Slack returns results of that place only."""
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
    """Names of the people in the matches and of the partners of direct messages, and warnings."""
    names, warnings = await names_in([match for match, _ in shown], slack)
    partners = [channel.person for _, channel in shown if channel.person]
    users, more = await slack.people.names(partners) if partners else ({}, [])
    return replace(names, users={**names.users, **users}), list(dict.fromkeys([*warnings, *more]))


def _may_show(channel: Channel, place: Channel | None, slack: Workspace) -> bool:
    if not channel.id and not slack.access.unrestricted:
        return False
    return slack.access.readable(channel) and (place is None or channel.id == place.id)
