"""Profiles and further tools: token limits, searches in all repositories, and the allow-list."""

import pytest
import services
import tokens
from github_calls import Connect, Use, enough_arguments
from github_mcp.server import SERVER
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub
from snapshots import definitions

REPO = "/repos/octocat/hello"
MAX_PROFILE_TOKENS = 1_900


@pytest.mark.parametrize("name", sorted(SERVER.profiles))
async def test_a_profile_takes_at_most_1900_tokens(name: str) -> None:
    services.require("npm packages")
    names = {tool.__name__ for tool in SERVER.profiles[name]}
    tools = [tool for tool in await definitions(SERVER) if tool["name"] in names]
    assert len(tools) == len(names)
    assert sum(tokens.count([tokens.for_model(tool) for tool in tools])) <= MAX_PROFILE_TOKENS


async def test_search_issues_searches_all_repositories(use: Use, world: World, github: ScriptedGitHub) -> None:
    world.issue(world.repositories["octocat/hello"], "needle")
    page = data(await use("search_issues", query="needle"))
    assert page["items"][0][:2] == ["octocat/hello", 1]
    assert github.seen("GET", "/search/issues")[0].value("q") == "needle state:open is:issue"


async def test_get_account_returns_the_signed_in_account(use: Use) -> None:
    assert data(await use("get_account"))["login"] == "octocat"


OF_A_REPOSITORY = [tool.__name__ for tool in SERVER.every_tool if "owner" in tool.__annotations__]


@pytest.mark.parametrize("tool", OF_A_REPOSITORY)
async def test_no_tool_sends_a_request_for_a_repository_outside_the_allow_list(
    connect: Connect, github: ScriptedGitHub, tool: str
) -> None:
    async with connect(GITHUB_TOOLS=tool, GITHUB_ALLOWED_REPOS="octocat/*") as client:
        schema = (await client.list_tools()).tools[0].input_schema
        arguments = enough_arguments(tool, schema, owner="evil", repo="vault")
        error = failure(await client.call_tool(tool, arguments))
    assert error.code == "PERMISSION_DENIED"
    assert github.seen("GET") + github.seen("POST") + github.seen("PATCH") == []
