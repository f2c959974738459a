"""The retry decision, a pure function from a failure to a wait in seconds, and the retry budget of one upstream."""

from enum import Enum
from random import Random

from mcp_chassis.failures import Effect, Failure
from mcp_chassis.upstream.policy import Policy


class Repeat(Enum):
    """How often an operation may be attempted again when the outcome of an attempt is unknown."""

    READ = "as often as the policy allows: it changes nothing"
    ONCE = "once: it is idempotent"
    NEVER = "never: each attempt may have an effect of its own"


def decide(failure: Failure, attempt: int, repeat: Repeat, *, left: float, rng: Random, policy: Policy) -> float | None:
    """Seconds until the next attempt, or None to give up.

    Args:
        attempt: the number of attempts made, this one included.
        left: seconds until the deadline; None is returned if the wait would reach it.
    """
    if failure.effect is Effect.SETTLED or (failure.effect is Effect.AMBIGUOUS and repeat is Repeat.NEVER):
        return None
    if attempt >= (policy.unsent_attempts if failure.effect is Effect.NEVER_SENT else policy.retry_attempts):
        return None
    seconds = pause(failure, attempt, rng, policy)
    return seconds if seconds < left else None


def pause(failure: Failure, attempt: int, rng: Random, policy: Policy) -> float:
    """Seconds to wait: exponential backoff with jitter, added to the wait that the upstream asked for.

    A request that was never sent waits between half and the whole of each interval, others between zero and the whole.
    After a rate limit the jitter is at least a tenth of the interval, so that a limit never causes a busy loop.
    """
    if failure.effect is Effect.NEVER_SENT:
        interval = min(policy.unsent_base * 2 ** (attempt - 1), policy.retry_cap)
        return interval * (0.5 + rng.random() / 2)
    limited = failure.effect is Effect.REJECTED
    interval = min((policy.retry_base_limited if limited else policy.retry_base) * 2 ** (attempt - 1), policy.retry_cap)
    jitter = interval * (max(rng.random(), 0.1) if limited else rng.random())
    return (failure.requested_retry_after_seconds or 0.0) + jitter


class RetryBudget:
    """Token bucket for the retries of one upstream, so that many callers do not overload a service that fails.

    The figures are those of the AWS SDKs' standard mode: a bucket of 500 tokens, 14 for a retry, 5 after a rate limit.
    A success returns what its own retries cost, else 1.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.left = policy.budget

    def spend(self, effect: Effect) -> float | None:
        """Take the cost of one retry and return it; None if there are fewer tokens."""
        cost = self._policy.budget_limited if effect is Effect.REJECTED else self._policy.budget_retry
        if cost > self.left:
            return None
        self.left -= cost
        return cost

    def earn(self, spent: float) -> None:
        """Return tokens after a success whose retries cost `spent`."""
        self.left = min(self._policy.budget, self.left + (spent or self._policy.budget_success))
