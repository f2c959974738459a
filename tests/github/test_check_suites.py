"""Check suites without check runs: a pull request looks neither green nor pending because of an app that is silent."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use
from github_suites import Suite
from github_world import Repository, World
from mcp_chassis.testing import data
from scripted_github import ScriptedGitHub


@pytest.fixture
def hello(world: World) -> Repository:
    """octocat/hello with pull request 1 from branch feature."""
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, branch="feature")
    world.pull(hello, "Feature", "feature")
    return hello


async def pull_request(use: Use) -> dict[str, Any]:
    return data(await use("get_issue", **HELLO, number=1))["pull_request"]


def suite(repo: Repository, app: str, status: str = "queued", conclusion: str | None = None, runs: int = 0) -> None:
    repo.suites.append(Suite(repo.branches["feature"], app, status, conclusion, runs))


async def test_an_app_that_made_no_check_is_named_and_counts_as_nothing(use: Use, hello: Repository) -> None:
    suite(hello, "Renovate")
    suite(hello, "Renovate")
    suite(hello, "Old Bot", "completed", "stale")
    assert (await pull_request(use))["checks"] == "none, no checks from Renovate, Old Bot"


async def test_an_app_without_checks_does_not_change_the_count_of_passed_ones(
    use: Use, world: World, hello: Repository
) -> None:
    world.check(hello, hello.branches["feature"], "unit", "success")
    suite(hello, "GitHub Actions", "completed", "success", runs=1)
    suite(hello, "Renovate")
    pull = await pull_request(use)
    assert pull["checks"] == "1 passed, no checks from Renovate"
    assert "failing_checks" not in pull


@pytest.mark.parametrize("status", ["queued", "requested", "waiting", "pending", "in_progress"])
async def test_a_workflow_run_without_jobs_yet_is_pending(use: Use, hello: Repository, status: str) -> None:
    suite(hello, "GitHub Actions", status)
    assert (await pull_request(use))["checks"] == "1 pending"


@pytest.mark.parametrize(
    ("conclusion", "summary"),
    [
        ("action_required", "must approve the workflow run"),
        ("startup_failure", "could not start"),
        ("failure", "no check of its own"),
        ("timed_out", "no check of its own"),
    ],
)
async def test_a_suite_that_failed_before_any_check_is_failing(
    use: Use, world: World, hello: Repository, conclusion: str, summary: str
) -> None:
    world.check(hello, hello.branches["feature"], "unit", "success")
    suite(hello, "GitHub Actions", "completed", conclusion)
    pull = await pull_request(use)
    assert pull["checks"] == "1 failing, 1 passed"
    (failing,) = pull["failing_checks"]
    assert (failing["name"], failing["conclusion"]) == ("GitHub Actions", conclusion)
    assert summary in failing["summary"]


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped", "cancelled"])
async def test_a_completed_suite_without_checks_is_not_counted(use: Use, hello: Repository, conclusion: str) -> None:
    suite(hello, "GitHub Actions", "completed", conclusion)
    assert (await pull_request(use))["checks"] == "none"


async def test_suites_with_checks_are_not_counted_twice(use: Use, world: World, hello: Repository) -> None:
    world.check(hello, hello.branches["feature"], "unit", "failure")
    suite(hello, "GitHub Actions", "completed", "failure", runs=1)
    assert (await pull_request(use))["checks"] == "1 failing"


async def test_suites_that_cannot_be_read_are_reported_beside_the_checks(
    use: Use, world: World, github: ScriptedGitHub, hello: Repository
) -> None:
    world.check(hello, hello.branches["feature"], "unit", "success")
    github.fault("GET", ".*/check-suites", status=403, body={"message": "Resource not accessible"})
    issue = data(await use("get_issue", **HELLO, number=1))
    assert issue["pull_request"]["checks"] == "1 passed"
    assert "The check suites could not be read" in issue["warnings"][0]


async def test_a_server_without_check_suites_or_graphql_shows_checks_without_a_warning(
    use: Use, world: World, github: ScriptedGitHub, hello: Repository
) -> None:
    world.check(hello, hello.branches["feature"], "unit", "success")
    github.fault("GET", ".*/check-suites", status=404, body={"message": "Not Found"})
    github.fault("POST", "/graphql", status=404, body={"message": "Not Found"}, times=9)
    issue = data(await use("get_issue", **HELLO, number=1))
    assert (issue["pull_request"]["checks"], issue.get("warnings")) == ("1 passed", None)


async def test_suites_of_a_closed_pull_request_are_not_read(
    connect: Connect, github: ScriptedGitHub, hello: Repository
) -> None:
    hello.issues[1].state = "closed"
    async with connect() as client:
        await client.call_tool("get_issue", {**HELLO, "number": 1})
    assert github.seen("GET", ".*/check-suites") == []
    assert github.seen("POST", "/graphql") == []
