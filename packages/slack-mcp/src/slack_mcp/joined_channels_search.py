"""Search without a user token in all channels of the app: their latest messages are filtered by the query."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcp_chassis.failures import InvalidInput, PermissionDenied, UpstreamError
from mcp_chassis.fan_out import Outcome, fan_out

from slack_mcp.access import Channel
from slack_mcp.channel_directory import CHANNEL_TYPES
from slack_mcp.client.messages import BEFORE, MessagePage
from slack_mcp.connection import Workspace
from slack_mcp.errors import error_of
from slack_mcp.history_search import MESSAGES_PER_PAGE, SEARCHES_ALL, matches_in
from slack_mcp.models import Match, Matches
from slack_mcp.search_filter import Filter, filter_for, names_channel
from slack_mcp.search_query import SearchQuery

MAX_CHANNELS = 10
MAX_CHANNELS_UNDER_HISTORY_LIMIT = 1
IN_NO_CHANNEL = "The app is not a member of any channel that this server may read: give a channel, or invite the app."


@dataclass
class _Progress:
    """Progress of a search over channels: matches, warnings and `following`, the cursor of the next call."""

    items: list[Match] = field(default_factory=list[Match])
    warnings: list[str] = field(default_factory=list[str])
    following: str = ""


async def search_joined_channels(query: SearchQuery, count: int, cursor: str | None, slack: Workspace) -> Matches:
    """Search the latest messages of up to ten channels; the cursor continues with the other channels."""
    filters = await filter_for(query, slack)
    channels, warnings = await _channels(query, slack)
    first, _, before = (cursor or "").partition("@")
    ahead = [channel for channel in channels if channel.id >= first]
    looked_at = ahead[: MAX_CHANNELS_UNDER_HISTORY_LIMIT if slack.api.limit.known else MAX_CHANNELS]

    async def read(channel: Channel) -> MessagePage:
        return await slack.api.messages.history(
            channel.id,
            limit=MESSAGES_PER_PAGE,
            oldest=filters.oldest,
            latest=filters.latest,
            cursor=f"{BEFORE}{before}" if before and channel.id == first else None,
        )

    following = f"{ahead[len(looked_at)].id}@" if len(ahead) > len(looked_at) else ""
    progress = _Progress(warnings=warnings, following=following)
    await _collect(progress, await fan_out(looked_at, read), filters, count, slack)
    return _result(progress, looked_at, len(channels), slack)


async def _collect(
    progress: _Progress,
    outcomes: Sequence[Outcome[Channel, MessagePage]],
    filters: Filter,
    count: int,
    slack: Workspace,
) -> None:
    """Add the matches of each channel in turn until `count` is reached.

    Raises:
        Failure: when no channel could be read.
    """
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    if failures and len(failures) == len(outcomes):
        raise failures[0]
    for outcome in outcomes:
        if outcome.value is None:
            progress.warnings.append(f"#{outcome.item.name} could not be read: {failures[0].reason}")
            continue
        found = [message for message in outcome.value.messages if await filters.matches(message, slack)]
        room = count - len(progress.items)
        items, warnings = await matches_in(outcome.item, found[:room], slack)
        progress.items += items
        progress.warnings += warnings
        if len(found) > room:
            progress.following = f"{outcome.item.id}@{items[-1].ts if items else ''}"
            return


async def _channels(query: SearchQuery, slack: Workspace) -> tuple[list[Channel], list[str]]:
    """The app's channels that this server may read, ordered by id, and warnings about missing ones."""
    try:
        listed, warnings = await _listed(CHANNEL_TYPES, slack)
    except PermissionDenied as denied:
        if error_of(denied) != "missing_scope":
            raise
        listed, warnings = await _listed(CHANNEL_TYPES[:1], slack)
        warnings = [*warnings, f"Private channels were not searched: {denied.message}"]
    excluded = [condition for condition in query.named("in") if condition.excludes]
    shown = [
        channel
        for channel in listed
        if channel.id and channel.member and not channel.archived and slack.access.readable(channel)
    ]
    searched = (channel for channel in shown if not any(names_channel(condition, channel) for condition in excluded))
    return sorted(searched, key=lambda channel: channel.id), warnings


async def _listed(types: Sequence[str], slack: Workspace) -> tuple[list[Channel], list[str]]:
    """The app's channels from users.conversations, or from conversations.list if the former fails (emulators)."""
    joined = slack.channels.list_of(types, joined=True)
    everything = slack.channels.list_of(types)
    for listed in (joined, everything):
        try:
            channels = [channel async for page in listed.pages() for channel in page.items]
        except UpstreamError:
            if listed is everything:
                raise
            continue
        return channels, [] if listed.complete else [f"Only the first {listed.size:,} channels were searched."]
    return [], []


def named_channel(query: SearchQuery) -> str | None:
    """The channel in the query's `in:` modifier, or None if there is none.

    Raises:
        InvalidInput: when the query has several `in:` modifiers.
    """
    named = [condition.value for condition in query.named("in") if not condition.excludes]
    if len(named) > 1:
        raise InvalidInput(
            "Without SLACK_USER_TOKEN a query may have only one in: modifier.", remedy="Search each channel."
        )
    return named[0] if named else None


def _result(progress: _Progress, looked_at: Sequence[Channel], total: int, slack: Workspace) -> Matches:
    names = ", ".join(f"#{channel.name}" for channel in looked_at)
    reached = (
        f"Searched the latest {MESSAGES_PER_PAGE} messages of {len(looked_at)} of {total} channels that the app "
        f"is in ({names}), without replies in threads. {SEARCHES_ALL}"
        if looked_at
        else IN_NO_CHANNEL
    )
    return Matches(
        source="history_scan",
        items=sorted(progress.items, key=lambda match: match.ts or "", reverse=True),
        next_cursor=progress.following or None,
        warnings=list(dict.fromkeys([reached, *slack.api.limit.notices, *progress.warnings])),
    )
