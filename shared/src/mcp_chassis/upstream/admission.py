"""Admission of attempts to one upstream: the circuit breaker, announced rate limits and the queue."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

from mcp_chassis.failures import Effect, Failure, RateLimited, Unavailable
from mcp_chassis.telemetry.observer import announce
from mcp_chassis.upstream.breaker import Attempt, Breaker, Verdict
from mcp_chassis.upstream.rate_limits import RateLimits


class Admission:
    """Decides when an attempt may be sent, and refuses it where it may not.

    Args:
        name: the upstream's name, for error texts.
        clock: returns monotonic seconds.
        sleep: waits for an announced rate limit to end.
        notify: reports one sentence to the log and to the host of the current call.
    """

    def __init__(
        self,
        name: str,
        breaker: Breaker,
        rate_limits: RateLimits,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        notify: Callable[[str], Awaitable[None]],
    ) -> None:
        self.breaker = breaker
        self.rate_limits = rate_limits
        self._name = name
        self._clock = clock
        self._sleep = sleep
        self._notify = notify
        self._queue: set[anyio.CancelScope] = set()

    @asynccontextmanager
    async def admitted(self, rate_limit: str | None, deadline: float) -> AsyncGenerator[Attempt]:
        """Wait until an attempt may be sent; its slots of the rate limits are held inside the block.

        Args:
            rate_limit: the name of a rate limit that applies to the attempt besides the upstream's own.
            deadline: time of the event loop's clock; a wait for an announced limit that would reach it is not begun.

        Raises:
            Unavailable: while the circuit breaker is open.
            RateLimited: when the upstream's rate limit lasts beyond the deadline.
        """
        if (seconds := self.breaker.refuses_for()) > 0:
            raise self._breaker_open(seconds)
        await self._wait_for_announced_limit(rate_limit, deadline)
        async with self._queued(rate_limit):
            attempt = self.breaker.enter()
            if attempt is None:
                raise self._breaker_open(self.breaker.refuses_for())
            yield attempt

    def settle(self, attempt: Attempt, verdict: Verdict) -> None:
        """Record the outcome of an attempt; if that opens the breaker, the whole queue is refused at once."""
        attempt.ended(verdict)
        if self.breaker.is_open:
            for scope in self._queue:
                scope.cancel()

    def record_limit(self, rate_limit: str | None, failure: Failure) -> None:
        """Close the rate limit that a failure announced, for the time that the upstream requested."""
        if isinstance(failure, RateLimited) and failure.requested_retry_after_seconds:
            limiter = self.rate_limits.limited(rate_limit, self._clock())
            limiter.closed_until = max(limiter.closed_until, self._clock() + failure.requested_retry_after_seconds)

    async def _wait_for_announced_limit(self, rate_limit: str | None, deadline: float) -> None:
        limits, now = self.rate_limits, self._clock()
        named = limits.named(rate_limit, now) if rate_limit else limits.main()
        seconds = max(limits.main().closed_until, named.closed_until) - now
        if seconds <= 0:
            return
        if seconds >= deadline - anyio.current_time():
            raise RateLimited(
                f"{self._name}'s rate limit is used up.",
                remedy=f"Wait {math.ceil(seconds)} s before the next call.",
                retry_after_seconds=math.ceil(seconds),
                effect=Effect.REJECTED,
            )
        await self._notify(f"{self._name}'s rate limit is used up; waiting {seconds:.0f} s.")
        await self._sleep(seconds)

    @asynccontextmanager
    async def _queued(self, rate_limit: str | None) -> AsyncGenerator[None]:
        limits = self.rate_limits
        limiters = [limits.main(), *([limits.named(rate_limit, self._clock())] if rate_limit else [])]
        if not all(limiter.is_free for limiter in limiters):
            await announce("info", f"{self._name}: waiting for its turn, as this server limits its own calls.")
        async with AsyncExitStack() as held:
            with anyio.CancelScope() as waiting:
                self._queue.add(waiting)
                try:
                    for limiter in reversed(limiters):
                        await held.enter_async_context(limiter.acquire())
                finally:
                    self._queue.discard(waiting)
            if waiting.cancelled_caught:
                raise self._breaker_open(self.breaker.refuses_for())
            yield

    def _breaker_open(self, seconds: float) -> Unavailable:
        return Unavailable(
            f"{self._name} has failed repeatedly; this server paused calls to it.",
            retry_after_seconds=max(1, math.ceil(seconds)),
            effect=Effect.NEVER_SENT,
        )
