"""Client of Redis that, for a second after a failure, does not call it again."""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

import redis.asyncio
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

TIMEOUT_SECONDS = 2.0
"""Timeout of one request to Redis in seconds; short, since Redis is on the same network and calls wait for it."""
POOL_TIMEOUT_SECONDS = 5.0
"""Seconds a request may wait for a free connection, of which a process has sixteen."""
PAUSE_SECONDS = 1.0
"""Seconds for which Redis is not called again after a failure, so that calls do not queue for it."""
PREFIX = "toolroll"


class RedisUnavailable(Exception):
    """Redis cannot be reached; the caller decides what follows."""


class Commands(Protocol):
    """The commands of Redis that are used here."""

    async def get(self, name: str) -> bytes | None: ...
    async def set(
        self, name: str, value: str, *, px: int | None = None, nx: bool = False, xx: bool = False
    ) -> bool | None: ...
    async def mget(self, names: Sequence[bytes]) -> list[bytes | None]: ...
    async def scan(self, cursor: int, match: str, count: int) -> tuple[int, list[bytes]]: ...
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
        url: the URL of Redis.
        clock: returns monotonic seconds.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        pool = cast("Any", redis.asyncio.BlockingConnectionPool)
        self.pool: Any = pool.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            timeout=POOL_TIMEOUT_SECONDS,
            max_connections=16,
        )
        self._client = redis.asyncio.Redis(connection_pool=self.pool)
        self._clock = clock
        self._closed_until = float("-inf")
        self._outage_logged = False

    async def ask(self, question: Callable[[Commands], Awaitable[Answer]]) -> Answer:
        """Run commands on Redis and return their result.

        Raises:
            RedisUnavailable: when Redis cannot be reached, or could not within the last second.
        """
        async with self.asking():
            return await question(cast("Commands", self._client))

    @contextlib.asynccontextmanager
    async def asking(self) -> AsyncGenerator[None]:
        """Convert errors of Redis inside the block into `RedisUnavailable`, also raised for a second after one."""
        if self._clock() < self._closed_until:
            raise RedisUnavailable
        try:
            yield
        except (RedisError, OSError, TimeoutError) as exc:
            self._closed_until = self._clock() + PAUSE_SECONDS
            if not self._outage_logged:
                logger.warning("Redis cannot be reached: limits are per process, what needs it is refused or skipped.")
                self._outage_logged = True
            raise RedisUnavailable from exc
        else:
            if self._outage_logged:
                logger.info("Redis can be reached again.")
                self._outage_logged = False

    async def aclose(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._client.aclose()
            await self.pool.disconnect()
