"""Reviews and review threads: reading them with lines and resolved state, and writing each exactly once."""

import itertools
from typing import Any

import anyio
import pytest
from github_calls import HELLO, Connect, Use
from github_world import Comment, Issue, Pull, Review, Thread, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
MARK = "<!-- toolroll:" + "0" * 32 + " -->"


@pytest.fixture
def pull(world: World) -> Pull:
    """Pull request 1 by mira with two threads, of which the first is resolved and the second outdated."""
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    issue = world.pull(hello, "Feature", "feature", author="mira")
    assert issue.pull is not None
    mira, octocat = world.user("mira"), world.user("octocat")
    question = [Comment(10, mira, "Why?", 1.0), Comment(11, octocat, "Because.", 2.0)]
    issue.pull.threads.append(Thread("PRRT_1", "src/app.py", 3, question, resolved=True))
    issue.pull.threads.append(Thread("PRRT_2", "src/app.py", 9, [Comment(20, mira, "And here?", 3.0)], outdated=True))
    return issue.pull


def reviewed(world: World, pull: Pull, count: int) -> None:
    for number in range(count):
        state = "APPROVED" if number % 2 else "CHANGES_REQUESTED"
        review = Review(100 + number, world.user(f"person{number}"), state, f"Review {number}", 1.0, pull.head)
        pull.reviews.append(review)


async def test_threads_are_shown_with_their_line_and_resolved_state(use: Use, pull: Pull) -> None:
    second, first = data(await use("get_reviews", **HELLO, number=1))["items"]
    assert (first["path"], first["line"], first["resolved"], first["thread_id"]) == ("src/app.py", 3, True, "PRRT_1")
    assert [each["body"] for each in first["comments"]] == ["Why?", "Because."]
    assert (second["line"], second["outdated"], second["resolved"]) == (9, True, False)


async def test_unresolved_only_leaves_out_resolved_threads(use: Use, pull: Pull) -> None:
    items = data(await use("get_reviews", **HELLO, number=1, unresolved_only=True))["items"]
    assert [each["comment_id"] for each in items] == [20]


async def test_reviews_with_a_verdict_are_paged_newest_first_with_their_whole_text(
    use: Use, world: World, pull: Pull, connect: Any
) -> None:
    reviewed(world, pull, 7)
    pull.reviews[0].body = "x" * 5_000 + f"\n\n{MARK}"
    pull.reviews.append(Review(200, world.user("mira"), "COMMENTED", "", 1.0, pull.head))
    seen: list[dict[str, Any]] = []
    async with connect(GITHUB_TOOLS="get_reviews") as client:
        cursor: dict[str, str] = {}
        while cursor or not seen:
            page = data(await client.call_tool("get_reviews", {**HELLO, "number": 1, "max_results": 4, **cursor}))
            seen += page["items"]
            cursor = {"cursor": page["next_cursor"]} if "next_cursor" in page else {}
            if not cursor:
                break
    assert [each.get("review_id") for each in seen] == [*range(106, 99, -1), None, None]
    assert [each["comment_id"] for each in seen[7:]] == [20, 10]
    assert seen[6]["body"] == "x" * 5_000


async def test_a_thread_resolved_between_two_pages_does_not_hide_another(
    connect: Any, world: World, pull: Pull
) -> None:
    pull.threads.clear()
    for number in range(1, 7):
        comment = Comment(number, world.user("mira"), f"Thread {number}", 1.0)
        pull.threads.append(Thread(f"PRRT_{number}", "x", 1, [comment]))
    arguments = {**HELLO, "number": 1, "max_results": 3, "unresolved_only": True}
    async with connect(GITHUB_TOOLS="get_reviews") as client:
        first = data(await client.call_tool("get_reviews", arguments))
        pull.threads[5].resolved = True
        second = data(await client.call_tool("get_reviews", {**arguments, "cursor": first["next_cursor"]}))
    assert [each["comment_id"] for each in first["items"] + second["items"]] == [6, 5, 4, 3, 2, 1]


