"""Messages to the host of a call about its upstream requests, waits, stages and stored answers, by level and era."""

import asyncio
import dataclasses
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from mcp.client import Client
from mcp_chassis.batching import Batcher
from mcp_chassis.fan_out import Stages, fan_out
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.results import Result
from mcp_chassis.telemetry.metrics import METRICS, serving_as
from mcp_chassis.telemetry.observer import announce
from mcp_chassis.testing import Reply, ScriptedUpstream, data
from mcp_chassis.tools import Connected, reads
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.service import Upstream
from remote_http import BASE, META, post, served
from sample_server import SAMPLE

ETAG = [("etag", '"1"')]


class Read(Result):
    times: int


@reads("Read twice", open_world=False)
async def read_twice(api: Annotated[JsonApi, Connected]) -> Read:
    """Read the same address in two stages."""
    stages = Stages(2)
    for name in ("first", "second"):
        async with stages.stage(name):
            await api.get("/things/1", params={"key": "not-for-the-log"})
    await announce("info", "The reading is done.")
    return Read(times=2)


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as scripted:
        yield scripted


@pytest.fixture
def server(upstream: ScriptedUpstream) -> Any:
    return server_of(upstream)


def server_of(upstream: ScriptedUpstream, rate_limit: RateLimit | None = None) -> Any:
    @asynccontextmanager
    async def connect(settings: Any) -> AsyncGenerator[JsonApi]:
        async with JsonApi(upstream.url, upstream=Upstream("Acme", policy=settings, rate_limit=rate_limit)) as api:
            yield api

    return dataclasses.replace(SAMPLE, tools=(read_twice,), resources=(), prompts=(), connect=connect, probe=None)


def script(upstream: ScriptedUpstream) -> None:
    """A failure, an answer with an ETag, and its confirmation."""
    replies = [Reply(503), Reply(json={"id": 1}, headers=ETAG), Reply(304, headers=ETAG)]
    upstream.answers("GET /things/1", *replies)


HEARD = [
    ("info", "Stage 1 of 2: first."),
    ("debug", "Acme: GET /things/1 returned 503 in # ms."),
    ("warning", "Acme failed; trying again in # s."),
    ("debug", "Acme: GET /things/1 returned 200 in # ms."),
    ("info", "Stage 2 of 2: second."),
    ("debug", "Acme: GET /things/1 returned 304 in # ms."),
    ("info", "Acme: /things/1 has not changed; the cached response is used."),
    ("info", "The reading is done."),
]
LEVELS = {"debug": {"debug", "info", "warning"}, "info": {"info", "warning"}, "warning": {"warning"}, "error": set()}


def without_figures(text: str) -> str:
    return re.sub(r"[0-9.e+]+ (m?s\b)", r"# \1", text)


@pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")
@pytest.mark.parametrize("level", LEVELS)
async def test_a_host_gets_the_messages_of_the_level_it_requested(
    server, upstream: ScriptedUpstream, era, level: str
) -> None:
    heard: list[tuple[str, str]] = []

    async def hear(params: Any) -> None:
        heard.append((params.level, without_figures(params.data)))

    script(upstream)
    app = Dispatch(server, server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory"}))
    app.host_log.serve(app.lowlevel)
    asks = {"mode": "legacy"} if era == "legacy" else {"mode": "2026-07-28", "log_level": level}
    async with Client(app, logging_callback=hear, **asks) as client:
        if era == "legacy":
            await client.set_logging_level(level)
        assert data(await client.call_tool("read_twice", {})) == {"times": 2}
    assert heard == [(of, text) for of, text in HEARD if of in LEVELS[level]]


async def test_over_http_log_messages_are_sent_in_the_stream_of_the_call(server, upstream: ScriptedUpstream) -> None:
    script(upstream)
    async with served({"": server}, {}) as http:
        asked = {"name": "read_twice", "arguments": {}}
        quiet = await post(http, "modern", "tools/call", asked)
        script(upstream)
        told = await http.post(
            f"{BASE}/mcp",
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {**asked, "_meta": {**META, "io.modelcontextprotocol/logLevel": "info"}},
            },
            headers={"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "read_twice"},
        )
    assert "notifications/message" not in quiet.text
    assert told.text.count("notifications/message") == sum(level != "debug" for level, _ in HEARD)
    assert told.text.index("Stage 1 of 2") < told.text.index('"result"')


async def test_the_wait_for_a_rate_limit_is_announced_once_for_each_call(upstream: ScriptedUpstream) -> None:
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    @reads("Read at once", open_world=False)
    async def read_at_once(api: Annotated[JsonApi, Connected]) -> Read:
        """Read three addresses at once."""
        await fan_out([1, 2, 3], lambda number: api.get("/things/{number}", {"number": number}))
        return Read(times=3)

    upstream.answers("GET /things/*", Reply(json={}))
    one_by_one = RateLimit(1_000, max_concurrent=1)
    server = dataclasses.replace(server_of(upstream, one_by_one), tools=(read_at_once,))
    app = Dispatch(server, server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory"}))
    async with Client(app, logging_callback=hear, mode="2026-07-28", log_level="info") as client:
        await client.call_tool("read_at_once", {})
    assert heard == ["Acme: waiting for its turn, as this server limits its own calls."] * 2


async def test_the_reuse_of_a_result_is_announced_with_its_time(upstream: ScriptedUpstream) -> None:
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    @reads("Read once", open_world=False, cache=60)
    async def read_once(api: Annotated[JsonApi, Connected]) -> Read:
        """Read an address that changes slowly."""
        await api.get("/things/1")
        return Read(times=1)

    upstream.answers("GET /things/1", Reply(json={}))
    server = dataclasses.replace(server_of(upstream), tools=(read_once,))
    async with Client(
        Dispatch(server, server.settings.load({})), logging_callback=hear, mode="2026-07-28", log_level="info"
    ) as client:
        for _ in range(2):
            await client.call_tool("read_once", {})
    assert len(heard) == 1
    assert heard[0].startswith("read_once: the result of 20")
    assert heard[0].endswith(" is used again.")


async def test_a_shared_request_is_announced_to_the_host_of_every_call(upstream: ScriptedUpstream) -> None:
    heard: list[tuple[str, str]] = []

    async def hear(params: Any) -> None:
        heard.append((params.level, without_figures(params.data)))

    @reads("Read together", open_world=False)
    async def read_together(shared: Annotated[Batcher[int, int], Connected]) -> Read:
        """Read together with other calls."""
        return Read(times=await shared.submit(1))

    @asynccontextmanager
    async def connect(settings: Any) -> AsyncGenerator[Batcher[int, int]]:
        async with JsonApi(upstream.url, upstream=Upstream("Acme", policy=settings)) as api:

            async def execute(items: Sequence[int]) -> list[int]:
                await api.get("/things/1")
                return list(items)

            yield Batcher(execute, most=2)

    upstream.answers("GET /things/1", Reply(503), Reply(json={}))
    server = dataclasses.replace(server_of(upstream), tools=(read_together,), connect=connect)
    app = Dispatch(server, server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory"}))
    with serving_as("shared"):
        async with Client(app, logging_callback=hear, mode="2026-07-28", log_level="debug") as client:
            await asyncio.gather(*(client.call_tool("read_together", {}) for _ in range(2)))
    assert sorted(heard) == sorted([HEARD[1], HEARD[2], HEARD[3]] * 2)
    assert METRICS.by_server["shared"].attempts == {("Acme", "service_unavailable"): 1, ("Acme", "ok"): 1}
