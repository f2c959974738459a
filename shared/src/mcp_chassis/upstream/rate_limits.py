"""Outbound rate limits of one upstream: a global limiter and optional named ones."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

MAX_LIMITERS = 1_000
GLOBAL = ""


@dataclass(frozen=True)
class RateLimit:
    """The rate at which calls may start.

    Args:
        calls: number of calls that may start in `seconds`.
        burst: whether they may start all at once; else they are spaced evenly.
        max_concurrent: number of calls that may run at the same time; 1 runs them one after another.
        shares_limit: whether a limit that the upstream announces to these calls closes the whole upstream, instead of
            this limiter alone.
    """

    calls: float
    seconds: float = 1.0
    burst: bool = True
    max_concurrent: int | None = None
    shares_limit: bool = False


class Limiter:
    """A token bucket with slots; `closed_until` is the time on the upstream's `clock` until which it is closed."""

    def __init__(self, rate_limit: RateLimit) -> None:
        from aiolimiter import AsyncLimiter

        capacity = max(rate_limit.calls, 1.0) if rate_limit.burst else 1.0
        self._bucket = AsyncLimiter(capacity, capacity * rate_limit.seconds / rate_limit.calls)
        self._slots = anyio.CapacityLimiter(rate_limit.max_concurrent) if rate_limit.max_concurrent else None
        self.closed_until = 0.0

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[None]:
        """Wait for a slot, then for a token; the slot is held inside the block."""
        if self._slots is None:
            await self._bucket.acquire()
            yield
        else:
            async with self._slots:
                await self._bucket.acquire()
                yield

    @property
    def is_free(self) -> bool:
        """Whether a call need not wait."""
        return self._bucket.has_capacity() and (self._slots is None or self._slots.available_tokens > 0)

    def is_idle(self, now: float) -> bool:
        """Whether a new limiter would behave the same: full bucket, no call running, not closed."""
        full = self._bucket.has_capacity(self._bucket.max_rate) and self.closed_until <= now
        return full and (self._slots is None or self._slots.borrowed_tokens == 0)


class RateLimits:
    """The limiters of one upstream by name; `posts:C1` and `posts:C2` are two limiters at the rate of `posts`.

    Limiters are created on first use, in the running event loop; above `MAX_LIMITERS` the idle ones are dropped.
    """

    def __init__(self, main: RateLimit, rate_limits: Mapping[str, RateLimit]) -> None:
        self._main = main
        self._rate_limits = rate_limits
        self._limiters: dict[str, Limiter] = {}

    def main(self) -> Limiter:
        """The global limiter, which applies to every call."""
        return self._limiter(GLOBAL, self._main)

    def named(self, name: str, now: float) -> Limiter:
        """The limiter of a name; `now` is by the same clock as `closed_until`."""
        if name not in self._limiters and len(self._limiters) > MAX_LIMITERS:
            self._limiters = {
                key: limiter for key, limiter in self._limiters.items() if key == GLOBAL or not limiter.is_idle(now)
            }
        return self._limiter(name, self._rate_limit(name))

    def limited(self, name: str | None, now: float) -> Limiter:
        """The limiter that is closed when the upstream announces a limit to a call under `name`."""
        return self.main() if name is None or self._rate_limit(name).shares_limit else self.named(name, now)

    def __len__(self) -> int:
        return len(self._limiters)

    def _rate_limit(self, name: str) -> RateLimit:
        return self._rate_limits.get(name.partition(":")[0], self._main)

    def _limiter(self, name: str, rate_limit: RateLimit) -> Limiter:
        if name not in self._limiters:
            self._limiters[name] = Limiter(rate_limit)
        return self._limiters[name]
