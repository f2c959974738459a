"""Tool that searches messages."""

from typing import Annotated, Literal

from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.history_search import search_history
from slack_mcp.joined_channels_search import named_channel, search_joined_channels
from slack_mcp.models import Matches
from slack_mcp.search_query import SearchQuery
from slack_mcp.tools.parameters import OptionalChannel
from slack_mcp.workspace_search import search_workspace


@reads("Search messages", may_take_minutes=True)
async def search_messages(
    query: Annotated[
        str, Field(min_length=1, max_length=1_000, description="Words and modifiers such as from:, before:, has:.")
    ],
    slack: Slack,
    channel: OptionalChannel = None,
    count: Annotated[int, Field(ge=1, le=100)] = 10,
    sort: Literal["relevance", "newest"] = "relevance",
    cursor: Cursor = None,
) -> Matches:
    """Search messages; without a user token, only the recent ones of a channel or of all the app is in."""
    place = await slack.channels.resolve(channel) if channel else None
    if slack.person is not None:
        return await search_workspace(query, place, count, sort, cursor or None, slack.person, slack)
    parsed = SearchQuery.parse(query)
    if place is None and (named := named_channel(parsed)):
        place = await slack.channels.resolve(named)
    if place is None:
        return await search_joined_channels(parsed, count, cursor or None, slack)
    return await search_history(parsed, place, count, cursor or None, slack)
