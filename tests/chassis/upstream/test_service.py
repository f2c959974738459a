"""One service's calls: who waits, who is told, what a lost write becomes. Attempts are plain functions here."""

import anyio
import anyio.lowlevel
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Effect, Failure, NotFound, OutcomeUnknown, RateLimited, TimedOut, Unavailable
from mcp_chassis.telemetry.observer import observed_by
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.rate_limits import MAX_LIMITERS, RateLimit
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream


class Clock:
    """Moves when somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await anyio.lowlevel.checkpoint()


class Attempts:
    """Fails as told, then succeeds."""

    def __init__(self, *failures: Failure) -> None:
        self.made = 0
        self._failures = list(failures)

    async def __call__(self) -> str:
        self.made += 1
        if self._failures:
            raise self._failures.pop(0)
        return "done"


class Listener:
    def __init__(self) -> None:
        self.attempts: list[tuple[str, str]] = []
        self.messages: list[str] = []

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self.attempts.append((upstream, outcome))

    async def waiting(self, upstream: str, message: str) -> None:
        self.messages.append(message)


def down(effect: Effect = Effect.AMBIGUOUS, told: float | None = None) -> Unavailable:
    return Unavailable("Down.", effect=effect, retry_after_seconds=told)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acme(clock):
    def make(*, rate_limits=None, observer=None, **figures) -> Upstream:
        policy = Policy(**{"rate": 1e6, **figures})
        return Upstream(
            "Acme", policy=policy, rate_limits=rate_limits, clock=clock, sleep=clock.sleep, observer=observer
        )

    return make


async def test_the_third_attempt_may_succeed_and_waits_come_between(acme, clock):
    attempts = Attempts(down(), down())
    assert await acme().call(attempts) == "done"
    assert attempts.made == 3
    assert len(clock.slept) == 2


async def test_the_failure_of_the_last_attempt_is_raised(acme):
    last = down()
    with pytest.raises(Unavailable) as caught:
        await acme().call(Attempts(down(), down(), last))
    assert caught.value is last


async def test_a_bug_in_an_attempt_is_not_repeated(acme):
    made = 0

    async def bug() -> None:
        nonlocal made
        made += 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await acme().call(bug)
    assert made == 1


async def test_an_idempotent_write_is_repeated_once_after_a_lost_response(acme):
    attempts = Attempts(down(Effect.NEVER_SENT), down(), down())
    with pytest.raises(OutcomeUnknown):
        await acme(retry_attempts=6).call(attempts, repeat=Repeat.ONCE)
    assert attempts.made == 3


async def test_a_lost_write_whose_repetition_is_rate_limited_has_an_unknown_outcome(acme):
    with pytest.raises(OutcomeUnknown):
        await acme().call(
            Attempts(down(), RateLimited("No.", retry_after_seconds=9999, effect=Effect.REJECTED)), repeat=Repeat.ONCE
        )


async def test_a_write_never_sent_is_unavailable_after_six_attempts(acme):
    attempts = Attempts(*[down(Effect.NEVER_SENT)] * 9)
    with pytest.raises(Unavailable):
        await acme().call(attempts, repeat=Repeat.NEVER)
    assert attempts.made == 6


async def test_the_failure_of_a_lost_write_says_what_to_check(acme):
    with pytest.raises(OutcomeUnknown) as caught:
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, check="Look with list_things.")
    assert caught.value.message == (
        "The response of Acme to a change was lost or does not confirm it: Down. "
        "It may have happened. Look with list_things."
    )


async def test_a_look_up_has_the_rest_of_the_deadline(acme):
    async def hang() -> str:
        await anyio.sleep_forever()
        return "never"

    with Deadline(0.3).running() as deadline, pytest.raises(OutcomeUnknown):
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, recover=hang)
    assert not deadline.expired


async def test_a_look_up_that_finds_nothing_leaves_the_outcome_unknown(acme):
    async def nothing() -> None:
        return None

    with pytest.raises(OutcomeUnknown):
        await acme().call(Attempts(down()), repeat=Repeat.NEVER, recover=nothing)


async def test_a_write_cancelled_before_it_was_sent_is_a_timeout(acme):
    with Deadline(0.2).running(), pytest.raises(TimedOut):
        await acme().call(anyio.sleep_forever, repeat=Repeat.NEVER, sent=lambda: False)
    with Deadline(0.2).running(), pytest.raises(OutcomeUnknown):
        await acme().call(anyio.sleep_forever, repeat=Repeat.NEVER, sent=lambda: True)


async def test_a_call_without_a_deadline_of_its_own_has_the_usual_one(acme):
    with pytest.raises(TimedOut):
        await acme(call_deadline=0.1).call(anyio.sleep_forever)


async def test_a_deadline_that_has_passed_already_is_a_timeout_without_an_attempt(acme):
    attempts = Attempts()
    with pytest.raises(TimedOut, match="nothing was sent"):
        await acme(call_deadline=0).call(attempts)
    assert attempts.made == 0


async def test_without_retry_budget_failures_are_raised_at_once(acme):
    upstream, attempts = acme(budget=28), Attempts(*[down()] * 9)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await upstream.call(attempts)
    assert attempts.made == 3 + 1 + 1


async def test_an_open_breaker_refuses_at_once_and_says_for_how_long(acme, clock):
    upstream, attempts = acme(retry_attempts=1), Attempts(*[down()] * 20)
    for _ in range(20):
        with pytest.raises(Unavailable):
            await upstream.call(attempts)
    with pytest.raises(Unavailable, match="paused calls") as caught:
        await upstream.call(attempts)
    assert caught.value.retry_after_seconds == 2
    assert (attempts.made, clock.slept) == (20, [])
    clock.now += 2
    assert await upstream.call(attempts) == "done"


async def test_of_many_callers_of_a_half_open_breaker_one_makes_the_probe(acme, clock):
    upstream, hold, asked = acme(retry_attempts=1), anyio.Event(), []
    for _ in range(20):
        with pytest.raises(Unavailable):
            await upstream.call(Attempts(down()))
    clock.now += 2

    async def attempt() -> None:
        asked.append(1)
        await hold.wait()

    async def call() -> None:
        try:
            await upstream.call(attempt)
        except Unavailable:
            refused.append(1)

    refused: list[int] = []
    async with anyio.create_task_group() as callers:
        for _ in range(10):
            callers.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        assert (len(asked), len(refused)) == (1, 9)
        hold.set()


async def test_refusals_of_the_caller_never_open_the_breaker(acme):
    upstream = acme()
    for _ in range(50):
        with pytest.raises(NotFound):
            await upstream.call(Attempts(NotFound("No.")))
    assert not upstream.breaker.is_open


async def test_cancelled_attempts_never_open_the_breaker(acme):
    upstream = acme()
    async with anyio.create_task_group() as callers:
        for _ in range(50):
            callers.start_soon(upstream.call, anyio.sleep_forever)
        await anyio.wait_all_tasks_blocked()
        callers.cancel_scope.cancel()
    assert await upstream.call(Attempts()) == "done"


async def test_an_announced_limit_is_waited_for_if_it_ends_before_the_deadline(acme, clock):
    upstream = acme()
    limit = RateLimited("No.", retry_after_seconds=5, effect=Effect.REJECTED)
    with pytest.raises(RateLimited), Deadline(1).running():
        await upstream.call(Attempts(limit))
    assert await upstream.call(Attempts()) == "done"
    assert clock.slept == [5]


async def test_a_limit_without_a_time_does_not_close_the_limiter(acme, clock):
    upstream = acme(retry_attempts=1)
    with pytest.raises(RateLimited):
        await upstream.call(Attempts(RateLimited("No.", effect=Effect.REJECTED)))
    assert await upstream.call(Attempts()) == "done"
    assert clock.slept == []


async def test_the_observer_receives_every_attempt_and_wait(acme):
    listener = Listener()
    await acme(observer=listener).call(Attempts(down()))
    assert listener.attempts == [("Acme", "service_unavailable"), ("Acme", "ok")]
    assert len(listener.messages) == 1
    assert listener.messages[0].startswith("Acme failed; trying again in 0.")


async def test_the_observer_is_notified_of_a_rate_limit_and_not_of_a_failure(acme):
    listener = Listener()
    limit = RateLimited("No.", retry_after_seconds=1, effect=Effect.REJECTED)
    await acme(observer=listener).call(Attempts(limit))
    assert listener.messages[0].startswith("Acme limits its calls; trying again in ")


async def test_the_observer_of_the_call_is_used_if_the_upstream_has_none(acme):
    listener = Listener()
    with observed_by(listener):
        await acme().call(Attempts())
    await acme().call(Attempts())
    assert listener.attempts == [("Acme", "ok")]


async def test_limiters_without_bursts_space_calls_evenly(acme):
    upstream, began = acme(rate_limits={"slow": RateLimit(1, 0.1, burst=False)}), []

    async def attempt() -> None:
        began.append(anyio.current_time())

    async with anyio.create_task_group() as callers:
        for _ in range(4):
            callers.start_soon(lambda: upstream.call(attempt, rate_limit="slow"))
    assert began[3] - began[0] >= 0.29


async def test_a_rate_below_one_a_second_can_be_kept(acme):
    upstream = acme(rate=0.5)
    assert await upstream.call(Attempts()) == "done"
    with Deadline(0.2).running(), pytest.raises(TimedOut):
        await upstream.call(Attempts())


async def test_idle_limiters_do_not_accumulate(acme):
    upstream = acme(rate_limits={"posts": RateLimit(1e6)})
    for number in range(3 * MAX_LIMITERS):
        await upstream.call(Attempts(), rate_limit=f"posts:{number}")
        await anyio.lowlevel.checkpoint()
    assert len(upstream.rate_limits) <= MAX_LIMITERS + 2
