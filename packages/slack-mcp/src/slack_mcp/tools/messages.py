"""Reading, searching, posting, editing and reacting."""

from typing import Annotated, Literal

from mcp_chassis.failures import InvalidInput, PermissionDenied
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.history_search import scanned
from slack_mcp.message_pages import messages_from
from slack_mcp.models import Done, Edited, Matches, Messages, Place, Sent
from slack_mcp.references import message_ts
from slack_mcp.rendering.emoji import short_name
from slack_mcp.times import as_ts
from slack_mcp.tools.parameters import ChannelGiven, MessageTs, Moment, Text, ThreadTs
from slack_mcp.workspace_search import searched
from slack_mcp.writing.message_body import Format, composed, edited

NOT_THERE = "No such message was there: it was deleted before, or the ts is wrong."

Limit = Annotated[int, Field(ge=1, le=200)]


@writes("Send a message", destructive=False, idempotent=False)
async def send_message(
    channel: ChannelGiven,
    text: Text,
    slack: Slack,
    format: Format = "markdown",
    thread_ts: ThreadTs | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Sent:
    """Post in a channel or thread. Mention people as <@U...>, with ids from find_users."""
    place = await slack.channels.resolve(channel, write=True)
    thread = message_ts(thread_ts, thread=True) if thread_ts else None
    sent = await slack.api.post(place.id, composed(text, format, slack.rules), thread)
    return Sent(
        channel=Place.of(place),
        ts=sent["ts"],
        permalink=await slack.permalink(place.id, sent["ts"], thread),
        recovered=sent.get("recovered"),
    )


@reads("Search messages")
async def search_messages(
    query: Annotated[
        str, Field(min_length=1, max_length=1_000, description="Words and modifiers such as from:, before:, has:.")
    ],
    slack: Slack,
    channel: ChannelGiven | None = None,
    count: Annotated[int, Field(ge=1, le=100)] = 10,
    sort: Literal["relevance", "newest"] = "relevance",
    cursor: Cursor = None,
) -> Matches:
    """Search messages; without a user token, only the recent ones of a channel."""
    place = await slack.channels.resolve(channel) if channel else None
    if slack.api.can_search:
        return await searched(query, place, count, sort, cursor, slack)
    if place is None:
        raise PermissionDenied(
            "Searching the workspace needs SLACK_USER_TOKEN with the scope search:read, which is not set.",
            remedy="Give a channel: its recent history is then looked through instead.",
        )
    return await scanned(query, place, count, cursor, slack)


@reads("Read a channel")
async def get_channel_history(
    channel: ChannelGiven,
    slack: Slack,
    limit: Limit = 50,
    oldest: Moment = None,
    latest: Moment = None,
    cursor: Cursor = None,
) -> Messages:
    """Read a channel, newest first. Where reply_count is given, get_thread reads the replies."""
    place = await slack.channels.resolve(channel)
    since, until = (as_ts(moment, slack.now()) if moment else None for moment in (oldest, latest))
    page = await slack.api.history(place.id, limit=limit, oldest=since, latest=until, cursor=cursor)
    return await messages_from(page, slack)


@reads("Read a thread")
async def get_thread(
    channel: ChannelGiven, thread_ts: ThreadTs, slack: Slack, limit: Limit = 50, cursor: Cursor = None
) -> Messages:
    """Read a message and its replies, oldest first."""
    place = await slack.channels.resolve(channel)
    page = await slack.api.replies(place.id, message_ts(thread_ts, thread=True), limit=limit, cursor=cursor)
    return await messages_from(page, slack)


@writes("Add or remove a reaction", destructive=False, idempotent=True)
async def add_reaction(
    channel: ChannelGiven,
    ts: MessageTs,
    emoji: Annotated[str, Field(max_length=100, description="Name such as thumbsup, or the emoji.")],
    slack: Slack,
    remove: bool = False,
) -> Done:
    """React to a message, or take the reaction back."""
    place = await slack.channels.resolve(channel, write=True)
    change = slack.api.unreact if remove else slack.api.react
    await change(place.id, message_ts(ts), short_name(emoji))
    return Done()


@writes("Edit or delete a message", destructive=True, idempotent=True)
async def update_message(
    channel: ChannelGiven, ts: MessageTs, slack: Slack, text: Text | None = None, delete: bool = False
) -> Edited:
    """Replace the Markdown text of a message this app sent, or delete it."""
    if (text is None) == (not delete):
        raise InvalidInput("Give either text or delete=true.")
    place = await slack.channels.resolve(channel, write=True)
    stamp = message_ts(ts)
    if text is None:
        there = await slack.api.delete(place.id, stamp)
        return Edited(ts=stamp, deleted=True, warnings=None if there else [NOT_THERE])
    body = edited(text, slack.rules)
    await slack.api.update(place.id, stamp, body)
    return Edited(ts=stamp, warnings=body.warnings or None)
