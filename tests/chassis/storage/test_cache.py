"""Results kept for a while: for whom, how long, and who makes them."""

import anyio
import pytest
from mcp_chassis.failures import NotFound, TimedOut
from mcp_chassis.storage.cache import Cache


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Kitchen:
    """Makes numbered dishes; holds them back until it is opened."""

    def __init__(self, *, closed: bool = False) -> None:
        self.made = 0
        self.open = anyio.Event()
        if not closed:
            self.open.set()

    async def make(self) -> int:
        self.made += 1
        number = self.made
        await self.open.wait()
        return number


async def test_a_second_call_gets_the_cached_result():
    cache, kitchen = Cache[int](), Kitchen()
    assert [await cache.get("t", {"a": 1}, "p", kitchen.make) for _ in range(3)] == [1, 1, 1]


async def test_the_order_of_arguments_does_not_matter_and_their_values_do():
    cache, kitchen = Cache[int](), Kitchen()
    assert await cache.get("t", {"a": 1, "b": 2}, "p", kitchen.make) == 1
    assert await cache.get("t", {"b": 2, "a": 1}, "p", kitchen.make) == 1
    assert await cache.get("t", {"a": 1, "b": "2"}, "p", kitchen.make) == 2


async def test_one_principal_never_gets_the_result_of_another():
    cache, kitchen = Cache[int](), Kitchen()
    assert await cache.get("t", {}, "alice", kitchen.make) == 1
    assert await cache.get("t", {}, "bob", kitchen.make) == 2
    assert await cache.get("u", {}, "alice", kitchen.make) == 3


async def test_a_result_is_cached_for_its_own_time_to_live():
    clock = Clock()
    cache, kitchen = Cache[int](clock=clock), Kitchen()
    await cache.get("short", {}, "p", kitchen.make, ttl=10)
    await cache.get("usual", {}, "p", kitchen.make)
    clock.now += 9.9
    assert await cache.get("short", {}, "p", kitchen.make, ttl=10) == 1
    clock.now += 0.2
    assert await cache.get("short", {}, "p", kitchen.make, ttl=10) == 3
    clock.now += 289
    assert await cache.get("usual", {}, "p", kitchen.make) == 2
    clock.now += 2
    assert await cache.get("usual", {}, "p", kitchen.make) == 4


async def test_many_concurrent_calls_make_one_result():
    cache, kitchen, got = Cache[int](), Kitchen(closed=True), []

    async def ask() -> None:
        got.append(await cache.get("t", {}, "p", kitchen.make))

    async with anyio.create_task_group() as callers:
        for _ in range(20):
            callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        kitchen.open.set()
    assert got == [1] * 20


async def test_if_the_caller_that_makes_a_result_is_cancelled_the_others_still_get_one():
    cache, kitchen, got = Cache[int](), Kitchen(closed=True), []

    async def ask() -> None:
        got.append(await cache.get("t", {}, "p", kitchen.make))

    async with anyio.create_task_group() as followers:
        async with anyio.create_task_group() as leader:
            leader.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            for _ in range(3):
                followers.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            leader.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        kitchen.open.set()
    assert got == [2, 2, 2]


async def test_a_failure_reaches_all_waiting_callers_and_is_not_cached():
    cache, opened, failed = Cache[int](), anyio.Event(), []

    async def fail() -> int:
        await opened.wait()
        raise NotFound("Not there.")

    async def ask() -> None:
        with pytest.raises(NotFound):
            await cache.get("t", {}, "p", fail)
        failed.append(True)

    async with anyio.create_task_group() as callers:
        for _ in range(3):
            callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        opened.set()
    assert failed == [True] * 3
    assert await cache.get("t", {}, "p", Kitchen().make) == 1


async def test_a_timed_out_caller_leaves_the_others_an_attempt_of_their_own():
    cache, slow = Cache[int](), anyio.Event()
    tries: list[int] = []

    async def make() -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            await slow.wait()
            raise TimedOut("The time of this call is up.")
        return len(tries)

    got: list[int | str] = []

    async def ask() -> None:
        try:
            got.append(await cache.get("t", {}, "p", make))
        except TimedOut:
            got.append("timed out")

    async with anyio.create_task_group() as callers:
        for _ in range(3):
            callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        slow.set()
    assert sorted(got, key=str) == [2, 2, "timed out"]


async def test_a_fresh_result_replaces_the_cached_one():
    cache, kitchen = Cache[int](), Kitchen()
    assert [await cache.get("t", {}, "p", kitchen.make, fresh=fresh) for fresh in (False, True, False)] == [1, 2, 2]


async def test_a_fresh_result_that_is_not_cached_removes_the_older_one():
    cache, kitchen = Cache[int](), Kitchen()
    await cache.get("t", {}, "p", kitchen.make)
    await cache.get("t", {}, "p", kitchen.make, ttl=lambda made: 0.0, fresh=True)
    assert cache.found("t", {}, "p") is None


async def test_invalidating_a_tool_drops_only_its_results():
    cache, kitchen = Cache[int](), Kitchen()
    for tool in ("one", "two"):
        await cache.get(tool, {}, "p", kitchen.make)
    cache.invalidate("one")
    assert await cache.get("two", {}, "p", kitchen.make) == 2
    assert await cache.get("one", {}, "p", kitchen.make) == 3
    cache.invalidate()
    assert await cache.get("two", {}, "p", kitchen.make) == 4


async def test_a_result_invalidated_while_it_was_made_is_not_cached():
    cache, kitchen, got = Cache[int](), Kitchen(closed=True), []

    async def ask() -> None:
        got.append(await cache.get("t", {}, "p", kitchen.make))

    async with anyio.create_task_group() as callers:
        callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        cache.invalidate("t")
        callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        kitchen.open.set()
    assert sorted(got) == [1, 2]
    assert await cache.get("t", {}, "p", kitchen.make) == 2


async def test_the_number_of_kept_results_is_bounded():
    cache, kitchen = Cache[int](entries=10), Kitchen()
    for number in range(100):
        await cache.get("t", {"n": number}, "p", kitchen.make)
    made = kitchen.made
    for number in range(90, 100):
        await cache.get("t", {"n": number}, "p", kitchen.make)
    assert kitchen.made == made
    await cache.get("t", {"n": 0}, "p", kitchen.make)
    assert kitchen.made == made + 1
