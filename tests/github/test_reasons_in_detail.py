"""Reasons of GitHub that a guess would replace: names in a message, limits told as errors, entries of `errors[]`."""

from typing import Any

import pytest
from github_calls import HELLO, Call, Use
from github_world import World
from mcp_chassis.testing import failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
COMMENT = {**HELLO, "number": 1, "body": "x"}
TOO_QUICK = {"resource": "IssueComment", "code": "custom", "field": "body", "message": "was submitted too quickly"}
ABSENT = {"owner": "octocat", "repo": "absent"}
NO_REPOSITORY = "GitHub finds nothing there: it is missing or hidden from this token."


@pytest.fixture(autouse=True)
def _issue(world: World, github: ScriptedGitHub) -> None:
    github.description = None
    world.issue(world.repositories["octocat/hello"], "One")


async def refused(use: Use, github: ScriptedGitHub, status: int, body: Any, **headers: str) -> Any:
    github.fault("POST", ".*/comments", status=status, body=body, headers=headers)
    return failure(await use("add_issue_comment", **COMMENT))


@pytest.mark.parametrize("name", ["saml-login", "archived", "is-locked", "blocked-by-me"])
async def test_the_name_of_a_branch_in_a_message_is_no_reason(call: Call, github: ScriptedGitHub, name: str) -> None:
    body = {"message": f"No commit found for the ref {name}"}
    github.fault("GET", ".*/contents/.*", status=404, body=body)
    error = failure(await call("get_file", **HELLO, path="a", ref=name))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert f'GitHub says: "No commit found for the ref {name}"' in error.message


@pytest.mark.parametrize(
    "message",
    [
        "Merging is blocked by a rule",
        "Base branch is locked and cannot be changed",
        "Not available for archived repositories",
    ],
)
async def test_a_word_of_a_known_reason_in_another_sentence_is_quoted(
    use: Use, github: ScriptedGitHub, message: str
) -> None:
    error = await refused(use, github, 405, {"message": message})
    assert error.code == "CONFLICT"
    assert f'GitHub says: "{message}"' in error.message


@pytest.mark.parametrize("status", [403, 422])
async def test_content_that_came_too_quickly_is_a_rate_limit(use: Use, github: ScriptedGitHub, status: int) -> None:
    error = await refused(use, github, status, {"message": "Validation Failed", "errors": [TOO_QUICK]})
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", 60)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422])
async def test_what_errors_name_is_told_with_every_status(use: Use, github: ScriptedGitHub, status: int) -> None:
    errors = [{"resource": "Issue", "code": "custom", "message": "Only collaborators may comment today"}, "a text"]
    error = await refused(use, github, status, {"message": "Forbidden", "errors": errors})
    assert "Only collaborators may comment today; a text" in error.message
    assert "gives no reason" not in error.message


async def test_errors_by_field_are_told(use: Use, github: ScriptedGitHub) -> None:
    errors = {"head": ["is invalid", "is not pushed"], "base": "is missing"}
    error = await refused(use, github, 422, {"message": "Validation Failed", "errors": errors})
    assert error.message == "GitHub cannot do this: head: is invalid, is not pushed; base: is missing."


async def test_the_refusal_of_a_proxy_blames_no_permission(use: Use, github: ScriptedGitHub) -> None:
    page = b"<html>Blocked by policy</html>"
    github.fault("POST", ".*/comments", status=403, body=page, media_type="text/html; charset=utf-8")
    error = failure(await use("add_issue_comment", **COMMENT))
    assert error.code == "UPSTREAM_ERROR"
    assert "a proxy or firewall refuses this request" in error.message


async def test_a_known_reason_counts_in_errors_too(use: Use, github: ScriptedGitHub) -> None:
    body = {"message": "Validation Failed", "errors": ["Unable to create comment because issue is locked."]}
    assert "The conversation is locked" in (await refused(use, github, 422, body)).message


async def test_errors_beyond_five_are_counted(use: Use, github: ScriptedGitHub) -> None:
    errors = [{"resource": "Issue", "field": f"f{number}", "code": "invalid"} for number in range(9)]
    error = await refused(use, github, 422, {"message": "Validation Failed", "errors": errors})
    assert error.message.endswith("f4 is not valid; and 4 more.")


