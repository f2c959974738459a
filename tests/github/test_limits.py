"""GitHub's rate limits, faults and refusals over a real socket: number of requests, and resulting errors."""

from email.utils import formatdate
from typing import Any

import anyio
import pytest
from github_calls import HELLO, NOW, TOKEN, Call, Connect
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPOSITORY = "/repos/octocat/hello"
ISSUES = f"{REPOSITORY}/issues"
LIST = ("list_issues", HELLO)


async def test_a_read_that_fails_once_is_repeated(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=503, body={"message": "busy"})
    assert data(await call("list_issues", **HELLO))["items"] == []
    assert len(github.requests) == 2


async def test_a_github_that_stays_down_is_reported_as_unavailable(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=503, body={"message": "busy"}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retryable) == ("SERVICE_UNAVAILABLE", True)
    assert 2 <= len(github.requests) <= 4


@pytest.mark.parametrize("manner", ["reset", "close", "cut"])
async def test_a_truncated_response_is_requested_again_and_not_parsed(
    call: Call, github: ScriptedGitHub, manner: Any
) -> None:
    github.fault("GET", ISSUES, manner, acts=True)
    assert data(await call("list_issues", **HELLO))["items"] == []
    assert len(github.requests) == 2


async def test_a_github_that_never_responds_times_out_and_the_connection_is_closed(
    connect: Connect, github: ScriptedGitHub
) -> None:
    github.fault("GET", ISSUES, "hang", times=99)
    async with connect(MCP_READ_TIMEOUT="0.2", MCP_RETRY_ATTEMPTS="1") as client:
        error = failure(await client.call_tool(*LIST))
    assert error.code == "TIMEOUT"
    with anyio.fail_after(60):
        await github.disconnected.wait()


async def test_a_short_retry_after_is_waited_for(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers={"Retry-After": "2"})
    assert data(await call("list_issues", **HELLO))["items"] == []
    first, second = github.requests
    assert 2.0 <= second.started - first.ended < 8.0


@pytest.mark.parametrize("retry_after", ["soon", "-5", None, "date"])
async def test_a_malformed_retry_after_causes_neither_a_crash_nor_a_busy_loop(
    connect: Connect, github: ScriptedGitHub, retry_after: str | None
) -> None:
    headers = (
        {}
        if retry_after is None
        else {"Retry-After": formatdate(NOW + 1, usegmt=True) if retry_after == "date" else retry_after}
    )
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers=headers, times=99)
    async with connect() as client:
        error = failure(await client.call_tool(*LIST))
    assert error.code == "RATE_LIMITED"
    assert error.retry_after_seconds >= 1
    assert len(github.requests) <= 4


