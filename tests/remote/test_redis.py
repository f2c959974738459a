"""What replicas share over Redis, and what each use does while Redis is gone and when it is back."""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.server.subscriptions import ResourceUpdated, ServerEvent, ToolsListChanged
from mcp_chassis.failures import OutcomeUnknown, Unavailable
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow
from mcp_chassis.remote.redis.client import RedisClient, RedisUnavailable
from mcp_chassis.remote.redis.event_bus import RedisEventBus
from mcp_chassis.remote.redis.idempotency_records import RedisRecordStore
from mcp_chassis.remote.redis.rate_limiter import RedisSlidingWindow
from mcp_chassis.remote.redis.result_cache import RedisResultCache
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.storage.idempotency import Idempotency, Record, RecordKey
from mcp_chassis.testing import data, failure
from mcp_chassis.tools import Confirm, writes
from remote_http import ERAS, process, session
from remote_redis import own_redis

pytestmark = pytest.mark.services
SOON = 60.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_one_limit_counts_for_all_replicas() -> None:
    async with own_redis() as redis:
        replicas = [RedisSlidingWindow(RequestRate(10, 3600), RedisClient(redis.url)) for _ in range(3)]
        waits = [await replicas[turn % 3].hit("somebody") for turn in range(15)]
        other = await replicas[0].hit("somebody else")
    assert [wait == 0 for wait in waits] == [True] * 10 + [False] * 5
    assert 0 < waits[-1] <= 3600
    assert other == 0


async def test_without_redis_each_process_applies_the_limit_itself_until_redis_is_back() -> None:
    clock = Clock()
    async with own_redis() as redis:
        window = RedisSlidingWindow(
            RequestRate(5, 3600), RedisClient(redis.url, clock), SlidingWindow(RequestRate(5, 3600))
        )
        before = [await window.hit("somebody") for _ in range(3)]
        await redis.kill()
        gone = [await window.hit("somebody") for _ in range(7)]
        await redis.start()
        clock.now += 1.1
        after = [await window.hit("somebody") for _ in range(6)]
    assert [wait == 0 for wait in before] == [True] * 3
    assert [wait == 0 for wait in gone] == [True] * 5 + [False] * 2
    assert [wait == 0 for wait in after] == [True] * 5 + [False]  # it forgot, as it keeps nothing on disk here


async def test_redis_is_not_called_for_a_second_after_a_failure() -> None:
    clock, asked = Clock(), []
    async with own_redis() as redis:
        link = RedisClient(redis.url, clock)
        await redis.kill()
        for _ in range(5):
            with pytest.raises(RedisUnavailable):
                await link.ask(lambda commands: asked.append(1) or commands.get("x"))
        clock.now += 1.1
        with pytest.raises(RedisUnavailable):
            await link.ask(lambda commands: asked.append(1) or commands.get("x"))
    assert len(asked) == 2


NAME = RecordKey("key:ci", "put", "once")


async def test_a_key_claimed_by_one_replica_is_seen_by_the_other_with_its_outcome() -> None:
    async with own_redis() as redis:
        one, two = (RedisRecordStore(RedisClient(redis.url), "first") for _ in range(2))
        record = Record("hash", 1e12)
        assert await one.claim(NAME, record, 0) is None
        assert await two.claim(NAME, Record("hash", 5.0), 0) == record
        kept = Record("hash", 1e12, {"result": {"text": "done"}})
        await one.keep(NAME, kept)
        assert await two.claim(NAME, record, 0) == kept
        assert await RedisRecordStore(RedisClient(redis.url), "second").claim(NAME, record, 0) is None
        assert await two.claim(NAME._replace(principal="key:other"), record, 0) is None
        await two.drop(NAME)
        assert await one.claim(NAME, record, 0) is None


async def test_of_fifty_concurrent_claims_of_one_key_one_succeeds() -> None:
    async with own_redis() as redis:
        replicas = [RedisRecordStore(RedisClient(redis.url), "first") for _ in range(5)]
        found = await asyncio.gather(*(replicas[n % 5].claim(NAME, Record(f"{n}", 1e12), 0) for n in range(50)))
    assert [record is None for record in found].count(True) == 1


