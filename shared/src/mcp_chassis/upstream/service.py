"""One outside service: deadline, breaker, lanes, attempts, retries. The only place that waits and asks again."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import TypeVar

import anyio

from mcp_chassis.deadline import time_left
from mcp_chassis.failures import Failure, OutcomeUnknown, RateLimited
from mcp_chassis.telemetry.metrics import METRICS
from mcp_chassis.telemetry.observer import Observer, current_observer
from mcp_chassis.upstream.attempts import Attempts
from mcp_chassis.upstream.breaker import Breaker
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.rate_limits import RateLimit, RateLimits
from mcp_chassis.upstream.retry import Repeat, RetryBudget

Effected = TypeVar("Effected")
Look = Callable[[], Awaitable[Effected | None]]

logger = logging.getLogger(__name__)


class Upstream:
    """One service that other machines run.

    Args:
        name: as a model should read it, such as `GitHub`.
        policy: every figure; the settings of a server are one.
        rates: lanes with a pace of their own, by name; everything passes the upstream's own pace besides.
        rate: the upstream's own pace, where `policy.rate` with bursts does not fit.
        clock: seconds that only grow.
        observer: who hears of attempts and waits; the current call's when left out.
    """

    def __init__(
        self,
        name: str,
        *,
        policy: Policy | None = None,
        rate_limits: Mapping[str, RateLimit] | None = None,
        rate: RateLimit | None = None,
        clock: Callable[[], float] = time.monotonic,
        rng: Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        observer: Observer | None = None,
    ) -> None:
        self.name = name
        self.policy = policy or Policy()
        self.clock = clock
        self.rng = rng or Random()  # noqa: S311
        self.sleep = sleep
        self.budget = RetryBudget(self.policy)
        self.breaker = Breaker(self.policy, clock)
        self.rate_limits = RateLimits(rate or RateLimit(self.policy.rate), rate_limits or {})
        self.queue: set[anyio.CancelScope] = set()
        self._observer = observer
        METRICS.watch(name, lambda: self.breaker.state)

    @property
    def observer(self) -> Observer:
        return self._observer or current_observer()

    async def call(
        self,
        attempt: Callable[[], Awaitable[Effected]],
        *,
        repeat: Repeat = Repeat.READ,
        rate_limit: str | None = None,
        sent: Callable[[], bool] = lambda: True,
        recover: Look[Effected] | None = None,
        check: str = "",
    ) -> Effected:
        """Attempt it, again where that is safe and worth it, within the current call's deadline.

        Args:
            attempt: one attempt; it raises a `Failure` that tells its `Effect`.
            lane: the queue it belongs to, by a name of `rate_limits`.
            sent: whether the attempt under way may have reached the upstream; asked when it is cut off.
            recover: looks up what a write whose answer was lost has done; None when that is not certain.
            check: what to look at, told with `OutcomeUnknown`; one sentence.

        Raises:
            Failure: what the last attempt raised; `TimedOut` at the deadline; `OutcomeUnknown` for a write that may
                have happened.
        """
        journey = Attempts(self, attempt, repeat, rate_limit, sent)
        try:
            return await journey.run()
        except Failure as failure:
            if repeat is Repeat.READ or not journey.doubtful:
                raise
            if recover is not None and (found := await self._look(recover)) is not None:
                return found
            raise self._unknown(repeat, check) from failure

    def learn(self, rate_limit: str | None, failure: Failure) -> None:
        """Remember how long the upstream wants to hear nothing, so that nobody else asks in that time."""
        if isinstance(failure, RateLimited) and failure.requested_retry_after_seconds:
            limited = self.rate_limits.limited(rate_limit, self.clock())
            limited.closed_until = max(limited.closed_until, self.clock() + failure.requested_retry_after_seconds)

    def seconds_left(self) -> float:
        """Seconds that a call may still use; the margin lets it say what it knows before it is cut off."""
        left = time_left()
        left = self.policy.call_deadline if math.isinf(left) else left
        return left - min(self.policy.deadline_margin, left / 4)

    async def tell(self, message: str) -> None:
        logger.info("%s", message)
        await self.observer.waiting(self.name, message)

    def dismiss_queue(self) -> None:
        """The breaker has opened: nobody waits for a turn that would be refused."""
        for scope in self.queue:
            scope.cancel()

    async def _look(self, recover: Look[Effected]) -> Effected | None:
        await self.tell(f"{self.name}'s answer was lost; looking up what happened.")
        with anyio.move_on_after(self.seconds_left()):
            try:
                return await recover()
            except Failure:
                logger.info("%s: the look-up after a lost answer failed", self.name)
        return None

    def _unknown(self, repeat: Repeat, check: str) -> OutcomeUnknown:
        lost = f"The answer of {self.name} to a change was lost or does not prove it."
        if repeat is Repeat.ONCE:
            return OutcomeUnknown(lost, remedy=check or "It may have happened; the same call can be made again safely.")
        return OutcomeUnknown(lost, remedy=f"It may have happened. {check}" if check else None)
