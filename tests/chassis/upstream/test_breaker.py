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


def test_failures_count_for_ten_seconds(breaker, clock):
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


def test_when_the_time_has_passed_exactly_one_may_ask(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 1.9
    assert breaker.enter() is None
    assert breaker.refuses_for() == pytest.approx(0.1)
    clock.now += 0.1
    assert breaker.enter() is not None
    assert [breaker.enter() for _ in range(10)] == [None] * 10
    assert breaker.refuses_for() > 0


@pytest.mark.parametrize("verdict", [Verdict.SUCCEEDED, Verdict.REFUSED])
def test_an_answer_to_the_one_lets_everybody_in(breaker, clock, verdict):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, verdict)
    assert not breaker.is_open
    assert all(breaker.enter() for _ in range(10))


def test_each_failure_of_the_one_doubles_the_time_up_to_thirty_seconds(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    waits = []
    for _ in range(6):
        waits.append(breaker.refuses_for())
        clock.now += breaker.refuses_for()
        attempt(breaker, Verdict.FAILED)
    assert waits == [2, 4, 8, 16, 30, 30]


def test_after_a_success_the_time_begins_at_two_seconds_again(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, Verdict.FAILED)
    clock.now += 4
    attempt(breaker, Verdict.SUCCEEDED)
    clock.now += 11
    attempt(breaker, Verdict.FAILED, 20)
    assert breaker.refuses_for() == 2


def test_a_cancelled_one_leaves_its_place_to_the_next(breaker, clock):
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 2
    attempt(breaker, Verdict.CANCELLED)
    assert breaker.is_open
    assert breaker.enter() is not None
    assert breaker.enter() is None


def test_stragglers_of_before_neither_extend_the_time_nor_take_the_ones_place(breaker, clock):
    stragglers = [breaker.enter() for _ in range(30)]
    attempt(breaker, Verdict.FAILED, 20)
    clock.now += 1
    for straggler in stragglers:
        straggler.ended(Verdict.FAILED)
    assert breaker.refuses_for() == 1
    clock.now += 1
    assert breaker.enter() is not None


def test_a_straggler_that_succeeds_closes_it(breaker):
    straggler = breaker.enter()
    attempt(breaker, Verdict.FAILED, 20)
    straggler.ended(Verdict.SUCCEEDED)
    assert breaker.enter() is not None


def test_it_tells_its_state_in_a_word(breaker, clock):
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
