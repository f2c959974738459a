"""Comparison of several repositories: number of requests, progress, and repositories that cannot be read."""

from typing import Any

import pytest
from github_calls import Connect, Use, rows
from github_world import Release, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

pytestmark = pytest.mark.usefixtures("graphql")


def many(world: World, count: int) -> list[str]:
    for number in range(count):
        world.repository(f"acme/part-{number}", stars=number, licence="MIT", language="Go")
    return [f"acme/part-{number}" for number in range(count)]


async def test_fifty_repositories_are_read_with_two_requests(use: Use, github: ScriptedGitHub, world: World) -> None:
    result = await use("get_repositories", names=many(world, 50))
    assert [row["stars"] for row in rows(result)] == list(range(50))
    assert [request.path for request in github.requests] == ["/graphql"] * 2


async def test_a_compared_repository_is_a_row_with_release_and_last_commit(use: Use, world: World) -> None:
    repository = world.repositories["octocat/hello"]
    repository.licence, repository.topics, repository.stars = "MIT", ["demo"], 12
    repository.releases.append(Release(5, "v1.0", "One", "", world.user("octocat"), 1_790_000_000.0))
    row = rows(await use("get_repositories", names=["octocat/hello", *many(world, 1)]))[0]
    assert row == {
        "full_name": "octocat/hello",
        "description": "My first repository",
        "language": "Python",
        "stars": 12,
        "topics": ["demo"],
        "updated_at": "2026-11-18",
        "license": "MIT",
        "latest_release": "v1.0 2026-09-21",
        "last_commit": f"{repository.branches['main'][:7]} 2026-11-18 octocat: First",
    }


async def test_fresh_bypasses_the_cache_of_a_comparison(connect: Connect, world: World) -> None:
    arguments = {"names": many(world, 2)}
    async with connect(GITHUB_TOOLS="get_repositories") as client:
        await client.call_tool("get_repositories", arguments)
        world.repositories["acme/part-0"].stars = 7
        found = [await client.call_tool("get_repositories", {**arguments, "fresh": fresh}) for fresh in (False, True)]
    assert [rows(each)[0]["stars"] for each in found] == [0, 7]
    assert ["as_of" in data(each) for each in found] == [True, False]


async def test_a_row_is_the_same_for_one_and_for_several_repositories(use: Use, world: World) -> None:
    world.repositories["octocat/hello"].licence = "MIT"
    alone = rows(await use("get_repositories", names=["octocat/hello"]))
    world.repository("octocat/hello-again")
    together = rows(await use("get_repositories", names=["octocat/hello", "octocat/hello-again"]))
    assert alone[0] == {name: value for name, value in together[0].items() if name in alone[0]}


async def test_a_missing_repository_has_no_row_and_is_listed_in_failed(use: Use, world: World) -> None:
    result = await use("get_repositories", names=["acme/missing", *many(world, 3)])
    assert [row["full_name"] for row in rows(result)] == ["acme/part-0", "acme/part-1", "acme/part-2"]
    assert list(data(result)["failed"]) == ["acme/missing"]
    assert data(result)["warnings"] == ["1 of 4 repositories could not be read; failed says why."]


async def test_the_call_fails_if_no_repository_can_be_read(use: Use) -> None:
    assert failure(await use("get_repositories", names=["acme/one", "acme/two"])).code == "RESOURCE_NOT_FOUND"


async def test_a_repository_outside_the_allow_list_is_listed_in_failed_and_not_read(use: Use, world: World) -> None:
    world.repository("evil/twin", description="secret plans")
    result = await use("get_repositories", allowed="acme/*", names=["evil/twin", *many(world, 2)])
    assert len(rows(result)) == 2
    assert "GITHUB_ALLOWED_REPOS" in data(result)["failed"]["evil/twin"]
    assert "secret plans" not in str(data(result))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([f"acme/part-{number}" for number in range(51)], "names should have at most 50 items, not 51."),
        ([], "names should have at least 1 item, not 0."),
    ],
)
async def test_too_many_and_too_few_names_are_refused(
    names: list[str], expected: str, use: Use, github: ScriptedGitHub
) -> None:
    failed = failure(await use("get_repositories", names=names))
    assert (failed.code, failed.message) == ("INVALID_INPUT", expected)
    assert github.requests == []


async def test_progress_is_reported_for_each_repository(connect: Connect, world: World) -> None:
    steps: list[tuple[float, float | None]] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        steps.append((done, total))

    async with connect(GITHUB_TOOLS="get_repositories") as client:
        names: dict[str, Any] = {"names": many(world, 5)}
        await client.call_tool("get_repositories", names, progress_callback=progress)
    assert steps[-1] == (5, 5)


async def test_without_a_token_each_repository_needs_one_request(
    connect: Connect, github: ScriptedGitHub, world: World
) -> None:
    async with connect(GITHUB_TOOLS="get_repositories", GITHUB_TOKEN=None) as client:
        result = await client.call_tool("get_repositories", {"names": many(world, 3)})
    assert [row["stars"] for row in rows(result)] == [0, 1, 2]
    assert len(github.requests) == 3
    assert "left out" in data(result)["warnings"][0]


@pytest.mark.parametrize("name", ["octocat", "octocat/", "/hello", "a/b/c", "octo cat/x"])
async def test_a_name_that_is_not_owner_and_repository_is_refused(name: str, use: Use, github: ScriptedGitHub) -> None:
    assert failure(await use("get_repositories", names=[name])).code == "INVALID_INPUT"
    assert github.requests == []