async def test_the_resolved_state_of_more_than_a_hundred_threads_is_read(use: Use, world: World, pull: Pull) -> None:
    pull.threads.clear()
    for number in range(1, 251):
        comment = Comment(number, world.user("mira"), "Hm", 1.0)
        pull.threads.append(Thread(f"PRRT_{number}", "x", 1, [comment], resolved=number != 2))
    items = data(await use("get_reviews", **HELLO, number=1, unresolved_only=True))["items"]
    assert [each["comment_id"] for each in items] == [2]


async def test_a_thread_whose_first_comment_was_not_read_has_that_comments_id(
    use: Use, github: ScriptedGitHub, pull: Pull
) -> None:
    github.description = None
    answer = {"id": 900, "in_reply_to_id": 7, "path": "x", "line": 1, "body": "Late", "user": None}
    github.fault("GET", f"{REPO}/pulls/1/comments", status=200, body=[answer])
    assert data(await use("get_reviews", **HELLO, number=1))["items"][0]["comment_id"] == 7


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]},
        {"data": {"repository": None}},
        {"data": {"repository": {"nameWithOwner": "octocat/hello", "pullRequest": None}}},
    ],
)
async def test_threads_are_shown_with_a_warning_if_their_resolved_state_cannot_be_read(
    use: Use, github: ScriptedGitHub, pull: Pull, body: dict[str, Any]
) -> None:
    github.fault("POST", "/graphql", status=200, body=body, times=9)
    page = data(await use("get_reviews", **HELLO, number=1))
    assert len(page["items"]) == 2
    assert "resolved" not in page["items"][0]
    assert "It is unknown which threads are resolved" in page["warnings"][0]


async def test_a_review_is_one_request_and_is_found_if_its_response_is_lost(
    use: Use, github: ScriptedGitHub, pull: Pull
) -> None:
    github.fault("POST", f"{REPO}/pulls/1/reviews", "reset", acts=True)
    comments = [{"path": "x", "line": 1, "body": "Here", "side": "RIGHT"}]
    written = data(await use("write_review", **HELLO, number=1, event="COMMENT", body="B", comments=comments))
    assert written["recovered"] is True
    assert len(pull.reviews) == 1
    assert github.seen("POST", f"{REPO}/pulls/1/reviews")[0].sent["comments"] == comments


async def test_an_approval_without_text_is_read_without_its_hidden_mark(use: Use, world: World, pull: Pull) -> None:
    written = data(await use("write_review", **HELLO, number=1, event="APPROVE"))
    assert written["state"] == "approved"
    shown = data(await use("get_reviews", **HELLO, number=1))
    assert "body" not in shown["items"][0]
    assert "invisible_characters_removed" not in shown


async def test_a_review_with_an_outdated_expected_head_is_a_conflict(
    use: Use, github: ScriptedGitHub, pull: Pull
) -> None:
    error = failure(await use("write_review", **HELLO, number=1, event="COMMENT", body="B", expected_head="0" * 40))
    assert error.code == "CONFLICT"
    assert github.seen("POST") == []
    await use("write_review", **HELLO, number=1, event="COMMENT", body="B", expected_head=pull.head[:10])
    assert github.seen("POST")[0].sent["commit_id"] == pull.head


async def test_a_review_without_text_and_comments_is_refused_unless_it_approves(use: Use, pull: Pull) -> None:
    assert failure(await use("write_review", **HELLO, number=1, event="COMMENT")).code == "INVALID_INPUT"


async def test_githubs_reason_is_read_from_errors_given_as_texts(
    use: Use, world: World, github: ScriptedGitHub, pull: Pull
) -> None:
    own: Issue = world.repositories["octocat/hello"].issues[1]
    own.user = world.user("octocat")
    reason = "Can not approve your own pull request"
    assert reason in failure(await use("write_review", **HELLO, number=1, event="APPROVE")).message
    github.description = None
    body = {"message": "Unprocessable Entity", "errors": "Pull request is in a queue"}
    github.fault("POST", f"{REPO}/pulls/1/reviews", status=422, body=body)
    message = failure(await use("write_review", **HELLO, number=1, event="APPROVE")).message
    assert "Pull request is in a queue" in message