async def test_a_retry_after_of_an_hour_is_reported_without_waiting(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers={"Retry-After": "3600"}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", 3600)
    assert len(github.requests) == 1


async def test_an_exhausted_rate_limit_with_a_near_reset_is_waited_for(connect: Connect, world: World) -> None:
    started = anyio.current_time()
    world.clock = lambda: NOW + anyio.current_time() - started
    async with ScriptedGitHub(world).serving() as github, connect(GITHUB_API_URL=github.url) as client:
        github.limits.spent("octocat", resets_in=1.4)
        assert data(await client.call_tool(*LIST))["items"] == []
    assert [request.status for request in github.requests] == [403, 200]


async def test_the_wait_of_an_exhausted_rate_limit_follows_githubs_clock(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", resets_in=600)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "RATE_LIMITED"
    assert 599 <= error.retry_after_seconds <= 601
    assert len(github.requests) == 1


@pytest.mark.parametrize("reset", ["soon", "", "-5", "²", "0"])
async def test_a_malformed_rate_limit_reset_causes_neither_a_crash_nor_a_busy_loop(
    call: Call, github: ScriptedGitHub, reset: str
) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": reset}
    github.fault(
        "GET", ISSUES, status=403, body={"message": "API rate limit exceeded for user ID 1."}, headers=headers, times=99
    )
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "RATE_LIMITED"
    assert error.retry_after_seconds >= 1
    assert len(github.requests) <= 4


async def test_no_request_is_sent_before_a_distant_rate_limit_reset(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", resets_in=600)
    await call("list_issues", **HELLO)
    codes: list[str] = []

    async def ask(number: int) -> None:
        codes.append(failure(await call("get_issue", **HELLO, number=number)).code)

    async with anyio.create_task_group() as tasks:
        for number in range(1, 21):
            tasks.start_soon(ask, number)
    assert codes == ["RATE_LIMITED"] * 20
    assert len(github.requests) <= 2


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 60), ("90", 90)])
async def test_a_secondary_limit_asks_for_a_wait_of_at_least_a_minute(
    call: Call, github: ScriptedGitHub, retry_after: str | None, seconds: int
) -> None:
    github.secondary_limit("GET", ISSUES, retry_after_seconds=retry_after, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", seconds)
    assert len(github.requests) == 1


async def test_an_exhausted_search_limit_does_not_stop_other_reads(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", "code_search", resets_in=50)
    assert failure(await call("search_code", query="hello")).code == "RATE_LIMITED"
    assert data(await call("list_issues", **HELLO))["items"] == []


async def test_searches_stay_within_githubs_rate_limit(connect: Connect, github: ScriptedGitHub) -> None:
    """Half of a minute's searches are sent at once; the next one waits for its share of the minute, here 3 s."""
    async with connect(GITHUB_CODE_SEARCHES_PER_MINUTE="40") as client, anyio.create_task_group() as tasks:
        for number in range(21):
            tasks.start_soon(client.call_tool, "search_code", {"query": f"hello{number}"})
    starts = sorted(request.started for request in github.requests)
    assert len(starts) == 21
    assert starts[20] - starts[0] >= 2.0


REFUSALS = [
    (401, {}, "Bad credentials", "AUTHENTICATION_FAILED", "GITHUB_TOKEN"),
    (403, {}, "Must have admin rights", "PERMISSION_DENIED", 'GitHub says: "Must have admin rights"'),
    (
        403,
        {"X-Accepted-GitHub-Permissions": "issues=read"},
        "Resource not accessible",
        "PERMISSION_DENIED",
        "permission issues=read",
    ),
    (403, {"X-Accepted-OAuth-Scopes": "repo"}, "Resource not accessible", "PERMISSION_DENIED", "permission repo"),
    (404, {}, "Not Found", "RESOURCE_NOT_FOUND", "missing or hidden from this token"),
    (409, {}, "Git Repository is empty.", "RESOURCE_NOT_FOUND", "repository is empty"),
    (409, {}, "Something else", "CONFLICT", 'GitHub says: "Something else"'),
    (410, {}, "Issues are disabled for this repo", "RESOURCE_NOT_FOUND", "Issues are switched off"),
    (422, {}, "Validation Failed", "INVALID_INPUT", "argument"),
    (451, {}, "Repository unavailable due to DMCA takedown.", "PERMISSION_DENIED", "legal"),
]


@pytest.mark.parametrize(("status", "headers", "message", "code", "says"), REFUSALS)
async def test_a_refusal_is_not_retried_and_names_the_next_step(
    call: Call, github: ScriptedGitHub, status: int, headers: dict[str, str], message: str, code: str, says: str
) -> None:
    github.fault("GET", ISSUES, status=status, headers=headers, body={"message": message}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == code
    assert says in error.message
    assert len(github.requests) == 1


async def test_a_web_page_with_status_403_is_reported_as_a_proxys_refusal(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=403, body=b"<html>Forbidden</html>", media_type="text/html")
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "proxy or firewall refused the request" in error.message


async def test_a_refusal_for_single_sign_on_has_the_url_to_open_in_its_details(call: Call, world: World) -> None:
    world.repositories["octocat/hello"].sso = True
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "PERMISSION_DENIED"
    assert error.details["authorize_url"].startswith("https://github.com/orgs/acme/sso?")
    assert "http" not in error.message


async def test_a_refused_field_is_named_in_the_error(call: Call, github: ScriptedGitHub) -> None:
    errors = [
        {
            "resource": "Search",
            "field": "q",
            "code": "invalid",
            "message": "The search contains only logical operators",
        },
        {"resource": "Issue", "field": "labels", "code": "missing"},
        "Something plain",
    ]
    github.fault("GET", ISSUES, status=422, body={"message": "Validation Failed", "errors": errors})
    error = failure(await call("list_issues", **HELLO))
    assert error.message == (
        "GitHub refused the arguments: q: The search contains only logical operators; labels does not exist; "
        "Something plain."
    )


async def test_a_repeated_read_uses_etags_and_does_not_count_against_the_limit(
    call: Call, github: ScriptedGitHub
) -> None:
    first = data(await call("get_repository_info", **HELLO))
    spent = github.limits.bucket("octocat", "core").remaining
    second = data(await call("get_repository_info", **HELLO, fresh=True))
    assert first == second
    asked_again = [request for request in github.requests if "if-none-match" in request.headers]
    assert asked_again
    assert all(request.status == 304 for request in asked_again)
    assert (
        spent - github.limits.bucket("octocat", "core").remaining <= 1
    )  # the response for the missing release has no ETag


async def test_a_changed_response_replaces_the_one_cached_by_etag(
    call: Call, world: World, github: ScriptedGitHub
) -> None:
    await call("list_issues", **HELLO)
    world.issue(world.repositories["octocat/hello"], "New")
    assert len(data(await call("list_issues", **HELLO))["items"]) == 1
    assert [request.status for request in github.requests] == [200, 200]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<html>Unicorn</html>", "text/html"),
        (b'{"a": ', "application/json"),
        (b'\xff\xfe"x"', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"", "application/json"),
    ],
)
async def test_an_unreadable_response_is_reported_in_one_sentence_without_its_body(
    call: Call, github: ScriptedGitHub, body: bytes, media_type: str
) -> None:
    github.fault("GET", ISSUES, status=200, body=body, media_type=media_type, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "Unicorn" not in error.message


async def test_without_a_token_public_data_is_read_with_a_warning_of_the_limit(
    connect: Connect, github: ScriptedGitHub
) -> None:
    async with connect(GITHUB_TOKEN=None) as client:
        page = data(await client.call_tool(*LIST))
        error = failure(await client.call_tool("create_issue", {**HELLO, "title": "T", "body": "B"}))
    assert page["warnings"] == ["No GITHUB_TOKEN is set: only public data can be read, with 60 requests an hour."]
    assert error.code == "AUTHENTICATION_FAILED"
    assert all("authorization" not in request.headers for request in github.requests)


async def test_a_nearly_exhausted_rate_limit_gives_a_warning(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", resets_in=600, remaining=12)
    page = data(await call("list_issues", **HELLO))
    assert page["warnings"] == ["Only 11 of 5000 GitHub requests (core) are left until 11:16 UTC."]


@pytest.mark.parametrize("name", ["GITHUB_PERSONAL_ACCESS_TOKEN", "GH_TOKEN"])
async def test_the_token_is_read_from_each_of_its_environment_variables(
    connect: Connect, github: ScriptedGitHub, name: str
) -> None:
    async with connect(GITHUB_TOKEN=None, **{name: TOKEN}) as client:
        await client.call_tool(*LIST)
    assert github.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_every_request_has_user_agent_and_api_version_headers(call: Call, github: ScriptedGitHub) -> None:
    await call("list_issues", **HELLO)
    headers = github.requests[0].headers
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"].startswith("toolroll-github-mcp/")
    assert headers["accept"] == "application/vnd.github+json"


async def test_requests_to_an_enterprise_server_use_its_api_path(connect: Connect, world: World) -> None:
    enterprise = ScriptedGitHub(world, prefix="/api/v3")
    async with enterprise.serving(), connect(GITHUB_API_URL=enterprise.url) as client:
        assert data(await client.call_tool(*LIST))["items"] == []
    assert enterprise.requests[0].path == ISSUES
