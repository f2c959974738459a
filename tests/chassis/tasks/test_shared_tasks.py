"""Tasks in a store that processes share: those ended elsewhere, those of dead processes, and a store that fails."""

import dataclasses
import json

import pytest
from long_server import Desk, dispatch_of
from mcp_chassis.failures import Unavailable
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.storage.idempotency import RecordKey
from mcp_chassis.tasks.endings import Endings
from mcp_chassis.tasks.record import Status, Task
from mcp_chassis.tasks.runner import TaskRunner
from mcp_chassis.tasks.services import Pace, TaskServices
from mcp_chassis.tasks.store import Limits, MemoryTaskStore
from mcp_chassis.testing import failure
from mcp_types import CallToolResult
from task_hosts import host_of
from task_records import task

IMMEDIATE = Pace(look=0.01, beat=0.01, silent=15.0, suspected=0.0)


class SharedStore(MemoryTaskStore):
    """A store with the notes and heartbeats of several processes in one; `silences` are those of other processes."""

    shared = True

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[str, list[str]] = {}
        self.beats: list[str] = []
        self.silences: dict[str, float] = {}
        self.fails = False

    async def add(self, task: Task, limits: Limits) -> bool:
        if self.fails:
            raise Unavailable("The store is gone.")
        return await super().add(task, limits)

    async def nudge(self, replica: str, task_id: str) -> None:
        self.notes.setdefault(replica, []).append(task_id)

    async def nudged(self, replica: str) -> list[str]:
        return self.notes.pop(replica, [])

    async def beat(self, replica: str) -> None:
        self.beats.append(replica)

    async def silence(self, replica: str) -> float | None:
        return self.silences.get(replica)

    def lose(self, task_id: str) -> None:
        """Drop a record, as an expiry in the store does."""
        del self._by_owner[self._owners.pop(task_id)][task_id]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def store() -> SharedStore:
    return SharedStore()


def paced(dispatch: Dispatch, **pace: float) -> Dispatch:
    dispatch.long_calls.runner.pace = dataclasses.replace(IMMEDIATE, **pace)
    return dispatch


async def test_a_task_that_another_process_ended_is_stopped_here_and_its_end_is_kept(desk: Desk, store: SharedStore):
    dispatch = paced(dispatch_of(desk, store=lambda: store))
    async with host_of(dispatch) as host:
        name = await host.begin("put_long", name="x")
        before = await store.find(name)
        assert before is not None
        ended = dataclasses.replace(before, status=Status.FAILED, error={"code": 1, "message": "elsewhere"})
        await store.replace(before, ended)
        await store.nudge(before.replica, name)
        await desk.left.wait()
        told = await host.get(name)
    assert (told["status"], told["error"]) == ("failed", {"code": 1, "message": "elsewhere"})
    assert desk.put == []
    assert before.replica == dispatch.long_calls.runner.replica
    assert before.replica in store.beats


async def test_a_task_whose_record_is_gone_is_stopped(desk: Desk, store: SharedStore):
    async with host_of(paced(dispatch_of(desk, store=lambda: store))) as host:
        name = await host.begin("put_long", name="x")
        record = await store.find(name)
        assert record is not None
        store.lose(name)
        await store.nudge(record.replica, name)
        await desk.left.wait()
    assert (desk.put, desk.ended) == ([], ["x"])


async def test_a_note_about_a_task_that_does_not_run_here_is_ignored(desk: Desk, store: SharedStore):
    dispatch = paced(dispatch_of(desk, store=lambda: store))
    async with host_of(dispatch) as host:
        name = await host.begin("look_long")
        await store.nudge(dispatch.long_calls.runner.replica, "another")
        await host.until(name, lambda told: not store.notes)
        desk.release.set()
        assert (await host.ended(name))["status"] == "completed"


@pytest.mark.parametrize(
    ("silence", "suspected", "status"),
    [
        (0.0, 0.0, "working"),
        (14.9, 0.0, "working"),
        (15.0, 0.0, "failed"),
        (None, 0.0, "failed"),
        (99.0, 60.0, "working"),
    ],
)
async def test_a_task_of_another_process_fails_once_that_process_was_silent_for_too_long(
    desk: Desk, store: SharedStore, silence: float | None, suspected: float, status: str
):
    if silence is not None:
        store.silences["there"] = silence
    dispatch = paced(dispatch_of(desk, store=lambda: store), suspected=suspected)
    await store.add(own_task("one"), Limits())
    async with host_of(dispatch) as host:
        told = await host.get("one")
    assert told["status"] == status
    if status == "failed":
        assert told["error"]["message"].startswith("The server that ran look_long is gone.")
        assert told["error"]["data"]["code"] == "SERVICE_UNAVAILABLE"


