"""Again in how many seconds, or not: a pure decision, and the budget that keeps retries from doing harm."""

from enum import Enum
from random import Random

from mcp_chassis.failures import Effect, Failure
from mcp_chassis.upstream.policy import Policy


class Repeat(Enum):
    """What may be done again when an attempt's outcome is not known."""

    READ = "asking changes nothing"
    ONCE = "doing it twice is doing it once"
    NEVER = "each time is another effect"


def decide(failure: Failure, attempt: int, repeat: Repeat, *, left: float, rng: Random, policy: Policy) -> float | None:
    """Seconds until the next attempt, or None to give up.

    Args:
        attempt: how many attempts have been made, this one included.
        left: seconds until the deadline; a wait that would reach it is not begun.
    """
    if failure.effect is Effect.SETTLED or (failure.effect is Effect.AMBIGUOUS and repeat is Repeat.NEVER):
        return None
    if attempt >= (policy.unsent_attempts if failure.effect is Effect.NEVER_SENT else policy.retry_attempts):
        return None
    seconds = pause(failure, attempt, rng, policy)
    return seconds if seconds < left else None


def pause(failure: Failure, attempt: int, rng: Random, policy: Policy) -> float:
    """Seconds to wait: jitter, on top of what the upstream told.

    What was never sent waits at least half of each interval; the rest takes full jitter, and after a limit that
    tells no time at least a tenth, so that a limit never makes a hot loop.
    """
    if failure.effect is Effect.NEVER_SENT:
        interval = min(policy.unsent_base * 2 ** (attempt - 1), policy.retry_cap)
        return interval * (0.5 + rng.random() / 2)
    limited = failure.effect is Effect.REJECTED
    interval = min((policy.retry_base_limited if limited else policy.retry_base) * 2 ** (attempt - 1), policy.retry_cap)
    jitter = interval * (max(rng.random(), 0.1) if limited else rng.random())
    return (failure.requested_retry_after_seconds or 0.0) + jitter


class RetryBudget:
    """What retries of one upstream may still cost: a dead upstream is not hammered by everyone's third attempt.

    The figures are the AWS SDKs' standard mode: a bucket of 500, 14 for a retry, 5 after a limit, and a success gives
    back what its own retries cost, else 1.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.left = policy.budget

    def spend(self, effect: Effect) -> float | None:
        """Take the cost of one retry and tell it; None when it cannot be afforded."""
        cost = self._policy.budget_limited if effect is Effect.REJECTED else self._policy.budget_retry
        if cost > self.left:
            return None
        self.left -= cost
        return cost

    def earn(self, spent: float) -> None:
        """A call succeeded whose retries cost `spent`."""
        self.left = min(self._policy.budget, self.left + (spent or self._policy.budget_success))
