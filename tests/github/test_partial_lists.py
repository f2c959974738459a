"""Lists longer than a page: entries beyond the first page are read, and unread ones are counted."""

from typing import Any

import pytest
from github_calls import HELLO, Call, rows
from github_world import Issue, Repository, Review, World
from mcp_chassis.testing import data, text
from scripted_github import ScriptedGitHub


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


@pytest.fixture
def pull(world: World, hello: Repository) -> Issue:
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    return world.pull(hello, "Feature", "feature")


def head_of(pull: Issue) -> str:
    assert pull.pull
    return pull.pull.head


async def test_a_failing_check_beyond_the_first_hundred_is_shown(
    call: Call, world: World, hello: Repository, pull: Issue
) -> None:
    for number in range(230):
        world.check(hello, head_of(pull), f"job-{number}", "failure" if number == 150 else "success")
    state = data(await call("get_issue", **HELLO, number=1))["pull_request"]
    assert [check["name"] for check in state["failing_checks"]] == ["job-150"]
    assert state["checks"] == "1 failing, 229 passed"


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "cancelled", "stale", "action_required", "new_word"])
async def test_every_conclusion_other_than_success_neutral_and_skipped_is_failing(
    call: Call, world: World, hello: Repository, pull: Issue, github: ScriptedGitHub, conclusion: str
) -> None:
    github.description = None
    world.check(hello, head_of(pull), "unit", conclusion)
    state = data(await call("get_issue", **HELLO, number=1))["pull_request"]
    assert state["failing_checks"][0]["conclusion"] == conclusion


async def test_checks_beyond_the_read_limit_are_counted_as_not_read(
    call: Call, hello: Repository, pull: Issue, github: ScriptedGitHub
) -> None:
    github.description = None
    run = {"id": 1, "name": "unit", "status": "completed", "conclusion": "success", "output": {}}
    body = {"total_count": 5000, "check_runs": [run] * 100}
    link = f'<{github.url}/x?per_page=100&page=2>; rel="next"'
    github.fault("GET", ".*/check-runs", status=200, body=body, headers={"Link": link}, times=99)
    state = data(await call("get_issue", **HELLO, number=1))["pull_request"]
    assert state["checks"] == "1000 passed, 4000 not read"


async def test_a_pull_request_without_checks_has_checks_none(call: Call, pull: Issue) -> None:
    assert data(await call("get_issue", **HELLO, number=1))["pull_request"]["checks"] == "none"


async def test_unreadable_checks_are_unknown_and_not_none(call: Call, pull: Issue, github: ScriptedGitHub) -> None:
    for path in (".*/check-runs", ".*/status"):
        github.fault("GET", path, status=403, body={"message": "no"}, times=9)
    thread = data(await call("get_issue", **HELLO, number=1))
    assert thread["pull_request"]["checks"] == "unknown"
    assert len(thread["warnings"]) == 2


async def test_the_newest_reviews_are_shown_and_the_older_ones_counted(call: Call, world: World, pull: Issue) -> None:
    assert pull.pull
    for number in range(140):
        state = "CHANGES_REQUESTED" if number == 139 else "COMMENTED"
        pull.pull.reviews.append(Review(number, world.user("mira"), state, f"review {number}", 1.0, head_of(pull)))
    thread = data(await call("get_issue", **HELLO, number=1))
    assert thread["pull_request"]["reviews"][-1]["body"] == "review 139"
    assert len(thread["pull_request"]["reviews"]) == 10
    assert "130 older reviews are not shown." in thread["warnings"]


async def test_an_approval_before_many_comments_is_still_shown(call: Call, world: World, pull: Issue) -> None:
    assert pull.pull
    pull.pull.reviews.append(Review(0, world.user("lena"), "APPROVED", "", 1.0, head_of(pull)))
    for number in range(1, 30):
        pull.pull.reviews.append(Review(number, world.user("bot"), "COMMENTED", "note", 1.0, head_of(pull)))
    reviews = data(await call("get_issue", **HELLO, number=1))["pull_request"]["reviews"]
    assert (reviews[0]["author"], reviews[0]["state"]) == ("lena", "approved")


