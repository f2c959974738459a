"""Changes of a pull request's draft state, reviewers, branch and automatic merging, each made once and verified."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use
from github_world import Pull, World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
FIRST = {**HELLO, "number": 1}


@pytest.fixture
def pull(world: World, github: ScriptedGitHub) -> Pull:
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    found = world.pull(hello, "Feature", "feature", author="mira").pull
    assert found is not None
    return found


async def test_a_draft_is_marked_ready_and_set_back_to_draft(use: Use, github: ScriptedGitHub, pull: Pull) -> None:
    pull.draft = True
    assert data(await use("update_pull_request", **FIRST, change="ready")) == {"number": 1, "changed": True}
    assert not pull.draft
    assert data(await use("update_pull_request", **FIRST, change="ready"))["changed"] is False
    assert len(github.seen("POST", "/graphql")) == 1
    assert data(await use("update_pull_request", **FIRST, change="draft"))["changed"] is True
    assert pull.draft


async def test_automatic_merging_is_switched_on_only_after_a_question(connect: Connect, pull: Pull) -> None:
    arguments = {**FIRST, "change": "auto_merge", "method": "squash"}
    async with connect(GITHUB_TOOLS="update_pull_request") as client:
        question = failure(await client.call_tool("update_pull_request", arguments))
        assert question.code == "CONFIRMATION_REQUIRED"
        assert "by squash, as soon as every requirement is met?" in question.message
        assert pull.auto_merge is None
        again = {**arguments, "confirm": question.details["confirm"]}
        assert data(await client.call_tool("update_pull_request", again))["changed"] is True
    assert pull.auto_merge == "SQUASH"


@pytest.mark.parametrize("answer", [{}, [], {"data": None}, {"data": {"change": {"pullRequest": {}}}}])
async def test_a_change_with_an_inconclusive_response_has_an_unknown_outcome(
    use: Use, github: ScriptedGitHub, pull: Pull, answer: Any
) -> None:
    pull.draft = True
    github.fault("POST", "/graphql", status=200, body=answer, times=9)
    assert failure(await use("update_pull_request", **FIRST, change="ready")).code == "OUTCOME_UNKNOWN"


async def test_reviewers_that_github_ignored_are_named_in_a_warning(
    use: Use, github: ScriptedGitHub, pull: Pull
) -> None:
    github.description = None
    body = {"number": 1, "requested_reviewers": [{"login": "Hubot"}], "requested_teams": [{"slug": "core"}]}
    github.fault("POST", f"{REPO}/pulls/1/requested_reviewers", status=201, body=body)
    reviewers = ["hubot", "acme/core", "mira"]
    changed = data(await use("update_pull_request", **FIRST, change="request_reviews", reviewers=reviewers))
    assert github.seen("POST")[0].sent == {"reviewers": ["hubot", "mira"], "team_reviewers": ["core"]}
    assert "GitHub did not request a review of mira" in changed["warnings"][0]


async def test_a_branch_is_updated_once_with_the_head_that_was_read(
    use: Use, github: ScriptedGitHub, pull: Pull
) -> None:
    github.description = None
    github.fault("PUT", f"{REPO}/pulls/1/update-branch", "reset")
    assert failure(await use("update_pull_request", **FIRST, change="update_branch")).code == "OUTCOME_UNKNOWN"
    assert [each.sent for each in github.seen("PUT")] == [{"expected_head_sha": pull.head}]


async def test_requesting_reviews_without_reviewers_is_refused(use: Use, pull: Pull) -> None:
    assert failure(await use("update_pull_request", **FIRST, change="request_reviews")).code == "INVALID_INPUT"


@pytest.mark.parametrize(("change", "was_draft"), [("ready", True), ("draft", False)])
async def test_a_draft_state_that_github_did_not_change_is_a_conflict(
    use: Use, github: ScriptedGitHub, pull: Pull, change: str, was_draft: bool
) -> None:
    pull.draft = was_draft
    body = {"data": {"change": {"pullRequest": {"isDraft": was_draft}}}}
    github.fault("POST", "/graphql", status=200, body=body)
    assert failure(await use("update_pull_request", **FIRST, change=change)).code == "CONFLICT"
