"""Results of reads that are reused: by whom, with which credential, and of when they say they are."""

import random
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from mcp_chassis.failures import Failure
from mcp_chassis.output.warnings import warn
from mcp_chassis.pipeline.account import UpstreamAccount
from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.pipeline.read_cache import ReadCache
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.sign_in import SignInNeeded
from mcp_chassis.tools import Fresh, ToolDefinition, reads
from mcp_types import CallToolResult, TextContent
from sample_server import SAMPLE, Put

CALLS = 1_000


@reads("Count", cache=60)
async def count(fresh: Fresh = False) -> Put:
    """Count."""
    return Put(number=1)


COUNT = BoundFunction(count, ToolDefinition)


class Grants:
    """The callers' own tokens, as a transport over HTTP has them; without one a caller has to sign in."""

    def __init__(self, **tokens: str) -> None:
        self.tokens = tokens

    def connected(self, principal: str) -> Any:
        raise NotImplementedError

    async def token(self, principal: str) -> str:
        if principal not in self.tokens:
            raise SignInNeeded("Sample", "https://example.com/start")
        return self.tokens[principal]


def cache_for(acting: Grants | None = None, now: float = 1_795_000_000.0, **environment: str) -> ReadCache:
    account = UpstreamAccount(SAMPLE, SAMPLE.settings.load(environment), acting)
    return ReadCache(account, None, clock=lambda: now)


def asked_by(principal: str, **arguments: Any) -> ToolCall:
    return ToolCall(COUNT, COUNT.arguments.check(arguments), principal)


def answer(text: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=f'{{"name":"{text}"}}')], structured_content={"name": text}
    )


class Upstream:
    """Answers with a text, and counts."""

    def __init__(self, text: str = "", warning: str = "") -> None:
        self.text, self.warning, self.asked = text, warning, 0
        self.open = anyio.Event()
        self.open.set()

    async def __call__(self) -> CallToolResult:
        self.asked += 1
        await self.open.wait()
        if self.warning:
            warn(self.warning)
        return answer(self.text or str(self.asked))


def named(result: Any) -> str:
    return result.structured_content["name"]


async def test_two_principals_and_two_accounts_in_any_order_never_get_the_result_of_another():
    grants, choose, requests, crossed = Grants(), random.Random(1), 0, []
    cache = cache_for(grants)
    for _ in range(CALLS):
        principal = choose.choice(["alice", "bob"])
        grants.tokens[principal] = token = choose.choice(["token of one", "token of two"])
        upstream = Upstream(f"{principal} with the {token}")
        result = await cache.result(asked_by(principal), upstream, 60)
        requests += upstream.asked
        crossed += [named(result)] if named(result) != upstream.text else []
    assert crossed == []
    assert requests == 4


async def test_a_caller_without_a_grant_is_asked_to_sign_in_at_each_call():
    grants = Grants(alice="a")
    cache = cache_for(grants)
    await cache.result(asked_by("alice"), Upstream("hers"), 60)
    del grants.tokens["alice"]

    async def refused() -> CallToolResult:
        raise SignInNeeded("Sample", "https://example.com/start")

    with pytest.raises(SignInNeeded):
        await cache.result(asked_by("alice"), refused, 60)


async def test_a_reloaded_credential_gets_no_result_cached_for_the_previous_one(tmp_path: Path):
    mounted = tmp_path / "token"
    mounted.write_text("first-token")
    settings = SAMPLE.settings.load(environment := {"SAMPLE_TOKEN_FILE": str(mounted)})
    cache, upstream = cache_for(**environment), Upstream()
    before = [named(await cache.result(asked_by("local"), upstream, 60)) for _ in range(2)]
    mounted.write_text("second-token")
    assert settings.credential("token").reload()
    after = [named(await cache.result(asked_by("local"), upstream, 60)) for _ in range(2)]
    assert before + after == ["1", "1", "2", "2"]


async def test_a_result_read_while_the_credential_changed_is_not_cached():
    grants = Grants(alice="old")
    cache, upstream = cache_for(grants), Upstream()

    async def changed() -> CallToolResult:
        grants.tokens["alice"] = "new"
        return await upstream()

    await cache.result(asked_by("alice"), changed, 60)
    grants.tokens["alice"] = "old"
    await cache.result(asked_by("alice"), upstream, 60)
    assert upstream.asked == 2


async def test_a_result_with_warnings_is_shared_with_waiting_callers_and_not_cached():
    cache, upstream = cache_for(), Upstream(warning="A part is missing.")
    upstream.open, got = anyio.Event(), []

    async def ask() -> None:
        got.append(named(await cache.result(asked_by("local"), upstream, 60)))

    async with anyio.create_task_group() as callers:
        for _ in range(10):
            callers.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        upstream.open.set()
    assert got == ["1"] * 10
    assert named(await cache.result(asked_by("local"), upstream, 60)) == "2"


async def test_a_cached_result_has_the_time_of_its_read_in_text_and_data():
    cache, upstream = cache_for(), Upstream("x")
    first, second = [await cache.result(asked_by("local"), upstream, 60) for _ in range(2)]
    assert isinstance(first, CallToolResult)
    assert isinstance(second, CallToolResult)
    assert first.structured_content == {"name": "x"}
    assert second.structured_content == {"name": "x", "as_of": "2026-11-18T11:06:40Z"}
    assert second.content == [TextContent(type="text", text='{"name":"x","as_of":"2026-11-18T11:06:40Z"}')]


async def test_fresh_is_not_part_of_the_cache_key_and_bypasses_the_cache():
    cache, upstream = cache_for(), Upstream()
    asked = [named(await cache.result(asked_by("local", fresh=fresh), upstream, 60)) for fresh in (False, True, False)]
    assert asked == ["1", "2", "2"]


async def test_a_caller_that_is_cancelled_leaves_the_others_an_answer():
    cache, upstream, got = cache_for(), Upstream(), []
    upstream.open = anyio.Event()

    async def ask() -> None:
        got.append(named(await cache.result(asked_by("local"), upstream, 60)))

    async with anyio.create_task_group() as followers:
        async with anyio.create_task_group() as leader:
            leader.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            for _ in range(9):
                followers.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            leader.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        upstream.open.set()
    assert got == ["2"] * 9


async def test_a_failure_is_not_kept():
    cache, upstream = cache_for(), Upstream("here")

    async def fails() -> CallToolResult:
        raise Failure("The upstream is gone.")

    with pytest.raises(Failure):
        await cache.result(asked_by("local"), fails, 60)
    assert named(await cache.result(asked_by("local"), upstream, 60)) == "here"


class SharedCache:
    """A cache shared with other processes that notes what is invalidated."""

    def __init__(self) -> None:
        self.outdated: list[str] = []

    async def find(self, tool: str, principal: str, arguments: str) -> Any:
        raise NotImplementedError

    async def keep(self, found: Any, answer: Any, seconds: float) -> None:
        raise NotImplementedError

    async def outdate(self, tool: str) -> None:
        await anyio.lowlevel.checkpoint()
        self.outdated.append(tool)


async def test_a_cancelled_write_still_invalidates_the_results_of_other_processes():
    shared = SharedCache()
    cache = ReadCache(UpstreamAccount(SAMPLE, SAMPLE.settings.load({}), None), shared)
    with anyio.CancelScope() as cancelled:
        cancelled.cancel()
        await cache.outdate(("count", "list"))
    assert shared.outdated == ["count", "list"]
