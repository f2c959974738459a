"""Records of tasks, and what a store of them promises."""

import dataclasses
from typing import Any

import pytest
from mcp_chassis.tasks.record import Status, Task, WriteKey
from mcp_chassis.tasks.store import Limits, MemoryTaskStore, changed
from task_records import QUESTION, Clock, task


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryTaskStore:
    return MemoryTaskStore(clock)


def test_a_record_survives_being_written_down():
    whole = task(
        status=Status.INPUT_REQUIRED,
        message="3 of 9",
        asked={"confirm": QUESTION},
        answers={"first": {"action": "accept"}},
        write_key=WriteKey(("ann", "database put", "key"), "hash"),
    )
    assert Task.of_text(whole.to_text()) == whole


def test_a_call_that_became_a_task_is_answered_with_an_outline():
    assert task(message="3 of 9").created_result() == {
        "resultType": "task",
        "taskId": "one",
        "status": "working",
        "statusMessage": "3 of 9",
        "createdAt": "2027-01-15T08:00:00.000Z",
        "lastUpdatedAt": "2027-01-15T08:00:00.000Z",
        "ttlMs": 60_000,
        "pollIntervalMs": 3_000,
    }


def test_only_the_part_that_belongs_to_the_state_is_told():
    full: dict[str, Any] = {"result": {"content": []}, "error": {"code": -1}, "asked": {"confirm": QUESTION}}
    told = {status: task(status=status, **full).told() for status in Status}
    parts = {status: {"result", "error", "inputRequests"} & found.keys() for status, found in told.items()}
    assert parts == {
        Status.WORKING: set(),
        Status.INPUT_REQUIRED: {"inputRequests"},
        Status.COMPLETED: {"result"},
        Status.FAILED: {"error"},
        Status.CANCELLED: set(),
    }


def test_a_task_waits_until_every_question_is_answered():
    asked = task(status=Status.INPUT_REQUIRED, asked={"a": QUESTION, "b": QUESTION})
    once = asked.with_answers({"a": 1, "unknown": 2})
    assert (once.status, once.asked, once.answers) == (Status.INPUT_REQUIRED, {"b": QUESTION}, {"a": 1})
    both = once.with_answers({"b": 3})
    assert (both.status, both.asked, both.answers) == (Status.WORKING, {}, {"a": 1, "b": 3})


def test_an_answer_to_no_question_changes_nothing():
    done = task(status=Status.COMPLETED)
    assert done.with_answers({"a": 1}) == done


async def test_a_task_is_found_until_it_expires(store: MemoryTaskStore, clock: Clock):
    assert await store.add(task(), Limits())
    clock.now += 59.9
    assert await store.find("one") == task()
    clock.now += 0.1
    assert await store.find("one") is None
    assert await store.find("another") is None


async def test_a_record_is_replaced_only_by_one_who_read_it(store: MemoryTaskStore):
    await store.add(task(), Limits())
    done = dataclasses.replace(task(), status=Status.COMPLETED)
    assert await store.replace(task(), done)
    assert not await store.replace(task(), dataclasses.replace(task(), status=Status.FAILED))
    assert await store.find("one") == done


async def test_a_principal_has_only_so_many_unfinished_tasks(store: MemoryTaskStore):
    limits = Limits(unfinished=2, kept=10)
    assert [await store.add(task(name), limits) for name in "abc"] == [True, True, False]
    assert await store.add(task("d", owner="bea"), limits)
    assert await store.unfinished("ann") == ["a", "b"]
    await store.replace(task("a"), dataclasses.replace(task("a"), status=Status.CANCELLED))
    assert await store.add(task("c"), limits)


async def test_finished_tasks_count_until_they_expire(store: MemoryTaskStore, clock: Clock):
    limits = Limits(unfinished=9, kept=2)
    done = [task(name, status=Status.COMPLETED) for name in "ab"]
    assert [await store.add(each, limits) for each in done] == [True, True]
    assert not await store.add(task("c"), limits)
    clock.now += 60
    assert await store.add(task("c", created=clock.now), limits)
    assert await store.find("a") is None


async def test_an_expired_task_does_not_count_against_the_limits_of_its_owner(store: MemoryTaskStore, clock: Clock):
    limits = Limits(unfinished=1, kept=9)
    assert await store.add(task("a", ttl_seconds=10.0), limits)  # scans all owners, then not for a minute
    clock.now += 9.9
    assert not await store.add(task("b", created=clock.now), limits)
    clock.now += 0.1
    assert await store.add(task("b", created=clock.now), limits)
    assert await store.unfinished("ann") == ["b"]


async def test_a_task_that_is_gone_is_not_replaced(store: MemoryTaskStore, clock: Clock):
    await store.add(task(), Limits())
    clock.now += 60
    assert not await store.replace(task(), task(message="late"))
    assert await store.unfinished("nobody") == []


async def test_a_store_of_one_process_has_no_notes_and_no_silence(store: MemoryTaskStore):
    await store.nudge("here", "one")
    await store.beat("here")
    assert (store.shared, await store.nudged("here"), await store.silence("there")) == (False, [], 0.0)


async def test_a_change_that_changes_nothing_is_not_stored_and_an_ended_task_is_not_changed(store: MemoryTaskStore):
    await store.add(task(), Limits())
    before = await store.find("one")
    assert await changed(store, "one", lambda task: task) is before
    done = await changed(store, "one", lambda task: dataclasses.replace(task, status=Status.COMPLETED))
    assert done == task(status=Status.COMPLETED) == await store.find("one")
    assert await changed(store, "one", lambda task: dataclasses.replace(task, message="late")) == done
    assert await changed(store, "another", lambda task: task) is None


async def test_a_change_is_made_again_on_the_record_that_another_process_stored_meanwhile(store: MemoryTaskStore):
    await store.add(task(), Limits())
    seen: list[str] = []

    class Conflicting(MemoryTaskStore):
        async def replace(self, before: Task, after: Task) -> bool:
            if not seen[1:]:
                await store.replace(before, dataclasses.replace(before, message="meanwhile"))
                return False
            return await store.replace(before, after)

        async def find(self, task_id: str) -> Task | None:
            return await store.find(task_id)

    def change(task: Task) -> Task:
        seen.append(task.message)
        return dataclasses.replace(task, cancelled=True)

    after = await changed(Conflicting(), "one", change)
    assert after == await store.find("one") == task(message="meanwhile", cancelled=True)
    assert seen == ["", "meanwhile"]
