"""Requests about scheduled messages: schedule, list, cancel."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from dataclasses import dataclass
from typing import Any

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.conversations import PageRecord
from slack_mcp.records.scheduled import ScheduledProofRecord, ScheduledRecord
from slack_mcp.writing.message_body import Body


@dataclass(frozen=True)
class ScheduledPage:
    messages: list[ScheduledRecord]
    next_cursor: str = ""


class Scheduling:
    """Slack's API methods about scheduled messages, called with one token."""

    def __init__(self, web: WebMethods) -> None:
        self._web = web

    async def schedule(self, channel: str, body: Body, post_at: int, thread_ts: str | None) -> ScheduledProofRecord:
        """Schedule a message once; after a lost response the list of scheduled messages is searched for it."""

        before = {held.id for held in (await self.page(channel, None)).messages}
        arguments: dict[str, Any] = {"channel": channel, "post_at": post_at, "text": body.text, "link_names": False}
        arguments |= {"unfurl_links": body.previews, "unfurl_media": body.previews}
        arguments |= {"blocks": body.blocks} if body.blocks else {}
        arguments |= {"thread_ts": thread_ts} if thread_ts else {}

        async def look_up() -> dict[str, Any] | None:
            page = await self.page(channel, None)
            new = [held for held in page.messages if held.id not in before and held.post_at == post_at]
            return {"ok": True, "scheduled_message_id": new[0].id} if len(new) == 1 else None

        response = await self._web.request("chat.scheduleMessage", arguments, recover=look_up)
        return response.record(ScheduledProofRecord, operation="schedule the message")

    async def page(self, channel: str | None, cursor: str | None) -> ScheduledPage:
        """One page of the messages that this app has scheduled."""
        response = as_response(
            await self._web.sdk.chat_scheduledMessages_list(channel=channel, cursor=cursor, limit=100)
        )
        operation = "list the scheduled messages"
        found = response.records(ScheduledRecord, operation=operation, at="scheduled_messages", noun="messages")
        return ScheduledPage(
            found.items, response.record(PageRecord, operation=operation).response_metadata.next_cursor
        )

    async def cancel(self, channel: str, identity: str) -> None:
        await self._web.sdk.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=identity)
