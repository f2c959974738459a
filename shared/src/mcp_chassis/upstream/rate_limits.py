"""The pace of one upstream: a limiter for all of it, and lanes of their own for what it limits more closely."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

MAX_LIMITERS = 1_000


@dataclass(frozen=True)
class RateLimit:
    """How fast one lane may go.

    `calls` in `seconds`, all at once if `burst`, else evenly spaced. `max_concurrent` bounds how many run together (1:
    one after another). A limit met in a lane that `shares_limit` closes the whole upstream, else the lane alone.
    """

    calls: float
    seconds: float = 1.0
    burst: bool = True
    max_concurrent: int | None = None
    shares_limit: bool = False


class Limiter:
    """One queue: its limiter, how many may be under way, and until when its upstream wants to hear nothing."""

    def __init__(self, rate: RateLimit) -> None:
        from aiolimiter import AsyncLimiter

        together = max(rate.calls, 1.0) if rate.burst else 1.0
        self.limiter = AsyncLimiter(together, together * rate.seconds / rate.calls)
        self.slots = anyio.CapacityLimiter(rate.max_concurrent) if rate.max_concurrent else None
        self.closed_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for a slot, then for the limiter; the slot is held inside."""
        if self.slots is None:
            await self.limiter.acquire()
            yield
        else:
            async with self.slots:
                await self.limiter.acquire()
                yield

    def idle(self, now: float) -> bool:
        """Whether forgetting it changes nothing."""
        rested = self.limiter.has_capacity(self.limiter.max_rate) and self.closed_until <= now
        return rested and (self.slots is None or self.slots.borrowed_tokens == 0)


class RateLimits:
    """The lanes of one upstream by name; `posts:C1` and `posts:C2` are two lanes at the rate of `posts`.

    They are made on first use, in the running loop; beyond a thousand the idle ones are forgotten.
    """

    def __init__(self, main: RateLimit, rate_limits: Mapping[str, RateLimit]) -> None:
        self._main_rate = main
        self._rates = rate_limits
        self._lanes: dict[str, Limiter] = {}

    def main(self) -> Limiter:
        """The lane that every call passes."""
        return self._lane("", self._main_rate)

    def named(self, name: str, now: float) -> Limiter:
        """A lane of its own; `now` is the clock that `closed_until` is told in."""
        if name not in self._lanes and len(self._lanes) > MAX_LIMITERS:
            self._lanes = {
                key: rate_limit for key, rate_limit in self._lanes.items() if not key or not rate_limit.idle(now)
            }
        return self._lane(name, self._rate(name))

    def limited(self, name: str | None, now: float) -> Limiter:
        """The lane that a limit met in `name` closes."""
        return self.main() if name is None or self._rate(name).shares_limit else self.named(name, now)

    def __len__(self) -> int:
        return len(self._lanes)

    def _rate(self, name: str) -> RateLimit:
        return self._rates.get(name.partition(":")[0], self._main_rate)

    def _lane(self, name: str, rate: RateLimit) -> Limiter:
        if name not in self._lanes:
            self._lanes[name] = Limiter(rate)
        return self._lanes[name]
