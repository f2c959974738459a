"""Results of reads that processes share over Redis: the one that was read last stays, under the same rules alone."""

import asyncio
from typing import Any

import pytest
from github_calls import HELLO
from github_mcp.server import SERVER as GITHUB
from mcp_chassis.pipeline.account import UpstreamAccount
from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.pipeline.read_cache import ReadCache
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.remote.redis.client import RedisClient
from mcp_chassis.remote.redis.result_cache import RedisResultCache
from mcp_chassis.tools import Fresh, ToolDefinition, reads
from mcp_types import CallToolResult, TextContent
from remote_http import answer, post, served
from remote_redis import own_redis
from sample_server import SAMPLE, Put
from scripted_github import ScriptedGitHub

pytestmark = pytest.mark.services
KEY = {"x-api-key": "tr_one"}


@reads("Count", cache=60)
async def count(fresh: Fresh = False) -> Put:
    """Count."""
    return Put(number=1)


COUNT = BoundFunction(count, ToolDefinition)


def asked(*, fresh: bool = False) -> ToolCall:
    return ToolCall(COUNT, COUNT.arguments.check({"fresh": fresh}), "key:one")


def replica(redis_url: str) -> ReadCache:
    account = UpstreamAccount(SAMPLE, SAMPLE.settings.load({}))
    return ReadCache(account, RedisResultCache(RedisClient(redis_url), "sample"))


class Upstream:
    """Answers with the word of now; a call that was begun waits until the gate is open."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.begun, self.open = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> CallToolResult:
        word = self.word
        self.begun.set()
        await self.open.wait()
        return CallToolResult(content=[TextContent(type="text", text="{}")], structured_content={"name": word})


def name_in(result: Any) -> str:
    return result.structured_content["name"]


async def test_a_read_that_began_before_a_fresh_one_and_ends_after_it_is_not_cached() -> None:
    async with own_redis() as redis:
        one, two = replica(redis.url), replica(redis.url)
        slow, quick = Upstream("old"), Upstream("new")
        quick.open.set()
        reading = asyncio.create_task(one.result(asked(), slow, 60))
        await slow.begun.wait()
        fresh = name_in(await two.result(asked(fresh=True), quick, 60))
        slow.open.set()
        late = name_in(await reading)
        after = [name_in(await each.result(asked(), Upstream("nobody asks"), 60)) for each in (one, two)]
    assert (fresh, late) == ("new", "old")
    assert after == ["new", "new"]


async def test_a_later_read_replaces_the_cached_one() -> None:
    async with own_redis() as redis:
        one, two = replica(redis.url), replica(redis.url)
        words = []
        for cache, word in ((one, "first"), (two, "second"), (one, "third")):
            upstream = Upstream(word)
            upstream.open.set()
            await cache.result(asked(fresh=True), upstream, 60)
            words.append(name_in(await replica(redis.url).result(asked(), Upstream("nobody asks"), 60)))
    assert words == ["first", "second", "third"]


async def test_after_a_restart_with_a_narrower_allow_list_nothing_read_under_the_wider_one_is_given() -> None:
    call = {"name": "get_repository_info", "arguments": dict(HELLO)}
    results: list[dict[str, Any]] = []
    async with own_redis() as redis, ScriptedGitHub().serving() as github:
        github.world.repository("octocat/hello")
        github.world.tokens["ghp_of_the_server"] = "octocat"
        env = {"MCP_API_KEY": KEY["x-api-key"], "MCP_REDIS_URL": redis.url, "GITHUB_API_URL": github.url}
        env |= {"GITHUB_TOKEN": "ghp_of_the_server"}
        for allowed in ("octocat/*", "octocat/*", "octocat/other"):
            async with served({"": GITHUB}, {**env, "GITHUB_ALLOWED_REPOS": allowed}) as http:
                results.append(answer(await post(http, "modern", "tools/call", call, KEY))["result"])
    assert [each["isError"] for each in results] == [False, False, True]
    assert "as_of" in results[1]["structuredContent"]
    assert "PERMISSION_DENIED" in results[2]["content"][0]["text"]
