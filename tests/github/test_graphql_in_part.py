"""GraphQL responses with errors and data: a change that was made is not reported as failed, nor good items as bad."""

from typing import Any

import pytest
from github_calls import HELLO, Use, rows
from github_discussions import Discussion
from github_world import Comment, Thread, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

PLACE = {"nameWithOwner": "octocat/hello"}
LEFT_OUT = 'GitHub left out a part of the data and says: "Not for you".'


@pytest.fixture(autouse=True)
def _pull(world: World, github: ScriptedGitHub) -> None:
    github.description = github.graphql = None
    hello = world.repositories["octocat/hello"]
    hello.discussions = [Discussion("D_5", 5, "Q", "", world.user("octocat"), comments=[])]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    issue = world.pull(hello, "Feature", "feature")
    assert issue.pull
    for number in (10, 20):
        comments = [Comment(number, world.user("octocat"), "Why?", 1.0)]
        issue.pull.threads.append(Thread(f"PRRT_{number}", "src/app.py", 3, comments))


def answered(github: ScriptedGitHub, found: Any, *path: str | int, holding: bytes = b"", **error: str) -> None:
    errors = [{"message": "Not for you", "type": "FORBIDDEN", "path": list(path), **error}]
    body = {"data": found, "errors": errors}
    github.fault("POST", "/graphql", status=200, body=body, holding=holding)


@pytest.mark.parametrize("kind", ["FORBIDDEN", "NOT_FOUND", ""])
async def test_a_graphql_change_with_an_error_inside_is_reported_as_made(
    use: Use, github: ScriptedGitHub, kind: str
) -> None:
    repository = {**PLACE, "discussion": {"id": "D_5", "number": 5}}
    github.fault("POST", "/graphql", status=200, body={"data": {"repository": repository}}, holding=b"query")
    made = {"change": {"comment": {"id": "DC_9", "url": "https://github.com/x"}}}
    answered(github, made, "change", "comment", "author", holding=b"mutation", type=kind)
    written = data(await use("add_discussion_comment", **HELLO, number=5, body="Yes"))
    assert (written["comment_id"], written["warnings"]) == ("DC_9", [LEFT_OUT])


async def test_a_graphql_change_without_data_has_an_unknown_outcome(use: Use, github: ScriptedGitHub) -> None:
    node = {"data": {"node": {"isResolved": False, "repository": PLACE}}}
    github.fault("POST", "/graphql", status=200, body=node, holding=b"query")
    for _ in range(2):
        answered(github, {"change": {"thread": None}}, "change", "thread", holding=b"mutation")
    error = failure(await use("resolve_thread", **HELLO, thread_id="PRRT_10"))
    assert error.code == "OUTCOME_UNKNOWN"


async def test_a_graphql_request_is_not_sent_on_to_another_address(use: Use, github: ScriptedGitHub) -> None:
    github.fault(
        "POST", "/graphql", status=307, headers={"Location": f"{github.url}/graphql?moved=1"}, body={}, times=9
    )
    error = failure(await use("list_discussions", **HELLO))
    assert error.code == "UPSTREAM_ERROR"
    assert [dict(request.query) for request in github.seen("POST")] == [{}]


async def test_a_hidden_review_thread_does_not_affect_the_others(use: Use, github: ScriptedGitHub) -> None:
    nodes = [{"id": "PRRT_10", "isResolved": True, "comments": {"nodes": [{"databaseId": 10}]}}, None]
    threads = {"pageInfo": {"hasPreviousPage": False, "startCursor": None}, "nodes": nodes}
    found = {"repository": {**PLACE, "pullRequest": {"reviewThreads": threads}}}
    answered(github, found, "repository", "pullRequest", "reviewThreads", "nodes", 1)
    page = data(await use("get_reviews", **HELLO, number=1))
    assert [each.get("resolved") for each in page["items"]] == [None, True]
    assert LEFT_OUT in page["warnings"]


async def test_a_hidden_author_does_not_fail_a_list_of_discussions(use: Use, github: ScriptedGitHub) -> None:
    nodes = [{"number": 1, "title": "One"}, {"number": 2, "title": "Two", "author": None}]
    discussions = {"totalCount": 2, "pageInfo": {"hasNextPage": False}, "nodes": nodes}
    found = {"repository": {**PLACE, "discussions": discussions}}
    answered(github, found, "repository", "discussions", "nodes", 1, "author")
    page = await use("list_discussions", **HELLO)
    assert [row["title"] for row in rows(page)] == ["One", "Two"]
    assert data(page)["warnings"] == [LEFT_OUT]


@pytest.mark.parametrize("found", [None, {"repository": None}, {"repository": {**PLACE, "discussion": None}}])
async def test_an_error_of_the_requested_graphql_field_is_a_failure(
    use: Use, github: ScriptedGitHub, found: Any
) -> None:
    answered(github, found, "repository", "discussion")
    error = failure(await use("get_discussion", **HELLO, number=5))
    assert error.code == "PERMISSION_DENIED"
    assert "Not for you" in error.message


async def test_a_graphql_rate_limit_is_reported_even_with_data(use: Use, github: ScriptedGitHub) -> None:
    discussions = {"totalCount": 1, "nodes": [None]}
    answered(
        github, {"repository": {**PLACE, "discussions": discussions}}, "repository", "nodes", 0, type="RATE_LIMITED"
    )
    assert failure(await use("list_discussions", **HELLO)).code == "RATE_LIMITED"


@pytest.mark.parametrize("message", ["was submitted too quickly", "You have exceeded a secondary rate limit."])
async def test_a_secondary_limit_of_graphql_is_reported_as_a_rate_limit(
    use: Use, github: ScriptedGitHub, message: str
) -> None:
    answered(github, None, "repository", message=message, type="UNPROCESSABLE")
    error = failure(await use("list_discussions", **HELLO))
    assert (error.code, error.retry_after_seconds) == ("RATE_LIMITED", 60)


@pytest.mark.parametrize(
    ("on", "warnings"), [(False, ["Discussions are switched off in this repository."]), (True, None)]
)
async def test_an_empty_list_warns_only_if_discussions_are_switched_off(
    use: Use, github: ScriptedGitHub, on: bool, warnings: list[str] | None
) -> None:
    empty = {"totalCount": 0, "pageInfo": {"hasNextPage": False}, "nodes": []}
    body = {"data": {"repository": {**PLACE, "discussions": empty}}}
    github.fault("POST", "/graphql", status=200, body=body)
    facts = {"full_name": "octocat/hello", "has_discussions": on}
    github.fault("GET", "/repos/octocat/hello", status=200, body=facts)
    assert data(await use("list_discussions", **HELLO)).get("warnings") == warnings


async def test_a_thread_whose_first_comment_was_deleted_keeps_its_state(use: Use, github: ScriptedGitHub) -> None:
    user = {"login": "octocat"}
    replies = [{"id": number, "in_reply_to_id": 5, "path": "a", "line": 1, "user": user} for number in (6, 7)]
    github.fault("GET", ".*/pulls/1/comments", status=200, body=replies)
    nodes = [{"id": "PRRT_5", "isResolved": True, "comments": {"nodes": [{"databaseId": 6}]}}]
    threads = {"pageInfo": {"hasPreviousPage": False}, "nodes": nodes}
    found = {"repository": {**PLACE, "pullRequest": {"reviewThreads": threads}}}
    github.fault("POST", "/graphql", status=200, body={"data": found})
    thread = data(await use("get_reviews", **HELLO, number=1))["items"][0]
    assert (thread["thread_id"], thread["resolved"], len(thread["comments"])) == ("PRRT_5", True, 2)
