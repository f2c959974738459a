"""Repositories that are read at the same time: one GraphQL request, and a failure of one does not affect others."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from github_calls import Connect
from github_mcp.server import SERVER
from github_world import Release, Repository, World
from mcp.client import Client
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import AccountStore
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from scripted_github import ScriptedGitHub

pytestmark = pytest.mark.usefixtures("graphql")


def ten(world: World) -> list[dict[str, str]]:
    for number in range(10):
        _furnished(world, world.repository(f"acme/part-{number}", description=f"Part {number}", stars=number))
    return [{"owner": "acme", "repo": f"part-{number}"} for number in range(10)]


def _furnished(world: World, repository: Repository) -> None:
    repository.languages, repository.language = {"Python": 985, "Shell": 15}, "Python"
    repository.licence, repository.topics = "MIT", ["demo"]
    repository.releases.append(Release(5, "v1.0", "One", "", world.user("octocat"), 1_790_000_000.0))
    for number in range(7):
        world.commit(repository, {"a": str(number).encode()}, f"Change {number}\n\nAnd why.")
    world.issue(repository, "Broken")


async def at_once(client: Client, requested: list[dict[str, Any]]) -> list[Any]:
    return await asyncio.gather(*(client.call_tool("get_repository_info", each) for each in requested))


async def test_concurrent_reads_of_repositories_share_one_request(
    client: Client, github: ScriptedGitHub, world: World
) -> None:
    results = await at_once(client, ten(world))
    assert [data(result)["stars"] for result in results] == list(range(10))
    assert [request.path for request in github.requests] == ["/graphql"]


async def test_repositories_read_in_a_batch_equal_those_read_one_by_one(connect: Connect, world: World) -> None:
    requested = [{**each, "commits": number} for number, each in enumerate(ten(world))]
    async with connect() as client:
        together = [data(result) for result in await at_once(client, requested)]
    async with connect() as client:
        alone = [data(await client.call_tool("get_repository_info", each)) for each in requested[:3]]
    assert together[:3] == alone


async def test_a_missing_repository_fails_without_the_others_of_its_batch(client: Client, world: World) -> None:
    requested = [*ten(world), {"owner": "acme", "repo": "missing"}]
    *others, missing = await at_once(client, requested)
    assert failure(missing).code == "RESOURCE_NOT_FOUND"
    assert "missing or hidden" in failure(missing).message
    assert [result.is_error for result in others] == [False] * 10


async def test_repositories_are_read_by_rest_without_a_token(
    connect: Connect, github: ScriptedGitHub, world: World
) -> None:
    async with connect(GITHUB_TOKEN=None) as client:
        results = await at_once(client, ten(world)[:3])
    assert [data(result)["stars"] for result in results] == [0, 1, 2]
    assert [request for request in github.requests if request.path == "/graphql"] == []


async def test_repositories_are_read_by_rest_if_graphql_is_refused(
    client: Client, github: ScriptedGitHub, world: World
) -> None:
    body = {"message": "Resource not accessible by personal access token"}
    github.fault("POST", "/graphql", status=403, body=body)
    results = await at_once(client, ten(world)[:3])
    assert [data(result)["stars"] for result in results] == [0, 1, 2]


async def test_the_allow_list_applies_to_the_present_name_of_a_batched_repository(
    connect: Connect, world: World
) -> None:
    requested = ten(world)
    world.rename("acme/part-3", "evil/part-3")
    world.rename("acme/part-4", "acme/part-four")
    async with connect(GITHUB_ALLOWED_REPOS="acme/*") as client:
        results = await at_once(client, requested)
    assert failure(results[3]).code == "PERMISSION_DENIED"
    assert "evil" not in failure(results[3]).message
    assert data(results[4])["warnings"] == ["acme/part-4 was renamed to acme/part-four."]
    assert [result.is_error for result in results].count(True) == 1


async def test_an_empty_repository_has_no_commits_and_no_warning(client: Client, world: World) -> None:
    world.repository("acme/empty")
    empty, _ = await at_once(client, [{"owner": "acme", "repo": "empty"}, {"owner": "octocat", "repo": "hello"}])
    assert data(empty)["empty"] is True
    assert data(empty).keys().isdisjoint({"commits", "warnings"})


def _named_by_token(request: Request) -> Reply:
    """A GraphQL response with all requested repositories, whose stars identify the account of the request."""
    count = request.json["query"].count(": repository(")
    stars = int(request.headers["authorization"][-1])
    names = [f"{request.json['variables'][f'owner{n}']}/{request.json['variables'][f'repo{n}']}" for n in range(count)]
    none = {"issues": {"totalCount": 0}, "pullRequests": {"totalCount": 0}, "repositoryTopics": {"nodes": []}}
    found = {f"item{n}": {"nameWithOwner": name, "stargazerCount": stars, **none} for n, name in enumerate(names)}
    return Reply(json={"data": found})


async def test_repositories_of_two_accounts_are_never_in_one_request(tmp_path: Path) -> None:
    store, upstream = AccountStore(tmp_path / "accounts.json"), ScriptedUpstream()
    store.keep("github-mcp", Account("work", "id", "http://127.0.0.1:9/token", ("acme",)), Tokens("token-1"))
    store.keep("github-mcp", Account("mine", "id", "http://127.0.0.1:9/token"), Tokens("token-2"))
    upstream.answers("POST /graphql", _named_by_token)
    env = {"TOOLROLL_ACCOUNTS_FILE": str(store.path), "TOOLROLL_KEYCHAIN": "off"}
    requested = [{"owner": owner, "repo": f"r{n}", "commits": 0} for n in range(5) for owner in ("acme", "octo")]
    async with upstream, connected(SERVER, env={**env, "GITHUB_API_URL": upstream.url}) as client:
        results = [data(result) for result in await at_once(client, requested)]
    assert [result["stars"] for result in results] == [1, 2] * 5
    assert len(upstream.requests) == 2
