"""Discussions: listing them, reading one with its answer and replies, and commenting exactly once."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use, rows
from github_discussions import Contribution, Discussion
from github_graphql import GraphQLDescription
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

ONE = {**HELLO, "number": 5}
LOST: list[dict[str, Any]] = [
    {"manner": "reset"},
    {"status": 502},
    {"status": 200, "body": {}},
    {"status": 200, "body": {"data": {"change": {"comment": None}}}},
]


@pytest.fixture
def question(graphql: GraphQLDescription, world: World) -> Discussion:
    """Discussion 5 of octocat/hello with an answer by mira, and a comment by another account with a reply."""
    stranger, mira = world.user("stranger"), world.user("mira")
    answer = Contribution("DC_1", mira, "With a lock.", is_answer=True)
    reply = Contribution("DC_3", mira, "It does.")
    comment = Contribution("DC_2", stranger, "Does that work?", "NONE", replies=[reply])
    found = Discussion("D_5", 5, "How to wait?", "I wait too long.", world.user("octocat"), comments=[answer, comment])
    world.repositories["octocat/hello"].discussions = [found, Discussion("D_4", 4, "Hi", "", None, "NONE", "General")]
    return found


async def test_discussions_are_listed_with_their_state(use: Use, question: Discussion) -> None:
    first, second = rows(await use("list_discussions", **HELLO))
    assert (first["number"], first["title"], first["category"], first["answered"]) == (5, "How to wait?", "Q&A", True)
    assert (first["comments"], first["author"], second["author"], second["association"]) == (
        2,
        "octocat",
        "ghost",
        "none",
    )


async def test_the_cursor_continues_a_list_of_discussions(connect: Connect, question: Discussion) -> None:
    async with connect(GITHUB_TOOLS="list_discussions") as client:
        first = data(await client.call_tool("list_discussions", {**HELLO, "max_results": 1}))
        arguments = {**HELLO, "max_results": 1, "cursor": first["next_cursor"]}
        second = data(await client.call_tool("list_discussions", arguments))
    assert (first["total"], first["items"][0][0], second["items"][0][0]) == (2, 5, 4)
    assert "next_cursor" not in second


async def test_a_discussion_is_read_with_its_answer_and_replies(use: Use, question: Discussion) -> None:
    discussion = data(await use("get_discussion", **ONE))
    assert (discussion["state"], discussion["answered"], discussion["body"], discussion["comments_total"]) == (
        "open",
        True,
        "I wait too long.",
        2,
    )
    first, second = discussion["comments"]
    assert (first["comment_id"], first["answer"], first["author"]) == ("DC_1", True, "mira")
    assert "association" not in first
    assert (second["association"], second["replies"][0]["body"]) == ("none", "It does.")


async def test_older_comments_follow_by_cursor_without_the_body(connect: Connect, question: Discussion) -> None:
    async with connect(GITHUB_TOOLS="get_discussion") as client:
        first = data(await client.call_tool("get_discussion", {**ONE, "max_results": 1}))
        second = data(
            await client.call_tool("get_discussion", {**ONE, "max_results": 1, "cursor": first["next_cursor"]})
        )
    assert [each["comment_id"] for each in first["comments"] + second["comments"]] == ["DC_2", "DC_1"]
    assert "body" not in second
    assert "next_cursor" not in second


async def test_replies_that_are_not_shown_are_counted(use: Use, question: Discussion, world: World) -> None:
    question.comments[0].replies = [Contribution(f"DC_1{n}", world.user("mira"), str(n)) for n in range(23)]
    assert data(await use("get_discussion", **ONE))["comments"][0]["more_replies"] == 3


async def test_a_missing_discussion_is_not_found_by_its_number(use: Use, question: Discussion) -> None:
    error = failure(await use("get_discussion", **HELLO, number=1))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert "no discussion #1" in error.message


@pytest.mark.parametrize("tool", ["list_discussions", "get_discussion"])
@pytest.mark.parametrize(
    "answer", [{}, [], {"data": None}, {"data": {"repository": None}}, {"data": {"repository": 7}}]
)
async def test_a_malformed_discussion_response_is_an_upstream_error(
    use: Use, github: ScriptedGitHub, question: Discussion, tool: str, answer: Any
) -> None:
    github.fault("POST", "/graphql", status=200, body=answer, times=9)
    arguments = ONE if tool == "get_discussion" else HELLO
    assert failure(await use(tool, **arguments)).code == "UPSTREAM_ERROR"


@pytest.mark.parametrize(("reply_to", "place"), [(None, "comments"), ("DC_2", "replies")])
async def test_a_comment_on_a_discussion_is_written_once(
    use: Use, github: ScriptedGitHub, question: Discussion, reply_to: str | None, place: str
) -> None:
    more = {} if reply_to is None else {"reply_to": reply_to}
    written = data(await use("add_discussion_comment", **ONE, body="Try a lock.", **more))
    made = (question.comments if reply_to is None else question.comments[1].replies)[-1]
    assert (written["comment_id"], made.user and made.user.login) == (made.id, "octocat")
    assert made.body.startswith("Try a lock.\n\n<!-- toolroll:")
    assert "toolroll" not in str(data(await use("get_discussion", **ONE)))


@pytest.mark.parametrize("reply_to", [None, "DC_2"])
@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("answer", LOST)
async def test_a_discussion_comment_whose_response_is_lost_is_never_sent_twice(
    use: Use, github: ScriptedGitHub, question: Discussion, reply_to: str | None, acts: bool, answer: dict[str, Any]
) -> None:
    before = _texts(question)
    more = {} if reply_to is None else {"reply_to": reply_to}
    github.fault("POST", "/graphql", acts=acts, **answer, holding=b"addDiscussionComment")
    result = await use("add_discussion_comment", **ONE, body="Try a lock.", **more)
    if acts:
        assert data(result)["recovered"] is True
    else:
        assert failure(result).code == "OUTCOME_UNKNOWN"
    assert _texts(question) - before == int(acts)
    assert len([each for each in github.requests if b"addDiscussionComment" in each.body]) == 1


def _texts(discussion: Discussion) -> int:
    return len(discussion.comments) + sum(len(each.replies) for each in discussion.comments)


@pytest.mark.parametrize("tool", ["list_discussions", "get_discussion", "add_discussion_comment"])
async def test_discussions_outside_the_allow_list_are_refused_without_a_request(
    use: Use, github: ScriptedGitHub, question: Discussion, tool: str
) -> None:
    arguments = {"list_discussions": HELLO, "get_discussion": ONE, "add_discussion_comment": {**ONE, "body": "x"}}
    assert failure(await use(tool, allowed="acme/*", **arguments[tool])).code == "PERMISSION_DENIED"
    assert github.requests == []


async def test_lockdown_withholds_discussion_texts_of_authors_without_push_access(
    connect: Connect, question: Discussion, world: World
) -> None:
    world.repositories["octocat/hello"].permissions = {"octocat": "admin", "mira": "write"}
    async with connect(GITHUB_TOOLS="get_discussion,list_discussions", GITHUB_LOCKDOWN="true") as client:
        discussion = data(await client.call_tool("get_discussion", ONE))
        listed = rows(await client.call_tool("list_discussions", HELLO))
    assert [each["comment_id"] for each in discussion["comments"]] == ["DC_1"]
    assert discussion["body"] == "I wait too long."
    assert "2 texts by authors without push access withheld" in discussion["warnings"][0]
    assert [each["title"] for each in listed] == ["How to wait?", "(withheld)"]
