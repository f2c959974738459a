"""Tools that list, search and read issues and pull requests."""

import pytest
from github_calls import HELLO, Call, rows
from github_world import Check, Issue, Repository, Review, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


def pull(world: World, hello: Repository, title: str = "Feature", branch: str = "feature") -> Issue:
    world.commit(hello, {f"{branch}.py": b"x = 1\n"}, "Work", branch=branch, start="main")
    return world.pull(hello, title, branch)


async def test_a_list_of_issues_has_the_columns_to_choose_one_and_no_bodies(
    call: Call, world: World, hello: Repository
) -> None:
    issue = world.issue(hello, "It breaks", "A long story", labels=["bug"], author="mira")
    world.comment(issue, "Yes")
    assert rows(await call("list_issues", **HELLO)) == [
        {
            "number": 1,
            "title": "It breaks",
            "state": "open",
            "author": "mira",
            "association": "contributor",
            "labels": ["bug"],
            "comments": 1,
            "updated_at": "2026-11-18T11:06:40Z",
        }
    ]


async def test_issues_and_pull_requests_are_listed_separately_or_together(
    call: Call, world: World, hello: Repository
) -> None:
    world.issue(hello, "An issue")
    pull(world, hello)
    issues = rows(await call("list_issues", **HELLO))
    pulls = rows(await call("list_issues", **HELLO, type="pr"))
    everything = rows(await call("list_issues", **HELLO, type="all"))
    assert [row["title"] for row in issues] == ["An issue"]
    assert [row["title"] for row in pulls] == ["Feature"]
    assert [(row["title"], row["pull_request"]) for row in everything] == [("Feature", True), ("An issue", False)]


async def test_the_state_of_a_listed_pull_request_is_merged_or_draft(
    call: Call, world: World, hello: Repository
) -> None:
    merged, draft = pull(world, hello), pull(world, hello, "Draft", "draft")
    assert merged.pull
    assert draft.pull
    merged.state, merged.pull.merged_at, draft.pull.draft = "closed", 5.0, True
    states = {row["title"]: row["state"] for row in rows(await call("list_issues", **HELLO, type="pr", state="all"))}
    assert states == {"Feature": "merged", "Draft": "draft"}


async def test_all_entries_of_one_kind_are_listed_whatever_the_mixture(
    call: Call, world: World, hello: Repository
) -> None:
    pull(world, hello)
    template = hello.issues[1].pull
    for number in range(240):
        world.issue(hello, f"n{number}", pull=template if number % 7 else None)
    titles: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        result = await call("list_issues", **HELLO, max_results=13, **cursor)
        titles += [row["title"] for row in rows(result)]
        if "next_cursor" not in data(result):
            break
        cursor = {"cursor": data(result)["next_cursor"]}
    assert titles == [f"n{number}" for number in reversed(range(0, 240, 7))]


async def test_a_list_continues_beyond_the_hundredth_page(call: Call, world: World, hello: Repository) -> None:
    for number in range(103):
        world.issue(hello, f"n{number}")
    titles: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        result = await call("list_issues", **HELLO, type="all", max_results=1, **cursor)
        titles += [row["title"] for row in rows(result)]
        if "next_cursor" not in data(result):
            break
        cursor = {"cursor": data(result)["next_cursor"]}
    assert titles == [f"n{number}" for number in reversed(range(103))]


async def test_a_search_finds_only_issues_of_its_repository(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "Needle here")
    world.issue(world.repository("acme/other"), "Needle there")
    result = await call("list_issues", **HELLO, query="needle", state="all", type="all")
    assert [row["title"] for row in rows(result)] == ["Needle here"]


@pytest.mark.parametrize("query", ["needle repo:acme/other", "user:acme", "x (org:acme)", "-repo:octocat/hello"])
async def test_a_search_in_a_repository_refuses_a_query_that_names_another(
    call: Call, query: str, github: ScriptedGitHub
) -> None:
    assert failure(await call("list_issues", **HELLO, query=query)).code == "INVALID_INPUT"
    assert github.requests == []


async def test_a_quoted_qualifier_is_searched_as_text(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "Document repo:x in the help")
    result = await call("list_issues", **HELLO, query='"repo:x in"')
    assert [row["number"] for row in rows(result)] == [1]


async def test_an_issue_is_read_with_its_body_and_latest_comments(call: Call, world: World, hello: Repository) -> None:
    issue = world.issue(hello, "It breaks", "Body", assignees=[world.user("mira")])
    for number in range(12):
        world.comment(issue, f"comment {number}", "lena")
    thread = data(await call("get_issue", **HELLO, number=1, comments=3))
    assert thread["body"] == "Body"
    assert thread["assignees"] == ["mira"]
    assert thread["comments_total"] == 12
    assert [comment["body"] for comment in thread["comments"]] == ["comment 9", "comment 10", "comment 11"]


async def test_a_closed_issue_is_read_with_the_reason(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "No", state="closed", state_reason="not_planned")
    issue = data(await call("get_issue", **HELLO, number=1))
    assert (issue["state"], issue["state_reason"]) == ("closed", "not_planned")


