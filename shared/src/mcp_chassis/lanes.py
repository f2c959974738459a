"""The pace of one upstream: a limiter for all of it, and lanes of their own for what it limits more closely."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

KEPT = 1_000


@dataclass(frozen=True)
class Rate:
    """How fast one lane may go.

    `calls` in `seconds`, all at once if `burst`, else evenly spaced. `at_once` bounds how many run together (1: one
    after another). A limit met in a lane that `shares_limit` closes the whole upstream, else the lane alone.
    """

    calls: float
    seconds: float = 1.0
    burst: bool = True
    at_once: int | None = None
    shares_limit: bool = False


class Lane:
    """One queue: its limiter, how many may be under way, and until when its upstream wants to hear nothing."""

    def __init__(self, rate: Rate) -> None:
        from aiolimiter import AsyncLimiter

        together = max(rate.calls, 1.0) if rate.burst else 1.0
        self.limiter = AsyncLimiter(together, together * rate.seconds / rate.calls)
        self.slots = anyio.CapacityLimiter(rate.at_once) if rate.at_once else None
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


class Lanes:
    """The lanes of one upstream by name; `posts:C1` and `posts:C2` are two lanes at the rate of `posts`.

    They are made on first use, in the running loop; beyond a thousand the idle ones are forgotten.
    """

    def __init__(self, main: Rate, rates: Mapping[str, Rate]) -> None:
        self._main_rate = main
        self._rates = rates
        self._lanes: dict[str, Lane] = {}

    def main(self) -> Lane:
        """The lane that every call passes."""
        return self._lane("", self._main_rate)

    def named(self, name: str, now: float) -> Lane:
        """A lane of its own; `now` is the clock that `closed_until` is told in."""
        if name not in self._lanes and len(self._lanes) > KEPT:
            self._lanes = {key: lane for key, lane in self._lanes.items() if not key or not lane.idle(now)}
        return self._lane(name, self._rate(name))

    def limited(self, name: str | None, now: float) -> Lane:
        """The lane that a limit met in `name` closes."""
        return self.main() if name is None or self._rate(name).shares_limit else self.named(name, now)

    def __len__(self) -> int:
        return len(self._lanes)

    def _rate(self, name: str) -> Rate:
        return self._rates.get(name.partition(":")[0], self._main_rate)

    def _lane(self, name: str, rate: Rate) -> Lane:
        if name not in self._lanes:
            self._lanes[name] = Lane(rate)
        return self._lanes[name]
