"""Several replicas behind a balancer that knows nothing of them: any of them answers any request, in both eras."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from mcp.client.context import ClientRequestContext
from mcp_chassis.testing import data
from mcp_types import ElicitRequestParams, ElicitResult
from remote_balancer import balanced
from remote_http import ERAS, Process, answer, headers, message, post, process, session
from remote_redis import own_redis

pytestmark = pytest.mark.services
KEY = "tr_the-key-of-all-these-replicas-0123456"
STATE_KEY = "a-key-for-request-state-of-these-tests-only"
BALANCERS = ["nginx", "haproxy"]


@contextlib.asynccontextmanager
async def replicas(count: int, environment: Mapping[str, str]) -> AsyncGenerator[list[Process]]:
    async with contextlib.AsyncExitStack() as stack:
        env = {"MCP_API_KEY": KEY, "MCP_STATE_KEYS": STATE_KEY, **environment}
        starting = [stack.enter_async_context(process(environment=env)) for _ in range(count)]
        yield [await start for start in starting]


def _port(server: Process) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("balancer", BALANCERS)
async def test_every_replica_serves_every_request_in_all_revisions(balancer: str, count: int, tmp_path: Path) -> None:
    async with replicas(count, {}) as servers, balanced(balancer, [_port(s) for s in servers], tmp_path) as url:
        for era in ERAS:
            async with session(f"{url}/mcp", era, key=KEY) as client:
                answers = [data(await client.call_tool("echo", {"text": f"{n}"})) for n in range(4 * count)]
                tools = await client.list_tools()
            assert answers == [{"text": f"{n}"} for n in range(4 * count)]
            assert len(tools.tools) == 8
        for server in servers:
            server.end()
            await server.ended()
    assert [len(server.journal) > 4 for server in servers] == [True] * count


async def test_an_answer_to_a_question_of_one_replica_is_accepted_by_another(tmp_path: Path) -> None:
    async def agreeing(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        return ElicitResult(action="accept", content={"agreed": True})

    async with replicas(2, {}) as servers, balanced("nginx", [_port(s) for s in servers], tmp_path) as url:
        async with session(f"{url}/mcp", "modern", key=KEY, elicitation_callback=agreeing) as client:
            answers = [data(await client.call_tool("agree", {})) for _ in range(3)]
        for server in servers:
            server.end()
            await server.ended()
    assert answers == [{"text": "yes"}] * 3
    asked = [sum("rpc_method" in line for line in server.lines) for server in servers]
    assert min(asked) >= 2  # each call is two requests, and the balancer takes turns


async def test_a_change_at_one_replica_reaches_subscribers_at_the_other() -> None:
    async with own_redis() as redis, replicas(2, {"MCP_REDIS_URL": redis.url}) as (one, two):
        accept = {"accept": "application/json, text/event-stream", "x-api-key": KEY}
        async with httpx2.AsyncClient(headers=accept, timeout=30, trust_env=False) as http:
            wanted = {"notifications": {"resourceSubscriptions": ["sample://thing"]}}
            body, sent = message("modern", "subscriptions/listen", wanted), headers("modern", "subscriptions/listen")
            async with http.stream("POST", f"{one.url}/mcp", json=body, headers=sent) as stream:
                lines = (json.loads(line[5:]) async for line in stream.aiter_lines() if line.startswith("data:"))
                acknowledged = await anext(lines)
                await post(http, "modern", "tools/call", {"name": "announce", "arguments": {}}, path=f"{two.url}/mcp")
                heard = await anext(lines)
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert heard["method"] == "notifications/resources/updated"
    assert heard["params"]["uri"] == "sample://thing"


async def test_replicas_share_one_limit(tmp_path: Path) -> None:
    async with own_redis() as redis:
        env = {"MCP_REDIS_URL": redis.url, "MCP_RATE_LIMIT": "20/3600"}
        async with (
            replicas(4, env) as servers,
            balanced("haproxy", [_port(s) for s in servers], tmp_path) as url,
            httpx2.AsyncClient(base_url=url, headers={"x-api-key": KEY}, trust_env=False) as http,
        ):
            http.headers["accept"] = "application/json, text/event-stream"
            call = {"name": "echo", "arguments": {"text": "x"}}
            answers = [await post(http, "modern", "tools/call", call) for _ in range(30)]
    assert [found.status_code for found in answers] == [200] * 20 + [429] * 10


@pytest.mark.parametrize("balancer", BALANCERS)
async def test_a_rolling_restart_under_load_fails_no_call(balancer: str, tmp_path: Path) -> None:
    tally, over = Tally(), asyncio.Event()
    env = {"MCP_API_KEY": KEY, "MCP_STATE_KEYS": STATE_KEY}
    async with (
        replicas(2, {}) as servers,
        balanced(balancer, [_port(server) for server in servers], tmp_path) as url,
        contextlib.AsyncExitStack() as later,
        asyncio.TaskGroup() as group,
    ):
        for number in range(10):
            group.create_task(_calling(url, ERAS_IN_TURN[number % 2], over, tally))
        for server in servers:
            server.end()
            assert await server.ended() == 0
            again = await later.enter_async_context(process(environment={**env, "MCP_PORT": f"{_port(server)}"}))
            await again.said("journal: echo", 50)  # the balancer has found it
        over.set()
    assert tally.failed == []
    assert tally.answered > 200


ERAS_IN_TURN = list(ERAS)


@dataclass
class Tally:
    """How many calls were answered, and how the others failed."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)


async def _calling(url: str, era: str, over: asyncio.Event, tally: Tally) -> None:
    accept = {"accept": "application/json, text/event-stream", "x-api-key": KEY}
    async with httpx2.AsyncClient(base_url=url, headers=accept, timeout=30, trust_env=False) as http:
        while not over.is_set():
            text = f"{tally.answered}"
            response = await post(http, era, "tools/call", {"name": "echo", "arguments": {"text": text}})
            if response.status_code != 200 or answer(response)["result"]["structuredContent"] != {"text": text}:
                tally.failed.append(f"{response.status_code} {response.text[:200]}")
            tally.answered += 1
