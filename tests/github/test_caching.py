"""Caching of the overview of a repository for a minute: number of requests, and when the entry is not used."""

import asyncio
from pathlib import Path

from github_calls import HELLO, Call, Connect
from github_mcp.server import SERVER
from github_world import World
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import AccountStore
from mcp_chassis.testing import connected, data
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from scripted_github import ScriptedGitHub
from volume import in_volume, volume


async def test_a_second_read_of_a_repository_comes_from_the_cache_with_its_time(
    call: Call, github: ScriptedGitHub
) -> None:
    first, second = [data(await call("get_repository_info", **HELLO)) for _ in range(2)]
    assert len(github.requests) == 4
    assert second.pop("as_of").endswith("Z")
    assert first == second


async def test_ten_concurrent_reads_of_a_repository_send_four_requests(call: Call, github: ScriptedGitHub) -> None:
    results = await asyncio.gather(*(call("get_repository_info", **HELLO) for _ in range(10)))
    assert {data(result)["full_name"] for result in results} == {"octocat/hello"}
    assert len(github.requests) == 4


async def test_other_arguments_do_not_hit_the_cache(call: Call, github: ScriptedGitHub) -> None:
    await call("get_repository_info", **HELLO)
    shown = data(await call("get_repository_info", **HELLO, readme_lines=1))
    assert shown["readme"].startswith("# Hello")
    assert len(github.requests) == 9


async def test_fresh_bypasses_the_cache_and_replaces_its_entry(call: Call, world: World) -> None:
    await call("get_repository_info", **HELLO)
    world.repositories["octocat/hello"].stars = 7
    cached = data(await call("get_repository_info", **HELLO))
    fresh = data(await call("get_repository_info", **HELLO, fresh=True))
    after = data(await call("get_repository_info", **HELLO))
    assert (cached["stars"], fresh["stars"], after["stars"]) == (0, 7, 7)
    assert ["as_of" in each for each in (cached, fresh, after)] == [True, False, True]


async def test_a_new_issue_invalidates_the_cached_repository(call: Call) -> None:
    before = data(await call("get_repository_info", **HELLO))
    await call("create_issue", **HELLO, title="Broken", body="It is.")
    after = data(await call("get_repository_info", **HELLO))
    assert (before["open_issues"], after["open_issues"]) == (0, 1)
    assert "as_of" not in after


async def test_an_incomplete_overview_is_not_cached(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ".*/languages", status=403, body={"message": "no"})
    first, second = [data(await call("get_repository_info", **HELLO)) for _ in range(2)]
    assert "The languages could not be read" in first["warnings"][0]
    assert second.keys().isdisjoint({"warnings", "as_of"})


async def test_a_failure_is_not_cached(call: Call, world: World) -> None:
    missing = {"owner": "octocat", "repo": "later"}
    assert (await call("get_repository_info", **missing)).is_error
    world.repository("octocat/later")
    assert data(await call("get_repository_info", **missing))["full_name"] == "octocat/later"


async def test_without_a_token_a_result_is_cached_with_its_warning(connect: Connect) -> None:
    async with connect(GITHUB_TOKEN=None) as client:
        first, second = [data(await client.call_tool("get_repository_info", HELLO)) for _ in range(2)]
    assert first["warnings"] == second["warnings"]
    assert "as_of" in second


def _named_by_token(request: Request) -> Reply:
    """A response with a repository whose stars identify the account of the request."""
    return Reply(json={"full_name": "acme/one", "stargazers_count": int(request.headers["authorization"][-1])})


@in_volume
async def test_two_accounts_never_get_each_others_cached_result(tmp_path: Path) -> None:
    store, upstream = AccountStore(tmp_path / "accounts.json"), ScriptedUpstream()
    upstream.answers("GET /repos/acme/one", _named_by_token)
    upstream.answers("GET /repos/acme/one/languages", Reply(json={}))

    def sign_in(number: int) -> None:
        store.keep("github-mcp", Account(f"account-{number}", "id", "http://127.0.0.1:9/token"), Tokens(f"of-{number}"))
        store.remove("github-mcp", f"account-{1 - number}")

    sign_in(0)
    env = {"TOOLROLL_ACCOUNTS_FILE": str(store.path), "TOOLROLL_KEYCHAIN": "off", "MCP_OUTBOUND_RATE": "1000"}
    crossed = []
    async with upstream, connected(SERVER, env={**env, "GITHUB_API_URL": upstream.url}) as client:
        for number in range(volume(1_000)):
            sign_in(number % 2)
            arguments = {"owner": "acme", "repo": "one", "commits": 0}
            result = data(await client.call_tool("get_repository_info", arguments))
            crossed += [result] if result["stars"] != number % 2 else []
    assert crossed == []
    requests = len(upstream.asked("GET /repos/acme/one"))
    assert requests < volume(1_000)  # two requests, and two more for each minute that the test takes
