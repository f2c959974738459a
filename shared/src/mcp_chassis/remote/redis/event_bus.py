"""Events of subscriptions across replicas, over Redis; within one process they are delivered without it."""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from typing import Any, cast

import redis.asyncio
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
)
from redis.exceptions import RedisError

from mcp_chassis.remote.redis.client import PREFIX, TIMEOUT_SECONDS, RedisClient, RedisUnavailable

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.5
KINDS = {kind.__name__: kind for kind in (ToolsListChanged, PromptsListChanged, ResourcesListChanged)}


class RedisEventBus:
    """Subscription bus of one server, shared by its replicas. The protocol has no replay: events that are published
    while Redis cannot be reached are delivered in this process only.

    Args:
        link: to Redis.
        mount: the server's name.
    """

    def __init__(self, link: RedisClient, mount: str) -> None:
        self._link = link
        self._channel = f"{PREFIX}:events:{mount}"
        self._origin = secrets.token_hex(8)
        self._local = InMemorySubscriptionBus()
        self.listening = asyncio.Event()
        self.deaf = asyncio.Event()

    async def publish(self, event: ServerEvent) -> None:
        await self._local.publish(event)
        text = json.dumps([self._origin, *_serialised(event)])
        with contextlib.suppress(RedisUnavailable):
            await self._link.ask(lambda commands: commands.publish(self._channel, text))

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        return self._local.subscribe(listener)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Receive the events of other replicas while the block runs."""
        listening = asyncio.create_task(self._listen_for_ever())
        try:
            yield
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def _listen_for_ever(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._listen()
            self.listening.clear()
            self.deaf.set()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        client: Any = cast("Any", redis.asyncio.Redis).from_url(
            self._link.url, socket_connect_timeout=TIMEOUT_SECONDS, socket_keepalive=True, health_check_interval=10
        )
        async with contextlib.aclosing(client), client.pubsub() as channel:
            await channel.subscribe(self._channel)
            async for message in channel.listen():
                if message["type"] == "subscribe":
                    self.deaf.clear()
                    self.listening.set()
                elif message["type"] == "message":
                    await self._heard(message["data"])

    async def _heard(self, text: bytes) -> None:
        try:
            origin, kind, uri = cast("list[str | None]", json.loads(text))
        except ValueError:
            logger.warning("An event that came over Redis cannot be read.")
            return
        if origin != self._origin and (event := _event(kind, uri)):
            await self._local.publish(event)


def _serialised(event: ServerEvent) -> tuple[str, str | None]:
    return type(event).__name__, event.uri if isinstance(event, ResourceUpdated) else None


def _event(kind: str | None, uri: str | None) -> ServerEvent | None:
    """The event; None for a kind of a newer version."""
    if kind == ResourceUpdated.__name__ and uri:
        return ResourceUpdated(uri=uri)
    return KINDS[kind]() if kind in KINDS else None
