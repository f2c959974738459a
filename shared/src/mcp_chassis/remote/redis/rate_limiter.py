"""Rate limits in Redis, shared by all replicas; while Redis cannot be reached, each process counts by itself."""

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
        rate: the calls allowed for a key, in all replicas together.
        link: the client of Redis.
        local: counts while Redis cannot be reached.
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
        self._windows = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str, rate: RequestRate | None = None) -> float:
        """Count a call; return 0, or the seconds to wait if it exceeds the rate."""
        rate = rate or self._rate
        if not rate.count:
            return 0.0
        item = RateLimitItemPerSecond(rate.count, math.ceil(rate.seconds))
        try:
            async with self._link.asking():
                if await self._windows.hit(item, key):
                    return 0.0
                until = (await self._windows.get_window_stats(item, key)).reset_time
        except RedisUnavailable:
            return await self._local.hit(key, rate)
        return max(until - time.time(), _SHORTEST_WAIT)
