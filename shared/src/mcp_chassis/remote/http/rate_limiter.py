"""How often: a sliding window per key, counted in memory that stays bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

MAX_KEYS = 100_000


@dataclass(frozen=True)
class RequestRate:
    """So many in so many seconds; none when `count` is 0, which means no limit."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """`60/60` or `60`, which is a minute's.

        Raises:
            ValueError: saying the form.
        """
        count, _, seconds = text.partition("/")
        try:
            rate = cls(int(count), float(seconds or 60))
        except ValueError:
            raise ValueError("must be a number of calls and of seconds, such as 60/60") from None
        if rate.count < 0 or not 0.1 <= rate.seconds <= 86_400:
            raise ValueError("must be a number of calls and 0.1 to 86400 seconds, such as 60/60")
        return rate


class Limiter(Protocol):
    """Counts one more under a key."""

    async def hit(self, key: str) -> float:
        """Seconds to wait, 0 when it may go on."""
        ...


class SlidingWindow:
    """A sliding window: the window before counts by the part of it that still overlaps.

    It holds three numbers a key instead of every moment; after a burst up to half as many again go through.

    Args:
        rate: how many in how many seconds.
        clock: seconds, monotonic.
        most: keys remembered; the one unseen for longest is forgotten first.
    """

    def __init__(self, rate: RequestRate, clock: Callable[[], float] = time.monotonic, most: int = MAX_KEYS) -> None:
        self.rate = rate
        self._clock = clock
        self._most = most
        self._seen: OrderedDict[str, tuple[int, int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    async def hit(self, key: str) -> float:
        """Seconds to wait, 0 when it may go on; what has to wait is not counted."""
        wait = self.wait(key)
        if not wait:
            self.count(key)
        return wait

    def wait(self, key: str) -> float:
        """Seconds until one more fits, without counting it."""
        window, now, before = self._at(key)
        if not self.rate.count or now + before * (1 - self._into(window)) <= self.rate.count - 1:
            return 0.0
        if now >= self.rate.count:  # this window alone is full: it must slide out by one
            return self.rate.seconds * (2 - self._into(window) - (self.rate.count - 1) / now)
        return self.rate.seconds * (1 - self._into(window) - (self.rate.count - 1 - now) / before)

    def count(self, key: str) -> None:
        """One more, whether it fits or not."""
        window, now, before = self._at(key)
        self._seen[key] = (window, now + 1, before)
        self._seen.move_to_end(key)
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def _at(self, key: str) -> tuple[int, int, int]:
        """The current window's number, and the counts of it and of the one before."""
        window = int(self._clock() / self.rate.seconds)
        last, count, before = self._seen.get(key, (window, 0, 0))
        if last == window:
            return window, count, before
        return window, 0, count if last == window - 1 else 0

    def _into(self, window: int) -> float:
        return self._clock() / self.rate.seconds - window
