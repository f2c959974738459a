"""Edge cases of GitHub's error texts: names in messages, rate limits with status 422, entries of `errors[]`."""

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
NO_REPOSITORY = "GitHub did not find this: it is missing or hidden from this token."


@pytest.fixture(autouse=True)
def _issue(world: World, github: ScriptedGitHub) -> None:
    github.description = None
    world.issue(world.repositories["octocat/hello"], "One")


async def refused(use: Use, github: ScriptedGitHub, status: int, body: Any, **headers: str) -> Any:
    github.fault("POST", ".*/comments", status=status, body=body, headers=headers)
    return failure(await use("add_issue_comment", **COMMENT))


@pytest.mark.parametrize("name", ["saml-login", "archived", "is-locked", "blocked-by-me"])
async def test_a_branch_name_that_resembles_a_known_reason_is_only_quoted(
    call: Call, github: ScriptedGitHub, name: str
) -> None:
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
async def test_a_message_with_only_a_word_of_a_known_reason_is_quoted(
    use: Use, github: ScriptedGitHub, message: str
) -> None:
    error = await refused(use, github, 405, {"message": message})
    assert error.code == "CONFLICT"
    assert f'GitHub says: "{message}"' in error.message


@pytest.mark.parametrize("status", [403, 422])
async def test_a_422_for_content_submitted_too_quickly_is_a_rate_limit(
    use: Use, github: ScriptedGitHub, status: int
) -> None:
    error = await refused(use, github, status, {"message": "Validation Failed", "errors": [TOO_QUICK]})
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", 60)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422])
async def test_entries_of_errors_are_reported_for_every_status(use: Use, github: ScriptedGitHub, status: int) -> None:
    errors = [{"resource": "Issue", "code": "custom", "message": "Only collaborators may comment today"}, "a text"]
    error = await refused(use, github, status, {"message": "Forbidden", "errors": errors})
    assert "Only collaborators may comment today; a text" in error.message
    assert "gives no reason" not in error.message


async def test_errors_given_as_an_object_by_field_are_reported(use: Use, github: ScriptedGitHub) -> None:
    errors = {"head": ["is invalid", "is not pushed"], "base": "is missing"}
    error = await refused(use, github, 422, {"message": "Validation Failed", "errors": errors})
    assert error.message == "GitHub refused the arguments: head: is invalid, is not pushed; base: is missing."


async def test_a_proxys_web_page_is_not_reported_as_a_missing_permission(use: Use, github: ScriptedGitHub) -> None:
    page = b"<html>Blocked by policy</html>"
    github.fault("POST", ".*/comments", status=403, body=page, media_type="text/html; charset=utf-8")
    error = failure(await use("add_issue_comment", **COMMENT))
    assert error.code == "UPSTREAM_ERROR"
    assert "proxy or firewall refused the request" in error.message


async def test_a_known_reason_is_recognised_in_the_entries_of_errors(use: Use, github: ScriptedGitHub) -> None:
    body = {"message": "Validation Failed", "errors": ["Unable to create comment because issue is locked."]}
    assert "The conversation is locked" in (await refused(use, github, 422, body)).message


async def test_entries_of_errors_beyond_the_fifth_are_counted(use: Use, github: ScriptedGitHub) -> None:
    errors = [{"resource": "Issue", "field": f"f{number}", "code": "invalid"} for number in range(9)]
    error = await refused(use, github, 422, {"message": "Validation Failed", "errors": errors})
    assert error.message.endswith("f4 is not valid; and 4 more.")


async def test_repeating_an_unfinished_run_is_a_conflict_and_not_a_missing_permission(
    use: Use, github: ScriptedGitHub
) -> None:
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "head_sha": "a" * 40}, times=9)
    github.fault("GET", f"{REPO}/deployments", status=200, body=[])
    github.fault("POST", f"{REPO}/actions/runs/7/.*", status=403, body={"message": "This workflow is already running"})
    error = failure(await use("run_workflow_again", **HELLO, run_id=7))
    assert error.code == "CONFLICT"
    assert "has not finished" in error.message


@pytest.mark.parametrize("message", ["Secret scanning is disabled on this repository.", "no analysis found"])
async def test_a_404_for_a_switched_off_feature_does_not_say_to_check_the_names(
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
async def test_a_404_in_a_missing_repository_is_reported_for_the_repository(
    use: Use, tool: str, arguments: dict[str, Any]
) -> None:
    error = failure(await use(tool, **ABSENT, **arguments))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert error.message.startswith(NO_REPOSITORY)


@pytest.mark.parametrize(
    ("status", "words"), [(502, "There is no release of the tag 'v9'"), (403, 'GitHub says: "Not for you"')]
)
async def test_the_first_reason_is_kept_if_the_repository_lookup_fails(
    use: Use, github: ScriptedGitHub, status: int, words: str
) -> None:
    github.fault("GET", REPO, status=status, body={"message": "Not for you"}, times=9)
    assert words in failure(await use("get_releases", **HELLO, tag="v9")).message


async def test_an_edit_in_an_empty_repository_tells_how_to_make_the_first_commit(
    use: Use, github: ScriptedGitHub
) -> None:
    body = {"message": "Git Repository is empty."}
    github.fault("GET", f"{REPO}/git/ref/.*", status=409, body=body)
    edits = [{"path": "a", "content": "x"}]
    error = failure(await use("edit_files", **HELLO, branch="main", message="m", edits=edits))
    assert "Make the first commit with git" in error.message


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("Repository rule violations found\n\nChanges must be made through a pull request.", "open a pull request."),
        ("Cannot update this protected ref.", "open a pull request."),
        ("Update is not a fast forward", "Read the branch again, then edit."),
    ],
)
async def test_a_commit_to_a_protected_branch_advises_a_pull_request(
    use: Use, github: ScriptedGitHub, message: str, remedy: str
) -> None:
    github.fault("PATCH", f"{REPO}/git/refs/.*", status=422, body={"message": message})
    edits = [{"path": "a", "content": "x"}]
    error = failure(await use("edit_files", **HELLO, branch="main", message="m", edits=edits))
    assert error.code == "CONFLICT"
    assert error.message.endswith(remedy)


async def test_milestones_beyond_the_twentieth_are_counted_in_the_error(use: Use, github: ScriptedGitHub) -> None:
    there = [{"title": f"m{number}", "number": number} for number in range(23)]
    github.fault("GET", f"{REPO}/milestones", status=200, body=there)
    error = failure(await use("organize_issue", **HELLO, number=1, change="milestone", value="nope"))
    assert error.message.endswith("m18, m19 and 3 more.")


async def test_the_error_says_that_not_all_milestones_were_read(use: Use, github: ScriptedGitHub) -> None:
    following = {"Link": f'<{github.url}{REPO}/milestones?page=2>; rel="next"'}
    there = [{"title": "m", "number": 1}]
    github.fault("GET", f"{REPO}/milestones", status=200, body=there, headers=following, times=9)
    error = failure(await use("organize_issue", **HELLO, number=1, change="milestone", value="nope"))
    assert error.message.endswith("and more that were not read.")
