"""Renamed repositories and transferred issues: followed with a warning, and never out of the allow-list."""

from typing import Any

import pytest
from github_calls import HELLO, Call, Connect, rows
from github_world import Repository, World
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

OLD = {"owner": "octocat", "repo": "old"}
SECRET = "launch-codes"


@pytest.fixture
def renamed(world: World) -> Repository:
    """A repository that was renamed from octocat/old to octocat/new."""
    repository = world.repository("octocat/old")
    world.commit(repository, {"README.md": b"# Old\n"})
    world.issue(repository, "A bug", "needle")
    world.rename("octocat/old", "octocat/new")
    return repository


@pytest.fixture
def transferred(world: World, github: ScriptedGitHub) -> Repository:
    """An issue that was transferred from octocat/hello#7 to secret/vault#1."""
    vault = world.repository("secret/vault", readers={"octocat"})
    issue = world.issue(vault, SECRET, SECRET)
    world.comment(issue, "a comment of the new place")
    _transfer(github, vault, "octocat/hello", 7, 1)
    return vault


def _transfer(github: ScriptedGitHub, to: Repository, old_name: str, number: int, new: int) -> None:
    for tail in ("", "/comments"):
        location = f"{github.url}/repositories/{to.id}/issues/{new}{tail}"
        headers = {"Location": location}
        body = {"message": "Moved Permanently", "url": location, "documentation_url": "x"}
        for method in ("GET", "POST", "PATCH"):
            path = f"/repos/{old_name}/issues/{number}{tail}"
            github.fault(method, path, status=301, headers=headers, body=body, times=99)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_repository_info", {}),
    ("list_issues", {}),
    ("list_issues", {"query": "needle"}),
    ("get_issue", {"number": 1}),
    ("get_file", {"path": "README.md"}),
    ("create_issue", {"title": "T", "body": "B"}),
    ("add_issue_comment", {"number": 1, "body": "B"}),
    ("update_issue", {"number": 1, "title": "New title"}),
]


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
async def test_every_tool_follows_a_renamed_repository_with_a_warning(
    call: Call, renamed: Repository, tool: str, arguments: dict[str, Any]
) -> None:
    result = await call(tool, **OLD, **arguments)
    assert not result.is_error, text(result)
    assert "octocat/old was renamed to octocat/new." in text(result)


async def test_a_write_to_a_renamed_repository_happens_once(
    call: Call, github: ScriptedGitHub, renamed: Repository
) -> None:
    created = data(await call("create_issue", **OLD, title="T", body="B"))
    assert created["number"] == 2
    assert len(renamed.issues) == 2


async def test_a_transferred_issue_is_read_in_its_new_repository_with_a_warning(
    call: Call, transferred: Repository
) -> None:
    thread = data(await call("get_issue", **HELLO, number=7))
    assert (thread["repository"], thread["number"]) == ("secret/vault", 1)
    assert thread["comments"][0]["body"] == "a comment of the new place"
    assert "octocat/hello#7 was transferred: this is secret/vault#1." in thread["warnings"]


@pytest.mark.parametrize(
    ("tool", "arguments"), [("update_issue", {"state": "closed"}), ("add_issue_comment", {"body": "B"})]
)
async def test_a_write_to_a_transferred_issue_is_refused_with_its_new_repository(
    call: Call, github: ScriptedGitHub, transferred: Repository, tool: str, arguments: dict[str, Any]
) -> None:
    error = failure(await call(tool, **HELLO, number=7, **arguments))
    assert error.code == "CONFLICT"
    assert "octocat/hello#7 was transferred to secret/vault#1" in error.message
    assert error.details == {"repository": "secret/vault", "number": 1}
    issue = transferred.issues[1]
    assert (issue.state, len(issue.comments)) == ("open", 1)


@pytest.mark.parametrize("new_number", [7, 1])
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("get_issue", {}), ("update_issue", {"state": "closed"}), ("add_issue_comment", {"body": "B"})],
)
async def test_an_issue_transferred_out_of_the_allow_list_is_refused(
    connect: Connect, world: World, github: ScriptedGitHub, tool: str, arguments: dict[str, Any], new_number: int
) -> None:
    vault = world.repository("secret/vault", readers={"octocat"})
    for _ in range(new_number):
        world.issue(vault, SECRET, SECRET)
    _transfer(github, vault, "octocat/hello", 7, new_number)
    async with connect(GITHUB_ALLOWED_REPOS="octocat/*") as client:
        result = await client.call_tool(tool, {**HELLO, "number": 7, **arguments})
    assert failure(result).code == "PERMISSION_DENIED"
    assert SECRET not in text(result)
    assert "vault" not in text(result)
    assert all(issue.state == "open" and not issue.comments for issue in vault.issues.values())


async def test_a_response_with_an_issue_outside_the_allow_list_is_refused(
    connect: Connect, world: World, github: ScriptedGitHub
) -> None:
    """GitHub responds with status 200 at the requested path, with an issue of another repository."""
    github.description = None
    world.issue(world.repositories["octocat/hello"], "One")
    url = "https://api.github.com/repos/secret/vault"
    shape = {"number": 1, "title": SECRET, "repository_url": url, "html_url": "x"}
    github.fault("GET", "/repos/octocat/hello/issues/1", status=200, body=shape, times=9)
    async with connect(GITHUB_ALLOWED_REPOS="octocat/*") as client:
        result = await client.call_tool("get_issue", {**HELLO, "number": 1})
    assert failure(result).code == "PERMISSION_DENIED"
    assert SECRET not in text(result)


async def test_a_redirect_to_a_path_without_a_repository_is_not_followed(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", "/repos/octocat/hello", status=301, headers={"Location": f"{github.url}/user"}, body={})
    error = failure(await call("get_repository_info", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "an address that is not that of a repository" in error.message


async def test_a_search_in_a_renamed_repository_uses_its_new_name(call: Call, renamed: Repository) -> None:
    found = rows(await call("list_issues", **OLD, query="needle"))
    assert [row["number"] for row in found] == [1]
