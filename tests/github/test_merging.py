"""Merges: asked first, sent once, for the head that was shown."""

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


async def test_a_merge_is_asked_first_and_then_sent_once_for_the_head_that_was_shown(
    connect: Connect, mergeable: ScriptedGitHub
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body={"sha": "e" * 40, "merged": True})
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        asked = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        assert asked.code == "CONFIRMATION_REQUIRED"
        assert "Merge pull request #1 'Feature'" in asked.message
        assert mergeable.seen("PUT") == []
        arguments = {**HELLO, "number": 1, "confirm": asked.details["confirm"]}
        merged = data(await client.call_tool("merge_pull_request", arguments))
    assert merged == {"number": 1, "commit": "e" * 40}
    assert len(mergeable.seen("PUT")) == 1
    assert len(mergeable.seen("PUT")[0].sent["sha"]) == 40


async def test_a_merge_whose_answer_is_lost_is_not_sent_again(connect: Connect, mergeable: ScriptedGitHub) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", "reset")
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        asked = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        arguments = {**HELLO, "number": 1, "confirm": asked.details["confirm"]}
        assert failure(await client.call_tool("merge_pull_request", arguments)).code == "OUTCOME_UNKNOWN"
    assert len(mergeable.seen("PUT")) == 1


async def confirmed(connect: Connect, **more: Any) -> Any:
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        asked = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1, **more}))
        arguments = {**HELLO, "number": 1, **more, "confirm": asked.details["confirm"]}
        return await client.call_tool("merge_pull_request", arguments)


async def test_an_answer_that_says_that_nothing_was_merged_is_a_conflict(
    connect: Connect, mergeable: ScriptedGitHub
) -> None:
    body = {"sha": "e" * 40, "merged": False, "message": "Base branch was modified"}
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body=body)
    error = failure(await confirmed(connect))
    assert error.code in {"CONFLICT", "OUTCOME_UNKNOWN"}
    assert "Base branch was modified" in error.message


@pytest.mark.parametrize("answer", [{}, [], None, {"sha": "e" * 40}, {"merged": True}])
async def test_a_merge_that_its_answer_does_not_prove_has_an_unknown_outcome(
    connect: Connect, mergeable: ScriptedGitHub, answer: Any
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body=answer)
    assert failure(await confirmed(connect)).code == "OUTCOME_UNKNOWN"
    assert len(mergeable.seen("PUT")) == 1


async def test_a_head_that_was_not_reviewed_is_not_merged(connect: Connect, mergeable: ScriptedGitHub) -> None:
    assert failure(await confirmed(connect, expected_head="0" * 40)).code == "CONFLICT"
    assert mergeable.seen("PUT") == []


async def test_a_pull_request_from_a_fork_outside_of_the_allow_list_is_not_opened(
    use: Use, github: ScriptedGitHub
) -> None:
    arguments = {**HELLO, "title": "T", "body": "B", "base": "main"}
    error = failure(await use("create_pull_request", **arguments, head="evil:main", allowed="octocat/*"))
    assert error.code == "PERMISSION_DENIED"
    assert github.seen("POST") == []


@pytest.mark.parametrize("answer", [{"manner": "reset"}, {"status": 200, "body": {}}, {"status": 502}])
async def test_a_merge_that_happened_is_found_again_though_its_answer_proves_nothing(
    connect: Connect, mergeable: ScriptedGitHub, answer: dict[str, Any]
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", **answer, acts=True)
    head = mergeable.world.repositories["octocat/hello"].branches["feature"]
    assert data(await confirmed(connect)) == {"number": 1, "commit": head}
    assert len(mergeable.seen("PUT")) == 1


async def test_what_is_merged_already_is_not_asked_about(use: Use, mergeable: ScriptedGitHub) -> None:
    pull = mergeable.world.repositories["octocat/hello"].issues[1].pull
    assert pull
    pull.merged_at = 1.0
    assert data(await use("merge_pull_request", **HELLO, number=1))["already"] is True
    assert mergeable.seen("PUT") == []
