"""Client of Redis that remembers for a second that it cannot be reached."""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Protocol, TypeVar, cast

import redis.asyncio
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

PATIENCE = 2.0
"""Seconds one request to Redis may take; it stands on the same network, and a call waits for it."""
QUEUE = 5.0
"""Seconds a request may wait for a free connection, of which a process has sixteen."""
LEFT_ALONE = 1.0
"""Seconds for which Redis is not asked again after it failed, so that calls do not queue for it."""
PREFIX = "toolroll"


class RedisUnavailable(Exception):
    """Redis cannot be reached; the caller decides what follows."""


class Commands(Protocol):
    """The commands of Redis that are used here."""

    async def get(self, name: str) -> bytes | None: ...
    async def set(self, name: str, value: str, *, px: int | None = None, nx: bool = False) -> bool | None: ...
    async def delete(self, *names: str) -> int: ...
    async def eval(self, script: str, numkeys: int, *arguments: str) -> Any: ...
    async def publish(self, channel: str, message: str) -> int: ...
    async def hget(self, name: str, key: str) -> bytes | None: ...
    async def hset(self, name: str, key: str, value: str) -> int: ...
    async def hdel(self, name: str, *keys: str) -> int: ...
    async def hgetall(self, name: str) -> dict[bytes, bytes]: ...
    async def incr(self, name: str) -> int: ...


class RedisClient:
    """One process's connections to Redis; opened on first use.

    Args:
        url: of Redis.
        clock: seconds, monotonic.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        pool = cast("Any", redis.asyncio.BlockingConnectionPool)
        self.pool: Any = pool.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, timeout=QUEUE, max_connections=16
        )
        self._client = redis.asyncio.Redis(connection_pool=self.pool)
        self._clock = clock
        self._closed_until = float("-inf")
        self._outage_logged = False

    async def ask(self, question: Callable[[Commands], Awaitable[Answer]]) -> Answer:
        """The answer of Redis to `question`.

        Raises:
            RedisUnavailable: when it cannot be reached, or could not a second ago.
        """
        async with self.asking():
            return await question(cast("Commands", self._client))

    @contextlib.asynccontextmanager
    async def asking(self) -> AsyncGenerator[None]:
        """Turns what Redis raises inside into `RedisUnavailable`, and remembers it for a second."""
        if self._clock() < self._closed_until:
            raise RedisUnavailable
        try:
            yield
        except (RedisError, OSError, TimeoutError) as exc:
            self._closed_until = self._clock() + LEFT_ALONE
            if not self._outage_logged:
                logger.warning("Redis cannot be reached: limits are kept per process, other uses refuse or do without.")
                self._outage_logged = True
            raise RedisUnavailable from exc
        else:
            if self._outage_logged:
                logger.info("Redis answers again.")
                self._outage_logged = False

    async def aclose(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._client.aclose()
            await self.pool.disconnect()
