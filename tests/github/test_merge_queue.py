"""Merge queues: a pull request is added to the queue instead of merged, its place is shown, and it can be taken out."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use, call_agreed
from github_graphql import GraphQLDescription
from github_world import Repository, World
from mcp_chassis.testing import data, failure, text
from mcp_types import CallToolResult
from scripted_github import ScriptedGitHub

ONE = {**HELLO, "number": 1}
REFUSED = "Repository rule violations found\n\nChanges must be made through the merge queue\n\n"


@pytest.fixture
def queued(graphql: GraphQLDescription, world: World) -> Repository:
    """octocat/hello with pull request 1, whose base branch has an empty merge queue."""
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, branch="feature")
    world.pull(hello, "Feature", "feature")
    hello.merge_queue = []
    return hello


@pytest.fixture
def merge(connect: Connect) -> Any:
    """Caller of merge_pull_request that agrees to its question."""

    async def confirmed(**more: Any) -> CallToolResult:
        async with connect(GITHUB_TOOLS="merge_pull_request") as client:
            return await call_agreed(client, "merge_pull_request", {**ONE, **more})

    return confirmed


async def test_the_question_says_that_the_pull_request_is_added_to_the_queue(use: Use, queued: Repository) -> None:
    question = failure(await use("merge_pull_request", **ONE))
    assert question.code == "CONFIRMATION_REQUIRED"
    assert "Add pull request #1 'Feature'" in question.message
    assert "to the queue that merges into main?" in question.message


async def test_a_pull_request_with_a_merge_queue_is_reported_as_queued_and_not_as_merged(
    merge: Any, github: ScriptedGitHub, queued: Repository
) -> None:
    queued.merge_queue = [9]
    assert data(await merge()) == {"number": 1, "queued": "position 2, queued"}
    assert queued.merge_queue == [9, 1]
    assert github.seen("PUT") == []


async def test_a_pull_request_in_the_queue_already_is_not_added_again(
    use: Use, github: ScriptedGitHub, queued: Repository
) -> None:
    queued.merge_queue = [1]
    assert data(await use("merge_pull_request", **ONE)) == {
        "number": 1,
        "queued": "position 1, awaiting checks",
        "already": True,
    }
    assert [each for each in github.requests if b"mutation" in each.body] == []


async def test_a_method_that_the_queue_ignores_is_named_in_a_warning(merge: Any, queued: Repository) -> None:
    merged = data(await merge(method="squash"))
    assert merged["warnings"] == ["The merge queue merges by its own method, not by squash."]


async def test_githubs_reason_against_the_queue_is_a_conflict(merge: Any, queued: Repository) -> None:
    pull = queued.issues[1].pull
    assert pull
    pull.mergeable_state = "blocked"
    error = failure(await merge())
    assert (error.code, queued.merge_queue) == ("CONFLICT", [])
    assert "Required workflow 'unit' is not satisfied" in error.message


async def test_a_head_that_changed_after_the_question_is_not_queued(
    connect: Connect, github: ScriptedGitHub, queued: Repository
) -> None:
    assert queued.issues[1].pull
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        question = failure(await client.call_tool("merge_pull_request", ONE))
        queued.issues[1].pull.head = queued.branches["main"]
        again = await client.call_tool("merge_pull_request", {**ONE, "confirm": question.details["confirm"]})
    assert (failure(again).code, queued.merge_queue) == ("CONFLICT", [])


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("answer", [{"manner": "reset"}, {"status": 502}, {"status": 200, "body": {"data": {}}}])
async def test_an_addition_whose_response_is_lost_is_looked_up_and_not_sent_again(
    merge: Any, github: ScriptedGitHub, queued: Repository, acts: bool, answer: dict[str, Any]
) -> None:
    github.fault("POST", "/graphql", acts=acts, **answer, holding=b"enqueuePullRequest")
    result = await merge()
    if acts:
        assert data(result)["queued"] == "position 1, awaiting checks"
    else:
        assert failure(result).code == "OUTCOME_UNKNOWN"
    assert len([each for each in github.requests if b"enqueuePullRequest" in each.body]) == 1


async def test_a_pull_request_that_a_person_queued_meanwhile_is_reported_as_queued(
    merge: Any, github: ScriptedGitHub, queued: Repository
) -> None:
    refusal = {"message": "Pull request is already in the queue", "type": "UNPROCESSABLE", "path": ["change"]}
    body = {"data": {"change": None}, "errors": [refusal]}
    github.fault("POST", "/graphql", acts=True, status=200, body=body, holding=b"enqueuePullRequest")
    assert data(await merge())["queued"] == "position 1, awaiting checks"


async def test_the_place_in_the_queue_is_shown(use: Use, queued: Repository) -> None:
    assert data(await use("get_issue", **ONE))["pull_request"]["merge_queue"] == "the base branch has one; not in it"
    queued.merge_queue = [1]
    assert data(await use("get_issue", **ONE))["pull_request"]["merge_queue"] == "position 1, awaiting checks"
    queued.merge_queue = None
    assert "merge_queue" not in data(await use("get_issue", **ONE))["pull_request"]


async def test_a_pull_request_is_taken_out_of_the_queue(use: Use, queued: Repository) -> None:
    queued.merge_queue = [1]
    change = {**ONE, "change": "no_auto_merge"}
    assert data(await use("update_pull_request", **change))["changed"] is True
    assert queued.merge_queue == []
    assert data(await use("update_pull_request", **change))["changed"] is False


@pytest.mark.parametrize("message", [REFUSED, "Pull Request is in the merge queue"])
async def test_a_merge_that_github_refuses_because_of_the_queue_names_the_queue(
    merge: Any, github: ScriptedGitHub, queued: Repository, message: str
) -> None:
    github.description = github.graphql = None
    github.fault("POST", "/graphql", status=403, body={"message": "Resource not accessible"}, times=99)
    github.fault("PUT", ".*/merge", status=405, body={"message": message})
    error = failure(await merge())
    assert (error.code, "only through its merge queue" in error.message) == ("CONFLICT", True)


async def test_an_enterprise_server_without_merge_queues_merges_and_shows_none(
    merge: Any, use: Use, github: ScriptedGitHub, queued: Repository
) -> None:
    github.graphql = None
    unknown = {"message": "Field 'isMergeQueueEnabled' doesn't exist", "extensions": {"code": "undefinedField"}}
    github.fault("POST", "/graphql", status=200, body={"errors": [unknown]}, times=99)
    issue = data(await use("get_issue", **ONE))
    assert ("merge_queue" in issue["pull_request"], "warnings" in issue) == (False, False)
    github.fault("PUT", ".*/merge", status=200, body={"sha": "e" * 40, "merged": True, "message": ""})
    assert data(await merge()) == {"number": 1, "commit": "e" * 40}


async def test_a_queue_that_cannot_be_read_is_reported_and_the_rest_is_shown(
    use: Use, github: ScriptedGitHub, queued: Repository
) -> None:
    github.fault("POST", "/graphql", status=403, body={"message": "Resource not accessible"})
    issue = data(await use("get_issue", **ONE))
    assert issue["pull_request"]["checks"] == "none"
    assert "The merge queue could not be read" in issue["warnings"][0]


async def test_a_queue_outside_the_allow_list_is_not_shown(
    use: Use, github: ScriptedGitHub, queued: Repository
) -> None:
    github.graphql = None
    place = {"nameWithOwner": "evil/vault", "pullRequest": {"mergeQueueEntry": {"position": 1, "state": "SECRET"}}}
    github.fault("POST", "/graphql", status=200, body={"data": {"repository": place}})
    assert "secret" not in text(await use("get_issue", allowed="octocat/*", **ONE)).lower()