async def test_without_redis_calls_with_a_key_are_refused() -> None:
    async with own_redis() as redis:
        records = RedisRecordStore(RedisClient(redis.url), "first")
        await redis.kill()
        with pytest.raises(Unavailable, match="upstream was not called"):
            await records.claim(NAME, Record("hash", 1e12), 0)


async def test_when_redis_is_back_a_key_gives_its_first_result_and_one_that_was_refused_is_free(tmp_path: Path) -> None:
    clock, done = Clock(), []
    async with own_redis(tmp_path) as redis:
        idempotency = Idempotency(RedisRecordStore(RedisClient(redis.url, clock), "first"))

        async def put(key: str) -> dict[str, Any] | None:
            async def run() -> dict[str, Any]:
                done.append(key)
                return {"number": len(done)}

            return await idempotency.once("key:ci", "put", key, "hash", run)

        first = await put("one")
        await redis.kill()
        for key in ("one", "two"):
            with pytest.raises(Unavailable, match="upstream was not called"):
                await put(key)
        await redis.start()
        clock.now += 1.1
        again = [await put(key) for key in ("one", "two", "two")]
    assert first == {"number": 1}
    assert again == [{"number": 1}, {"number": 2}, {"number": 2}]
    assert done == ["one", "two"]


async def test_a_write_whose_outcome_could_not_be_stored_in_redis_is_unknown_and_not_repeated(
    tmp_path: Path,
) -> None:
    clock, done = Clock(), []
    async with own_redis(tmp_path) as redis:
        records = RedisRecordStore(RedisClient(redis.url, clock), "first")
        idempotency = Idempotency(records, clock=clock, lease=60)

        async def run() -> dict[str, Any]:
            done.append(1)
            await redis.kill()
            return {"text": "done"}

        first = await idempotency.once("key:ci", "put", "one", "hash", run)
        await redis.start()
        clock.now += 61
        with pytest.raises(OutcomeUnknown):
            await idempotency.once("key:ci", "put", "one", "hash", run)
    assert first == {"text": "done"}
    assert done == [1]


async def test_an_event_of_one_replica_reaches_all_replicas_once() -> None:
    heard: dict[str, list[ServerEvent]] = {"one": [], "two": [], "other server": []}
    async with own_redis() as redis:
        buses = {
            "one": RedisEventBus(RedisClient(redis.url), "first"),
            "two": RedisEventBus(RedisClient(redis.url), "first"),
            "other server": RedisEventBus(RedisClient(redis.url), "second"),
        }
        for name, bus in buses.items():
            bus.subscribe(heard[name].append)
        async with buses["one"].running(), buses["two"].running(), buses["other server"].running():
            await asyncio.gather(*(bus.listening.wait() for bus in buses.values()))
            arrived = asyncio.Event()
            buses["two"].subscribe(lambda event: arrived.set() if isinstance(event, ToolsListChanged) else None)
            await buses["one"].publish(ResourceUpdated(uri="sample://thing"))
            await buses["one"].publish(ToolsListChanged())
            await asyncio.wait_for(arrived.wait(), SOON)
    assert heard["one"] == heard["two"] == [ResourceUpdated(uri="sample://thing"), ToolsListChanged()]
    assert heard["other server"] == []


async def test_without_redis_events_stay_in_the_process_until_redis_is_back() -> None:
    clock = Clock()
    async with own_redis() as redis:
        one, two = RedisEventBus(RedisClient(redis.url, clock), "first"), RedisEventBus(RedisClient(redis.url), "first")
        by_one, by_two, arrived = [], [], asyncio.Event()
        one.subscribe(by_one.append)
        two.subscribe(lambda event: (by_two.append(event), arrived.set()))
        async with one.running(), two.running():
            await asyncio.gather(one.listening.wait(), two.listening.wait())
            await redis.kill()
            await one.publish(ResourceUpdated(uri="sample://lost"))
            await asyncio.wait_for(two.deaf.wait(), SOON)
            await redis.start()
            await asyncio.wait_for(two.listening.wait(), SOON)
            clock.now += 1.1
            await one.publish(ResourceUpdated(uri="sample://heard"))
            await asyncio.wait_for(arrived.wait(), SOON)
    assert by_one == [ResourceUpdated(uri="sample://lost"), ResourceUpdated(uri="sample://heard")]
    assert by_two == [ResourceUpdated(uri="sample://heard")]


