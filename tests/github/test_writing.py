"""Writes to issues and pull requests: their results and warnings, and that no effect happens twice."""

import itertools
from typing import Any

import anyio
import pytest
from github_calls import HELLO, Call, Connect
from github_world import Repository, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub
from volume import in_volume, volume

NEW = {**HELLO, "title": "It breaks", "body": "When I press it"}
ISSUES = "/repos/octocat/hello/issues"


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


async def test_an_issue_is_opened_with_labels_and_assignees(call: Call, hello: Repository) -> None:
    created = data(await call("create_issue", **NEW, labels=["bug"], assignees=["octocat"]))
    assert created == {
        "number": 1,
        "url": "https://github.com/octocat/hello/issues/1",
        "state": "open",
        "created_at": "2026-11-18T11:06:40Z",
        "labels": ["bug"],
        "assignees": ["octocat"],
    }


async def test_the_hidden_mark_of_a_written_text_is_not_shown(call: Call, hello: Repository) -> None:
    await call("create_issue", **NEW)
    await call("add_issue_comment", **HELLO, number=1, body="Me too")
    thread = data(await call("get_issue", **HELLO, number=1))
    assert "<!-- toolroll:" in (hello.issues[1].body or "")
    assert thread["body"] == "When I press it"
    assert thread["comments"][0]["body"] == "Me too"


async def test_labels_that_github_ignores_are_named_in_a_warning(call: Call, hello: Repository) -> None:
    hello.push = False
    created = data(await call("create_issue", **NEW, labels=["bug", "ui"], assignees=["octocat"]))
    assert "labels" not in created
    assert created["warnings"] == [
        "GitHub ignored the labels bug, ui: this token may not set them in this repository.",
        "GitHub ignored the assignees octocat: this token may not set them in this repository.",
    ]


async def test_a_refused_title_is_named_in_the_error(call: Call, github: ScriptedGitHub) -> None:
    errors = [{"resource": "Issue", "field": "title", "code": "missing_field"}]
    github.fault("POST", ISSUES, status=422, body={"message": "Validation Failed", "errors": errors})
    error = failure(await call("create_issue", **NEW))
    assert error.code == "INVALID_INPUT"
    assert error.message == "GitHub refused the arguments: title is required."


async def test_an_unknown_assignee_is_named_in_the_error(call: Call) -> None:
    error = failure(await call("create_issue", **NEW, assignees=["nobody-here"]))
    assert error.code == "INVALID_INPUT"
    assert "assignees 'nobody-here' is not valid (no such user" in error.message


async def test_a_written_comment_is_returned_with_its_url(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "One")
    created = data(await call("add_issue_comment", **HELLO, number=1, body="Me too"))
    assert created["url"] == f"https://github.com/octocat/hello/issues/1#issuecomment-{created['id']}"


async def test_closing_an_issue_returns_the_changed_fields(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "One", labels=["bug"])
    how = {"state": "closed", "state_reason": "not_planned", "labels": ["bug"]}
    updated = data(await call("update_issue", **HELLO, number=1, **how))
    assert updated == {"number": 1, "state": "closed", "changed": ["state", "state_reason"]}
    assert hello.issues[1].state_reason == "not_planned"


