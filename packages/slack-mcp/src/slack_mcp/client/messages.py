"""Requests about messages: history, threads, search, posting, editing, reactions."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import anyio
from mcp_chassis.failures import NotFound, OutcomeUnknown, RateLimited
from mcp_chassis.http.response import Response

from slack_mcp.client.history_rate_limit import NOTICE, HistoryRateLimit
from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.errors import error_behind
from slack_mcp.records.conversations import PageRecord
from slack_mcp.records.messages import MatchRecord, MessageRecord, PostedRecord, SearchRecord
from slack_mcp.writing.message_body import Body

EVENT_TYPE = "toolroll_message"
LOOKUP_SECONDS = 120.0
"""Maximum age of the messages that are searched for a post whose response was lost."""
LOOKUP_ATTEMPTS = 2
LOOKUP_PAUSE_SECONDS = 0.5
BEFORE, AFTER = "before:", "after:"
"""Prefixes of cursors made from a timestamp, for pages where Slack reports more messages but gives no cursor."""


@dataclass(frozen=True)
class MessagePage:
    messages: list[MessageRecord]
    next_cursor: str = ""


@dataclass(frozen=True)
class Posted:
    """The ts of a posted message; `recovered`: the response was lost and a look-up found the message."""

    ts: str
    recovered: bool = False


@dataclass(frozen=True)
class SearchPage:
    matches: list[MatchRecord]
    total: int | None
    pages: int


class Messages:
    """Slack's API methods about messages, called with one token."""

    def __init__(self, web: WebMethods, limit: HistoryRateLimit) -> None:
        self.limit = limit
        self._web = web

    async def history(
        self,
        channel: str,
        *,
        limit: int,
        oldest: str | None = None,
        latest: str | None = None,
        cursor: str | None = None,
    ) -> MessagePage:
        """One page of a channel's messages, newest first."""
        if cursor and cursor.startswith(BEFORE):
            latest, cursor, inclusive = cursor.removeprefix(BEFORE), None, False
        else:
            inclusive = True
        with self._explained_limit():
            response = await self._web.sdk.conversations_history(
                channel=channel, limit=limit, oldest=oldest, latest=latest, cursor=cursor, inclusive=inclusive
            )
        bound = "" if inclusive else latest
        return self._page(as_response(response), "read the channel", limit, BEFORE, bound)

    async def replies(
        self,
        channel: str,
        ts: str,
        *,
        limit: int,
        oldest: str | None = None,
        latest: str | None = None,
        cursor: str | None = None,
    ) -> MessagePage:
        """One page of a thread, oldest first; a page with `oldest` also begins with the thread's first message."""
        if cursor and cursor.startswith(AFTER):
            oldest, cursor, inclusive = cursor.removeprefix(AFTER), None, False
        else:
            inclusive = True
        with self._explained_limit():
            response = await self._web.sdk.conversations_replies(
                channel=channel, ts=ts, limit=limit, oldest=oldest, latest=latest, cursor=cursor, inclusive=inclusive
            )
        bound = "" if inclusive else oldest
        return self._page(as_response(response), "read the thread", limit, AFTER, bound)

    @contextmanager
    def _explained_limit(self) -> Generator[None]:
        """Explain in a rate-limit failure the limit of apps outside the Marketplace, if it is known to apply."""
        try:
            yield
        except RateLimited as limited:
            if not self.limit.known:
                raise
            wait = f"Wait {limited.retry_after_seconds:.0f} s." if limited.retry_after_seconds else ""
            raise RateLimited(
                NOTICE, remedy=wait, retry_after_seconds=limited.retry_after_seconds, effect=limited.effect
            ) from limited

    def _page(
        self, response: Response, operation: str, limit: int, direction: str, previous: str | None
    ) -> MessagePage:
        """The messages of a response and the next cursor; `previous`: timestamp of the cursor that led to this page."""
        found = response.records(MessageRecord, operation=operation, at="messages", noun="messages")
        page = response.record(PageRecord, operation=operation)
        cursor = page.response_metadata.next_cursor
        self.limit.page_read(limit, len(found.items) + found.skipped, more=bool(cursor) or page.has_more)
        last = found.items[-1].ts if found.items else ""
        if not cursor and page.has_more and last and last != previous:
            cursor = direction + last
        return MessagePage(found.items, cursor)

    async def search(self, query: str, *, count: int, page: int, sort: str) -> SearchPage:
        """One page of results of Slack's message search."""
        response = as_response(
            await self._web.sdk.search_messages(query=query, count=count, page=page, sort=sort, sort_dir="desc")
        )
        operation = "search messages"
        found = response.records(MatchRecord, operation=operation, at="messages.matches", noun="matches")
        figures = response.record(SearchRecord, operation=operation, at="messages")
        return SearchPage(found.items, figures.total, figures.pages(count))

    async def post(self, channel: str, body: Body, thread_ts: str | None, *, broadcast: bool = False) -> Posted:
        """Post a message once; a random id in its metadata lets a look-up find it if the response is lost."""
        mark = uuid4().hex
        arguments: dict[str, Any] = {
            "channel": channel,
            "text": body.text,
            "blocks": body.blocks,
            "thread_ts": thread_ts,
            "reply_broadcast": True if broadcast else None,
            "unfurl_links": body.previews,
            "unfurl_media": body.previews,
            "link_names": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": mark}},
        }

        async def look_up() -> dict[str, Any] | None:
            ts = await self._ts_of_mark(channel, thread_ts, mark)
            return {"ok": True, "ts": ts} if ts else None

        response = await self._web.request(
            "chat.postMessage",
            {name: value for name, value in arguments.items() if value is not None},
            # A look-up needs a call of the history, which some apps may make once a minute.
            recover=None if self.limit.known else look_up,
        )
        return Posted(response.record(PostedRecord, operation="post the message").ts, response.recovered)

    async def update(self, channel: str, ts: str, body: Body) -> None:
        await self._web.sdk.chat_update(
            channel=channel, ts=ts, text=body.text, blocks=body.blocks or [], link_names=False
        )

    async def delete(self, channel: str, ts: str) -> bool:
        """Delete a message; False if it did not exist, as when the response to a first attempt was lost."""
        try:
            await self._web.sdk.chat_delete(channel=channel, ts=ts)
        except (NotFound, OutcomeUnknown) as missing:
            if error_behind(missing) != "message_not_found":
                raise
            return False
        return True

    async def react(self, channel: str, ts: str, name: str) -> None:
        await self._web.sdk.reactions_add(channel=channel, timestamp=ts, name=name)

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        await self._web.sdk.reactions_remove(channel=channel, timestamp=ts, name=name)

    async def _ts_of_mark(self, channel: str, thread_ts: str | None, mark: str) -> str:
        """The ts of the recent message with this id in its metadata, tried twice; empty if there is none."""
        for attempt in range(LOOKUP_ATTEMPTS):
            if attempt:
                await anyio.sleep(LOOKUP_PAUSE_SECONDS)
            for message in await self._recent_with_metadata(channel, thread_ts):
                if message.metadata.event_payload.id == mark:
                    return message.ts
        return ""

    async def _recent_with_metadata(self, channel: str, thread_ts: str | None) -> list[MessageRecord]:
        bounds: dict[str, Any] = {
            "channel": channel,
            "limit": 100,
            "include_all_metadata": True,
            "oldest": f"{time.time() - LOOKUP_SECONDS:.6f}",
        }
        if thread_ts:
            response = await self._web.sdk.conversations_replies(ts=thread_ts, **bounds)
        else:
            response = await self._web.sdk.conversations_history(**bounds)
        operation = "look for the message"
        return as_response(response).records(MessageRecord, operation=operation, at="messages", noun="messages").items