def own_task(name: str) -> Task:
    """A task of the caller over stdio that another process runs."""
    return dataclasses.replace(
        task(name, owner="local", tool="look_long", replica="there"), created=4e9, updated=4e9, ttl_seconds=60.0
    )


async def test_tasks_of_dead_processes_do_not_count_against_the_limit_of_a_caller(desk: Desk, store: SharedStore):
    limits = Limits(unfinished=1)
    await store.add(own_task("lost"), limits)
    async with host_of(paced(dispatch_of(desk, limits=limits, store=lambda: store))) as host:
        name = await host.begin("look_long")
        assert (await host.get("lost"))["status"] == "failed"
        assert (await host.get(name))["status"] == "working"
        desk.release.set()
        await host.ended(name)


async def test_tasks_of_processes_that_run_count_against_the_limit_of_a_caller(desk: Desk, store: SharedStore):
    limits = Limits(unfinished=1)
    store.silences["there"] = 0.0
    await store.add(own_task("running"), limits)
    async with host_of(paced(dispatch_of(desk, limits=limits, store=lambda: store))) as host:
        assert "as many as one caller may have" in failure(await host.call("look_forever")).message


async def test_a_call_keeps_its_own_deadline_while_the_store_is_unavailable(desk: Desk, store: SharedStore):
    store.fails = True
    async with host_of(paced(dispatch_of(desk, store=lambda: store))) as host:
        refused = failure(await host.call("look_forever"))
    reason = "It could not become a task, since this server's store of tasks is unavailable."
    assert refused.code == "TIMEOUT"
    assert refused.message.startswith(f"look_forever did not finish within 0.2 s. {reason} Ask for less")


async def test_running_tasks_are_counted_by_what_they_do(desk: Desk):
    dispatch = dispatch_of(desk)
    runner = dispatch.long_calls.runner
    async with host_of(dispatch, elicitation_callback=lambda context, params: None) as host:
        assert (runner.count, runner.busy, runner.writing) == (0, 0, 0)
        writing = await host.begin("put_confirmed", name="x")
        desk.release.set()
        await host.until(writing, lambda told: told["status"] == "input_required")
        assert (runner.count, runner.busy, runner.writing) == (1, 0, 0)
        desk.release = type(desk.release)()
        await host.begin("look_long")
        await host.begin("put_long", name="y")
        assert (runner.count, runner.busy, runner.writing) == (3, 2, 1)
        assert runner.states() == {"working": 2, "input_required": 1}
        assert len(writing) == 32
        desk.release.set()


async def test_a_write_that_leaves_out_all_arguments_becomes_a_task_too(desk: Desk):
    async with host_of(dispatch_of(desk)) as host:
        created = await host.client.session.call_tool("put_long", None, allow_claimed=True)
    assert created.is_error
    assert json.loads(created.content[0].text)["error"]["message"].startswith("name is required")


def test_services_without_settings_have_a_store_in_memory_and_the_usual_pace():
    services = TaskServices()
    assert isinstance(services.store(), MemoryTaskStore)
    assert services.limits == Limits(20, 200)
    assert services.pace == Pace(0.5, 3.0, 15.0, 6.0)


async def test_a_change_of_a_task_of_another_process_is_dated_and_noted_for_that_process(store: SharedStore):
    endings = Endings(lambda failure: CallToolResult(content=[]), lambda failure: {}, store_without_records)
    runner = TaskRunner(TaskServices(lambda: store), 60, 60, endings, lambda: 4e9 + 1)
    await store.add(own_task("one"), Limits())
    await runner.change("one", lambda task: dataclasses.replace(task, cancelled=True))
    assert await store.find("one") == dataclasses.replace(own_task("one"), cancelled=True, updated=4e9 + 1)
    assert store.notes == {"there": ["one"]}
    await runner.change("another", lambda task: task)
    assert store.notes == {"there": ["one"]}


async def store_without_records(name: RecordKey) -> None:
    return None
