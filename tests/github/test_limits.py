"""GitHub's limits, faults and refusals on a real socket: how often it is asked, and what the model is told."""

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


async def test_a_read_that_fails_once_is_asked_again(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=503, body={"message": "busy"})
    assert data(await call("list_issues", **HELLO))["items"] == []
    assert len(github.requests) == 2


async def test_a_github_that_stays_down_is_told_as_unavailable(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=503, body={"message": "busy"}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retryable) == ("SERVICE_UNAVAILABLE", True)
    assert 2 <= len(github.requests) <= 4


@pytest.mark.parametrize("manner", ["reset", "close", "cut"])
async def test_a_read_that_breaks_off_is_asked_again_and_never_half_parsed(
    call: Call, github: ScriptedGitHub, manner: Any
) -> None:
    github.fault("GET", ISSUES, manner, acts=True)
    assert data(await call("list_issues", **HELLO))["items"] == []
    assert len(github.requests) == 2


async def test_a_github_that_accepts_and_hangs_is_told_in_time_and_let_go(
    connect: Connect, github: ScriptedGitHub
) -> None:
    github.fault("GET", ISSUES, "hang", times=99)
    async with connect(MCP_READ_TIMEOUT="0.2", MCP_RETRY_ATTEMPTS="1") as client:
        error = failure(await client.call_tool(*LIST))
    assert error.code == "TIMEOUT"
    with anyio.fail_after(60):
        await github.disconnected.wait()


async def test_a_limit_that_names_a_short_wait_is_waited_for(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers={"Retry-After": "2"})
    assert data(await call("list_issues", **HELLO))["items"] == []
    first, second = github.requests
    assert 2.0 <= second.started - first.ended < 8.0


@pytest.mark.parametrize("told", ["soon", "-5", None, "date"])
async def test_an_odd_retry_after_neither_crashes_nor_makes_a_hot_loop(
    connect: Connect, github: ScriptedGitHub, told: str | None
) -> None:
    headers = {} if told is None else {"Retry-After": formatdate(NOW + 1, usegmt=True) if told == "date" else told}
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers=headers, times=99)
    async with connect() as client:
        error = failure(await client.call_tool(*LIST))
    assert error.code == "RATE_LIMITED"
    assert error.retry_after_seconds >= 1
    assert len(github.requests) <= 4


