"""Merging a pull request: a question to a person, then one request for the head that the question showed."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


@pytest.fixture
def mergeable(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    return github


async def test_a_merge_asks_a_person_and_is_sent_once_for_the_shown_head(
    connect: Connect, mergeable: ScriptedGitHub
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body={"sha": "e" * 40, "merged": True})
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        question = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        assert question.code == "CONFIRMATION_REQUIRED"
        assert "Merge pull request #1 'Feature'" in question.message
        assert mergeable.seen("PUT") == []
        arguments = {**HELLO, "number": 1, "confirm": question.details["confirm"]}
        merged = data(await client.call_tool("merge_pull_request", arguments))
    assert merged == {"number": 1, "commit": "e" * 40}
    assert len(mergeable.seen("PUT")) == 1
    assert len(mergeable.seen("PUT")[0].sent["sha"]) == 40


async def test_a_merge_whose_response_is_lost_is_not_sent_again(connect: Connect, mergeable: ScriptedGitHub) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", "reset")
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        question = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        arguments = {**HELLO, "number": 1, "confirm": question.details["confirm"]}
        assert failure(await client.call_tool("merge_pull_request", arguments)).code == "OUTCOME_UNKNOWN"
    assert len(mergeable.seen("PUT")) == 1


async def confirmed(connect: Connect, **more: Any) -> Any:
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        question = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1, **more}))
        arguments = {**HELLO, "number": 1, **more, "confirm": question.details["confirm"]}
        return await client.call_tool("merge_pull_request", arguments)


async def test_a_response_without_a_merge_is_a_conflict_with_githubs_reason(
    connect: Connect, mergeable: ScriptedGitHub
) -> None:
    body = {"sha": "e" * 40, "merged": False, "message": "Base branch was modified"}
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body=body)
    error = failure(await confirmed(connect))
    assert error.code in {"CONFLICT", "OUTCOME_UNKNOWN"}
    assert "Base branch was modified" in error.message


@pytest.mark.parametrize("answer", [{}, [], None, {"sha": "e" * 40}, {"merged": True}])
async def test_a_merge_with_an_inconclusive_response_has_an_unknown_outcome(
    connect: Connect, mergeable: ScriptedGitHub, answer: Any
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body=answer)
    assert failure(await confirmed(connect)).code == "OUTCOME_UNKNOWN"
    assert len(mergeable.seen("PUT")) == 1


async def test_a_head_other_than_expected_head_is_not_merged(connect: Connect, mergeable: ScriptedGitHub) -> None:
    assert failure(await confirmed(connect, expected_head="0" * 40)).code == "CONFLICT"
    assert mergeable.seen("PUT") == []


async def test_a_pull_request_from_a_fork_outside_the_allow_list_is_refused(use: Use, github: ScriptedGitHub) -> None:
    arguments = {**HELLO, "title": "T", "body": "B", "base": "main"}
    error = failure(await use("create_pull_request", **arguments, head="evil:main", allowed="octocat/*"))
    assert error.code == "PERMISSION_DENIED"
    assert github.seen("POST") == []


@pytest.mark.parametrize("answer", [{"manner": "reset"}, {"status": 200, "body": {}}, {"status": 502}])
async def test_a_merge_with_an_inconclusive_response_is_found_by_reading_the_pull_request(
    connect: Connect, mergeable: ScriptedGitHub, answer: dict[str, Any]
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", **answer, acts=True)
    head = mergeable.world.repositories["octocat/hello"].branches["feature"]
    assert data(await confirmed(connect)) == {"number": 1, "commit": head}
    assert len(mergeable.seen("PUT")) == 1


async def test_a_merged_pull_request_is_reported_without_a_question(use: Use, mergeable: ScriptedGitHub) -> None:
    pull = mergeable.world.repositories["octocat/hello"].issues[1].pull
    assert pull
    pull.merged_at = 1.0
    assert data(await use("merge_pull_request", **HELLO, number=1))["already"] is True
    assert mergeable.seen("PUT") == []
