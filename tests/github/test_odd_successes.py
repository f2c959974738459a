"""Writes with a malformed success response: not sent twice, not an internal error, not reported as done."""

from typing import Any

import pytest
from github_calls import HELLO, Connect
from github_world import World
from mcp_chassis.testing import failure
from scripted_github import ScriptedGitHub

ODD: list[dict[str, Any]] = [
    {"status": 201, "body": []},
    {"status": 201, "body": {}},
    {"status": 201, "body": None},
    {"status": 201, "body": b"null"},
    {"status": 201, "body": {"number": "1", "id": None}},
    {"status": 201, "body": b"<html>It works</html>", "media_type": "text/html"},
    {"status": 202, "body": b""},
    {"status": 204, "body": b""},
    {"status": 408, "body": {"message": "Request timeout"}},
    {"status": 502, "body": b"<html>Bad gateway</html>", "media_type": "text/html"},
]
CREATING: list[tuple[str, dict[str, Any]]] = [
    ("create_issue", {"title": "T", "body": "B"}),
    ("add_issue_comment", {"number": 1, "body": "B"}),
    ("create_pull_request", {"title": "T", "body": "B", "head": "feature", "base": "main"}),
    ("write_review", {"number": 2, "event": "COMMENT", "body": "B"}),
    ("reply_to_thread", {"number": 2, "comment_id": 5, "body": "B"}),
]


@pytest.fixture
def odd(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.issue(hello, "One")
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    github.fault("GET", ".*/pulls/2/comments", status=200, body=[], times=10**6)
    return github


@pytest.mark.parametrize(("tool", "arguments"), CREATING)
async def test_a_creation_with_a_malformed_response_is_sent_once_with_unknown_outcome(
    connect: Connect, odd: ScriptedGitHub, tool: str, arguments: dict[str, Any]
) -> None:
    codes: list[str] = []
    async with connect(GITHUB_TOOLS=tool) as client:
        for answer in ODD:
            odd.fault("POST", ".*", **answer)
            codes.append(failure(await client.call_tool(tool, {**HELLO, **arguments})).code)
    assert codes == ["OUTCOME_UNKNOWN"] * len(ODD)
    assert len(odd.seen("POST")) == len(ODD)


async def test_a_change_with_a_malformed_success_response_is_read_again(
    connect: Connect, world: World, odd: ScriptedGitHub
) -> None:
    """GitHub changed nothing, and the result says so."""
    results: list[str] = []
    async with connect(GITHUB_TOOLS="update_issue") as client:
        for number, answer in enumerate(ODD[:2]):
            odd.fault("PATCH", ".*", **{**answer, "status": 200})
            result = await client.call_tool("update_issue", {**HELLO, "number": 1, "title": f"New {number}"})
            results.append(str(result.content))
    assert all("GitHub did not change title" in each or "OUTCOME_UNKNOWN" in each for each in results)
    assert all("INTERNAL_ERROR" not in each for each in results)
    assert world.repositories["octocat/hello"].issues[1].title == "One"
