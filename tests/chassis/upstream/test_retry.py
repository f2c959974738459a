"""Again in how many seconds, or not; and what retries may cost together. No clock is needed."""

import math
from random import Random

import pytest
from mcp_chassis.failures import Effect, Failure, RateLimited, Unavailable
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.retry import Repeat, RetryBudget, decide, pause

POLICY = Policy()


class Dice(Random):
    """Always throws the same."""

    def __init__(self, throw: float) -> None:
        super().__init__()
        self._throw = throw

    def random(self) -> float:
        return self._throw


def failed(effect: Effect, told: float | None = None) -> Failure:
    return Unavailable("Down.", effect=effect, retry_after_seconds=told)


def decided(effect: Effect, attempt: int = 1, repeat: Repeat = Repeat.READ, left: float = math.inf, throw: float = 0.5):
    return decide(failed(effect), attempt, repeat, left=left, rng=Dice(throw), policy=POLICY)


@pytest.mark.parametrize("repeat", Repeat)
def test_a_definite_failure_is_not_retried(repeat):
    assert decided(Effect.SETTLED, repeat=repeat) is None


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("effect", [Effect.NEVER_SENT, Effect.REJECTED])
def test_an_attempt_without_effect_is_repeated_for_reads_and_writes(effect, repeat):
    assert decided(effect, repeat=repeat) is not None


def test_an_ambiguous_attempt_is_repeated_unless_each_one_may_have_an_effect():
    assert decided(Effect.AMBIGUOUS, repeat=Repeat.READ) is not None
    assert decided(Effect.AMBIGUOUS, repeat=Repeat.ONCE) is not None
    assert decided(Effect.AMBIGUOUS, repeat=Repeat.NEVER) is None


@pytest.mark.parametrize(("effect", "attempts"), [(Effect.AMBIGUOUS, 3), (Effect.REJECTED, 3), (Effect.NEVER_SENT, 6)])
def test_the_limit_of_attempts_includes_the_first(effect, attempts):
    assert decided(effect, attempts - 1) is not None
    assert decided(effect, attempts) is None
    assert decided(effect, attempts + 1) is None


def test_a_wait_that_would_reach_the_deadline_is_not_begun():
    assert decided(Effect.AMBIGUOUS, left=0.11, throw=0.5) == pytest.approx(0.1)
    assert decided(Effect.AMBIGUOUS, left=0.1, throw=0.5) is None
    assert decided(Effect.AMBIGUOUS, left=0.05, throw=0.5) is None


def seconds(effect: Effect, attempt: int, throw: float, told: float | None = None) -> float:
    return pause(failed(effect, told), attempt, Dice(throw), POLICY)


def test_full_jitter_doubles_from_a_fifth_of_a_second_to_five_seconds():
    assert [seconds(Effect.AMBIGUOUS, attempt, 1.0) for attempt in range(1, 8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]
    assert seconds(Effect.AMBIGUOUS, 3, 0.0) == 0.0
    assert seconds(Effect.AMBIGUOUS, 3, 0.25) == pytest.approx(0.2)


def test_after_a_limit_the_jitter_begins_at_one_second_and_is_never_nothing():
    assert [seconds(Effect.REJECTED, attempt, 1.0) for attempt in range(1, 6)] == [1, 2, 4, 5, 5]
    assert seconds(Effect.REJECTED, 1, 0.0) == pytest.approx(0.1)
    assert seconds(Effect.REJECTED, 1, 0.1) == pytest.approx(0.1)
    assert seconds(Effect.REJECTED, 1, 0.6) == pytest.approx(0.6)


def test_a_request_never_sent_waits_at_least_half_of_each_interval():
    assert [seconds(Effect.NEVER_SENT, attempt, 0.0) for attempt in range(1, 7)] == [0.25, 0.5, 1, 2, 2.5, 2.5]
    assert [seconds(Effect.NEVER_SENT, attempt, 1.0) for attempt in range(1, 7)] == [0.5, 1, 2, 4, 5, 5]
    assert seconds(Effect.NEVER_SENT, 1, 0.5) == pytest.approx(0.375)


def test_jitter_is_added_to_the_wait_requested_by_the_upstream():
    assert seconds(Effect.REJECTED, 1, 1.0, told=7) == 8.0
    assert seconds(Effect.AMBIGUOUS, 1, 1.0, told=7) == pytest.approx(7.2)


def test_the_default_retry_after_of_a_limit_is_reported_but_not_waited_for():
    limit = RateLimited("Too often.", effect=Effect.REJECTED)
    assert limit.retry_after_seconds == 60
    assert pause(limit, 1, Dice(1.0), POLICY) == 1.0


def test_the_retry_budget_allows_35_retries_in_a_row():
    budget = RetryBudget(POLICY)
    paid = [budget.spend(Effect.AMBIGUOUS) for _ in range(36)]
    assert paid == [14] * 35 + [None]
    assert budget.left == 10


def test_a_retry_after_a_limit_is_cheaper():
    budget = RetryBudget(POLICY)
    assert budget.spend(Effect.REJECTED) == 5
    assert budget.spend(Effect.NEVER_SENT) == 14
    assert budget.left == 481


def test_the_retry_budget_can_be_spent_completely():
    budget = RetryBudget(Policy(budget=14))
    assert budget.spend(Effect.AMBIGUOUS) == 14
    assert budget.left == 0


def test_a_success_returns_the_cost_of_its_retries_or_one_token_up_to_the_maximum():
    budget = RetryBudget(POLICY)
    for _ in range(3):
        budget.spend(Effect.AMBIGUOUS)
    budget.earn(28)
    assert budget.left == 486
    budget.earn(0)
    assert budget.left == 487
    budget.earn(28)
    assert budget.left == 500
