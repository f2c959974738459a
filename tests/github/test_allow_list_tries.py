"""Attempts of every tool to leave the allow-list by names, renames, transfers, redirects, ids and false responses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from github_calls import TOKEN, call_agreed, enough_arguments
from github_graphql import GraphQLDescription
from github_mcp.server import SERVER
from github_peopled import ENVIRONMENT
from github_projects import Item, Project, ProjectField
from github_world import Comment, Release, Repository, Review, Thread, World
from mcp_chassis.testing import connected, text
from scripted_github import ScriptedGitHub

SECRET = "launch-codes"
EVERY_TOOL = [tool.__name__ for tool in SERVER.every_tool]
OF_A_REPOSITORY = [tool.__name__ for tool in SERVER.every_tool if "owner" in tool.__annotations__]
Way = Callable[[ScriptedGitHub], dict[str, Any]]


def filled(world: World, name: str, words: str) -> Repository:
    """A repository in which every text is `words`."""
    repository = world.repository(name, description=words, language="Python", stars=5)
    world.commit(repository, {"README.md": words.encode(), "x": words.encode()}, words)
    world.commit(repository, {"y": words.encode()}, words, branch="feature")
    world.comment(world.issue(repository, words, words), words)
    pull = world.pull(repository, words, "feature", words)
    assert pull.pull is not None
    pull.pull.reviews.append(Review(1, world.user("mira"), "APPROVED", words, 1.0, pull.pull.head))
    comment = Comment(repository.id * 10, world.user("mira"), words, 1.0)
    pull.pull.threads.append(Thread(f"PRRT_{repository.id}", "x", 1, [comment]))
    world.check(repository, pull.pull.head, words, "failure", log=words, summary=words)
    repository.releases.append(Release(1, "v1", words, words, world.user("mira"), 1.0))
    return repository


def restricted_world() -> World:
    """A GitHub with the allowed repository acme/web, and evil/vault outside the list, whose texts are the secret."""
    world = World(lambda: 1_795_000_000.0)
    world.tokens[TOKEN] = "octocat"
    filled(world, "acme/web", "shared words")
    vault = filled(world, "evil/vault", SECRET)
    status = ProjectField("Status", "SINGLE_SELECT", options=["Todo", "Done"])
    shared = Project(world.user("acme"), 7, "Shared", [status], [Item("PVTI_vault", vault, vault.issues[1])])
    world.projects = [shared, Project(world.user("evil"), 7, SECRET, [status], [Item("PVTI_draft", draft=SECRET)])]
    return world


def by_name(github: ScriptedGitHub) -> dict[str, Any]:
    return {"owner": "evil", "repo": "vault"}


def by_name_in_capitals(github: ScriptedGitHub) -> dict[str, Any]:
    return {"owner": "EVIL", "repo": "Vault"}


def by_rename(github: ScriptedGitHub) -> dict[str, Any]:
    filled(github.world, "acme/old", SECRET)
    github.world.rename("acme/old", "evil/new")
    return {"owner": "acme", "repo": "old"}


def by_redirect(github: ScriptedGitHub) -> dict[str, Any]:
    """Redirect every request for acme/web to the repository outside the allow-list."""
    vault = github.world.repositories["evil/vault"]
    for tail in ("/issues/1", "/pulls/2", "/actions/jobs/1/logs", "/actions/runs/1", "/contents/README.md", ""):
        there = {"Location": f"{github.url}/repositories/{vault.id}{tail}"}
        github.fault("GET", f"/repos/acme/web{tail}/?.+", status=301, headers=there, times=99)
        for method in ("POST", "PATCH", "PUT"):
            github.fault(method, f"/repos/acme/web{tail}/?.+", status=307, headers=there, times=99)
    return {"owner": "acme", "repo": "web"}


def by_false_response(github: ScriptedGitHub) -> dict[str, Any]:
    """Respond to a request for acme/web with the repository outside the allow-list."""
    github.fault("GET", "/repos/acme/web", status=200, body={"id": 1, "full_name": "evil/vault"}, times=99)
    return {"owner": "acme", "repo": "web"}


WAYS: list[Way] = [by_name, by_name_in_capitals, by_rename, by_redirect, by_false_response]


def effects(world: World) -> list[Any]:
    """The issues, reviews and project items outside the allow-list, which no write may change."""
    return [
        (issue.title, issue.state, len(issue.comments), issue.pull and (len(issue.pull.reviews), issue.pull.threads))
        for name, repository in world.repositories.items()
        if not name.startswith("acme/")
        for issue in repository.issues.values()
    ] + [[dict(item.values) for item in project.items] for project in world.projects]


async def tried(
    tool: str, way: Way, graphql: GraphQLDescription, *, allowed: str | None = "acme/*", **more: Any
) -> tuple[str, bool]:
    """Call a tool; return the text of its result, and whether anything outside the allow-list was changed."""
    github = ScriptedGitHub(restricted_world(), graphql=graphql)
    listed = {"GITHUB_ALLOWED_REPOS": allowed} if allowed else {}
    environment = {**ENVIRONMENT, "GITHUB_TOOLS": tool, **listed}
    async with github.serving(), connected(SERVER, env={**environment, "GITHUB_API_URL": github.url}) as client:
        schema = (await client.list_tools()).tools[0].input_schema
        arguments = enough_arguments(tool, schema, **way(github))
        numbers = {name: 2 for name in ("number", "pr_number") if name in schema["properties"]}
        arguments = {**arguments, **numbers, **more}
        before = effects(github.world)
        return text(await call_agreed(client, tool, arguments)), effects(github.world) != before


def numbered(tool: str) -> Iterator[dict[str, Any]]:
    """Additional arguments to try for a tool."""
    yield {}
    if tool in ("get_issue", "add_issue_comment", "update_issue"):
        yield {"number": 1}
    if tool == "list_project_items":
        yield {"owner": "acme"}
    if tool == "set_project_field":
        yield from ({"owner": "acme", "item": item} for item in ("evil/vault#1", "PVTI_vault", "PVTI_draft"))
    if tool == "resolve_thread":
        yield from ({"thread_id": f"PRRT_{number}"} for number in range(1000, 1030))


@pytest.mark.parametrize("tool", OF_A_REPOSITORY)
async def test_no_tool_reads_or_changes_a_repository_outside_the_allow_list(
    graphql: GraphQLDescription, tool: str
) -> None:
    leaks: list[str] = []
    for way in WAYS:
        for more in numbered(tool):
            shown, changed = await tried(tool, way, graphql, **more)
            if SECRET in shown or changed or "INTERNAL_ERROR" in shown:
                leaks.append(f"{way.__name__} {more}: {shown[:200]}")
    assert leaks == []


QUERIES = ["launch", "codes", "launch OR codes", "user:evil launch", "repo:evil/vault", "codes in:body", "@me"]


@pytest.mark.parametrize("tool", ["search_repositories", "search_code", "search_issues", "list_issues"])
@pytest.mark.parametrize("query", QUERIES)
async def test_no_search_returns_data_from_outside_the_allow_list(
    graphql: GraphQLDescription, tool: str, query: str
) -> None:
    shown, _ = await tried(tool, inside, graphql, query=query)
    assert SECRET not in shown


def inside(github: ScriptedGitHub) -> dict[str, Any]:
    return {"owner": "acme", "repo": "web"}


def test_at_least_two_hundred_attempts_to_leave_the_allow_list_are_made() -> None:
    tries = sum(len(WAYS) * len(list(numbered(tool))) for tool in OF_A_REPOSITORY)
    assert tries + 4 * len(QUERIES) >= 200


@pytest.mark.parametrize("way", [by_name, by_rename, by_redirect])
@pytest.mark.parametrize("tool", ["get_issue", "get_file", "get_pull_request_diff", "list_issues"])
async def test_without_an_allow_list_the_same_attempts_reach_the_other_repository(
    graphql: GraphQLDescription, tool: str, way: Way
) -> None:
    """Control of the tests above: the secret can be found."""
    shown, _ = await tried(tool, way, graphql, allowed=None)
    assert SECRET in shown or "redirect" in shown or "transferred" in shown


async def test_without_an_allow_list_the_same_write_changes_the_other_repository(graphql: GraphQLDescription) -> None:
    _, changed = await tried("write_review", by_name, graphql, allowed=None)
    assert changed
