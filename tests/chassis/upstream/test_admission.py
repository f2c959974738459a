"""Admission of calls to one upstream: the circuit breaker, announced rate limits, and waiting for a turn."""

import anyio
import anyio.lowlevel
import pytest
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Effect, NotFound, RateLimited, TimedOut, Unavailable
from mcp_chassis.telemetry.observer import observed_by
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.rate_limits import MAX_LIMITERS, RateLimit
from mcp_chassis.upstream.service import Upstream
from upstream_calls import Attempts, Listener, down


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


async def test_an_open_breaker_refuses_a_call_before_it_waits_for_an_announced_limit(acme, clock):
    upstream = acme(retry_attempts=1, breaker_failures=1)
    with pytest.raises(RateLimited):
        await upstream.call(Attempts(RateLimited("No.", retry_after_seconds=5, effect=Effect.REJECTED)))
    clock.now += 5
    with pytest.raises(Unavailable):
        await upstream.call(Attempts(down()))
    upstream.rate_limits.main().closed_until = clock.now + 1
    with pytest.raises(Unavailable, match="paused calls") as caught:
        await upstream.call(Attempts())
    assert (clock.slept, caught.value.effect) == ([], Effect.NEVER_SENT)


async def test_a_breaker_that_opens_refuses_the_calls_that_wait_for_their_turn_at_once(acme):
    slow, fail, refused = {"slow": RateLimit(1, 1e6)}, anyio.Event(), []
    upstream = acme(rate_limits=slow, breaker_failures=1, retry_attempts=1, call_deadline=20)

    async def attempt() -> None:
        await fail.wait()
        raise down()

    async def call() -> None:
        with pytest.raises(Unavailable) as caught:
            await upstream.call(attempt, rate_limit="slow")
        refused.append(caught.value.reason)

    async with anyio.create_task_group() as callers:
        for _ in range(3):
            callers.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        fail.set()
    assert refused.count("Acme has failed repeatedly; this server paused calls to it.") == 2
    assert refused.count("Down.") == 1


async def test_a_call_that_waited_for_a_limit_is_refused_while_another_makes_the_probe(clock):
    begin, hold = anyio.Event(), anyio.Event()

    async def sleep(seconds: float) -> None:
        await begin.wait()

    policy = Policy(breaker_failures=1, retry_attempts=1)
    upstream = Upstream("Acme", policy=policy, rate_limits={"posts": RateLimit(9)}, clock=clock, sleep=sleep)
    with pytest.raises(Unavailable):
        await upstream.call(Attempts(down()))
    clock.now += 2
    upstream.rate_limits.named("posts", clock.now).closed_until = clock.now + 1

    async def waiting() -> None:
        with pytest.raises(Unavailable, match="paused calls") as caught:
            await upstream.call(Attempts(), rate_limit="posts")
        assert caught.value.retry_after_seconds == 2

    async with anyio.create_task_group() as callers:
        callers.start_soon(waiting)
        await anyio.wait_all_tasks_blocked()
        callers.start_soon(upstream.call, hold.wait)
        await anyio.wait_all_tasks_blocked()
        begin.set()
        await anyio.wait_all_tasks_blocked()
        hold.set()


async def test_a_call_that_has_to_wait_for_its_turn_announces_that_to_the_host(acme):
    upstream = acme(rate_limits={"one": RateLimit(1e6, max_concurrent=1)})
    hold, listener = anyio.Event(), Listener()
    async with anyio.create_task_group() as callers:
        callers.start_soon(lambda: upstream.call(hold.wait, rate_limit="one"))
        await anyio.wait_all_tasks_blocked()
        with observed_by(listener):
            callers.start_soon(lambda: upstream.call(Attempts(), rate_limit="one"))
            await anyio.wait_all_tasks_blocked()
        hold.set()
    assert listener.messages == ["info: Acme: waiting for its turn, as this server limits its own calls."]


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


async def test_a_call_whose_deadline_comes_before_the_end_of_an_announced_limit_is_refused_at_once(acme, clock):
    upstream, attempts = acme(), Attempts()
    upstream.rate_limits.main().closed_until = clock.now + 40.5
    with pytest.raises(RateLimited) as caught:
        await upstream.call(attempts)
    assert caught.value.message == "Acme's rate limit is used up. Wait 41 s before the next call."
    assert (caught.value.retry_after_seconds, caught.value.effect) == (41, Effect.REJECTED)
    assert (attempts.made, clock.slept) == (0, [])


async def test_the_announced_limit_of_a_name_leaves_other_calls_alone(acme, clock):
    upstream = acme(rate_limits={"posts": RateLimit(1e6)}, retry_attempts=1)
    limit = RateLimited("No.", retry_after_seconds=5, effect=Effect.REJECTED)
    with pytest.raises(RateLimited):
        await upstream.call(Attempts(limit), rate_limit="posts:1")
    await upstream.call(Attempts())
    await upstream.call(Attempts(), rate_limit="posts:2")
    assert clock.slept == []
    await upstream.call(Attempts(), rate_limit="posts:1")
    assert clock.slept == [5]


async def test_a_shorter_limit_announced_later_does_not_shorten_the_first(acme, clock):
    upstream, hold = acme(retry_attempts=1), anyio.Event()

    async def limited(seconds: float) -> None:
        await hold.wait()
        raise RateLimited("No.", retry_after_seconds=seconds, effect=Effect.REJECTED)

    async def call(seconds: float) -> None:
        with pytest.raises(RateLimited):
            await upstream.call(lambda: limited(seconds))

    async with anyio.create_task_group() as callers:
        callers.start_soon(call, 9)
        callers.start_soon(call, 4)
        await anyio.wait_all_tasks_blocked()
        hold.set()
    await upstream.call(Attempts())
    assert clock.slept == [9]


async def test_a_limit_without_a_time_does_not_close_the_limiter(acme, clock):
    upstream = acme(retry_attempts=1)
    with pytest.raises(RateLimited):
        await upstream.call(Attempts(RateLimited("No.", effect=Effect.REJECTED)))
    assert await upstream.call(Attempts()) == "done"
    assert clock.slept == []


async def test_the_observer_is_notified_of_a_rate_limit_and_not_of_a_failure(acme):
    listener = Listener()
    limit = RateLimited("No.", retry_after_seconds=1, effect=Effect.REJECTED)
    await acme(observer=listener).call(Attempts(limit))
    assert listener.messages[0].startswith("Acme limits its calls; trying again in ")


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