async def test_a_limit_that_names_an_hour_is_told_at_once(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=429, body={"message": "slow"}, headers={"Retry-After": "3600"}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", 3600)
    assert len(github.requests) == 1


async def test_a_spent_limit_that_starts_anew_soon_is_waited_for(connect: Connect, world: World) -> None:
    started = anyio.current_time()
    world.clock = lambda: NOW + anyio.current_time() - started
    async with ScriptedGitHub(world).serving() as github, connect(GITHUB_API_URL=github.url) as client:
        github.limits.spent("octocat", resets_in=1.4)
        assert data(await client.call_tool(*LIST))["items"] == []
    assert [request.status for request in github.requests] == [403, 200]


async def test_a_spent_limit_is_told_with_githubs_clock_not_ours(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", resets_in=600)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "RATE_LIMITED"
    assert 599 <= error.retry_after_seconds <= 601
    assert len(github.requests) == 1


@pytest.mark.parametrize("reset", ["soon", "", "-5", "²", "0"])
async def test_a_spent_limit_with_an_odd_reset_neither_crashes_nor_makes_a_hot_loop(
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


async def test_after_a_far_reset_nobody_asks_in_vain(call: Call, github: ScriptedGitHub) -> None:
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


@pytest.mark.parametrize(("told", "seconds"), [(None, 60), ("90", 90)])
async def test_a_secondary_limit_rests_at_least_a_minute(
    call: Call, github: ScriptedGitHub, told: str | None, seconds: int
) -> None:
    github.secondary_limit("GET", ISSUES, retry_after_seconds=told, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", seconds)
    assert len(github.requests) == 1


async def test_a_spent_search_limit_does_not_stop_other_reads(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", "code_search", resets_in=50)
    assert failure(await call("search_code", query="hello")).code == "RATE_LIMITED"
    assert data(await call("list_issues", **HELLO))["items"] == []


async def test_searches_stay_within_githubs_figures(connect: Connect, github: ScriptedGitHub) -> None:
    """Half of a minute's searches may go at once; the next one waits for its share of the minute, here 3 s."""
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
async def test_a_refusal_is_asked_once_and_names_the_next_step(
    call: Call, github: ScriptedGitHub, status: int, headers: dict[str, str], message: str, code: str, says: str
) -> None:
    github.fault("GET", ISSUES, status=status, headers=headers, body={"message": message}, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == code
    assert says in error.message
    assert len(github.requests) == 1


async def test_a_refusal_that_is_a_web_page_is_a_proxys(call: Call, github: ScriptedGitHub) -> None:
    github.fault("GET", ISSUES, status=403, body=b"<html>Forbidden</html>", media_type="text/html")
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "a proxy or firewall refuses" in error.message


async def test_single_sign_on_gives_the_address_to_open(call: Call, world: World) -> None:
    world.repositories["octocat/hello"].sso = True
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "PERMISSION_DENIED"
    assert error.details["authorize_url"].startswith("https://github.com/orgs/acme/sso?")
    assert "http" not in error.message


async def test_a_refused_field_is_named(call: Call, github: ScriptedGitHub) -> None:
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
        "GitHub cannot do this: q: The search contains only logical operators; labels does not exist; Something plain."
    )


async def test_a_repeated_read_costs_nothing_and_says_the_same(call: Call, github: ScriptedGitHub) -> None:
    first = data(await call("get_repository_info", **HELLO))
    spent = github.limits.bucket("octocat", "core").remaining
    second = data(await call("get_repository_info", **HELLO, fresh=True))
    assert first == second
    asked_again = [request for request in github.requests if "if-none-match" in request.headers]
    assert asked_again
    assert all(request.status == 304 for request in asked_again)
    assert spent - github.limits.bucket("octocat", "core").remaining <= 1  # the release that is not there has no ETag


async def test_a_changed_answer_is_read_anew(call: Call, world: World, github: ScriptedGitHub) -> None:
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
async def test_an_answer_nobody_understands_is_one_sentence(
    call: Call, github: ScriptedGitHub, body: bytes, media_type: str
) -> None:
    github.fault("GET", ISSUES, status=200, body=body, media_type=media_type, times=99)
    error = failure(await call("list_issues", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert "Unicorn" not in error.message


async def test_without_a_token_public_things_are_read_and_the_limit_is_told(
    connect: Connect, github: ScriptedGitHub
) -> None:
    async with connect(GITHUB_TOKEN=None) as client:
        page = data(await client.call_tool(*LIST))
        error = failure(await client.call_tool("create_issue", {**HELLO, "title": "T", "body": "B"}))
    assert page["warnings"] == ["No GITHUB_TOKEN is set: only public things are seen, at 60 requests an hour."]
    assert error.code == "AUTHENTICATION_FAILED"
    assert all("authorization" not in request.headers for request in github.requests)


async def test_little_left_of_a_limit_is_reported(call: Call, github: ScriptedGitHub) -> None:
    github.limits.spent("octocat", resets_in=600, remaining=12)
    page = data(await call("list_issues", **HELLO))
    assert page["warnings"] == ["Only 11 of 5000 GitHub requests (core) are left until 11:16 UTC."]


@pytest.mark.parametrize("name", ["GITHUB_PERSONAL_ACCESS_TOKEN", "GH_TOKEN"])
async def test_the_customary_names_of_the_token_work(connect: Connect, github: ScriptedGitHub, name: str) -> None:
    async with connect(GITHUB_TOKEN=None, **{name: TOKEN}) as client:
        await client.call_tool(*LIST)
    assert github.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_every_request_says_who_asks_and_which_api_it_speaks(call: Call, github: ScriptedGitHub) -> None:
    await call("list_issues", **HELLO)
    headers = github.requests[0].headers
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"].startswith("toolroll-github-mcp/")
    assert headers["accept"] == "application/vnd.github+json"


async def test_an_enterprise_server_is_asked_below_its_own_path(connect: Connect, world: World) -> None:
    enterprise = ScriptedGitHub(world, prefix="/api/v3")
    async with enterprise.serving(), connect(GITHUB_API_URL=enterprise.url) as client:
        assert data(await client.call_tool(*LIST))["items"] == []
    assert enterprise.requests[0].path == ISSUES
