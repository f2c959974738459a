"""The retry loop of one upstream call: admission, attempt, outcome."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import anyio.lowlevel

from mcp_chassis.failures import Conflict, Effect, Failure, NotFound, RateLimited, TimedOut
from mcp_chassis.telemetry.observer import Observer
from mcp_chassis.upstream.admission import Admission
from mcp_chassis.upstream.breaker import Attempt, Verdict
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.retry import Repeat, RetryBudget, decide

if TYPE_CHECKING:
    from tenacity import RetryCallState

Outcome = TypeVar("Outcome")

VERDICT_OF_EFFECT = {
    Effect.NEVER_SENT: Verdict.FAILED,
    Effect.AMBIGUOUS: Verdict.FAILED,
    Effect.REJECTED: Verdict.REFUSED,
    Effect.SETTLED: Verdict.REFUSED,
}


@dataclass(frozen=True)
class RetrySettings:
    """The parts of an upstream that the retries of all its calls share; `notify` reports waits to log and host."""

    name: str
    policy: Policy
    budget: RetryBudget
    rng: Random
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    notify: Callable[[str], Awaitable[None]]


class Attempts(Generic[Outcome]):
    """The attempts of one call; `ambiguous` is true while one of them may have had an effect that is not confirmed.

    Args:
        attempt: makes one attempt; raises a `Failure` with its `Effect`.
        repeat: which failures may be attempted again.
        rate_limit: the name of a rate limit, or None.
        sent: returns whether the current attempt may have reached the upstream; called when it is cancelled.
        seconds: time limit of the whole call.
    """

    def __init__(
        self,
        settings: RetrySettings,
        admission: Admission,
        observer: Observer,
        attempt: Callable[[], Awaitable[Outcome]],
        *,
        repeat: Repeat,
        rate_limit: str | None,
        sent: Callable[[], bool],
        seconds: float,
    ) -> None:
        self.ambiguous = False
        self._settings = settings
        self._admission = admission
        self._observer = observer
        self._make = attempt
        self._repeat = repeat
        self._rate_limit = rate_limit
        self._sent = sent
        self._deadline = anyio.current_time() + seconds
        self._refusal: Failure | None = None
        self._started = False
        self._budget_spent = 0.0
        self._pause_seconds = 0.0
        self._limited = False

    async def run(self) -> Outcome:
        """Make attempts until one succeeds or none may follow.

        Raises:
            Failure: of the last attempt or of admission; `TimedOut` at the deadline.
        """
        from tenacity import AsyncRetrying

        retrying = AsyncRetrying(retry=self._may_retry, wait=lambda _: self._pause_seconds, sleep=self._sleep)
        with anyio.CancelScope(deadline=self._deadline):
            result: Outcome = await retrying(self._attempt_once)
            self._settings.budget.earn(self._budget_spent)
            return result
        raise self._timed_out()

    def _may_retry(self, state: "RetryCallState") -> bool:
        failure = state.outcome.exception() if state.outcome else None
        if not isinstance(failure, Failure) or failure is self._refusal:
            return False
        settings, left = self._settings, self._deadline - anyio.current_time()
        seconds = decide(
            failure, state.attempt_number, self._repeat, left=left, rng=settings.rng, policy=settings.policy
        )
        cost = None if seconds is None else settings.budget.spend(failure.effect)
        if seconds is None or cost is None:
            return False
        if failure.effect is Effect.AMBIGUOUS and self._repeat is Repeat.ONCE:
            self._repeat = Repeat.NEVER
        self._budget_spent += cost
        self._pause_seconds, self._limited = seconds, isinstance(failure, RateLimited)
        return True

    async def _sleep(self, seconds: float) -> None:
        reason = "limits its calls" if self._limited else "failed"
        await self._settings.notify(f"{self._settings.name} {reason}; trying again in {seconds:.1f} s.")
        await self._settings.sleep(seconds)

    async def _attempt_once(self) -> Outcome:
        await anyio.lowlevel.checkpoint_if_cancelled()
        async with AsyncExitStack() as held:
            try:
                admitted = await held.enter_async_context(self._admission.admitted(self._rate_limit, self._deadline))
            except Failure as refusal:
                self._refusal = refusal
                raise
            return await self._observed(admitted)

    async def _observed(self, admitted: Attempt) -> Outcome:
        """Make one attempt and report its outcome to breaker, rate limits and observer, however it ends."""
        settings, began = self._settings, self._settings.clock()
        ambiguous, verdict, outcome = self.ambiguous, Verdict.CANCELLED, "cancelled"
        self._started = True
        try:
            result = await self._make()
        except Failure as failure:
            verdict, outcome = VERDICT_OF_EFFECT[failure.effect], failure.code.lower()
            ambiguous = failure.effect is Effect.AMBIGUOUS or (ambiguous and not _refuses_every_attempt(failure))
            self._admission.record_limit(self._rate_limit, failure)
            raise
        else:
            verdict, outcome = Verdict.SUCCEEDED, "ok"
            return result
        finally:
            self.ambiguous = ambiguous or (verdict is Verdict.CANCELLED and self._sent())
            self._observer.attempted(settings.name, outcome, settings.clock() - began)
            self._admission.settle(admitted, verdict)

    def _timed_out(self) -> TimedOut:
        if self._started:
            return TimedOut(f"{self._settings.name} did not respond within the deadline of this call.")
        return TimedOut(
            f"The deadline of this call passed while it waited to call {self._settings.name}; nothing was sent.",
            remedy="Try again later, with fewer calls at once.",
        )


def _refuses_every_attempt(failure: Failure) -> bool:
    """Whether a failure implies that earlier attempts were refused too.

    `NotFound` and `Conflict` do not: they may be the effect of an earlier attempt, such as a deletion whose response
    was lost.
    """
    return failure.effect is Effect.SETTLED and not isinstance(failure, NotFound | Conflict)
