"""Resource subscriptions of both protocol eras over one event bus.

Since 2026-07-28 the response to `subscriptions/listen` is the stream of events. In earlier revisions a host subscribes
to one resource at a time with `resources/subscribe` and is notified between responses, over a persistent connection.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.session import ServerSession
from mcp.server.subscriptions import ListenHandler, ResourceUpdated, ServerEvent, SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionFilter,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

MAX_SUBSCRIPTIONS = 100
LONGEST_URI = 2_000

AnyRequest = ServerRequestContext[Any, Any]


def _check_nothing(watched: SubscriptionFilter) -> None:
    return None


class Listening:
    """Handler of `subscriptions/listen` with limits of the streams and of the resources in each.

    Args:
        bus: carries the events.
        most: maximum number of resources in one stream.
        streams: maximum number of open streams.
        check: raises `MCPError` when the current caller may not watch what it asks for.
    """

    def __init__(
        self,
        bus: SubscriptionBus,
        most: int = MAX_SUBSCRIPTIONS,
        *,
        streams: int = MAX_SUBSCRIPTIONS,
        check: Callable[[SubscriptionFilter], None] = _check_nothing,
    ) -> None:
        self._most = most
        self._check_watching = check
        self._streams = ListenHandler(bus, max_subscriptions=streams)

    def serve(self, server: LowLevelServer[Any]) -> None:
        server.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, self._listen)

    def close(self) -> None:
        """Close every open stream with its final response."""
        self._streams.close()

    async def _listen(self, ctx: AnyRequest, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        self._check_watching(params.notifications)
        resources = params.notifications.resource_subscriptions or []
        if len(resources) > self._most:
            raise _too_many(self._most)
        for uri in resources:
            _check(uri)
        return await self._streams(ctx, params)


class ResourceSubscriptions:
    """Subscriptions of one connection to single resources, as in revisions before 2026-07-28."""

    def __init__(self, bus: SubscriptionBus, most: int = MAX_SUBSCRIPTIONS) -> None:
        self._bus = bus
        self._most = most
        self._sessions: dict[str, ServerSession] = {}
        self._updated: dict[str, None] = {}  # in order, and each once: an event says "read again", not what changed
        self._news = anyio.Event()

    def __len__(self) -> int:
        return len(self._sessions)

    @asynccontextmanager
    async def served(self, server: LowLevelServer[Any]) -> AsyncGenerator[None]:
        """Serve subscriptions inside the block, which lasts as long as the connection."""
        server.add_request_handler("resources/subscribe", SubscribeRequestParams, self._subscribe)
        server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, self._unsubscribe)
        release = self._bus.subscribe(self._note)
        try:
            async with anyio.create_task_group() as telling:
                telling.start_soon(self._tell)
                yield
                telling.cancel_scope.cancel()
        finally:
            release()
            self._sessions.clear()

    async def _subscribe(self, ctx: AnyRequest, params: SubscribeRequestParams) -> EmptyResult:
        uri = _check(params.uri)
        if uri not in self._sessions and len(self._sessions) >= self._most:
            raise _too_many(self._most)
        self._sessions[uri] = ctx.session
        return EmptyResult()

    async def _unsubscribe(self, ctx: AnyRequest, params: UnsubscribeRequestParams) -> EmptyResult:
        self._sessions.pop(str(params.uri), None)
        return EmptyResult()

    def _note(self, event: ServerEvent) -> None:
        if isinstance(event, ResourceUpdated) and event.uri in self._sessions:
            self._updated[event.uri] = None
            self._news.set()

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            while self._updated:
                uri = next(iter(self._updated))
                del self._updated[uri]
                if session := self._sessions.get(uri):
                    await session.send_resource_updated(uri)


def _check(uri: object) -> str:
    text = str(uri)
    if len(text) > LONGEST_URI:
        raise MCPError(INVALID_PARAMS, f"A resource's URI has at most {LONGEST_URI} characters.")
    return text


def _too_many(most: int) -> MCPError:
    return MCPError(INVALID_PARAMS, f"A host can subscribe to at most {most} resources; unsubscribe from one first.")
