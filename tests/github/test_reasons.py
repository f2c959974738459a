"""GitHub's reasons for refusals in error texts: known ones reworded with a remedy, others quoted."""

from typing import Any

import pytest
from github_calls import HELLO, Call, Connect
from github_world import World
from mcp_chassis.testing import failure
from scripted_github import ScriptedGitHub

NEEDED = {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"}
SAML = "Resource protected by organization SAML enforcement. You must grant your token access."
LIFETIME = "The 'acme' organization forbids access if the token's lifetime is greater than 90 days."
ALLOW_LIST = (
    "Although you appear to have the correct credentials, the `acme` organization has an IP allow list enabled."
)
CLASSIC = "`acme` forbids access via a personal access token (classic)."
REASONS = [
    (403, "Unable to create comment because issue is locked.", "PERMISSION_DENIED", "The conversation is locked"),
    (403, "Repository was archived so is read-only.", "PERMISSION_DENIED", "The repository is archived"),
    (403, ALLOW_LIST, "PERMISSION_DENIED", "the IP address of this server is not on it"),
    (403, LIFETIME, "PERMISSION_DENIED", "a lifetime as long as that"),
    (403, CLASSIC, "PERMISSION_DENIED", "forbids classic personal access tokens"),
    (403, SAML, "PERMISSION_DENIED", "SAML single sign-on"),
    (403, "Sorry. Your account was suspended", "PERMISSION_DENIED", "suspended the account"),
    (403, "User is blocked", "PERMISSION_DENIED", "This account is blocked by the repository's owner"),
    (451, "Repository access blocked", "PERMISSION_DENIED", "blocked access to this repository"),
    (410, "Issues has been disabled in this repository.", "RESOURCE_NOT_FOUND", "Issues are switched off"),
    (410, "This issue was deleted", "RESOURCE_NOT_FOUND", 'GitHub says: "This issue was deleted"'),
    (404, "This repository is empty.", "RESOURCE_NOT_FOUND", "The repository is empty"),
    (409, "Merge conflict", "CONFLICT", 'GitHub says: "Merge conflict"'),
    (405, "Pull Request is not mergeable", "CONFLICT", 'GitHub says: "Pull Request is not mergeable"'),
    (422, "Draft pull requests are not supported in this repository.", "INVALID_INPUT", "Draft pull requests are not"),
    (400, "Problems parsing JSON", "INVALID_INPUT", 'GitHub says: "Problems parsing JSON"'),
    (403, "Some rule that nobody knows", "PERMISSION_DENIED", 'GitHub says: "Some rule that nobody knows"'),
]


@pytest.mark.parametrize(("status", "message", "code", "words"), REASONS)
async def test_githubs_reason_is_passed_on_without_guessing_a_permission(
    call: Call, world: World, github: ScriptedGitHub, status: int, message: str, code: str, words: str
) -> None:
    world.issue(world.repositories["octocat/hello"], "One")
    body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    github.fault("POST", ".*/comments", status=status, headers=NEEDED, body=body, times=9)
    error = failure(await call("add_issue_comment", **HELLO, number=1, body="x"))
    assert error.code == code
    assert words in error.message
    assert "issues=write" not in error.message
    assert len(github.seen("POST")) == 1


async def test_a_missing_permission_that_github_reports_is_named(
    call: Call, world: World, github: ScriptedGitHub
) -> None:
    world.issue(world.repositories["octocat/hello"], "One")
    message = "Resource not accessible by personal access token"
    github.fault("POST", ".*/comments", status=403, headers=NEEDED, body={"message": message})
    error = failure(await call("add_issue_comment", **HELLO, number=1, body="x"))
    assert error.details == {"needed": "issues=write; pull_requests=write"}


async def test_a_403_with_the_last_request_of_the_hour_is_not_reported_as_a_rate_limit(
    call: Call, world: World, github: ScriptedGitHub
) -> None:
    world.issue(world.repositories["octocat/hello"], "One")
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": "1895000000"}
    body = {"message": "Unable to create comment because issue is locked."}
    github.fault("POST", ".*/comments", status=403, headers=headers, body=body)
    error = failure(await call("add_issue_comment", **HELLO, number=1, body="x"))
    assert error.code == "PERMISSION_DENIED"
    assert "locked" in error.message


async def test_a_long_reason_is_cut_and_put_on_one_line(call: Call, github: ScriptedGitHub) -> None:
    body = {"message": "Not\n\x07this: " + "why " * 500}
    github.fault("GET", "/repos/octocat/hello", status=403, body=body)
    error = failure(await call("get_repository_info", **HELLO))
    assert 'GitHub says: "Not this: why why' in error.message
    assert len(error.message) < 420


FIELD_ERRORS: list[tuple[dict[str, Any], str]] = [
    ({"resource": "PullRequest", "field": "head", "code": "invalid"}, "push it first"),
    ({"resource": "PullRequest", "field": "base", "code": "invalid"}, "no such branch in this repository"),
    ({"resource": "PullRequest", "code": "custom", "message": "No commits between main and x"}, "No commits between"),
    ({"value": "ghost9", "resource": "Issue", "field": "assignees", "code": "invalid"}, "assignees 'ghost9' is not"),
    ({"resource": "Issue", "field": "title", "code": "missing_field"}, "title is required"),
]


@pytest.mark.parametrize(("field_error", "words"), FIELD_ERRORS)
async def test_a_422_names_the_invalid_value_and_the_reason(
    connect: Connect, github: ScriptedGitHub, field_error: dict[str, Any], words: str
) -> None:
    body = {"message": "Validation Failed", "errors": [field_error]}
    github.fault("POST", ".*/pulls", status=422, body=body)
    new = {**HELLO, "title": "T", "body": "B", "head": "x", "base": "main"}
    async with connect(GITHUB_TOOLS="create_pull_request") as client:
        error = failure(await client.call_tool("create_pull_request", new))
    assert error.code == "INVALID_INPUT"
    assert words in error.message
