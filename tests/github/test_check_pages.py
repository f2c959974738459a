"""Checks and reviews of a pull request in pages: how many pages are read, and the warning about what is left out."""

from typing import Any

import pytest
from github_calls import HELLO, Use
from github_world import World
from mcp_chassis.testing import data
from scripted_github import ScriptedGitHub

CHECKS = "/repos/octocat/hello/commits/.*/check-runs"
REVIEWS = "/repos/octocat/hello/pulls/1/reviews"


@pytest.fixture
def hello(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    """octocat/hello with pull request 1."""
    github.description = None
    repository = world.repositories["octocat/hello"]
    world.commit(repository, {"x": b"1\n"}, branch="feature")
    world.pull(repository, "Feature", "feature")
    return github


def run(number: int, conclusion: str = "success") -> dict[str, Any]:
    return {"id": number, "name": f"c{number}", "status": "completed", "conclusion": conclusion}


def review(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": number, "user": {"login": "ann"}, "state": "COMMENTED", "body": f"r{number}", **fields}


def link(github: ScriptedGitHub, rel: str, page: int, path: str) -> str:
    return f'<{github.url}/repos/octocat/hello{path}?per_page=100&page={page}>; rel="{rel}"'


async def test_ten_pages_of_checks_are_read_and_the_rest_is_named(use: Use, hello: ScriptedGitHub) -> None:
    more = {"Link": link(hello, "next", 2, "/commits/x/check-runs")}
    body = {"total_count": 1_200, "check_runs": [run(number) for number in range(100)]}
    hello.fault("GET", CHECKS, status=200, body=body, headers=more, times=99)
    pull = data(await use("get_issue", **HELLO, number=1))["pull_request"]
    assert len(hello.seen("GET", CHECKS)) == 10
    assert pull["checks"] == "1000 passed, 200 not read"


async def test_fifty_failing_checks_are_shown_and_the_others_counted(use: Use, hello: ScriptedGitHub) -> None:
    for count, warnings in ((50, []), (51, ["1 more failing checks are not shown."])):
        body = {"total_count": count, "check_runs": [run(number, "failure") for number in range(count)]}
        hello.fault("GET", CHECKS, status=200, body=body)
        issue = data(await use("get_issue", **HELLO, number=1))
        assert [each["name"] for each in issue["pull_request"]["failing_checks"]] == [f"c{n}" for n in range(50)]
        assert issue.get("warnings", []) == warnings


@pytest.mark.parametrize(("pages", "read"), [(3, [1, 2, 3]), (4, [1, 2, 3, 4]), (5, [1, 3, 4, 5])])
async def test_the_last_three_pages_of_reviews_are_read(
    use: Use, hello: ScriptedGitHub, pages: int, read: list[int]
) -> None:
    for page in range(1, pages + 1):
        relations = [("last", pages), *([("next", page + 1)] if page < pages else [])]
        links = ", ".join(link(hello, rel, number, "/pulls/1/reviews") for rel, number in relations)
        body = [review(100 * page + number) for number in range(100)]
        hello.fault("GET", REVIEWS, status=200, body=body, headers={"Link": links})
    issue = data(await use("get_issue", **HELLO, number=1))
    shown = issue["pull_request"]["reviews"]
    asked = [int(dict(each.query).get("page", "1")) for each in hello.seen("GET", REVIEWS)]
    assert asked == read
    assert [each["author"] for each in shown] == ["ann"] * 10
    assert issue["warnings"] == [f"{100 * pages - 10} older reviews are not shown."]
