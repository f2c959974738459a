"""A circuit breaker: after many failures without a success nobody asks, and then exactly one."""

import math
from collections import deque
from collections.abc import Callable
from enum import Enum

from mcp_chassis.upstream.policy import Policy


class Verdict(Enum):
    """What one attempt says about its upstream."""

    ALIVE = "it did what was asked"
    ANSWERED = "it refused, for the caller's fault or for a limit: never counts, but an upstream that answers is there"
    DEAD = "it failed"
    UNKNOWN = "the attempt was cancelled before it told anything"


class Breaker:
    """Opens when enough attempts failed within the window and none succeeded; `clock` gives seconds."""

    def __init__(self, policy: Policy, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._clock = clock
        self._failed: deque[float] = deque(maxlen=policy.breaker_failures)
        self._succeeded = -math.inf
        self._open_until: float | None = None
        self._open_for = policy.breaker_open
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._open_until is not None

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half open` when the next attempt, or the one under way, is the probe."""
        if not self.is_open:
            return "closed"
        return "half open" if self._probing or self.refuses_for() == 0 else "open"

    def refuses_for(self) -> float:
        """Seconds for which nothing may be tried; 0 when an attempt may begin now. Changes nothing."""
        if self._open_until is None:
            return 0.0
        if self._probing:
            return self._open_for
        return max(0.0, self._open_until - self._clock())

    def enter(self) -> "Attempt | None":
        """Begin an attempt, to be ended with its verdict; None when refused."""
        if self.refuses_for() > 0:
            return None
        self._probing = self.is_open
        return Attempt(self, probe=self._probing)

    def settle(self, verdict: Verdict, *, probe: bool) -> None:
        """Take in how an attempt ended. A probe that was cancelled leaves its place to the next caller."""
        if probe:
            self._probing = False
        if verdict is Verdict.ALIVE:
            self._succeeded = self._clock()
        if verdict is Verdict.ALIVE or (verdict is Verdict.ANSWERED and probe):
            self._close()
        elif verdict is Verdict.DEAD and probe:
            self._open(min(self._open_for * 2, self._policy.breaker_open_cap))
        elif verdict is Verdict.DEAD and not self.is_open:
            self._count()

    def _close(self) -> None:
        self._failed.clear()
        self._open_until = None
        self._open_for = self._policy.breaker_open

    def _count(self) -> None:
        now = self._clock()
        self._failed.append(now)
        since = now - self._policy.breaker_window
        if len(self._failed) == self._failed.maxlen and self._failed[0] >= since > self._succeeded:
            self._open(self._policy.breaker_open)

    def _open(self, seconds: float) -> None:
        self._open_for = seconds
        self._open_until = self._clock() + seconds
        self._failed.clear()


class Attempt:
    """One admitted attempt; it is settled once."""

    def __init__(self, breaker: Breaker, *, probe: bool) -> None:
        self._breaker = breaker
        self._probe = probe

    def ended(self, verdict: Verdict) -> None:
        self._breaker.settle(verdict, probe=self._probe)
