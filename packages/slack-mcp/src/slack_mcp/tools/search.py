"""Searching messages."""

from typing import Annotated, Literal

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.history_search import search_history
from slack_mcp.models import Matches
from slack_mcp.tools.parameters import OptionalChannel
from slack_mcp.workspace_search import search_workspace


@reads("Search messages")
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
    """Search messages; without a user token, only the recent ones of a channel."""
    place = await slack.channels.resolve(channel) if channel else None
    if slack.person is not None:
        return await search_workspace(query, place, count, sort, cursor or None, slack.person, slack)
    if place is None:
        raise PermissionDenied(
            "Searching the workspace needs SLACK_USER_TOKEN with the scope search:read, which is not set.",
            remedy="Give a channel: its recent history is then looked through instead.",
        )
    return await search_history(query, place, count, cursor or None, slack)
