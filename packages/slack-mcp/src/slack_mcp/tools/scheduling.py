"""Tools that schedule messages, and list and cancel scheduled ones."""

from datetime import UTC, datetime
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from slack_mcp.connection import Slack, Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Done, Place, Scheduled, ScheduledList, ScheduledMessage
from slack_mcp.records.messages import MessageRecord
from slack_mcp.rendering.messages import text_of
from slack_mcp.threads import thread_given
from slack_mcp.times import FUTURE_TIME_REMEDY
from slack_mcp.tools.parameters import ChannelGiven, OptionalChannel, OptionalThread, Text
from slack_mcp.writing.message_body import composed

MAX_DAYS_AHEAD = 120
DAY_SECONDS = 86_400


@writes("Schedule a message", destructive=False, idempotent=False)
async def schedule_message(
    channel: ChannelGiven,
    text: Text,
    at: Annotated[str, Field(max_length=200, description="ISO time with offset, tomorrow 9:00, 2h.")],
    slack: Slack,
    thread_ts: OptionalThread = None,
    idempotency_key: IdempotencyKey = None,
) -> Scheduled:
    """Schedule a message in Markdown, up to 120 days ahead."""
    body = composed(text, "markdown", slack.rules)
    post_at = await _time_ahead(at, slack)
    place = await slack.channels.resolve(channel, write=True)
    thread = await thread_given(thread_ts, place.id, slack.api)
    made = await slack.api.scheduling.schedule(place.id, body, post_at, thread)
    return Scheduled(
        channel=Place.of(place),
        id=made.scheduled_message_id,
        time=_time(post_at),
        warnings=await slack.guests.warnings(place) or None,
    )


@reads("List scheduled messages")
async def list_scheduled_messages(
    slack: Slack, channel: OptionalChannel = None, cursor: Cursor = None
) -> ScheduledList:
    """List the messages this app has scheduled."""
    place = await slack.channels.resolve(channel) if channel else None
    page = await slack.api.scheduling.page(place.id if place else None, cursor)
    shown = [held for held in page.messages if place or await _readable(held.channel_id, slack)]
    labels = await slack.channels.labels({held.channel_id for held in shown})
    texts = [MessageRecord(text=held.text) for held in shown]
    names, warnings = await names_in(texts, slack)
    return ScheduledList(
        messages=[
            ScheduledMessage(
                id=held.id,
                channel=f"#{labels[held.channel_id]}" if labels.get(held.channel_id) else held.channel_id,
                time=_time(held.post_at),
                text=text_of(text, names),
            )
            for held, text in zip(shown, texts, strict=True)
        ],
        next_cursor=page.next_cursor or None,
        warnings=warnings or None,
    )


@writes("Cancel a scheduled message", destructive=True, idempotent=True)
async def cancel_scheduled_message(
    channel: ChannelGiven, id: Annotated[str, Field(min_length=1, max_length=100)], slack: Slack
) -> Done:
    """Cancel a scheduled message by the id that list_scheduled_messages gives."""
    place = await slack.channels.resolve(channel, write=True)
    await slack.api.scheduling.cancel(place.id, id)
    return Done()


async def _time_ahead(given: str, slack: Workspace) -> int:
    """Parse a time within the next 120 days, the limit of Slack, to Unix seconds."""
    post_at = int(float(await slack.ts(given, ahead=True)))
    if not 0 < post_at - slack.now() <= MAX_DAYS_AHEAD * DAY_SECONDS:
        raise InvalidInput("The time of the message is not within the next 120 days.", remedy=FUTURE_TIME_REMEDY)
    return post_at


async def _readable(identity: str, slack: Workspace) -> bool:
    return slack.access.unrestricted or bool(await slack.channels.labels({identity}))


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%MZ}"
