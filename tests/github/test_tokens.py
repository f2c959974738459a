"""Token counts (o200k) of tool definitions and of results for the same data, and their number of requests."""

from typing import Any

import pytest
import services
import tokens
from github_mcp.server import SERVER
from github_seed import TOKEN, seeded
from mcp_chassis.testing import connected, text
from scripted_github import ScriptedGitHub
from snapshots import definitions

GANTRY = {"owner": "acme", "repo": "gantry"}
JOBS: list[tuple[str, dict[str, Any], int, int]] = [
    ("search_repositories", {"query": "user:acme", "max_results": 30}, 1_250, 1),
    ("list_issues", {**GANTRY, "max_results": 30}, 1_600, 1),
    ("get_file", {**GANTRY, "path": "src/gantry"}, 480, 1),
    ("get_repository_info", GANTRY, 330, 4),
    ("get_file", {**GANTRY, "path": "src/gantry/engine.py"}, 1_250, 1),
]


@pytest.fixture(autouse=True)
def counter() -> None:
    services.require("npm packages")


async def test_the_ten_tools_take_at_most_1750_tokens() -> None:
    tools = [tool for tool in await definitions(SERVER) if tool["name"] in {each.__name__ for each in SERVER.tools}]
    assert len(tools) == 10
    assert sum(tokens.count([tokens.for_model(tool) for tool in tools])) <= 1_750


@pytest.mark.parametrize(("tool", "arguments", "most", "requests"), JOBS)
async def test_an_ordinary_result_stays_within_its_token_and_request_limits(
    tool: str, arguments: dict[str, Any], most: int, requests: int
) -> None:
    github = ScriptedGitHub(seeded())
    async with github.serving(), connected(SERVER, env={"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}) as client:
        result = text(await client.call_tool(tool, arguments))
    assert tokens.count([result])[0] <= most
    assert len(github.requests) == requests
