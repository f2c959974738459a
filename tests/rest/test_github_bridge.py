"""GitHub's ten tools as a bridge, over the scripted GitHub that the GitHub server is tested with."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from github_calls import HELLO, NOW, TOKEN
from github_world import World
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure, text
from rest_mcp.assembly import server_of
from scripted_github import ScriptedGitHub

BRIDGE = Path(__file__).with_name("github_bridge.toml")


@pytest.fixture
def world() -> World:
    world = World(lambda: NOW)
    world.tokens[TOKEN] = "octocat"
    repository = world.repository("octocat/hello", description="My first repository", language="Python")
    world.commit(repository, {"README.md": b"# Hello\n", "src/app.py": b"print('hello')\n"}, "First")
    world.commit(repository, {"new.py": b"x = 1\n"}, "Work", branch="feature", start="main")
    world.issue(repository, "It breaks", "A long story", labels=["bug"])
    world.pull(repository, "Feature", "feature")
    return world


@pytest.fixture
async def client(world: World) -> AsyncGenerator[Client]:
    async with ScriptedGitHub(world).serving() as github:
        env = {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN}
        async with connected(server_of(BRIDGE), env=env) as client:
            yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    return data(await client.call_tool(tool, {**HELLO, **arguments}))


async def test_all_ten_do_their_plain_work(client: Client) -> None:
    found = data(await client.call_tool("search_repositories", {"query": "hello"}))
    assert [item["full_name"] for item in found["items"]] == ["octocat/hello"]
    assert (await call(client, "get_repository_info"))["default_branch"] == "main"
    listed = (await call(client, "list_issues"))["items"]
    assert {item["title"] for item in listed} == {"It breaks", "Feature"}
    assert (await call(client, "get_issue", number=1))["user"] == {"login": "octocat"}
    made = await call(client, "create_issue", title="New", labels=["bug"])
    assert "html_url" in await call(client, "add_issue_comment", number=made["number"], body="Yes")
    assert (await call(client, "update_issue", number=made["number"], state="closed"))["state"] == "closed"
    diff = text(await client.call_tool("get_pull_request_diff", {**HELLO, "number": 2}))
    assert diff.startswith("diff --git")
    assert text(await client.call_tool("get_file", {**HELLO, "path": "src/app.py"})) == "print('hello')\n"
    code = data(await client.call_tool("search_code", {"query": "hello repo:octocat/hello"}))
    assert "src/app.py" in [item["path"] for item in code["items"]]


async def test_a_missing_resource_is_reported_with_githubs_error_text(client: Client) -> None:
    failed = failure(await client.call_tool("get_issue", {**HELLO, "number": 99}))
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert '"Not Found"' in failed.message


async def test_what_a_bridge_cannot_do_is_still_what_the_documents_say(client: Client) -> None:
    """docs/rest.md lists these: no comments beside an issue, no kinds told apart, a folder is no text."""
    issue = await call(client, "get_issue", number=1)
    assert isinstance(issue["comments"], int)
    assert "pull_request" not in (await call(client, "list_issues"))["items"][0]
