"""One upstream service: deadline, circuit breaker, rate limits and retries for every call to it."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import TypeVar

import anyio

from mcp_chassis.deadline import time_left
from mcp_chassis.failures import Failure, OutcomeUnknown
from mcp_chassis.telemetry.metrics import METRICS
from mcp_chassis.telemetry.observer import Observer, current_observer
from mcp_chassis.upstream.admission import Admission
from mcp_chassis.upstream.attempts import Attempts, RetrySettings
from mcp_chassis.upstream.breaker import Breaker
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.rate_limits import RateLimit, RateLimits
from mcp_chassis.upstream.retry import Repeat, RetryBudget

Outcome = TypeVar("Outcome")
LookUp = Callable[[], Awaitable[Outcome | None]]

logger = logging.getLogger(__name__)


class Upstream:
    """One upstream service.

    Args:
        name: its name in messages to the model, such as `GitHub`.
        policy: the timeouts, attempts and limits.
        rate_limits: named limits for parts of the service; every call counts against the service's own limit too.
        rate_limit: the service's own limit; `policy.rate` with bursts when left out.
        clock: returns monotonic seconds.
        rng: the source of jitter.
        sleep: waits between attempts.
        observer: receives attempts and waits; the current call's observer when left out.
    """

    def __init__(
        self,
        name: str,
        *,
        policy: Policy | None = None,
        rate_limits: Mapping[str, RateLimit] | None = None,
        rate_limit: RateLimit | None = None,
        clock: Callable[[], float] = time.monotonic,
        rng: Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        observer: Observer | None = None,
    ) -> None:
        self.name = name
        self.policy = policy or Policy()
        self.breaker = Breaker(self.policy, clock)
        self.rate_limits = RateLimits(rate_limit or RateLimit(self.policy.rate), rate_limits or {})
        self._observer = observer
        self._admission = Admission(name, self.breaker, self.rate_limits, clock=clock, sleep=sleep, notify=self._notify)
        budget, rng = RetryBudget(self.policy), rng or Random()  # noqa: S311
        self._retry = RetrySettings(name, self.policy, budget, rng, clock, sleep, self._notify)
        METRICS.watch(name, lambda: self.breaker.state)

    async def call(
        self,
        attempt: Callable[[], Awaitable[Outcome]],
        *,
        repeat: Repeat = Repeat.READ,
        rate_limit: str | None = None,
        sent: Callable[[], bool] = lambda: True,
        recover: LookUp[Outcome] | None = None,
        check: str = "",
    ) -> Outcome:
        """Make attempts until one succeeds or none may follow, within the deadline of the current tool call.

        Args:
            attempt: makes one attempt; it raises a `Failure` with its `Effect`.
            repeat: which failures may be attempted again.
            rate_limit: one of the names in `rate_limits`.
            sent: returns whether the current attempt may have reached the upstream; called when it is cancelled.
            recover: looks up the effect of a write whose response was lost; returns None if that is not certain.
            check: one sentence for `OutcomeUnknown`: where to look before writing again.

        Raises:
            Failure: that of the last attempt; `TimedOut` at the deadline; `OutcomeUnknown` for a write that may have
                had an effect.
        """
        attempts = self._attempts(attempt, repeat, rate_limit, sent)
        try:
            return await attempts.run()
        except Failure as failure:
            if repeat is Repeat.READ or not attempts.ambiguous:
                raise
            if recover is not None and (found := await self._look_up(recover)) is not None:
                return found
            raise self._outcome_unknown(failure, repeat, check) from failure

    def _attempts(
        self,
        attempt: Callable[[], Awaitable[Outcome]],
        repeat: Repeat,
        rate_limit: str | None,
        sent: Callable[[], bool],
    ) -> Attempts[Outcome]:
        return Attempts(
            self._retry,
            self._admission,
            self._current_observer,
            attempt,
            repeat=repeat,
            rate_limit=rate_limit,
            sent=sent,
            seconds=self._seconds_left(),
        )

    @property
    def _current_observer(self) -> Observer:
        return self._observer or current_observer()

    def _seconds_left(self) -> float:
        """Seconds a call may still use; the margin lets it report its own failure before it is cancelled."""
        left = time_left()
        left = self.policy.call_deadline if math.isinf(left) else left
        return left - min(self.policy.deadline_margin, left / 4)

    async def _notify(self, message: str) -> None:
        logger.info("%s", message)
        await self._current_observer.waiting(self.name, message)

    async def _look_up(self, recover: LookUp[Outcome]) -> Outcome | None:
        await self._notify(f"{self.name}'s response was lost; looking up whether the change was made.")
        with anyio.move_on_after(self._seconds_left()):
            try:
                return await recover()
            except Failure:
                logger.info("%s: the look-up after a lost response failed", self.name)
        return None

    def _outcome_unknown(self, failure: Failure, repeat: Repeat, check: str) -> OutcomeUnknown:
        lost = f"The response of {self.name} to a change was lost or does not confirm it: {failure.reason}"
        if repeat is Repeat.ONCE:
            remedy = check or "It may have happened; the same call can be made again safely."
            return OutcomeUnknown(lost, remedy=remedy, details=failure.details)
        return OutcomeUnknown(lost, remedy=f"It may have happened. {check}" if check else None, details=failure.details)
