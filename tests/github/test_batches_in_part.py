"""Incomplete GraphQL responses to batches: the incomplete items are read by REST, and no result lacks a part."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from github_calls import Use, rows
from github_graphql import FieldRefused
from github_world import Release, Repository, World
from mcp.client import Client
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

pytestmark = pytest.mark.usefixtures("graphql")

LIMITS = "RESOURCE_LIMITS_EXCEEDED"
TYPES = ["FORBIDDEN", "NOT_FOUND", LIMITS, None]


@pytest.fixture
def furnished(world: World) -> Repository:
    """A repository with data in each part of its overview, and a second one that is read in the same batch."""
    repository = world.repositories["octocat/hello"]
    repository.languages, repository.topics, repository.licence = {"Python": 985, "Shell": 15}, ["demo", "tiny"], "MIT"
    repository.releases.append(Release(5, "v1.0", "One", "", world.user("octocat"), 1_790_000_000.0))
    world.comment(world.issue(repository, "Broken", "It is."), "Since when?")
    world.issue(repository, "Slow")
    world.repository("acme/other", stars=7)
    return repository


async def overviews(client: Client) -> list[Any]:
    requested = [{"owner": "octocat", "repo": "hello"}, {"owner": "acme", "repo": "other"}]
    return await asyncio.gather(*(client.call_tool("get_repository_info", each) for each in requested))


async def issues(client: Client) -> list[Any]:
    requested = [{"owner": "octocat", "repo": "hello", "number": number} for number in (1, 2)]
    return await asyncio.gather(*(client.call_tool("get_issue", each) for each in requested))


def whole(result: Any) -> dict[str, Any]:
    """Check that the overview of the repository has every part."""
    overview = data(result)
    assert overview["open_issues"] == 2
    assert overview["topics"] == ["demo", "tiny"]
    assert overview["languages"] == {"Python": 98.5, "Shell": 1.5}
    assert overview["latest_release"].startswith("v1.0")
    assert (overview["default_branch"], len(overview["commits"])) == ("main", 1)
    assert overview.keys().isdisjoint({"warnings", "empty"})
    return overview


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize(
    "field", ["pullRequests", "repositoryTopics", "languages", "latestRelease", "defaultBranchRef"]
)
async def test_a_repository_with_an_error_inside_is_read_by_rest(
    client: Client, github: ScriptedGitHub, furnished: Repository, field: str, type: str | None
) -> None:
    github.graphql_parts["octocat/hello"] = {field: FieldRefused(type)}
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7
    assert len(github.seen("POST", "/graphql")) == 1
    assert {request.path.split("/")[2] for request in github.seen("GET")} == {"octocat"}


async def test_a_part_that_rest_cannot_read_either_is_named_in_a_warning(
    client: Client, github: ScriptedGitHub, furnished: Repository
) -> None:
    github.graphql_parts["octocat/hello"] = {"defaultBranchRef": FieldRefused("FORBIDDEN")}
    github.fault("GET", ".*/commits", status=403, body={"message": "Resource not accessible by integration"})
    hello, _ = await overviews(client)
    assert data(hello)["warnings"][0].startswith("The commits could not be read:")
    assert data(hello).keys().isdisjoint({"empty", "commits"})


@pytest.mark.parametrize("type", [LIMITS, "SOMETHING_NEW", None])
async def test_a_repository_with_an_unspecific_error_is_read_by_rest(
    client: Client, github: ScriptedGitHub, furnished: Repository, type: str | None
) -> None:
    github.graphql_parts["octocat/hello"] = FieldRefused(type, "Something went wrong while executing your query.")
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7


async def test_a_forbidden_repository_fails_alone_without_a_second_request(
    client: Client, github: ScriptedGitHub, furnished: Repository
) -> None:
    github.graphql_parts["octocat/hello"] = FieldRefused("FORBIDDEN", "You may not.")
    hello, other = await overviews(client)
    assert failure(hello).code == "PERMISSION_DENIED"
    assert data(other)["stars"] == 7
    assert len(github.requests) == 1


async def test_a_null_issue_without_an_error_is_read_by_rest(
    client: Client, github: ScriptedGitHub, furnished: Repository
) -> None:
    github.graphql_parts |= {"octocat/hello": None, "octocat/hello#1": None}
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7
    assert [data(result)["title"] for result in await issues(client)] == ["Broken", "Slow"]


@pytest.mark.parametrize(
    "part",
    [
        {"repositoryTopics": {"nodes": [None, {"topic": {"name": "tiny"}}]}},
        {"repositoryTopics": {"nodes": None}},
        {"languages": {"edges": [{"size": 985, "node": {"name": "Python"}}, None]}},
        {"languages": {"edges": None}},
        {"defaultBranchRef": {"name": "main", "target": {"__typename": "Commit", "history": {"nodes": [None]}}}},
        {"defaultBranchRef": {"name": "main", "target": {"__typename": "Commit", "history": {"nodes": None}}}},
    ],
)
async def test_a_repository_with_a_null_list_entry_is_read_by_rest(
    client: Client, github: ScriptedGitHub, furnished: Repository, part: dict[str, Any]
) -> None:
    github.graphql_parts["octocat/hello"] = part
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7


def _comments(*nodes: Any) -> Callable[..., Any]:
    return lambda info, last: {"totalCount": 1, "nodes": list(nodes) or None}


@pytest.mark.parametrize(
    "part",
    [
        {"comments": FieldRefused("FORBIDDEN")},
        {"labels": FieldRefused(LIMITS)},
        {"comments": _comments(None)},
        {"comments": _comments()},
        {
            "comments": _comments(
                {
                    "fullDatabaseId": None,
                    "body": "Since when?",
                    "createdAt": "2026-11-18T00:00:00Z",
                    "authorAssociation": "NONE",
                }
            )
        },
        {
            "comments": _comments(
                {
                    "fullDatabaseId": "IC_x",
                    "body": "Since when?",
                    "createdAt": "2026-11-18T00:00:00Z",
                    "authorAssociation": "NONE",
                }
            )
        },
        {"labels": {"nodes": [None]}},
        {"assignees": {"nodes": None}},
    ],
)
async def test_an_incomplete_issue_is_read_by_rest(
    client: Client, github: ScriptedGitHub, furnished: Repository, part: dict[str, Any]
) -> None:
    furnished.issues[1].labels, furnished.issues[1].assignees = ["bug"], [furnished.owner]
    github.graphql_parts["octocat/hello#1"] = part
    broken, slow = await issues(client)
    assert [comment["body"] for comment in data(broken)["comments"]] == ["Since when?"]
    assert (data(broken)["labels"], data(broken)["assignees"]) == (["bug"], ["octocat"])
    assert data(slow)["title"] == "Slow"
    assert "warnings" not in data(broken)


@pytest.mark.parametrize("error", [{"type": LIMITS}, {"type": "FORBIDDEN"}, {}])
async def test_all_items_are_read_by_rest_after_an_error_without_a_path(
    client: Client, github: ScriptedGitHub, furnished: Repository, error: dict[str, str]
) -> None:
    github.graphql_errors = [{"message": "Something went wrong while executing your query.", **error}]
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7
    before = len(github.requests)
    assert [data(result)["title"] for result in await issues(client)] == ["Broken", "Slow"]
    assert [request.method for request in github.requests[before:]].count("GET") >= 2


@pytest.mark.parametrize(
    "body", [b"<html>", {"data": None}, {"data": [1], "errors": [{"message": "No."}]}, {"data": {"item0": 1}}, []]
)
async def test_all_items_are_read_by_rest_after_an_unreadable_response(
    client: Client, github: ScriptedGitHub, furnished: Repository, body: Any
) -> None:
    github.fault("POST", "/graphql", status=200, body=body, times=9)
    hello, other = await overviews(client)
    whole(hello)
    assert data(other)["stars"] == 7
    assert [data(result)["title"] for result in await issues(client)] == ["Broken", "Slow"]


async def test_a_rate_limit_fails_the_whole_batch_even_with_data(
    client: Client, github: ScriptedGitHub, furnished: Repository
) -> None:
    github.graphql_errors = [{"message": "API rate limit exceeded", "type": "RATE_LIMITED"}]
    assert [failure(result).code for result in await overviews(client)] == ["RATE_LIMITED"] * 2
    assert github.seen("GET") == []


async def test_a_row_of_compared_repositories_is_complete_after_a_partial_response(
    use: Use, github: ScriptedGitHub, furnished: Repository
) -> None:
    github.graphql_parts["octocat/hello"] = {"latestRelease": FieldRefused("FORBIDDEN")}
    result = await use("get_repositories", names=["octocat/hello", "acme/other"])
    assert [row["latest_release"] for row in rows(result)] == ["v1.0 2026-09-21", None]
    assert "warnings" not in data(result)