async def test_long_reviews_are_cut_so_that_checks_and_comments_stay(
    call: Call, world: World, hello: Repository, pull: Issue
) -> None:
    assert pull.pull
    for number in range(40):
        pull.pull.reviews.append(Review(number, world.user("bot"), "COMMENTED", "x" * 5000, 1.0, head_of(pull)))
    world.check(hello, head_of(pull), "unit", "failure", title="1 failed")
    world.comment(pull, "a human comment")
    thread = text(await call("get_issue", **HELLO, number=1, comments=1))
    assert "1 failed" in thread
    assert "a human comment" in thread
    assert "[... 4400 more characters]" in thread


@pytest.mark.parametrize("reported_count", [0, 3, 250])
async def test_the_newest_comment_is_read_although_the_issues_comment_count_is_wrong(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub, reported_count: int
) -> None:
    issue = world.issue(hello, "One")
    for number in range(120):
        world.comment(issue, f"comment {number}")
    github.description = None
    shape = {"number": 1, "title": "One", "state": "open", "comments": reported_count or None}
    github.fault("GET", "/repos/octocat/hello/issues/1", status=200, body=shape)
    thread = data(await call("get_issue", **HELLO, number=1, comments=3))
    assert thread["comments"][-1]["body"] == "comment 119"


async def test_a_page_without_entries_of_the_requested_kind_says_to_continue(
    call: Call, world: World, hello: Repository
) -> None:
    world.issue(hello, "The only issue")
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    for number in range(501):
        world.pull(hello, f"Pull {number}", "feature", at=1_795_000_001.0 + number)
    page = data(await call("list_issues", **HELLO))
    assert page["items"] == []
    assert page["next_cursor"]
    assert "No issue is among the 500 entries read" in page["warnings"][0]


async def test_a_search_of_both_kinds_is_merged_in_order_over_pages(
    call: Call, world: World, hello: Repository
) -> None:
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    for number in range(1, 12):
        make: Any = world.pull if number % 3 == 0 else world.issue
        more = ("feature",) if number % 3 == 0 else ()
        make(hello, f"needle {number}", *more, at=1_795_000_000.0 + number)
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        result = await call("list_issues", **HELLO, query="needle", type="all", max_results=4, **cursor)
        found += [row["number"] for row in rows(result)]
        assert data(result)["total"] == 11
        if "next_cursor" not in data(result):
            break
        cursor = {"cursor": data(result)["next_cursor"]}
    assert found == list(range(11, 0, -1))


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("needle is:pr", "needle is:pr state:open"),
        ("needle is:closed", "needle is:closed is:issue"),
        ('"is:pr" needle', '"is:pr" needle state:open is:issue'),
    ],
)
async def test_a_query_is_sent_with_one_kind_and_one_state(
    call: Call, hello: Repository, github: ScriptedGitHub, query: str, sent: str
) -> None:
    await call("list_issues", **HELLO, query=query)
    assert github.seen("GET", "/search/issues")[0].value("q") == f"repo:octocat/hello {sent}"


async def test_mergeability_that_github_has_not_computed_yet_is_unknown(call: Call, pull: Issue) -> None:
    assert pull.pull
    pull.pull.mergeable, pull.pull.mergeable_state = None, "unknown"
    state = data(await call("get_issue", **HELLO, number=1))["pull_request"]
    assert state["mergeable"] == "unknown: GitHub has not computed it yet"


def test_a_commit_status_with_an_unknown_state_is_failing() -> None:
    from github_mcp.models.pull_requests import is_failing
    from github_mcp.records.pull_requests import StatusRecord

    assert is_failing(StatusRecord(state="new_word"))
    assert not is_failing(StatusRecord(state="pending"))
