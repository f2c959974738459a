"""One limit for all replicas, counted in Redis; each process's own where Redis is gone."""

import math
import time

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow
from mcp_chassis.remote.redis.client import PREFIX, RedisClient, RedisUnavailable

_SHORTEST_WAIT = 0.1


class RedisSlidingWindow:
    """As `SlidingWindow`, but in Redis.

    Args:
        rate: how many in how many seconds, of all replicas together.
        link: to Redis.
        local: counts while Redis is gone.
    """

    def __init__(self, rate: RequestRate, link: RedisClient, local: SlidingWindow | None = None) -> None:
        self._rate = rate
        self._link = link
        self._local = local or SlidingWindow(rate)
        storage = RedisStorage(
            f"async+{link.url.replace('unix://', 'redis+unix://')}",
            implementation="redispy",
            key_prefix=f"{PREFIX}:limits",
            connection_pool=link.pool,
        )
        self._item = RateLimitItemPerSecond(max(rate.count, 1), math.ceil(rate.seconds))
        self._windows = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str) -> float:
        """Seconds to wait, 0 when it may go on."""
        if not self._rate.count:
            return 0.0
        try:
            async with self._link.asking():
                if await self._windows.hit(self._item, key):
                    return 0.0
                until = (await self._windows.get_window_stats(self._item, key)).reset_time
        except RedisUnavailable:
            return await self._local.hit(key)
        return max(until - time.time(), _SHORTEST_WAIT)
