"""Tools for the person behind the user token: unread conversations, mentions, marks, status."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, reads, writes
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.models import Done, Matches, Unread, UnreadList, channel_label
from slack_mcp.personal import partner_names, person_api, unread_conversations
from slack_mcp.references import message_ts
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.emoji import short_name
from slack_mcp.rendering.names import Names
from slack_mcp.times import FUTURE_TIME_REMEDY
from slack_mcp.tools.parameters import ChannelGiven, MessageTs, MomentAhead
from slack_mcp.workspace_search import search_workspace


@reads("List unread conversations")
async def list_unread(slack: Slack) -> UnreadList:
    """List the person's conversations with unread messages, direct ones first; read them from `since` on."""
    unread, warnings = await unread_conversations(slack)
    names = Names(await partner_names(slack, [found.channel for found in unread]))
    return UnreadList(
        conversations=[
            Unread(
                id=found.channel.id,
                name=channel_label(found.channel, names),
                unread=found.count,
                more=found.more or None,
                since=written(found.last_read, slack.now()) if found.was_read else None,
            )
            for found in unread
        ],
        warnings=warnings or None,
    )


@reads("List mentions")
async def list_mentions(
    slack: Slack, count: Annotated[int, Field(ge=1, le=100)] = 20, cursor: Cursor = None
) -> Matches:
    """List the newest messages that mention the person."""
    person = person_api(slack)
    identity = await slack.identity_of_person(person)
    return await search_workspace(f"<@{identity.user_id}>", None, count, "newest", cursor, person, slack)


@writes("Mark as read", destructive=False, idempotent=True)
async def mark_read(channel: ChannelGiven, ts: MessageTs, slack: Slack) -> Done:
    """Mark a conversation as read up to a message."""
    place = await slack.channels.resolve(channel)
    await person_api(slack).conversations.mark(place.id, message_ts(ts, channel=place.id))
    return Done()


@writes("Set status", destructive=False, idempotent=True)
async def set_status(
    text: Annotated[str, Field(max_length=100, description="Empty clears the status.")],
    slack: Slack,
    emoji: Annotated[str | None, Field(max_length=100), EMPTY_IS_ABSENT] = None,
    until: MomentAhead = None,
) -> Done:
    """Set or clear the person's status."""
    expires = int(float(await slack.ts(until, ahead=True))) if until else 0
    if until and expires <= slack.now():
        raise InvalidInput("The time at which the status expires (until) is in the past.", remedy=FUTURE_TIME_REMEDY)
    name = f":{short_name(emoji)}:" if emoji else ""
    try:
        await person_api(slack).users.set_status(text, name, expires)
    finally:
        slack.people.refresh()
    return Done()