@pytest.mark.parametrize("era", ERAS)
async def test_a_write_asked_at_two_replicas_is_done_once_and_refused_while_redis_is_gone(era: str) -> None:
    put = {"text": "hello", "idempotency_key": f"once-{era}"}
    async with own_redis() as redis:
        env = {"MCP_REDIS_URL": redis.url}
        async with process(environment=env) as one, process(environment=env) as two:
            async with session(f"{one.url}/mcp", era) as first, session(f"{two.url}/mcp", era) as second:
                answers = [await first.call_tool("put", put), await second.call_tool("put", put)]
                await redis.kill()
                refused = await first.call_tool("put", {**put, "idempotency_key": "another"})
                without = await first.call_tool("put", {"text": "no key"})
                read = await second.call_tool("echo", {"text": "still here"})
            one.end()
            two.end()
            await one.ended()
            await two.ended()
    assert [data(found) for found in answers] == [{"text": "hello"}] * 2
    assert failure(refused).code == "SERVICE_UNAVAILABLE"
    assert (data(without), data(read)) == ({"text": "no key"}, {"text": "still here"})
    assert (one.journal, two.journal) == (["put hello", "put no key", "closed"], ["echo still here", "closed"])


async def test_a_result_of_one_replica_is_reused_by_another_until_a_write_invalidates_it() -> None:
    async with own_redis() as redis:
        env = {"MCP_REDIS_URL": redis.url}
        async with process(environment=env) as one, process(environment=env) as two:
            async with session(f"{one.url}/mcp", "modern") as first, session(f"{two.url}/mcp", "modern") as second:
                asked = {"text": "hello"}
                answers = [data(await client.call_tool("remember", asked)) for client in (first, second, first)]
                await second.call_tool("put", {"text": "something"})
                answers += [data(await client.call_tool("remember", asked)) for client in (first, second)]
                await redis.kill()
                answers.append(data(await second.call_tool("remember", asked)))
            for server in (one, two):
                server.end()
                await server.ended()
    assert [answer["text"] for answer in answers] == ["hello"] * 6
    assert ["as_of" in answer for answer in answers] == [False, True, True, False, True, False]
    assert one.journal == ["remember hello", "remember hello", "closed"]
    assert two.journal == ["put something", "remember hello", "closed"]


async def test_invalidations_during_an_outage_of_redis_are_applied_before_its_next_use() -> None:
    clock = Clock()
    async with own_redis() as redis:
        answers = RedisResultCache(RedisClient(redis.url, clock), "first")
        other = RedisResultCache(RedisClient(redis.url), "first")
        await answers.keep(await answers.find("remember", "key:ci", "{}"), {"text": "old"}, 600)
        broken = RedisResultCache(RedisClient("redis://127.0.0.1:9", clock), "first")
        await broken.outdate("remember")
        broken._link = RedisClient(redis.url)
        before = (await other.find("remember", "key:ci", "{}")).answer
        found = await broken.find("remember", "key:ci", "{}")
        stranger = await other.find("remember", "key:other", "{}")
    assert before == {"text": "old"}
    assert found.answer is None
    assert stranger.answer is None


class Removed(Result):
    times: int


async def test_a_code_issued_by_one_replica_is_accepted_by_another_for_one_effect() -> None:
    removed: list[str] = []

    async def removing(name: str) -> str:
        return f"Remove {name}?"

    @writes("Remove", destructive=True, idempotent=True, confirm=removing)
    async def remove_thing(name: str, confirm: Confirm = None) -> Removed:
        """Remove a thing."""
        removed.append(name)
        return Removed(times=len(removed))

    server = Server(
        name="mcp-chassis",
        distribution="toolroll-core",
        settings=ServerSettings,
        connect=lambda _: nullcontext(),
        instructions="Things.",
        tools=(remove_thing,),
        draft=True,
    )
    async with own_redis() as redis:
        stores = [RedisRecordStore(RedisClient(redis.url), "first") for _ in range(2)]
        one, two = (
            Dispatch(server, ServerSettings.load({}), TransportServices(records=lambda _, s=s: s)) for s in stores
        )
        async with Client(one) as first, Client(two) as second:
            code = failure(await first.call_tool("remove_thing", {"name": "old"})).details["confirm"]
            for replica in (second, first, second):
                assert data(await replica.call_tool("remove_thing", {"name": "old", "confirm": code})) == {"times": 1}
    assert removed == ["old"]