async def test_closing_a_closed_issue_succeeds_without_a_request(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    world.issue(hello, "One", state="closed", state_reason="completed")
    updated = data(await call("update_issue", **HELLO, number=1, state="closed"))
    assert updated == {"number": 1, "state": "closed", "changed": []}
    assert github.seen("PATCH") == []


async def test_labels_and_body_can_be_set_to_empty(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "One", "Body", labels=["bug"])
    updated = data(await call("update_issue", **HELLO, number=1, labels=[], body=""))
    assert sorted(updated["changed"]) == ["body", "labels"]
    assert (hello.issues[1].labels, hello.issues[1].body) == ([], "")


async def test_labels_that_the_token_may_not_set_give_a_warning(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "One")
    hello.push = False
    updated = data(await call("update_issue", **HELLO, number=1, labels=["bug"], title="Two"))
    assert updated["changed"] == ["title"]
    assert updated["warnings"] == ["GitHub did not change labels: this token may not set them in this repository."]


async def test_a_state_reason_that_github_ignores_gives_a_warning(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "One", state="closed", state_reason="completed")
    updated = data(await call("update_issue", **HELLO, number=1, state="closed", state_reason="duplicate"))
    assert updated["warnings"] == ["GitHub did not change state_reason."]
    assert "state_reason" not in updated["changed"]


@pytest.mark.parametrize("nothing", [{}, {"state_reason": "completed"}])
async def test_an_update_without_fields_is_refused_with_the_possible_fields(
    call: Call, nothing: dict[str, str], github: ScriptedGitHub
) -> None:
    error = failure(await call("update_issue", **HELLO, number=1, **nothing))
    assert error.code == "INVALID_INPUT"
    assert "give state, title, body, labels or assignees" in error.message
    assert github.requests == []


async def test_opening_an_issue_in_an_archived_repository_is_refused(call: Call, hello: Repository) -> None:
    hello.archived = True
    error = failure(await call("create_issue", **NEW))
    assert error.code == "PERMISSION_DENIED"
    assert "archived" in error.message


async def test_a_missing_permission_is_named_in_the_details(connect: Connect, world: World) -> None:
    world.tokens["reader"] = "octo-reader"
    async with connect(GITHUB_TOKEN="reader") as client:
        error = failure(await client.call_tool("create_issue", NEW))
    assert error.code == "PERMISSION_DENIED"
    assert error.details == {"needed": "issues=write"}


async def test_an_issue_is_opened_once_in_a_renamed_repository(call: Call, world: World, hello: Repository) -> None:
    world.rename("octocat/hello", "octocat/world")
    created = data(await call("create_issue", **NEW))
    assert created["url"] == "https://github.com/octocat/world/issues/1"
    assert len(hello.issues) == 1


async def test_a_pull_request_is_opened_and_a_second_one_of_its_branch_refused(
    connect: Connect, world: World, hello: Repository
) -> None:
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    new = {**NEW, "head": "feature", "base": "main", "draft": True}
    async with connect(GITHUB_TOOLS="create_pull_request") as client:
        created = data(await client.call_tool("create_pull_request", new))
        again = failure(await client.call_tool("create_pull_request", new))
    assert created == {
        "number": 1,
        "url": "https://github.com/octocat/hello/pull/1",
        "state": "open",
        "draft": True,
    }
    assert again.message == "GitHub refused the arguments: A pull request already exists for octocat:feature."


GATEWAY = {"status": 502, "body": b"<html>Bad gateway</html>", "media_type": "text/html"}


@pytest.mark.parametrize("manner", ["reset", "close", "cut", "answer"])
async def test_a_write_whose_response_is_lost_is_looked_up_and_not_repeated(
    call: Call, github: ScriptedGitHub, hello: Repository, manner: Any
) -> None:
    github.fault("POST", ISSUES, manner, **GATEWAY, acts=True)
    created = data(await call("create_issue", **NEW))
    assert created["number"] == 1
    assert created["recovered"] is True
    assert len(github.seen("POST")) == 1
    assert len(hello.issues) == 1


async def test_a_write_not_found_after_a_lost_response_has_an_unknown_outcome(
    call: Call, github: ScriptedGitHub, hello: Repository
) -> None:
    github.fault("POST", ISSUES, "reset", acts=False)
    error = failure(await call("create_issue", **NEW))
    assert error.code == "OUTCOME_UNKNOWN"
    assert error.retryable is False
    assert "Look for its title with list_issues" in error.message
    assert len(github.seen("POST")) == 1
    assert len(hello.issues) == 0


async def test_a_write_that_times_out_is_found_by_its_mark(
    connect: Connect, github: ScriptedGitHub, hello: Repository
) -> None:
    github.fault("POST", ISSUES, "hang", acts=True)
    async with connect(MCP_READ_TIMEOUT="0.3") as client:
        created = data(await client.call_tool("create_issue", NEW))
    assert (created["number"], created["recovered"]) == (1, True)
    assert len(github.seen("POST")) == 1


async def test_a_comment_whose_response_is_lost_is_found_by_its_mark(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    issue = world.issue(hello, "One")
    for number in range(130):
        world.comment(issue, f"{number}")
    github.fault("POST", f"{ISSUES}/1/comments", "reset", acts=True)
    created = data(await call("add_issue_comment", **HELLO, number=1, body="Last"))
    assert created["recovered"] is True
    assert created["id"] == issue.comments[-1].id
    assert len(issue.comments) == 131


async def test_a_pull_request_whose_response_is_lost_is_found_by_its_mark(
    connect: Connect, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    github.fault("POST", "/repos/octocat/hello/pulls", "reset", acts=True)
    async with connect(GITHUB_TOOLS="create_pull_request") as client:
        created = data(await client.call_tool("create_pull_request", {**NEW, "head": "feature", "base": "main"}))
    assert (created["number"], created["recovered"]) == (1, True)


async def test_a_failed_lookup_leaves_the_outcome_unknown(call: Call, github: ScriptedGitHub) -> None:
    github.fault("POST", ISSUES, "reset", acts=True)
    github.fault("GET", ISSUES, status=403, body={"message": "no"}, times=9)
    assert failure(await call("create_issue", **NEW)).code == "OUTCOME_UNKNOWN"
    assert len(github.seen("POST")) == 1


async def test_the_lookup_works_for_a_token_without_an_account(call: Call, github: ScriptedGitHub) -> None:
    github.fault("POST", ISSUES, "reset", acts=True)
    github.fault("GET", "/user", status=403, body={"message": "Resource not accessible by integration"})
    created = data(await call("create_issue", **NEW))
    assert created["recovered"] is True
    assert "creator" not in dict(github.seen("GET", ISSUES)[0].query)


async def test_an_update_whose_response_is_lost_is_sent_again(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    world.issue(hello, "One")
    github.fault("PATCH", f"{ISSUES}/1", "reset", acts=True)
    updated = data(await call("update_issue", **HELLO, number=1, state="closed"))
    assert updated == {"number": 1, "state": "closed", "changed": ["state"]}
    assert len(github.seen("PATCH")) == 2


async def test_a_write_refused_with_retry_after_is_sent_again_after_the_wait(
    call: Call, github: ScriptedGitHub, hello: Repository
) -> None:
    github.fault("POST", ISSUES, status=429, body={"message": "Slow down"}, headers={"Retry-After": "1"})
    assert data(await call("create_issue", **NEW))["number"] == 1
    first, second = github.seen("POST")
    assert second.started - first.ended >= 1.0
    assert len(hello.issues) == 1


async def test_concurrent_writes_are_sent_one_after_another(
    call: Call, github: ScriptedGitHub, hello: Repository
) -> None:
    github.latency = 0.02
    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(lambda n=number: call("create_issue", **{**NEW, "title": f"n{n}"}))
    posts = sorted(github.seen("POST"), key=lambda request: request.started)
    assert len(posts) == len(hello.issues) == 10
    assert [after.started >= before.ended for before, after in itertools.pairwise(posts)] == [True] * 9


async def test_writes_after_the_fifth_are_sent_a_second_apart(connect: Connect, github: ScriptedGitHub) -> None:
    async with connect(GITHUB_WRITES_PER_SECOND="1") as client, anyio.create_task_group() as tasks:
        for number in range(7):
            tasks.start_soon(client.call_tool, "create_issue", {**NEW, "title": f"n{number}"})
    starts = sorted(request.started for request in github.seen("POST"))
    assert len(starts) == 7
    assert starts[6] - starts[0] >= 1.5


async def test_two_calls_with_the_same_idempotency_key_open_one_issue(
    call: Call, github: ScriptedGitHub, hello: Repository
) -> None:
    first = data(await call("create_issue", **NEW, idempotency_key="k1"))
    second = data(await call("create_issue", **NEW, idempotency_key="k1"))
    other = failure(await call("create_issue", **{**NEW, "title": "Other"}, idempotency_key="k1"))
    assert first["number"] == second["number"] == 1
    assert other.code == "INVALID_INPUT"
    assert len(hello.issues) == 1


@in_volume
async def test_writes_whose_responses_are_lost_leave_no_duplicate(
    connect: Connect, github: ScriptedGitHub, hello: Repository
) -> None:
    """Lose half of the responses, some after the issue was opened and some before."""
    github.fault("POST", ISSUES, "reset", acts=True, times=10**6, share=0.3, seed=1)
    github.fault("POST", ISSUES, "cut", acts=True, times=10**6, share=0.2, seed=2)
    github.fault("POST", ISSUES, status=502, acts=False, times=10**6, share=0.2, seed=3)
    outcomes: dict[str, int] = {}
    github.description = None  # other tests check the requests; checking a thousand is too slow
    count = volume(1_000, share=0.2)

    async with connect(
        GITHUB_WRITES_PER_SECOND="10000", MCP_BREAKER_FAILURES="1000000", MCP_OUTBOUND_RATE="1e6"
    ) as client:
        for number in range(count):
            result = await client.call_tool("create_issue", {**NEW, "title": f"n{number}"})
            outcome = (
                failure(result).code if result.is_error else "recovered" if data(result).get("recovered") else "created"
            )
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    titles = [issue.title for issue in hello.issues.values()]
    assert len(titles) == len(set(titles))
    assert len(github.seen("POST")) == count
    assert outcomes.keys() == {"created", "recovered", "OUTCOME_UNKNOWN"}
    assert outcomes["created"] + outcomes["recovered"] == len(titles)


def _outcome(result: Any) -> str:
    if result.is_error:
        return failure(result).code
    return "recovered" if data(result).get("recovered") else "created"
