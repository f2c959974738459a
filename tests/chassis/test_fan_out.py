"""Many items at once: bounded, told as they go, and none lost to another's failure."""

import asyncio
from collections.abc import Sequence

import anyio
import anyio.lowlevel
import pytest
from mcp_chassis.batching import Batcher, KeyedBatcher
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Conflict, InternalError, NotFound, TimedOut, Unavailable
from mcp_chassis.fan_out import Stages, fan_out
from mcp_chassis.progress import throttled


class Reports:
    def __init__(self) -> None:
        self.heard: list[tuple[int, int, str]] = []

    async def __call__(self, done: int, total: int, message: str, *, paced: bool = True) -> None:
        self.heard.append((done, total, message))


async def test_each_item_gets_its_value_or_its_failure_in_the_items_order():
    async def work(number: int) -> int:
        if number % 3 == 0:
            raise NotFound(f"There is no {number}.")
        return number * 10

    outcomes = await fan_out(range(1, 7), work)
    assert [outcome.value for outcome in outcomes] == [10, 20, None, 40, 50, None]
    assert [outcome.failure.message for outcome in outcomes if outcome.failure] == ["There is no 3.", "There is no 6."]
    assert [outcome.item for outcome in outcomes] == [1, 2, 3, 4, 5, 6]


