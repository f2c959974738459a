"""Tasks in Redis: what the store promises, and that any replica answers for them."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from long_server import Desk, dispatch_of
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.redis.client import RedisClient
from mcp_chassis.remote.redis.task_store import RedisTaskStore
from mcp_chassis.tasks.record import Status
from mcp_chassis.tasks.store import Limits
from mcp_chassis.testing import failure
from remote_http import process
from remote_redis import OwnRedis, own_redis
from task_hosts import TaskHost, host_at, host_of
from task_records import Clock, task

pytestmark = pytest.mark.services

PROGRAM = [str(Path(__file__).parents[1] / "support" / "long_server.py")]


async def test_redis_keeps_what_the_store_in_memory_promises() -> None:
    clock, limits = Clock(), Limits(unfinished=2, kept=3)
    async with own_redis() as redis:
        store = RedisTaskStore(RedisClient(redis.url), "long", clock)
        assert [await store.add(task(name), limits) for name in "abc"] == [True, True, False]
        assert await store.add(task("other", owner="bea"), limits)
        assert await store.find("a") == task("a")
        assert await store.find("none") is None
        done = dataclasses.replace(task("a"), status=Status.COMPLETED)
        assert await store.replace(task("a"), done)
        assert not await store.replace(task("a"), task("a", status=Status.FAILED))
        assert await store.find("a") == done
        assert await store.unfinished("ann") == ["b"]
        assert await store.add(task("c"), limits)
        await store.replace(task("b"), dataclasses.replace(task("b"), status=Status.CANCELLED))
        assert not await store.add(task("d"), limits)  # three are kept
        clock.now += 61
        assert await store.add(task("d", created=clock.now), limits)


async def test_notes_are_delivered_once_and_heartbeats_have_the_time_of_redis() -> None:
    clock = Clock()
    async with own_redis() as redis:
        store = RedisTaskStore(RedisClient(redis.url), "long", clock)
        for name in "aba":
            await store.nudge("here", name)
        assert await store.nudged("here") == ["a", "b"]
        assert await store.nudged("here") == []
        assert await store.silence("here") is None
        clock.now += 1e6
        await store.beat("here")
        assert await store.silence("here") in range(60)


async def test_an_unreachable_task_store_raises_unavailable() -> None:
    async with own_redis() as redis:
        store = RedisTaskStore(RedisClient(redis.url), "long")
        await redis.kill()
        with pytest.raises(Unavailable):
            await store.find("a")


@asynccontextmanager
async def two_replicas(redis: OwnRedis, desk: Desk, **client: Any) -> AsyncGenerator[tuple[TaskHost, TaskHost]]:
    """Two hosts, each at a replica of its own."""

    def store() -> RedisTaskStore:
        return RedisTaskStore(RedisClient(redis.url), "long")

    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(host_of(dispatch_of(desk, store=store), **client)) for _ in range(2)
        ]
        yield first, second


async def test_a_result_is_returned_by_a_replica_that_did_not_run_the_call() -> None:
    desk = Desk()
    async with own_redis() as redis, two_replicas(redis, desk) as (first, second):
        name = await first.begin("look_long")
        assert (await second.get(name))["status"] == "working"
        desk.release.set()
        done = await second.ended(name)
        assert done["result"]["structuredContent"] == {"name": "it"}
        assert done == await first.get(name)


async def test_a_replica_that_does_not_run_the_call_cancels_it() -> None:
    desk = Desk()
    async with own_redis() as redis, two_replicas(redis, desk) as (first, second):
        name = await first.begin("look_long")
        await second.cancel(name)
        assert (await second.ended(name))["status"] == "cancelled"
        assert desk.ended == ["it"]


async def test_a_replica_that_does_not_run_the_call_accepts_its_input() -> None:
    desk = Desk()
    asked = {"elicitation_callback": lambda context, params: None}
    async with own_redis() as redis, two_replicas(redis, desk, **asked) as (first, second):
        name = await first.begin("put_confirmed", name="x")
        desk.release.set()
        waiting = await second.until(name, lambda told: told["status"] == "input_required")
        (key,) = waiting["inputRequests"]
        await second.update(name, {key: {"action": "accept", "content": {"agree": True}}})
        assert (await second.ended(name))["result"]["structuredContent"] == {"name": "x"}
        assert desk.put == ["x"]


async def test_without_redis_a_call_ends_at_its_own_deadline_and_says_why() -> None:
    desk = Desk()
    async with own_redis() as redis, two_replicas(redis, desk) as (first, _):
        await redis.kill()
        refused = await first.call("look_forever")
        with pytest.raises(MCPError) as unavailable:
            await first.get("any")
    assert "It could not become a task, since this server's store of tasks is unavailable." in failure(refused).message
    assert unavailable.value.error.data["code"] == "SERVICE_UNAVAILABLE"


async def test_a_result_outlives_a_while_without_redis(tmp_path: Path) -> None:
    desk = Desk()
    async with own_redis(tmp_path) as redis, two_replicas(redis, desk) as (first, second):
        name = await first.begin("look_long")
        await redis.kill()
        desk.release.set()
        await redis.start()
        done = await _once_there(second, name)
    assert done["result"]["structuredContent"] == {"name": "it"}


async def _once_there(host: TaskHost, name: str) -> dict[str, Any]:
    """The end of a task, from a replica that may still leave Redis alone."""
    while True:
        try:
            return await host.ended(name)
        except MCPError:
            await asyncio.sleep(0.1)


async def test_tasks_of_a_process_that_dies_end_as_failed_at_the_others() -> None:
    async with own_redis() as redis:
        environment = {"MCP_REDIS_URL": redis.url, "MCP_TASK_AFTER": "0.2"}
        async with (
            process(command=PROGRAM, environment=environment) as first,
            process(command=PROGRAM, environment=environment) as second,
            host_at(f"{first.url}/mcp") as one,
            host_at(f"{second.url}/mcp") as other,
        ):
            reading, writing = await one.begin("look_long"), await one.begin("put_long", name="x")
            own = await other.begin("look_long")
            first.process.kill()
            read, written = await other.ended(reading), await other.ended(writing)
            still = await other.get(own)
    assert (read["status"], read["error"]["data"]["code"]) == ("failed", "SERVICE_UNAVAILABLE")
    assert read["error"]["message"] == "The server that ran look_long is gone. Nothing was changed: ask again."
    assert (written["status"], written["error"]["data"]["code"]) == ("failed", "OUTCOME_UNKNOWN")
    assert still["status"] == "working"


async def test_a_lost_task_is_counted_once_however_many_ask_at_the_same_time() -> None:
    desk = Desk()
    async with own_redis() as redis:
        dispatch = dispatch_of(desk, store=lambda: RedisTaskStore(RedisClient(redis.url), "long"))
        store = dispatch.long_calls.runner.store
        async with host_of(dispatch) as host:
            record = await store.find(await host.begin("look_long"))
            assert record is not None
            await store.add(dataclasses.replace(record, id="lost"), Limits())  # as if nobody ran it
            before = (await host.counts())["ended"].get("look_long", {}).get("lost", 0)
            told = await asyncio.gather(*(host.get("lost") for _ in range(8)))
            after = (await host.counts())["ended"]["look_long"]["lost"]
    assert {each["status"] for each in told} == {"failed"}
    assert after - before == 1


async def test_a_task_is_stored_for_its_time_and_then_unknown() -> None:
    async with own_redis() as redis:
        environment = {
            "MCP_REDIS_URL": redis.url,
            "MCP_TASK_AFTER": "0.2",
            "MCP_TASK_DEADLINE": "1",
            "MCP_TASK_KEPT": "1",
        }
        async with process(command=PROGRAM, environment=environment) as server, host_at(f"{server.url}/mcp") as host:
            name = await host.begin("look_long")
            with pytest.raises(MCPError) as expired:
                await host.until(name, lambda told: False)
    assert expired.value.error.message == "You have no task of this id, or it has expired."


async def test_a_process_that_gets_sigterm_lets_a_task_end_within_its_drain_time() -> None:
    async with own_redis() as redis:
        environment = {"MCP_REDIS_URL": redis.url, "MCP_TASK_AFTER": "0.2", "MCP_DRAIN_SECONDS": "30"}
        async with (
            process(command=PROGRAM, environment=environment) as first,
            process(command=PROGRAM, environment=environment) as second,
            host_at(f"{second.url}/mcp") as other,
        ):
            async with host_at(f"{first.url}/mcp") as one:
                name = await one.begin("put_soon", name="x", seconds=2)
            first.end()
            code = await first.ended()
            told = await other.get(name)
    assert code == 0
    assert (told["status"], told["result"]["structuredContent"]) == ("completed", {"name": "x"})


async def test_a_process_that_gets_sigterm_ends_its_tasks_and_logs_it() -> None:
    async with own_redis() as redis:
        environment = {"MCP_REDIS_URL": redis.url, "MCP_TASK_AFTER": "0.2", "MCP_DRAIN_SECONDS": "1"}
        async with (
            process(command=PROGRAM, environment=environment) as first,
            process(command=PROGRAM, environment=environment) as second,
            host_at(f"{second.url}/mcp") as other,
        ):
            async with host_at(f"{first.url}/mcp") as one:
                reading, writing = await one.begin("look_long"), await one.begin("put_long", name="x")
            first.end()
            code = await first.ended()
            read, written = await other.get(reading), await other.get(writing)
    assert code == 0
    assert "2 tasks were ended after 1 s." in first.messages
    assert read["error"]["message"].startswith(
        "The server was stopped while look_long was running. Nothing was changed"
    )
    assert written["error"]["data"]["code"] == "OUTCOME_UNKNOWN"
