"""Rate limits shared by all replicas in Redis; each process counts by itself while Redis is gone."""

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
        self._windows = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str, rate: RequestRate | None = None) -> float:
        """Count one more under a key; seconds to wait, 0 when it may go on."""
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
