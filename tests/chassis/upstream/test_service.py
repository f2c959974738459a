"""Calls to one upstream: attempts, deadlines, the retry budget, and the observer of a call."""

import anyio
import pytest
from mcp_chassis.failures import TimedOut, Unavailable
from mcp_chassis.telemetry.observer import observed_by
from upstream_calls import Attempts, Listener, down


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


async def test_the_observer_receives_every_attempt_and_wait(acme):
    listener = Listener()
    await acme(observer=listener).call(Attempts(down()))
    assert listener.attempts == [("Acme", "service_unavailable"), ("Acme", "ok")]
    assert len(listener.messages) == 1
    assert listener.messages[0].startswith("Acme failed; trying again in 0.")


async def test_the_observer_of_the_call_is_used_if_the_upstream_has_none(acme):
    listener = Listener()
    with observed_by(listener):
        await acme().call(Attempts())
    await acme().call(Attempts())
    assert listener.attempts == [("Acme", "ok")]


async def test_the_observer_receives_the_seconds_of_each_attempt(acme, clock):
    listener = Listener()

    async def attempt() -> None:
        clock.now += 2.5

    await acme(observer=listener).call(attempt)
    assert listener.seconds == [2.5]


async def test_the_timeout_says_whether_the_upstream_was_called(acme):
    with pytest.raises(TimedOut) as late:
        await acme(call_deadline=0.1).call(anyio.sleep_forever)
    with pytest.raises(TimedOut) as unsent:
        await acme(call_deadline=0).call(Attempts())
    assert late.value.reason == "Acme did not respond within the deadline of this call."
    assert unsent.value.message == (
        "The deadline of this call passed while it waited to call Acme; nothing was sent. "
        "Try again later, with fewer calls at once."
    )
