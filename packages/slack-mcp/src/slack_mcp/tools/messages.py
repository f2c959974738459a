"""Tools that read, post, edit and delete messages and react to them."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from slack_mcp.connection import Slack
from slack_mcp.message_pages import messages_from
from slack_mcp.models import Done, Edited, Messages, Place, Sent
from slack_mcp.references import message_ts
from slack_mcp.rendering.emoji import short_name
from slack_mcp.threads import newest_replies, read_thread, thread_of
from slack_mcp.tools.parameters import ChannelGiven, MessageTs, Moment, OptionalText, OptionalThread, Text, ThreadTs
from slack_mcp.writing.message_body import Format, composed, edited

NOT_THERE = "The message did not exist: it was deleted before, or the ts is wrong."
IN_ITS_THREAD = "The thread_ts is that of a reply; the message was posted in the reply's thread."
REPLY_GIVEN = "The ts is that of a reply; this is the reply's whole thread."

Limit = Annotated[int, Field(ge=1, le=200)]


@writes("Send a message", destructive=False, idempotent=False)
async def send_message(
    channel: ChannelGiven,
    text: Text,
    slack: Slack,
    format: Format = "markdown",
    thread_ts: OptionalThread = None,
    broadcast: bool = False,
    idempotency_key: IdempotencyKey = None,
) -> Sent:
    """Post in a channel or thread. Mention people as <@U...>, with ids from find_users."""
    body = composed(text, format, slack.rules)
    place = await slack.channels.resolve(channel, write=True)
    given = message_ts(thread_ts, thread=True, channel=place.id) if thread_ts else None
    thread = await thread_of(given, place.id, slack.api) if given else None
    sent = await slack.api.messages.post(place.id, body, thread, broadcast=broadcast and thread is not None)
    warnings = await slack.guests.warnings(place)
    return Sent(
        channel=Place.of(place),
        ts=sent.ts,
        permalink=await slack.permalink(place.id, sent.ts, thread),
        recovered=sent.recovered or None,
        warnings=[*warnings, *([IN_ITS_THREAD] if thread != given else [])] or None,
    )


@reads("Read a channel", may_take_minutes=True)
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
    since = await slack.ts(oldest) if oldest else None
    until = await slack.ts(latest, end=True) if latest else None
    page = await slack.read(
        lambda api: api.messages.history(place.id, limit=limit, oldest=since, latest=until, cursor=cursor or None)
    )
    return await messages_from(page, place.id, slack)


@reads("Read a thread", may_take_minutes=True)
async def get_thread(
    channel: ChannelGiven,
    thread_ts: ThreadTs,
    slack: Slack,
    limit: Limit = 50,
    newest: Annotated[bool, Field(description="Newest first.")] = False,
    oldest: Moment = None,
    cursor: Cursor = None,
) -> Messages:
    """Read a message and its replies, oldest first."""
    place = await slack.channels.resolve(channel)
    given = message_ts(thread_ts, thread=True, channel=place.id)
    since = await slack.ts(oldest) if oldest else None
    read = newest_replies if newest else read_thread
    page, thread = await slack.read(
        lambda api: read(place.id, given, limit=limit, oldest=since, cursor=cursor or None, api=api)
    )
    found = await messages_from(page, place.id, slack, thread)
    if thread == given:
        return found
    return found.model_copy(update={"thread_ts": thread, "warnings": [*(found.warnings or []), REPLY_GIVEN]})


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
    change = slack.api.messages.unreact if remove else slack.api.messages.react
    await change(place.id, message_ts(ts, channel=place.id), short_name(emoji))
    return Done()


@writes("Edit or delete a message", destructive=True, idempotent=True)
async def update_message(
    channel: ChannelGiven, ts: MessageTs, slack: Slack, text: OptionalText = None, delete: bool = False
) -> Edited:
    """Replace the Markdown text of a message this app sent, or delete it."""
    if bool(text) == delete:
        raise InvalidInput(
            "The call contains both text and delete=true, or neither.", remedy="Give exactly one of them."
        )
    place = await slack.channels.resolve(channel, write=True)
    stamp = message_ts(ts, channel=place.id)
    if not text:
        there = await slack.api.messages.delete(place.id, stamp)
        return Edited(ts=stamp, deleted=True, warnings=None if there else [NOT_THERE])
    body = edited(text, slack.rules)
    await slack.api.messages.update(place.id, stamp, body)
    return Edited(ts=stamp, warnings=body.warnings or None)