async def test_a_reply_is_added_to_its_thread(use: Use, pull: Pull) -> None:
    assert data(await use("reply_to_thread", **HELLO, number=1, comment_id=10, body="Done"))["id"]
    assert pull.threads[0].comments[-1].body.startswith("Done")


async def test_a_thread_is_resolved_and_opened_again(use: Use, pull: Pull) -> None:
    assert data(await use("resolve_thread", **HELLO, thread_id="PRRT_2")) == {"resolved": True, "changed": True}
    assert pull.threads[1].resolved
    assert data(await use("resolve_thread", **HELLO, thread_id="PRRT_2", resolved=False))["changed"] is True
    assert not pull.threads[1].resolved


async def test_mutations_of_the_graphql_api_are_sent_one_after_another(
    connect: Connect, github: ScriptedGitHub, world: World, pull: Pull
) -> None:
    pull.threads.clear()
    for number in range(1, 7):
        pull.threads.append(Thread(f"PRRT_{number}", "x", 1, [Comment(number, world.user("mira"), "Hm", 1.0)]))
    github.latency = 0.02
    async with connect(GITHUB_TOOLS="resolve_thread") as client, anyio.create_task_group() as tasks:
        for number in range(1, 7):
            tasks.start_soon(client.call_tool, "resolve_thread", {**HELLO, "thread_id": f"PRRT_{number}"})
    sent = sorted((each for each in github.seen("POST") if b"mutation" in each.body), key=lambda each: each.started)
    assert len(sent) == 6
    assert [after.started >= before.ended for before, after in itertools.pairwise(sent)] == [True] * 5


async def test_a_thread_id_that_names_no_thread_says_where_to_take_it_from(use: Use, pull: Pull) -> None:
    error = failure(await use("resolve_thread", **HELLO, thread_id="PRRT_99"))
    assert error.message.endswith("Take thread_id from get_reviews.")


async def test_a_resolved_thread_is_not_resolved_again(use: Use, github: ScriptedGitHub, pull: Pull) -> None:
    assert data(await use("resolve_thread", **HELLO, thread_id="PRRT_1")) == {"resolved": True, "changed": False}
    assert len(github.seen("POST")) == 1


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {"change": None}}, [], "null"])
async def test_resolving_a_thread_with_an_inconclusive_response_has_an_unknown_outcome(
    use: Use, github: ScriptedGitHub, pull: Pull, answer: Any
) -> None:
    place = {"isResolved": False, "repository": {"nameWithOwner": "octocat/hello"}}
    github.fault("POST", "/graphql", status=200, body={"data": {"node": place}})
    github.fault("POST", "/graphql", status=200, body=answer, times=9)
    assert failure(await use("resolve_thread", **HELLO, thread_id="PRRT_2")).code == "OUTCOME_UNKNOWN"


async def test_a_transient_graphql_error_is_retried(use: Use, github: ScriptedGitHub, pull: Pull) -> None:
    message = "Something went wrong while executing your query. This may be the result of a timeout."
    github.fault("POST", "/graphql", status=200, body={"data": None, "errors": [{"message": message}]})
    assert data(await use("resolve_thread", **HELLO, thread_id="PRRT_1"))["changed"] is False


@pytest.mark.parametrize("allowed", [None, "octocat/*"])
async def test_a_thread_of_another_repository_is_not_resolved(
    use: Use, world: World, github: ScriptedGitHub, pull: Pull, allowed: str | None
) -> None:
    vault = world.repository("secret/vault")
    world.commit(vault, {"x": b"1"}, branch="main")
    world.commit(vault, {"x": b"2"}, branch="feature")
    hidden = world.pull(vault, "Hidden", "feature").pull
    assert hidden is not None
    hidden.threads.append(Thread("PRRT_9", "x", 1, [Comment(90, world.user("mira"), "Secret", 1.0)]))
    error = failure(await use("resolve_thread", **HELLO, thread_id="PRRT_9", allowed=allowed))
    assert error.code in {"RESOURCE_NOT_FOUND", "PERMISSION_DENIED"}
    assert "vault" not in error.message
    assert allowed is not None or error.message.endswith("Take thread_id from get_reviews.")
    assert not hidden.threads[0].resolved