async def test_a_run_that_is_not_over_is_a_conflict_and_no_missing_permission(use: Use, github: ScriptedGitHub) -> None:
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "head_sha": "a" * 40}, times=9)
    github.fault("GET", f"{REPO}/deployments", status=200, body=[])
    github.fault("POST", f"{REPO}/actions/runs/7/.*", status=403, body={"message": "This workflow is already running"})
    error = failure(await use("run_workflow_again", **HELLO, run_id=7))
    assert error.code == "CONFLICT"
    assert "has not finished" in error.message


@pytest.mark.parametrize("message", ["Secret scanning is disabled on this repository.", "no analysis found"])
async def test_names_are_not_doubted_where_a_feature_is_switched_off(
    use: Use, github: ScriptedGitHub, message: str
) -> None:
    github.fault("GET", f"{REPO}/code-scanning/alerts", status=404, body={"message": message})
    error = failure(await use("list_security_alerts", **HELLO, kind="code-scanning"))
    assert "Do not retry." in error.message
    assert "Check the names" not in error.message


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_releases", {"tag": "v1"}),
        ("get_releases", {"tag": "latest"}),
        ("get_job_logs", {"job_id": 7}),
        ("edit_files", {"branch": "main", "message": "m", "edits": [{"path": "a", "content": "x"}]}),
    ],
)
async def test_nothing_in_a_missing_repository_is_called_missing(
    use: Use, tool: str, arguments: dict[str, Any]
) -> None:
    error = failure(await use(tool, **ABSENT, **arguments))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert error.message.startswith(NO_REPOSITORY)


@pytest.mark.parametrize(
    ("status", "told"), [(502, "There is no release of a tag 'v9'"), (403, 'GitHub says: "Not for you"')]
)
async def test_where_the_repository_cannot_be_looked_up_the_first_reason_stays_unless_it_is_refused(
    use: Use, github: ScriptedGitHub, status: int, told: str
) -> None:
    github.fault("GET", REPO, status=status, body={"message": "Not for you"}, times=9)
    assert told in failure(await use("get_releases", **HELLO, tag="v9")).message


async def test_an_edit_of_an_empty_repository_says_how_its_first_commit_is_made(
    use: Use, github: ScriptedGitHub
) -> None:
    body = {"message": "Git Repository is empty."}
    github.fault("GET", f"{REPO}/git/ref/.*", status=409, body=body)
    edits = [{"path": "a", "content": "x"}]
    error = failure(await use("edit_files", **HELLO, branch="main", message="m", edits=edits))
    assert "Its first commit is made with git" in error.message


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("Repository rule violations found\n\nChanges must be made through a pull request.", "open a pull request."),
        ("Cannot update this protected ref.", "open a pull request."),
        ("Update is not a fast forward", "Read it again."),
    ],
)
async def test_a_branch_that_a_rule_protects_is_not_to_be_read_again(
    use: Use, github: ScriptedGitHub, message: str, remedy: str
) -> None:
    github.fault("PATCH", f"{REPO}/git/refs/.*", status=422, body={"message": message})
    edits = [{"path": "a", "content": "x"}]
    error = failure(await use("edit_files", **HELLO, branch="main", message="m", edits=edits))
    assert error.code == "CONFLICT"
    assert error.message.endswith(remedy)


async def test_milestones_that_a_failure_does_not_name_are_counted(use: Use, github: ScriptedGitHub) -> None:
    there = [{"title": f"m{number}", "number": number} for number in range(23)]
    github.fault("GET", f"{REPO}/milestones", status=200, body=there)
    error = failure(await use("organize_issue", **HELLO, number=1, change="milestone", value="nope"))
    assert error.message.endswith("m18, m19 and 3 more.")


async def test_milestones_beyond_the_bound_are_told(use: Use, github: ScriptedGitHub) -> None:
    following = {"Link": f'<{github.url}{REPO}/milestones?page=2>; rel="next"'}
    there = [{"title": "m", "number": 1}]
    github.fault("GET", f"{REPO}/milestones", status=200, body=there, headers=following, times=9)
    error = failure(await use("organize_issue", **HELLO, number=1, change="milestone", value="nope"))
    assert error.message.endswith("and more, of which not all were read.")
