"""Issues that are read at the same time: one GraphQL request with the same results as REST."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from github_calls import HELLO, Connect
from github_mcp.server import SERVER
from github_world import Issue, Repository, World
from mcp.client import Client
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import AccountStore
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from scripted_github import ScriptedGitHub
from volume import in_volume, volume

pytestmark = pytest.mark.usefixtures("graphql")


@pytest.fixture
def hello(world: World) -> Repository:
    """A repository with ten issues that differ in every field of a result."""
    repository = world.repositories["octocat/hello"]
    repository.milestones.append("v1.0")
    repository.associations = {"octocat": "OWNER", "eve": "FIRST_TIME_CONTRIBUTOR"}
    world.user("helper[bot]", "Bot")
    for number in range(1, 9):
        _furnished(world, world.issue(repository, f"Issue {number}", f"Body {number}", author="eve"))
    _odd(world, repository.issues[2], repository.issues[3], repository.issues[4])
    _pulls(world, repository)
    return repository


def _furnished(world: World, issue: Issue) -> None:
    issue.labels, issue.assignees = ["bug", "help wanted"], [world.user("octocat")]
    issue.type, issue.milestone = "Bug", "v1.0"
    for number in range(issue.number * 3):
        world.comment(issue, f"Comment {number}", author="helper[bot]" if number % 2 else "eve")


def _odd(world: World, locked: Issue, closed: Issue, bare: Issue) -> None:
    locked.locked, locked.lock_reason = True, "too heated"
    closed.state, closed.state_reason = "closed", "not_planned"
    bare.user, bare.body, bare.comments, bare.type, bare.milestone, bare.labels = None, None, [], None, None, []


def _pulls(world: World, repository: Repository) -> None:
    for name in ("draft", "merged"):
        world.commit(repository, {f"{name}.txt": b"x"}, "Work", branch=name, start="main")
        world.pull(repository, f"A {name} one", name, author="helper[bot]")
    draft, merged = (repository.issues[number].pull for number in (9, 10))
    assert draft is not None
    assert merged is not None
    draft.draft, merged.merged_at, repository.issues[10].state = True, 1_795_000_000.0, "closed"


def ten(count: int = 10) -> list[dict[str, Any]]:
    return [{**HELLO, "number": number, "comments": count} for number in range(1, 11)]


async def at_once(client: Client, requested: list[dict[str, Any]]) -> list[Any]:
    return await asyncio.gather(*(client.call_tool("get_issue", each) for each in requested))


async def test_concurrent_reads_of_issues_share_one_request(
    client: Client, github: ScriptedGitHub, hello: Repository
) -> None:
    results = await at_once(client, ten()[:8])
    assert [data(result)["number"] for result in results] == list(range(1, 9))
    assert [request.path for request in github.requests] == ["/graphql"]


@pytest.mark.parametrize("count", [0, 1, 10, 30, 31])
async def test_issues_read_in_a_batch_equal_those_read_one_by_one(
    client: Client, hello: Repository, count: int
) -> None:
    together = [data(result) for result in await at_once(client, ten(count))]
    alone = [data(await client.call_tool("get_issue", each)) for each in ten(count)]
    assert together == alone


async def test_the_cursor_of_a_batched_issue_leads_to_its_older_comments(client: Client, hello: Repository) -> None:
    last = data((await at_once(client, ten()[:8]))[7])
    older = data(await client.call_tool("get_issue", {**HELLO, "number": 8, "cursor": last["next_cursor"]}))
    texts = [each["body"] for each in [*older["comments"], *last["comments"]]]
    assert texts == [f"Comment {number}" for number in range(4, 24)]


async def test_a_missing_issue_fails_without_the_others_of_its_batch(
    client: Client, github: ScriptedGitHub, hello: Repository
) -> None:
    results = await at_once(
        client, [*ten()[:3], {**HELLO, "number": 99}, {"owner": "octocat", "repo": "no", "number": 1}]
    )
    assert [result.is_error for result in results] == [False, False, False, True, True]
    assert failure(results[3]).code == failure(results[4]).code == "RESOURCE_NOT_FOUND"


async def test_issues_are_read_by_rest_if_graphql_is_refused(
    client: Client, github: ScriptedGitHub, hello: Repository
) -> None:
    github.fault("POST", "/graphql", status=403, body={"message": "Resource not accessible by personal access token"})
    results = await at_once(client, ten()[:3])
    assert [data(result)["number"] for result in results] == [1, 2, 3]
    assert len(github.requests) == 7


async def test_issues_are_read_by_rest_if_graphql_has_no_issue_types(
    client: Client, github: ScriptedGitHub, hello: Repository
) -> None:
    unknown = {"message": "Field 'issueType' doesn't exist on type 'Issue'", "extensions": {"code": "undefinedField"}}
    github.fault("POST", "/graphql", status=200, body={"errors": [unknown]})
    assert [data(result)["type"] for result in await at_once(client, ten()[:2])] == ["Bug", "Bug"]


async def test_issues_are_read_by_rest_without_a_token(
    connect: Connect, github: ScriptedGitHub, hello: Repository
) -> None:
    async with connect(GITHUB_TOKEN=None) as client:
        results = await at_once(client, ten()[:2])
    assert [data(result)["number"] for result in results] == [1, 2]
    assert [request for request in github.requests if request.path == "/graphql"] == []


async def test_the_allow_list_applies_to_the_present_name_of_a_batched_issues_repository(
    connect: Connect, world: World, hello: Repository
) -> None:
    for old, new in (("acme/one", "evil/one"), ("acme/two", "acme/second")):
        world.issue(world.repository(old), "Broken", "It is.")
        world.rename(old, new)
    requested = [{"owner": "acme", "repo": name, "number": 1} for name in ("one", "two")]
    async with connect(GITHUB_ALLOWED_REPOS="acme/*") as client:
        outside, renamed = await at_once(client, requested)
    assert failure(outside).code == "PERMISSION_DENIED"
    assert "evil" not in failure(outside).message
    assert data(renamed)["warnings"] == ["acme/two was renamed to acme/second."]
    assert data(renamed)["repository"] == "acme/second"


def _titled_by_token(request: Request) -> Reply:
    """A GraphQL response with all requested issues, whose title names the account of the request."""
    sent, account = request.json["variables"], request.headers["authorization"].rpartition("-")[2]
    count = request.json["query"].count(": repository(")
    found = {
        f"item{n}": {
            "nameWithOwner": f"{sent[f'owner{n}']}/{sent[f'repo{n}']}",
            "issueOrPullRequest": {
                "number": sent[f"number{n}"],
                "title": account,
                "comments": {"totalCount": 0, "nodes": []},
            },
        }
        for n in range(count)
    }
    return Reply(json={"data": found})


@in_volume
async def test_issues_of_two_accounts_are_never_in_one_request(tmp_path: Path) -> None:
    store, upstream = AccountStore(tmp_path / "accounts.json"), ScriptedUpstream()
    store.keep("github-mcp", Account("work", "id", "http://127.0.0.1:9/token", ("acme",)), Tokens("token-work"))
    store.keep("github-mcp", Account("mine", "id", "http://127.0.0.1:9/token"), Tokens("token-mine"))
    upstream.answers("POST /graphql", _titled_by_token)
    env = {"TOOLROLL_ACCOUNTS_FILE": str(store.path), "TOOLROLL_KEYCHAIN": "off", "MCP_OUTBOUND_RATE": "1000"}
    places = [("acme", "work"), ("octo", "mine")] * 5
    requested = [{"owner": owner, "repo": "r", "number": n} for n, (owner, _) in enumerate(places, 1)]
    crossed: list[Any] = []
    async with upstream, connected(SERVER, env={**env, "GITHUB_API_URL": upstream.url}) as client:
        for _ in range(volume(100)):
            results = [data(result) for result in await at_once(client, requested)]
            returned = [(each["title"], each["number"]) for each in results]
            crossed += [returned] if returned != [(name, n) for n, (_, name) in enumerate(places, 1)] else []
    assert crossed == []
    assert len(upstream.requests) == 2 * volume(100)
