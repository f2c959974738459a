"""The same write asked twice is done once, and a read that may be reused is."""

import dataclasses
from contextlib import nullcontext
from typing import Annotated

import anyio
import pytest
from mcp.client import Client
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_chassis.failures import OutcomeUnknown
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.storage.idempotency_records import MemoryRecordStore
from mcp_chassis.testing import connected, data, failure, text
from mcp_chassis.tools import reads, writes
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent
from pydantic import BaseModel
from sample_server import SAMPLE, Put, Shelf, Shelves, count_things


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(SAMPLE.settings.load({}))


@pytest.fixture
def server(shelf: Shelf):
    return dataclasses.replace(SAMPLE, connect=lambda settings: nullcontext(shelf))


async def test_calls_with_the_same_key_and_arguments_have_one_effect(server, shelf: Shelf, era):
    async with connected(server, era=era) as client:
        answers = [await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"}) for _ in range(3)]
    assert [data(answer) for answer in answers] == [{"number": 1}] * 3
    assert shelf.put == ["vase"]


async def test_without_a_key_each_call_has_an_effect(server, shelf: Shelf):
    async with connected(server) as client:
        for _ in range(2):
            await client.call_tool("put_thing", {"name": "vase"})
    assert shelf.put == ["vase", "vase"]


async def test_the_same_key_with_other_arguments_is_refused(server, shelf: Shelf):
    async with connected(server) as client:
        await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"})
        result = await client.call_tool("put_thing", {"name": "lamp", "idempotency_key": "k"})
    assert failure(result).code == "INVALID_INPUT"
    assert shelf.put == ["vase"]


async def test_two_concurrent_calls_with_one_key_have_one_effect(server, shelf: Shelf):
    answers: list[object] = []

    async with connected(server) as client, anyio.create_task_group() as group:

        async def put() -> None:
            answers.append(data(await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"})))

        for _ in range(5):
            group.start_soon(put)
    assert answers == [{"number": 1}] * 5
    assert shelf.put == ["vase"]


async def test_a_refused_call_leaves_its_key_free(server, shelf: Shelf):
    async with connected(server) as client:
        refused = await client.call_tool("put_thing", {"name": "x" * 101, "idempotency_key": "k"})
        assert failure(refused).code == "INVALID_INPUT"
        assert data(await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"})) == {"number": 1}


async def test_a_cached_read_calls_the_upstream_once_until_a_write_invalidates_it(server, shelf: Shelf, era):
    async with connected(server, era=era) as client:
        before = [data(await client.call_tool("count_things", {}))["number"] for _ in range(3)]
        assert (before, shelf.asked) == ([0] * 3, 1)
        await client.call_tool("put_thing", {"name": "vase"})
        assert data(await client.call_tool("count_things", {})) == {"number": 1}
    assert shelf.asked == 2


async def test_a_key_survives_a_restart_where_it_is_kept_in_a_file(server, shelf: Shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for _ in range(2):
        async with connected(server, env={"MCP_IDEMPOTENCY_STORE": "file"}) as client:
            assert data(await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"})) == {"number": 1}
    assert shelf.put == ["vase"]


class Yes(BaseModel):
    yes: bool


async def ask(ctx: Context) -> Elicit[Yes]:
    return Elicit("Sure?", Yes)


@reads("Ask", cache=600)
async def asked_read(answer: Annotated[Yes, Resolve(ask)]) -> Put:
    """Ask a person first."""
    return Put(number=1)


async def test_a_read_that_may_be_reused_can_ask_a_person_first(era):
    asked: list[str] = []

    async def agree(ctx: object, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"yes": True})

    server = dataclasses.replace(SAMPLE, tools=(asked_read,))
    async with connected(server, era=era, elicitation_callback=agree) as client:
        assert data(await client.call_tool("asked_read", {})) == {"number": 1}
    assert asked == ["Sure?"]


@reads("Refuse", cache=600)
async def refusing_read(shelf: Shelves) -> CallToolResult:
    """Fail with a result of its own making, the first time."""
    shelf.asked += 1
    return CallToolResult(content=[TextContent(type="text", text=str(shelf.asked))], is_error=shelf.asked == 1)


async def test_a_failed_result_of_a_tools_own_making_is_not_reused(server):
    async with connected(dataclasses.replace(server, tools=(refusing_read,))) as client:
        answers = [await client.call_tool("refusing_read", {}) for _ in range(3)]
    told = [(text(answer)[0], bool(answer.is_error)) for answer in answers]
    assert told == [("1", True), ("2", False), ("2", False)]


@writes("Put and lose the answer", destructive=False, idempotent=True, invalidates=("count_things",))
async def put_and_lose(shelf: Shelves) -> Put:
    """Put a thing, and never hear that it worked."""
    shelf.put.append("lost")
    raise OutcomeUnknown("The answer was lost.")


async def test_a_write_with_a_lost_response_invalidates_cached_reads(server):
    async with connected(dataclasses.replace(server, tools=(put_and_lose, count_things))) as client:
        assert data(await client.call_tool("count_things", {})) == {"number": 0}
        assert failure(await client.call_tool("put_and_lose", {})).code == "OUTCOME_UNKNOWN"
        assert data(await client.call_tool("count_things", {})) == {"number": 1}


async def test_two_servers_with_one_record_store_do_not_share_records(server, shelf: Shelf):
    records = MemoryRecordStore()
    for name in ("mcp-chassis", "timezone-mcp"):
        other = dataclasses.replace(server, name=name)
        dispatch = Dispatch(other, SAMPLE.settings.load({}), TransportServices(records=lambda _: records))
        async with Client(dispatch) as client:
            await client.call_tool("put_thing", {"name": "vase", "idempotency_key": "k"})
    assert shelf.put == ["vase", "vase"]


async def test_changing_a_cached_result_does_not_affect_other_callers(server):
    async with connected(server) as client:
        first = await client.call_tool("count_things", {})
        assert first.structured_content is not None
        first.structured_content["number"] = "poisoned"
        assert data(await client.call_tool("count_things", {}))["number"] == 0
