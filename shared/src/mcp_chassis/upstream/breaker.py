"""Circuit breaker: after repeated failures without a success, calls are refused until a probe succeeds."""

import math
from collections import deque
from collections.abc import Callable
from enum import Enum

from mcp_chassis.upstream.policy import Policy


class Verdict(Enum):
    """The outcome of one attempt, as evidence about the upstream's health."""

    SUCCEEDED = "it did what was requested"
    REFUSED = "it responded with a refusal: neither a success nor a failure of the service"
    FAILED = "no response, or an error of the service"
    CANCELLED = "the attempt ended before there was an outcome"


class Breaker:
    """Opens after `policy.breaker_failures` failures within `policy.breaker_window` seconds and no success between.

    The first open time is `policy.breaker_open` seconds; each failed probe doubles it, up to
    `policy.breaker_open_cap`. `clock` returns monotonic seconds.
    """

    def __init__(self, policy: Policy, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._clock = clock
        self._failed_at: deque[float] = deque(maxlen=policy.breaker_failures)
        self._succeeded_at = -math.inf
        self._open_until: float | None = None
        self._open_seconds = policy.breaker_open
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._open_until is not None

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half open` when the next attempt, or the current one, is the probe."""
        if not self.is_open:
            return "closed"
        return "half open" if self._probing or self.refuses_for() == 0 else "open"

    def refuses_for(self) -> float:
        """Seconds until an attempt may begin, 0 for now. Changes nothing."""
        if self._open_until is None:
            return 0.0
        if self._probing:
            return self._open_seconds
        return max(0.0, self._open_until - self._clock())

    def enter(self) -> "Attempt | None":
        """Begin an attempt, which has to be ended with a verdict; return None if it is refused."""
        if self.refuses_for() > 0:
            return None
        self._probing = self.is_open
        return Attempt(self, probe=self._probing)

    def settle(self, verdict: Verdict, *, probe: bool) -> None:
        """Record the outcome of an attempt. After a cancelled probe the next attempt is the probe."""
        if probe:
            self._probing = False
        if verdict is Verdict.SUCCEEDED:
            self._succeeded_at = self._clock()
        if verdict is Verdict.SUCCEEDED or (verdict is Verdict.REFUSED and probe):
            self._open_until = None
        elif verdict is Verdict.FAILED and probe:
            self._open(min(self._open_seconds * 2, self._policy.breaker_open_cap))
        elif verdict is Verdict.FAILED and not self.is_open:
            self._count_failure()

    def _count_failure(self) -> None:
        now = self._clock()
        self._failed_at.append(now)
        window_start = now - self._policy.breaker_window
        if len(self._failed_at) == self._failed_at.maxlen and self._failed_at[0] >= window_start > self._succeeded_at:
            self._open(self._policy.breaker_open)

    def _open(self, seconds: float) -> None:
        self._open_seconds = seconds
        self._open_until = self._clock() + seconds
        self._failed_at.clear()


class Attempt:
    """One admitted attempt; `ended` must be called once."""

    def __init__(self, breaker: Breaker, *, probe: bool) -> None:
        self._breaker = breaker
        self._probe = probe

    def ended(self, verdict: Verdict) -> None:
        self._breaker.settle(verdict, probe=self._probe)