async def test_the_cursor_leads_to_older_comments_without_repeating_the_body(
    call: Call, world: World, hello: Repository
) -> None:
    issue = world.issue(hello, "Long", "Body")
    for number in range(250):
        world.comment(issue, f"{number}")
    first = data(await call("get_issue", **HELLO, number=1, comments=100))
    second = data(await call("get_issue", **HELLO, number=1, comments=100, cursor=first["next_cursor"]))
    third = data(await call("get_issue", **HELLO, number=1, comments=100, cursor=second["next_cursor"]))
    texts_read = [comment["body"] for page in (third, second, first) for comment in page["comments"]]
    assert texts_read == [str(number) for number in range(250)]
    assert "next_cursor" not in third
    assert "body" not in second


async def test_a_body_longer_than_a_result_is_continued_by_cursor(call: Call, world: World, hello: Repository) -> None:
    body = "".join(f"line {number}\n" for number in range(6_300))
    world.issue(hello, "Long", body)
    texts_read = ""
    cursor: dict[str, str] = {}
    while True:
        thread = data(await call("get_issue", **HELLO, number=1, **cursor))
        texts_read += thread["body"].rpartition(" [cut: ")[0] or thread["body"]
        if "next_cursor" not in thread:
            break
        assert thread["truncated"] is True
        cursor = {"cursor": thread["next_cursor"]}
    assert len(body) > 60_000
    assert texts_read == body


async def test_all_long_comments_are_read_by_following_the_cursor(call: Call, world: World, hello: Repository) -> None:
    issue = world.issue(hello, "Long", "Body")
    for number in range(20):
        world.comment(issue, f"{number} " + "x" * 9_000)
    texts_read: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        thread = data(await call("get_issue", **HELLO, number=1, comments=20, **cursor))
        texts_read += [comment["body"].split()[0] for comment in thread["comments"]]
        if "next_cursor" not in thread:
            break
        cursor = {"cursor": thread["next_cursor"]}
    assert texts_read == [str(number) for number in range(20)]


async def test_a_deleted_account_is_shown_as_ghost(call: Call, world: World, hello: Repository) -> None:
    world.issue(hello, "Left behind")
    hello.issues[1].user = None
    assert data(await call("get_issue", **HELLO, number=1))["author"] == "ghost"


async def test_a_pull_request_is_read_with_reviews_checks_and_mergeability(
    call: Call, world: World, hello: Repository
) -> None:
    issue = pull(world, hello)
    assert issue.pull
    issue.pull.reviews.append(Review(1, world.user("mira"), "CHANGES_REQUESTED", "Please test", 1.0, issue.pull.head))
    world.check(hello, issue.pull.head, "unit", "failure", title="3 tests failed")
    world.check(hello, issue.pull.head, "lint", "success")
    world.check(hello, issue.pull.head, "docs", None).status = "in_progress"
    hello.statuses.append(Check(9, "ci/legacy", issue.pull.head, conclusion="error", summary="agent lost"))
    job = hello.checks[0].id
    assert data(await call("get_issue", **HELLO, number=1))["pull_request"] == {
        "head": "octocat:feature",
        "base": "main",
        "head_sha": issue.pull.head,
        "mergeable": "yes",
        "commits": 1,
        "changed_files": 1,
        "additions": 1,
        "deletions": 0,
        "reviews": [
            {
                "author": "mira",
                "state": "changes_requested",
                "submitted_at": "1970-01-01T00:00:01Z",
                "body": "Please test",
            }
        ],
        "checks": "2 failing, 1 pending, 1 passed",
        "failing_checks": [
            {"name": "unit", "conclusion": "failure", "summary": "3 tests failed", "job_id": job},
            {"name": "ci/legacy", "conclusion": "error", "summary": "agent lost"},
        ],
    }


async def test_a_pull_request_is_read_with_a_warning_if_the_token_cannot_read_checks(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    pull(world, hello)
    headers = {"X-Accepted-GitHub-Permissions": "checks=read"}
    github.fault("GET", ".*/check-runs", status=403, body={"message": "Resource not accessible"}, headers=headers)
    thread = data(await call("get_issue", **HELLO, number=1))
    assert thread["pull_request"]["base"] == "main"
    assert "checks=read" in thread["warnings"][0]


async def test_a_missing_issue_tells_the_model_what_to_try(call: Call) -> None:
    error = failure(await call("get_issue", **HELLO, number=8))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert "missing or hidden from this token" in error.message


@pytest.mark.parametrize(
    "query",
    ["(is:open OR is:closed) x", "x merged:>2026-01-01", "closed:>2026-01-01", 'reason:"not planned"'],
)
async def test_no_state_is_added_to_a_query_that_contains_one(call: Call, github: ScriptedGitHub, query: str) -> None:
    github.description = None
    github.fault("GET", "/search/issues", status=200, body={"total_count": 0, "items": []}, times=9)
    await call("list_issues", **HELLO, query=query, type="pr")
    assert "state:open" not in github.seen("GET", "/search/issues")[0].value("q")
