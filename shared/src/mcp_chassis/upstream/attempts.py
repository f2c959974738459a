"""One call on its way through attempts: whether it may begin, how it ended, whether it is made again."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import anyio.lowlevel

from mcp_chassis.failures import Effect, Failure, RateLimited, TimedOut, Unavailable
from mcp_chassis.upstream.breaker import Verdict
from mcp_chassis.upstream.retry import Repeat, decide

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from mcp_chassis.upstream.service import Upstream

Effected = TypeVar("Effected")


class Attempts(Generic[Effected]):
    """One call on its way through attempts; `doubtful` tells whether one of them may have happened."""

    def __init__(
        self,
        upstream: "Upstream",
        attempt: Callable[[], Awaitable[Effected]],
        repeat: Repeat,
        rate_limit: str | None,
        sent: Callable[[], bool],
    ) -> None:
        self.doubtful = False
        self._upstream = upstream
        self._ask = attempt
        self._repeat = repeat
        self._lane = rate_limit
        self._sent = sent
        self._deadline = anyio.current_time() + upstream.seconds_left()
        self._refusal: Failure | None = None
        self._attempted = False
        self._spent = 0.0
        self._pause = 0.0

    async def run(self) -> Effected:
        """Attempts until one succeeds or is the last."""
        from tenacity import AsyncRetrying

        again = AsyncRetrying(retry=self._again, wait=lambda _: self._pause, sleep=self._sleep, reraise=True)
        with anyio.CancelScope(deadline=self._deadline):
            result: Effected = await again(self._one)
            self._upstream.budget.earn(self._spent)
            return result
        raise self._too_late()

    def _again(self, state: "RetryCallState") -> bool:
        failure = state.outcome.exception() if state.outcome else None
        if not isinstance(failure, Failure) or failure is self._refusal:
            return False
        upstream, left = self._upstream, self._deadline - anyio.current_time()
        seconds = decide(
            failure, state.attempt_number, self._repeat, left=left, rng=upstream.rng, policy=upstream.policy
        )
        cost = None if seconds is None else upstream.budget.spend(failure.effect)
        if seconds is None or cost is None:
            return False
        if failure.effect is Effect.AMBIGUOUS and self._repeat is Repeat.ONCE:
            self._repeat = Repeat.NEVER
        self._spent += cost
        self._pause = seconds
        return True

    async def _sleep(self, seconds: float) -> None:
        await self._upstream.tell(f"{self._upstream.name} failed; trying again in {seconds:.1f} s.")
        await self._upstream.sleep(seconds)

    async def _one(self) -> Effected:
        await anyio.lowlevel.checkpoint_if_cancelled()
        breaker = self._upstream.breaker
        if (seconds := breaker.refuses_for()) > 0:
            raise self._refused(seconds)
        await self._limit_passed()
        async with self._turn():
            admitted = breaker.enter()
            if admitted is None:
                raise self._refused(breaker.refuses_for())
            return await self._attempt(admitted.ended)

    async def _attempt(self, ended: Callable[[Verdict], None]) -> Effected:
        upstream, began = self._upstream, self._upstream.clock()
        doubtful, verdict, outcome = self.doubtful, Verdict.UNKNOWN, "cancelled"
        self._attempted = True
        try:
            result = await self._ask()
        except Failure as failure:
            verdict, outcome = _VERDICTS[failure.effect], failure.code.lower()
            doubtful = failure.effect is Effect.AMBIGUOUS or (doubtful and failure.effect is not Effect.SETTLED)
            upstream.learn(self._lane, failure)
            raise
        else:
            verdict, outcome, doubtful = Verdict.ALIVE, "ok", False
            return result
        finally:
            self.doubtful = doubtful or (verdict is Verdict.UNKNOWN and self._sent())
            ended(verdict)
            upstream.observer.attempted(upstream.name, outcome, upstream.clock() - began)
            if upstream.breaker.is_open:
                upstream.dismiss_queue()

    async def _limit_passed(self) -> None:
        """Wait until the upstream wants to be asked again; at once a failure where that is past the deadline."""
        rate_limits, now = self._upstream.rate_limits, self._upstream.clock()
        named = rate_limits.named(self._lane, now) if self._lane else rate_limits.main()
        seconds = max(rate_limits.main().closed_until, named.closed_until) - now
        if seconds <= 0:
            return
        if seconds >= self._deadline - anyio.current_time():
            self._refusal = RateLimited(
                f"{self._upstream.name}'s rate limit is used up.",
                remedy=f"Wait {math.ceil(seconds)} s before the next call.",
                retry_after_seconds=math.ceil(seconds),
                effect=Effect.REJECTED,
            )
            raise self._refusal
        await self._upstream.tell(f"{self._upstream.name}'s rate limit is used up; waiting {seconds:.0f} s.")
        await self._upstream.sleep(seconds)

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        rate_limits, queue = self._upstream.rate_limits, self._upstream.queue
        async with AsyncExitStack() as held:
            with anyio.CancelScope() as waiting:
                queue.add(waiting)
                try:
                    if self._lane:
                        await held.enter_async_context(rate_limits.named(self._lane, self._upstream.clock()).turn())
                    await held.enter_async_context(rate_limits.main().turn())
                finally:
                    queue.discard(waiting)
            if waiting.cancelled_caught:
                raise self._refused(self._upstream.breaker.refuses_for())
            yield

    def _refused(self, seconds: float) -> Failure:
        self._refusal = Unavailable(
            f"{self._upstream.name} keeps failing, so it is left alone for a moment.",
            retry_after_seconds=max(1, math.ceil(seconds)),
            effect=Effect.NEVER_SENT,
        )
        return self._refusal

    def _too_late(self) -> Failure:
        if self._attempted:
            return TimedOut(f"{self._upstream.name} did not answer within the time of this call.")
        return TimedOut(
            f"The time of this call passed while it waited for its turn at {self._upstream.name}; nothing was sent.",
            remedy="Try again later, with fewer calls at once.",
        )


_VERDICTS = {
    Effect.NEVER_SENT: Verdict.DEAD,
    Effect.AMBIGUOUS: Verdict.DEAD,
    Effect.REJECTED: Verdict.ANSWERED,
    Effect.SETTLED: Verdict.ANSWERED,
}
