"""Outbound rate limits: which limiter applies, which one is closed, and which ones are dropped. No call is made."""

import anyio
import pytest
from mcp_chassis.upstream.rate_limits import MAX_LIMITERS, Limiter, RateLimit, RateLimits


async def starts_at_once(limiter: Limiter, most: int = 20) -> int:
    """The number of calls that may start without waiting."""
    started = 0
    while limiter.is_free and started < most:
        async with limiter.acquire():
            started += 1
    return started


@pytest.mark.parametrize(
    ("rate_limit", "started"),
    [
        (RateLimit(3, 1e6), 3),
        (RateLimit(3, 1e6, burst=False), 1),
        (RateLimit(0.5, 1e6), 1),
        (RateLimit(2.5, 1e6), 2),
        (RateLimit(2, 1e6, max_concurrent=1), 2),
    ],
)
async def test_a_burst_may_start_at_once_and_without_bursts_only_one_call(rate_limit: RateLimit, started: int) -> None:
    assert await starts_at_once(Limiter(rate_limit)) == started


async def test_calls_beyond_the_concurrent_ones_wait_until_one_has_ended() -> None:
    limiter, hold, began = Limiter(RateLimit(1e6, max_concurrent=2)), anyio.Event(), []

    async def call() -> None:
        async with limiter.acquire():
            began.append(1)
            await hold.wait()

    async with anyio.create_task_group() as calls:
        for _ in range(3):
            calls.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        assert (len(began), limiter.is_free) == (2, False)
        hold.set()
    assert limiter.is_free


async def test_a_limiter_is_idle_with_a_full_bucket_no_call_and_no_announced_limit() -> None:
    limiter = Limiter(RateLimit(2, 1e6, max_concurrent=1))
    assert limiter.is_idle(0)
    limiter.closed_until = 10
    assert not limiter.is_idle(9.9)
    assert limiter.is_idle(10)
    async with limiter.acquire():
        assert not limiter.is_idle(10)
    assert not limiter.is_idle(10)


async def test_a_limiter_whose_call_still_runs_is_not_idle_although_its_bucket_is_full() -> None:
    limiter = Limiter(RateLimit(1e9, max_concurrent=2))
    async with limiter.acquire():
        assert not limiter.is_idle(0)
    assert limiter.is_idle(0)


async def test_names_with_the_same_first_part_have_limiters_of_their_own_at_the_same_rate() -> None:
    limits = RateLimits(RateLimit(9, 1e6), {"posts": RateLimit(2, 1e6)})
    assert [await starts_at_once(limits.named(name, 0)) for name in ("posts:C1", "posts:C2", "posts")] == [2, 2, 2]
    assert await starts_at_once(limits.named("posts:C1", 0)) == 0
    assert await starts_at_once(limits.named("other", 0)) == 9
    assert await starts_at_once(limits.main()) == 9


async def test_an_announced_limit_closes_the_named_limiter_or_the_whole_upstream() -> None:
    limits = RateLimits(RateLimit(9), {"posts": RateLimit(2), "searches": RateLimit(2, shares_limit=True)})
    assert limits.limited("posts:C1", 0) is limits.named("posts:C1", 0)
    assert limits.limited("searches:x", 0) is limits.main()
    assert limits.limited(None, 0) is limits.main()


async def test_only_idle_limiters_are_dropped_and_only_above_the_maximum() -> None:
    limits = RateLimits(RateLimit(9), {})
    limits.main()
    closed = limits.named("closed", 0)
    closed.closed_until = 100
    for number in range(MAX_LIMITERS - 1):
        limits.named(f"idle:{number}", 0)
    assert len(limits) == MAX_LIMITERS + 1
    limits.named("closed", 0)
    assert len(limits) == MAX_LIMITERS + 1
    main = limits.main()
    limits.named("new", 50)
    assert len(limits) == 3
    assert limits.named("closed", 50) is closed
    assert limits.main() is main


async def test_at_the_maximum_no_limiter_is_dropped() -> None:
    limits = RateLimits(RateLimit(9), {})
    for number in range(MAX_LIMITERS):
        limits.named(f"idle:{number}", 0)
    limits.named("new", 0)
    assert len(limits) == MAX_LIMITERS + 1
