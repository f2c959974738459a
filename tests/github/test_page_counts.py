"""Lists of GitHub that are read up to a number of pages, so that one call does not use up the rate limit."""

from typing import Any

import pytest
from github_calls import HELLO, Connect
from github_world import World
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
JOB = {"id": 5, "name": "build", "status": "completed", "conclusion": "success"}
WORKFLOW = {"id": 4, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active"}
ARTIFACT = {"id": 3, "name": "logs", "size_in_bytes": 1, "expired": False}
COMMENT = {"id": 6, "path": "x", "body": "b", "line": 1}
ISSUE = {"number": 7, "title": "T", "state": "open"}
LISTS = [  # the artifacts are read twice: those of the name, then all of them for the message
    ("get_job_logs", {"run_id": 7}, "/actions/runs/7/jobs", {"total_count": 900, "jobs": [JOB]}, 5),
    ("get_run", {"run_id": 7}, "/actions/runs/7/jobs", {"total_count": 900, "jobs": [JOB]}, 5),
    ("get_artifact", {"run_id": 7, "name": "x"}, "/actions/runs/7/artifacts", {"artifacts": [ARTIFACT]}, 10),
    ("run_workflow", {"workflow": "x.yml", "ref": "main"}, "/actions/workflows", {"workflows": [WORKFLOW]}, 5),
    ("organize_issue", {"number": 1, "change": "milestone", "value": "v9"}, "/milestones", [{"title": "v1"}], 5),
    ("get_reviews", {"number": 1}, "/pulls/1/comments", [COMMENT], 5),
    ("list_issues", {"type": "pr"}, "/issues", [ISSUE], 5),
    ("get_issue", {"number": 1}, "/commits/.*/check-runs", {"total_count": 9_000, "check_runs": [JOB]}, 10),
    ("get_issue", {"number": 1}, "/commits/.*/status", {"total_count": 9_000, "statuses": []}, 10),
]


@pytest.mark.parametrize(("tool", "arguments", "path", "body", "pages"), LISTS, ids=lambda each: str(each)[:30])
async def test_a_list_without_an_end_is_read_up_to_its_number_of_pages(
    connect: Connect, github: ScriptedGitHub, world: World, tool: str, arguments: Any, path: str, body: Any, pages: int
) -> None:
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, branch="feature")
    world.pull(hello, "Feature", "feature")
    following = {"Link": f'<{github.url}{REPO}{path}?per_page=100&page=2>; rel="next"'}
    run = {"id": 7, "status": "completed", "conclusion": "success"}
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=run)
    github.fault("GET", f"{REPO}{path}", status=200, body=body, headers=following, times=99)
    async with connect(GITHUB_TOOLS=tool) as client:
        await client.call_tool(tool, {**HELLO, **arguments})
    assert len(github.seen("GET", f"{REPO}{path}")) == pages


async def test_the_resolved_state_of_threads_is_read_from_five_pages_at_most(
    connect: Connect, github: ScriptedGitHub, world: World
) -> None:
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, branch="feature")
    world.pull(hello, "Feature", "feature")
    threads = {"nodes": [], "pageInfo": {"hasPreviousPage": True, "startCursor": "A"}}
    repository = {"nameWithOwner": "octocat/hello", "pullRequest": {"reviewThreads": threads}}
    github.fault("POST", "/graphql", status=200, body={"data": {"repository": repository}}, times=99)
    github.fault("GET", f"{REPO}/pulls/1/comments", status=200, body=[COMMENT])
    async with connect(GITHUB_TOOLS="get_reviews") as client:
        await client.call_tool("get_reviews", {**HELLO, "number": 1})
    assert len(github.seen("POST", "/graphql")) == 5
