"""When nobody may ask, and who may ask first again. The clock is turned by hand."""

import pytest
from mcp_chassis.upstream.breaker import Breaker, Verdict
from mcp_chassis.upstream.policy import Policy


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(Policy(), clock)


def attempt(breaker: Breaker, verdict: Verdict, times: int = 1) -> None:
    for _ in range(times):
        admitted = breaker.enter()
        assert admitted is not None
        admitted.ended(verdict)


def test_twenty_failures_without_a_success_open_it_and_nineteen_do_not(breaker):
    attempt(breaker, Verdict.FAILED, 19)
    assert breaker.enter() is not None
    attempt(breaker, Verdict.FAILED)
    assert breaker.enter() is None
    assert breaker.refuses_for() == 2


def test_failures_older_than_ten_seconds_do_not_count(breaker, clock):
    attempt(breaker, Verdict.FAILED)
    clock.now += 10.1
    attempt(breaker, Verdict.FAILED, 19)
    assert breaker.enter() is not None
    attempt(breaker, Verdict.FAILED)
    assert breaker.enter() is None


def test_one_success_within_the_ten_seconds_keeps_it_closed(breaker, clock):
    attempt(breaker, Verdict.FAILED, 10)
    attempt(breaker, Verdict.SUCCEEDED)
    attempt(breaker, Verdict.FAILED, 40)
    assert breaker.enter() is not None
    clock.now += 10.1
    attempt(breaker, Verdict.FAILED, 20)
    assert breaker.enter() is None


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.CANCELLED])
def test_refusals_limits_and_cancellations_never_count(breaker, verdict):
    attempt(breaker, verdict, 100)
    assert breaker.refuses_for() == 0
    attempt(breaker, Verdict.FAILED, 19)
    attempt(breaker, verdict, 100)
    attempt(breaker, Verdict.FAILED)
    assert breaker.enter() is None


def test_after_the_open_time_exactly_one_probe_is_admitted(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 1.9
    assert breaker.enter() is None
    assert breaker.refuses_for() == pytest.approx(0.1)
    clock.now += 0.1
    assert breaker.enter() is not None
    assert [breaker.enter() for _ in range(10)] == [None] * 10
    assert breaker.refuses_for() > 0


@pytest.mark.parametrize("verdict", [Verdict.SUCCEEDED, Verdict.REFUSED])
def test_a_successful_or_refused_probe_closes_the_breaker(breaker, clock, verdict):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, verdict)
    assert not breaker.is_open
    assert all(breaker.enter() for _ in range(10))


@pytest.mark.parametrize("verdict", [Verdict.SUCCEEDED, Verdict.REFUSED])
def test_after_the_breaker_has_closed_twenty_new_failures_open_it(breaker, clock, verdict):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, verdict)
    clock.now += 0 if verdict is Verdict.REFUSED else 10.1
    attempt(breaker, Verdict.FAILED, 19)
    assert not breaker.is_open
    attempt(breaker, Verdict.FAILED)
    assert breaker.is_open


def test_failures_of_exactly_the_last_ten_seconds_count(breaker, clock):
    attempt(breaker, Verdict.FAILED)
    clock.now += 10
    attempt(breaker, Verdict.FAILED, 19)
    assert breaker.is_open


def test_a_success_exactly_ten_seconds_before_the_last_failure_keeps_the_breaker_closed(breaker, clock):
    attempt(breaker, Verdict.SUCCEEDED)
    clock.now += 10
    attempt(breaker, Verdict.FAILED, 20)
    assert not breaker.is_open


def test_each_failed_probe_doubles_the_open_time_up_to_thirty_seconds(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    waits = []
    for _ in range(6):
        waits.append(breaker.refuses_for())
        clock.now += breaker.refuses_for()
        attempt(breaker, Verdict.FAILED)
    assert waits == [2, 4, 8, 16, 30, 30]


def test_after_a_success_the_open_time_is_two_seconds_again(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, Verdict.FAILED)
    clock.now += 4
    attempt(breaker, Verdict.SUCCEEDED)
    clock.now += 11
    attempt(breaker, Verdict.FAILED, 20)
    assert breaker.refuses_for() == 2


def test_after_a_cancelled_probe_the_next_attempt_is_the_probe(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, Verdict.CANCELLED)
    assert breaker.is_open
    assert breaker.enter() is not None
    assert breaker.enter() is None


def test_attempts_begun_before_the_opening_neither_extend_the_open_time_nor_replace_the_probe(breaker, clock):
    stragglers = [breaker.enter() for _ in range(30)]
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 1
    for straggler in stragglers:
        straggler.ended(Verdict.FAILED)
    assert breaker.refuses_for() == 1
    clock.now += 1
    assert breaker.enter() is not None


def test_a_success_of_an_attempt_begun_before_the_opening_closes_the_breaker(breaker):
    straggler = breaker.enter()
    attempt(breaker, Verdict.FAILED, 20)
    straggler.ended(Verdict.SUCCEEDED)
    assert breaker.enter() is not None


def test_the_state_is_closed_open_or_half_open(breaker, clock):
    assert breaker.state == "closed"
    attempt(breaker, Verdict.FAILED, 20)
    assert breaker.state == "open"
    clock.now += 2
    assert breaker.state == "half open"
    probe = breaker.enter()
    assert probe is not None
    assert breaker.state == "half open"
    probe.ended(Verdict.SUCCEEDED)
    assert breaker.state == "closed"
