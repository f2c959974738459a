"""The allow-list and renamed repositories: the present name must be on the list as well as the given one."""

from typing import Any

import pytest
from github_calls import Connect
from github_world import World
from mcp.shared.exceptions import MCPError
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub

SECRET = "launch-codes"
OLD_NAME = {"owner": "acme", "repo": "docs"}
CALLS: dict[str, dict[str, Any]] = {
    "get_repository_info": {},
    "list_issues": {},
    "get_issue": {"number": 1},
    "create_issue": {"title": "T", "body": "B"},
    "add_issue_comment": {"number": 1, "body": "B"},
    "update_issue": {"number": 1, "state": "closed"},
    "get_pull_request_diff": {"pr_number": 1},
    "get_file": {"path": "README.md"},
}


@pytest.fixture
def moved(world: World) -> World:
    """A repository that was renamed from acme/docs, which is allowed, to evil/docs, which is not."""
    repository = world.repository("acme/docs", description=SECRET)
    world.commit(repository, {"README.md": SECRET.encode()})
    world.issue(repository, SECRET, SECRET)
    world.rename("acme/docs", "evil/docs")
    return world


@pytest.mark.parametrize("tool", CALLS)
async def test_a_repository_renamed_out_of_the_allow_list_is_refused_by_its_old_name(
    connect: Connect, moved: World, github: ScriptedGitHub, tool: str
) -> None:
    async with connect(GITHUB_ALLOWED_REPOS="acme/*") as client:
        result = await client.call_tool(tool, {**OLD_NAME, **CALLS[tool]})
    assert failure(result).code == "PERMISSION_DENIED"
    assert SECRET not in text(result)
    assert [request.path for request in github.requests if request.method != "GET"] == []
    assert len(moved.repositories["evil/docs"].issues) == 1


async def test_a_resource_of_a_repository_renamed_out_of_the_allow_list_is_refused(
    connect: Connect, moved: World
) -> None:
    async with connect(GITHUB_ALLOWED_REPOS="acme/*") as client:
        for uri in ("github://acme/docs/contents/README.md", "github://acme/docs/issues/1"):
            with pytest.raises(MCPError, match="outside GITHUB_ALLOWED_REPOS"):
                await client.read_resource(uri)


async def test_a_repository_renamed_within_the_allow_list_is_read_by_its_old_name(
    connect: Connect, world: World
) -> None:
    world.issue(world.repository("acme/docs"), "Still here", "")
    world.rename("acme/docs", "acme/handbook")
    async with connect(GITHUB_ALLOWED_REPOS="acme/*") as client:
        result = await client.call_tool("get_issue", {**OLD_NAME, "number": 1})
    assert "Still here" in text(result)
