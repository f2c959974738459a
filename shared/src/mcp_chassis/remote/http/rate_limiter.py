"""Rate limits: a sliding window per key, counted in bounded memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, Self

from cachetools import LRUCache

MAX_KEYS = 100_000


@dataclass(frozen=True)
class RequestRate:
    """A rate: `count` calls in `seconds`; a count of 0 means no limit."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `60/60` (calls/seconds), or `60`, which is per minute.

        Raises:
            ValueError: when the text has another form; the message names the form.
        """
        count, _, seconds = text.partition("/")
        try:
            rate = cls(int(count), float(seconds or 60))
        except ValueError:
            raise ValueError("must be a number of calls and of seconds, such as 60/60") from None
        if rate.count < 0 or not 0.1 <= rate.seconds <= 86_400:
            raise ValueError("must be a number of calls and 0.1 to 86400 seconds, such as 60/60")
        return rate

    def times(self, factor: int) -> Self:
        """The rate with `factor` times as many calls in the same time."""
        return replace(self, count=self.count * factor)

    def __str__(self) -> str:
        return f"{self.count}/{self.seconds:g}"


class Limiter(Protocol):
    """Counts calls under keys."""

    async def hit(self, key: str, rate: RequestRate | None = None) -> float:
        """Count a call; return 0, or the seconds to wait if it exceeds the rate. `rate` replaces the limiter's own."""
        ...


class SlidingWindow:
    """Sliding-window counter: the count of the previous window is weighted by the part of it that still overlaps.

    It stores three numbers a key instead of the time of every call; after a burst up to half as many again pass.

    Args:
        rate: the calls allowed for a key.
        clock: returns monotonic seconds.
        max_keys: maximum number of keys; the least recently used is dropped first.
    """

    def __init__(
        self, rate: RequestRate, clock: Callable[[], float] = time.monotonic, max_keys: int = MAX_KEYS
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._seen: LRUCache[str, tuple[int, int, int]] = LRUCache(max_keys)

    def __len__(self) -> int:
        return len(self._seen)

    async def hit(self, key: str, rate: RequestRate | None = None) -> float:
        """Count a call; return 0, or the seconds to wait if it exceeds the rate. Such a call is not counted."""
        wait = self.wait(key, rate)
        if not wait:
            self.count(key, rate)
        return wait

    def wait(self, key: str, rate: RequestRate | None = None) -> float:
        """Seconds until one more call is allowed, without counting it."""
        rate = rate or self.rate
        window, now, before = self._at(key, rate)
        into = self._clock() / rate.seconds - window
        if not rate.count or now + before * (1 - into) <= rate.count - 1:
            return 0.0
        if now >= rate.count:  # this window alone is full: it must slide out by one
            return rate.seconds * (2 - into - (rate.count - 1) / now)
        return rate.seconds * (1 - into - (rate.count - 1 - now) / before)

    def count(self, key: str, rate: RequestRate | None = None) -> None:
        """Count a call, whether it is allowed or not."""
        window, now, before = self._at(key, rate or self.rate)
        self._seen[key] = (window, now + 1, before)

    def _at(self, key: str, rate: RequestRate) -> tuple[int, int, int]:
        """The number of the current window, its count, and the count of the previous window."""
        window = int(self._clock() / rate.seconds)
        last, count, before = self._seen.get(key, (window, 0, 0))
        if last == window:
            return window, count, before
        return window, 0, count if last == window - 1 else 0