async def test_no_more_than_the_bound_run_at_once():
    running = most = 0

    async def work(_: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.lowlevel.checkpoint()
        running -= 1

    await fan_out(range(50), work, max_concurrent=4)
    assert most == 4


async def test_progress_counts_every_item_up_to_the_last():
    reports = Reports()

    async def work(number: int) -> int:
        return number

    await fan_out(range(50), work, report=reports)
    assert reports.heard[14] == (15, 50, "15 of 50")
    assert reports.heard[-1] == (50, 50, "50 of 50")


async def test_at_the_deadline_finished_items_are_kept_and_the_others_time_out():
    async def work(number: int) -> int:
        if number:
            await anyio.sleep_forever()
        return number

    with Deadline(0.2).running() as deadline:
        outcomes = await fan_out(range(3), work)
    assert not deadline.expired
    assert outcomes[0].value == 0
    assert [type(outcome.failure) for outcome in outcomes[1:]] == [TimedOut, TimedOut]


async def test_a_failing_stage_names_the_completed_ones_and_their_results():
    reports = Reports()
    stages = Stages(3, reports)

    async def swap() -> None:
        async with stages.stage("Copy"):
            stages.done["copied"] = 7
        async with stages.stage("Check"):
            pass
        async with stages.stage("Swap"):
            raise Conflict("It changed.")

    with pytest.raises(Conflict) as caught:
        await swap()
    assert caught.value.details == {
        "stage": "Swap",
        "completed_stages": ["Copy", "Check"],
        "completed_stage_count": 2,
        "stage_count": 3,
        "done": {"copied": 7},
    }
    assert reports.heard == [(0, 3, "Stage: Copy"), (1, 3, "Stage: Check"), (2, 3, "Stage: Swap")]


async def test_completed_stages_end_with_a_final_report():
    reports = Reports()
    stages = Stages(1, reports)
    async with stages.stage("Copy"):
        pass
    assert stages.completed == ["Copy"]
    assert reports.heard == [(0, 1, "Stage: Copy"), (1, 1, "Done")]


async def test_progress_is_reported_at_most_ten_times_a_second_and_always_at_the_end():
    now, reports = 0.0, Reports()
    tell = throttled(reports, clock=lambda: now)
    for done in range(1, 101):
        now += 0.03
        await tell(done, 100, f"{done} of 100")
    assert [done for done, _, _ in reports.heard[:3]] == [1, 5, 9]
    assert len(reports.heard) == 26
    assert reports.heard[-1] == (100, 100, "100 of 100")


async def test_every_change_of_stage_is_reported_at_any_speed():
    reports = Reports()
    tell = throttled(reports, clock=lambda: 0.0)
    stages = Stages(4, tell)
    for name in ("load", "prepare", "analyse", "write"):
        async with stages.stage(name):
            await tell(len(stages.completed), 4, f"within {name}")
    assert reports.heard == [
        (0, 4, "Stage: load"),
        (1, 4, "Stage: prepare"),
        (2, 4, "Stage: analyse"),
        (3, 4, "Stage: write"),
        (4, 4, "Done"),
    ]


async def test_progress_of_many_items_counts_those_that_failed():
    reports = Reports()

    async def work(number: int) -> None:
        if number > 1:
            raise NotFound("Nothing there.")

    await fan_out(range(4), work, max_concurrent=1, report=reports)
    assert [message for _, _, message in reports.heard] == ["1 of 4", "2 of 4", "3 of 4, 1 failed", "4 of 4, 2 failed"]


class Executor:
    """Doubles numbers; fails for negative ones."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.open = anyio.Event()
        self.open.set()

    async def __call__(self, items):
        self.calls.append(list(items))
        await self.open.wait()
        return [NotFound(f"No {item}.") if item < 0 else item * 2 for item in items]


async def submit_all(gathering, items):
    got = {}

    async def one(item: int) -> None:
        try:
            got[item] = await gathering.submit(item)
        except NotFound as failure:
            got[item] = failure.message

    async with anyio.create_task_group() as callers:
        for item in items:
            callers.start_soon(one, item)
    return got


async def test_items_that_arrive_together_go_to_one_call_and_each_caller_gets_its_own():
    executor = Executor()
    assert await submit_all(Batcher(executor, seconds=0.02), [1, 2, 3]) == {1: 2, 2: 4, 3: 6}
    assert executor.calls == [[1, 2, 3]]


async def test_a_call_takes_ten_items_at_most_and_a_full_one_does_not_wait():
    executor = Executor()
    got = await submit_all(Batcher(executor, seconds=3600), range(20))
    assert got == {item: item * 2 for item in range(20)}
    assert [len(call) for call in executor.calls] == [10, 10]


async def test_one_items_failure_reaches_only_its_owner():
    got = await submit_all(Batcher(Executor(), seconds=0.01), [1, -2, 3])
    assert got == {1: 2, -2: "No -2.", 3: 6}


async def test_the_failure_of_a_whole_call_reaches_all_in_it():
    async def fail(_):
        raise Unavailable("Down.")

    gathering = Batcher(fail, seconds=0.01, most=2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await gathering.submit(1)


async def test_a_bug_in_the_executor_fails_all_waiting_callers():
    async def bug(_):
        return [1 // 0]

    with pytest.raises(ZeroDivisionError):
        await Batcher(bug, seconds=0.01).submit(1)


async def test_a_response_with_too_few_results_fails_all_callers():
    async def short(_):
        return []

    with pytest.raises(Exception, match="one result for each"):
        await Batcher(short, seconds=0.01).submit(1)


async def test_a_cancelled_caller_does_not_affect_the_others():
    executor = Executor()
    executor.open = anyio.Event()
    gathering, got = Batcher(executor, seconds=0.01, most=2), []

    async def keep() -> None:
        got.append(await gathering.submit(1))

    async with anyio.create_task_group() as stays, anyio.create_task_group() as leaves:
        stays.start_soon(keep)
        leaves.start_soon(gathering.submit, 2)
        await anyio.wait_all_tasks_blocked()
        leaves.cancel_scope.cancel()
        executor.open.set()
    assert got == [2]


async def test_the_call_is_cancelled_when_every_caller_is_cancelled():
    ended = anyio.Event()

    async def hang(_):
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    gathering = Batcher(hang, seconds=3600, most=1)
    with anyio.move_on_after(0.05):
        await gathering.submit(1)
    with anyio.fail_after(60):
        await ended.wait()


async def test_no_call_is_made_if_all_callers_were_cancelled_before():
    executor = Executor()
    gathering = Batcher(executor, seconds=0.05)
    with anyio.move_on_after(0.01):
        await gathering.submit(1)
    assert await gathering.submit(2) == 4
    assert executor.calls == [[2]]


async def test_an_executor_cancelled_by_a_library_fails_all_waiting_callers():
    async def cancelled(items: Sequence[int]) -> list[int]:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        return await future

    gathering = Batcher(cancelled, seconds=0)
    with anyio.fail_after(60), pytest.raises(InternalError):
        await gathering.submit(1)


async def test_items_of_two_keys_are_never_in_one_call():
    executor = Executor()
    gathering = KeyedBatcher(executor, seconds=0.02, most=3)
    got = {}

    async def one(key: str, item: int) -> None:
        got[item] = await gathering.submit(key, item)

    async with anyio.create_task_group() as callers:
        for item in range(6):
            callers.start_soon(one, str(item % 2), item)
    assert got == {item: item * 2 for item in range(6)}
    assert sorted(executor.calls) == [[0, 2, 4], [1, 3, 5]]


async def test_waiting_callers_of_a_dropped_key_still_get_their_values():
    executor = Executor()
    gathering = KeyedBatcher(executor, seconds=0.02, max_keys=1)
    got = []

    async def one(key: str, item: int) -> None:
        got.append(await gathering.submit(key, item))

    async with anyio.create_task_group() as callers:
        for item in (1, 2, 3):
            callers.start_soon(one, str(item), item)
    assert sorted(got) == [2, 4, 6]
