"""Diffs, comparisons, logs and artifacts as tasks, with the same results as calls."""

from typing import Any

import pytest
from github_calls import HELLO, TOKEN
from github_mcp.server import SERVER
from github_world import World
from scripted_github import ScriptedGitHub
from task_hosts import by_either_host


@pytest.fixture
def env(github: ScriptedGitHub) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url, "MCP_OUTBOUND_RATE": "1000"}


@pytest.fixture
def job(world: World) -> int:
    """The id of a job in a repository with pull request 1."""
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"a.py": b"print(1)\n"}, "Work", branch="feature", start="main")
    world.pull(hello, "Feature", "feature")
    return world.check(hello, hello.branches["main"], "unit", "failure", log="2026-11-18T11:06:40.1234567Z no\n").id


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_pull_request_diff", {"pr_number": 1}),
        ("compare", {"base": "main", "head": "feature"}),
        ("get_job_logs", {}),
    ],
)
async def test_a_long_read_as_a_task_has_the_same_result_as_a_call(
    env: dict[str, str], job: int, tool: str, arguments: dict[str, Any]
) -> None:
    given = {**HELLO, **arguments, **({"job_id": job} if tool == "get_job_logs" else {})}
    task, call = await by_either_host(SERVER, {**env, "GITHUB_TOOLS": tool}, tool, **given)
    assert not task["isError"]
    assert task == call
