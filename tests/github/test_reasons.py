"""GitHub's reasons for refusals in error texts: known ones reworded with a remedy, others quoted."""

import json
from typing import Any

import pytest
from github_calls import HELLO, Call, Connect
from github_mcp.errors import Moved, failure_for
from github_world import World
from mcp_chassis.failures import Effect, ErrorCode
from mcp_chassis.http.response import Response
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


@pytest.mark.parametrize(
    ("status", "code"), [(500, "SERVICE_UNAVAILABLE"), (503, "SERVICE_UNAVAILABLE"), (401, "AUTHENTICATION_FAILED")]
)
async def test_a_known_reason_in_the_text_of_an_outage_or_of_a_refused_token_does_not_replace_them(
    connect: Connect, github: ScriptedGitHub, status: int, code: str
) -> None:
    github.description = None
    body = {"message": "Repository was archived so is read-only."}
    github.fault("GET", ".*", status=status, body=body, times=9)
    async with connect(MCP_RETRY_ATTEMPTS="1") as client:
        error = failure(await client.call_tool("get_issue", {**HELLO, "number": 1}))
    assert error.code == code
    assert "nothing in it can change" not in error.message


async def test_the_address_for_single_sign_on_stands_in_the_details_of_a_403_alone(
    call: Call, github: ScriptedGitHub
) -> None:
    github.description = None
    headers = {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=A"}
    found: dict[int, Any] = {}
    for status in (403, 404):
        github.fault("GET", ".*", status=status, headers=headers, body={"message": "Not here"})
        found[status] = failure(await call("get_issue", **HELLO, number=1))
    assert found[403].details == {"authorize_url": "https://github.com/orgs/acme/sso?authorization_request=A"}
    assert found[403].message == (
        "The organisation requires single sign-on, for which this server's GITHUB_TOKEN is not authorised. "
        "Ask the token's owner to open the address in details; do not retry."
    )
    assert found[404].code == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {}, {"message": "API rate limit exceeded for user ID 1."}, 60),
        (429, {}, {"message": "Slow down"}, 60),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, 60),
        (403, {"Retry-After": "90"}, {"message": "Wait a little"}, 90),
        (403, {"X-RateLimit-Remaining": "0"}, {"message": "API rate limit exceeded"}, 1),
        (403, {"X-RateLimit-Remaining": "0"}, {}, 1),
        (422, {}, {"message": "Validation failed", "errors": ["was submitted too quickly"]}, 60),
        (422, {"Retry-After": "75"}, {"message": "x", "errors": [{"message": "was submitted too quickly"}]}, 75),
        (403, {}, {"message": "Some rule that nobody knows"}, None),
        (404, {"Retry-After": "90"}, {"message": "Not Found"}, None),
    ],
)
def test_each_form_of_a_rate_limit_has_its_wait_in_seconds(
    status: int, headers: dict[str, str], body: dict[str, Any], seconds: int | None
) -> None:
    lower = {name.lower(): value for name, value in headers.items()}
    found = failure_for(Response("GitHub", status, lower, json.dumps(body).encode()))
    assert found is not None
    assert (found.code is ErrorCode.RATE_LIMITED) is (seconds is not None)
    assert found.retry_after_seconds == seconds
    if seconds is not None:
        assert f"Wait {seconds} s before the next call." in found.message
        assert found.effect is Effect.REJECTED


def test_only_a_redirect_with_an_address_is_a_move_and_a_success_is_no_failure() -> None:
    assert failure_for(Response("GitHub", 399, {}, b"{}")) is None
    assert failure_for(Response("GitHub", 204, {"location": "https://x/y"}, b"")) is None
    moved = failure_for(Response("GitHub", 300, {"location": "https://x/repositories/7/issues"}, b"{}"))
    assert isinstance(moved, Moved)
    assert (moved.repository, moved.effect) == ("/repositories/7", Effect.SETTLED)
    elsewhere = failure_for(Response("GitHub", 399, {"location": "https://x/login"}, b"{}"))
    assert isinstance(elsewhere, Moved)
    assert elsewhere.repository is None
    assert elsewhere.effect is Effect.AMBIGUOUS
