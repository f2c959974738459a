"""Changes of an issue's type, milestone, lock and sub-issues."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use
from github_world import Repository, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

ISSUE = {**HELLO, "number": 1}
REPO = "/repos/octocat/hello"
WRITES = ("POST", "PATCH", "PUT", "DELETE")


@pytest.fixture
def hello(world: World) -> Repository:
    repository = world.repositories["octocat/hello"]
    repository.milestones = ["Next", "next", "v1.0"]
    world.issue(repository, "Parent")
    world.issue(repository, "Child")
    return repository


def written(github: ScriptedGitHub) -> list[Any]:
    return [(each.method, each.sent if each.body else None) for each in github.requests if each.method in WRITES]


@pytest.mark.parametrize(
    ("change", "value", "sent"),
    [
        ("type", "Bug", {"type": "Bug"}),
        ("milestone", "v1.0", {"milestone": 3}),
        ("milestone", "V1.0", {"milestone": 3}),
        ("milestone", "next", {"milestone": 2}),
    ],
)
async def test_a_type_or_milestone_is_set_by_name_with_one_request(
    use: Use, github: ScriptedGitHub, hello: Repository, change: str, value: str, sent: dict[str, Any]
) -> None:
    assert data(await use("organize_issue", **ISSUE, change=change, value=value)) == {"number": 1, "changed": True}
    assert data(await use("organize_issue", **ISSUE, change=change, value=value)) == {"number": 1, "changed": False}
    assert written(github) == [("PATCH", sent)]


@pytest.mark.parametrize("change", ["type", "milestone"])
async def test_an_empty_value_removes_a_type_or_milestone(
    use: Use, github: ScriptedGitHub, hello: Repository, change: str
) -> None:
    hello.issues[1].type, hello.issues[1].milestone = "Bug", "v1.0"
    assert data(await use("organize_issue", **ISSUE, change=change, value=""))["changed"]
    assert written(github) == [("PATCH", {change: None})]


@pytest.mark.parametrize("change", ["type", "milestone", "add_sub_issue", "remove_sub_issue"])
async def test_a_missing_value_is_refused_without_a_request(
    use: Use, github: ScriptedGitHub, hello: Repository, change: str
) -> None:
    assert failure(await use("organize_issue", **ISSUE, change=change)).code == "INVALID_INPUT"
    assert github.requests == []


async def test_an_unknown_milestone_is_refused_with_the_existing_titles(use: Use, hello: Repository) -> None:
    error = failure(await use("organize_issue", **ISSUE, change="milestone", value="v2"))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert error.message == "There is no milestone 'v2' in octocat/hello. Its milestones are: Next, next, v1.0."


async def test_a_title_that_matches_two_milestones_is_refused(use: Use, hello: Repository) -> None:
    assert failure(await use("organize_issue", **ISSUE, change="milestone", value="NEXT")).code == "INVALID_INPUT"


async def test_a_type_that_github_ignores_is_reported_as_unchanged(use: Use, hello: Repository) -> None:
    hello.push = False
    result = data(await use("organize_issue", **ISSUE, change="type", value="Bug"))
    assert result["changed"] is False
    assert result["warnings"] == ["GitHub did not change the type: this token may not set it in this repository."]


@pytest.mark.parametrize(
    ("value", "reason"), [("too heated", "too heated"), ("too_heated", "too heated"), (None, None)]
)
async def test_locking_and_unlocking_twice_sends_one_request_each(
    use: Use, github: ScriptedGitHub, hello: Repository, value: str | None, reason: str | None
) -> None:
    given = {} if value is None else {"value": value}
    for expected in (True, False):
        assert data(await use("organize_issue", **ISSUE, change="lock", **given))["changed"] is expected
    assert (hello.issues[1].locked, hello.issues[1].lock_reason) == (True, reason)
    for expected in (True, False):
        assert data(await use("organize_issue", **ISSUE, change="unlock"))["changed"] is expected
    assert [method for method, _ in written(github)] == ["PUT", "DELETE"]


async def test_an_unknown_lock_reason_is_refused_with_the_valid_ones(use: Use, hello: Repository) -> None:
    error = failure(await use("organize_issue", **ISSUE, change="lock", value="rude"))
    assert "off-topic, too heated, resolved, spam" in error.message
    assert not hello.issues[1].locked


async def test_a_lock_that_github_did_not_set_is_a_conflict(
    use: Use, github: ScriptedGitHub, hello: Repository
) -> None:
    github.fault("PUT", ".*/lock", status=204)
    error = failure(await use("organize_issue", **ISSUE, change="lock"))
    assert error.code == "CONFLICT"


@pytest.mark.parametrize("value", ["2", "#2", "octocat/hello#2", "https://github.com/octocat/hello/issues/2"])
async def test_a_sub_issue_is_added_listed_and_removed(
    use: Use, connect: Connect, github: ScriptedGitHub, hello: Repository, value: str
) -> None:
    for expected in (True, False):
        assert data(await use("organize_issue", **ISSUE, change="add_sub_issue", value=value))["changed"] is expected
    async with connect() as client:
        thread = data(await client.call_tool("get_issue", ISSUE))
    assert thread["sub_issues"] == "0 of 1 done"
    (part,) = thread["sub_issue_list"]
    assert (part["number"], part["title"], part["state"]) == (2, "Child", "open")
    for expected in (True, False):
        assert data(await use("organize_issue", **ISSUE, change="remove_sub_issue", value=value))["changed"] is expected
    child = {"sub_issue_id": hello.issues[2].id}
    assert written(github) == [("POST", child), ("DELETE", child)]


@pytest.mark.parametrize("value", ["two", "hello#2", "0x2", "octocat/hello/2", "-2"])
async def test_a_value_that_names_no_issue_is_refused_without_a_request(
    use: Use, github: ScriptedGitHub, hello: Repository, value: str
) -> None:
    error = failure(await use("organize_issue", **ISSUE, change="add_sub_issue", value=value))
    assert error.code == "INVALID_INPUT"
    assert github.requests == []


async def test_githubs_refusal_of_a_sub_issue_with_another_parent_is_quoted(
    use: Use, hello: Repository, world: World
) -> None:
    world.issue(hello, "Other parent", children=[hello.issues[2].id])
    error = failure(await use("organize_issue", **ISSUE, change="add_sub_issue", value="2"))
    assert "Sub issue may only have one parent" in error.message


async def test_a_sub_issue_outside_the_allow_list_is_neither_linked_nor_shown(
    use: Use, github: ScriptedGitHub, hello: Repository, world: World
) -> None:
    secret = world.issue(world.repository("octocat/secret"), "Secret")
    error = failure(
        await use("organize_issue", allowed="octocat/hello", **ISSUE, change="add_sub_issue", value="octocat/secret#1")
    )
    assert error.code == "PERMISSION_DENIED"
    hello.issues[1].children = [secret.id, hello.issues[2].id]
    thread = data(await use("get_issue", allowed="octocat/hello", **ISSUE))
    assert [each["title"] for each in thread["sub_issue_list"]] == ["Child"]
    assert thread["warnings"] == ["1 sub-issues are not shown: their repositories are outside GITHUB_ALLOWED_REPOS."]
    everywhere = data(await use("get_issue", **ISSUE))["sub_issue_list"]
    assert everywhere[0]["repository"] == "octocat/secret"
    assert "repository" not in everywhere[1]


async def test_only_the_first_50_sub_issues_are_shown_with_a_warning(use: Use, hello: Repository, world: World) -> None:
    hello.issues[1].children = [world.issue(hello, f"Part {number}").id for number in range(51)]
    thread = data(await use("get_issue", **ISSUE))
    assert len(thread["sub_issue_list"]) == 50
    assert "Only the first 50 sub-issues are shown." in thread["warnings"]


async def test_lockdown_withholds_titles_of_sub_issues_by_authors_without_push_access(
    connect: Connect, hello: Repository, world: World
) -> None:
    hello.permissions = {"octocat": "admin"}
    world.issue(hello, "By a stranger", author="stranger")
    hello.issues[1].children = [hello.issues[2].id, hello.issues[3].id]
    async with connect(GITHUB_LOCKDOWN="true") as client:
        thread = data(await client.call_tool("get_issue", ISSUE))
    assert [each["title"] for each in thread["sub_issue_list"]] == ["Child", "(withheld)"]


@pytest.mark.parametrize(("change", "method"), [("add_sub_issue", "POST"), ("remove_sub_issue", "DELETE")])
@pytest.mark.parametrize("acts", [True, False])
async def test_a_sub_issue_change_whose_response_is_lost_is_looked_up(
    use: Use, github: ScriptedGitHub, hello: Repository, change: str, method: str, acts: bool
) -> None:
    hello.issues[1].children = [hello.issues[2].id] if method == "DELETE" else []
    github.fault(method, ".*/sub_issues?", "reset", acts=acts)
    result = await use("organize_issue", **ISSUE, change=change, value="2")
    is_child = hello.issues[2].id in hello.issues[1].children
    if method == "POST" and not acts:
        assert failure(result).code == "OUTCOME_UNKNOWN"
        assert not is_child
    else:
        assert data(result)["changed"]
        assert is_child is (method == "POST")


async def test_requests_for_reviews_are_withdrawn(
    use: Use, github: ScriptedGitHub, hello: Repository, world: World
) -> None:
    world.commit(hello, {"a.py": b"1\n"}, branch="feature")
    pull = world.pull(hello, "Feature", "feature")
    assert pull.pull
    pull.pull.requested = [world.user("mira"), world.user("Hubot")]
    arguments = {**HELLO, "number": pull.number, "change": "remove_reviewers"}
    for expected in (True, False):
        assert data(await use("update_pull_request", **arguments, reviewers=["hubot", "nobody"]))["changed"] is expected
    assert written(github) == [("DELETE", {"reviewers": ["hubot"], "team_reviewers": []})]
    assert [each.login for each in pull.pull.requested] == ["mira"]
    assert failure(await use("update_pull_request", **arguments)).code == "INVALID_INPUT"
