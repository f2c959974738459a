"""Slashes around paths, searches by state, and the lookup of a write whose response was lost."""

from typing import Any

import pytest
from github_calls import HELLO, Call, rows
from github_world import World
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub

ISSUES = "/repos/octocat/hello/issues"


@pytest.mark.parametrize("path", ["src/app.py", "/src/app.py", "src/app.py/", "/src/app.py/"])
async def test_a_file_is_read_with_or_without_slashes_around_its_path(call: Call, path: str) -> None:
    assert "print('hello')" in text(await call("get_file", **HELLO, path=path))


@pytest.mark.parametrize("path", ["src", "/src", "src/"])
async def test_a_folder_is_listed_with_or_without_slashes_around_its_path(call: Call, path: str) -> None:
    assert "app.py" in text(await call("get_file", **HELLO, path=path))


@pytest.mark.parametrize(("state", "numbers"), [("open", [1]), ("closed", [2]), ("all", [1, 2])])
async def test_the_requested_state_is_added_to_a_search(
    call: Call, world: World, github: ScriptedGitHub, state: str, numbers: list[int]
) -> None:
    hello = world.repositories["octocat/hello"]
    world.issue(hello, "needle one")
    world.issue(hello, "needle two", state="closed", state_reason="completed")
    found = rows(await call("list_issues", **HELLO, query="needle", state=state))
    assert sorted(row["number"] for row in found) == numbers
    query = str(dict(github.seen("GET", "/search/issues")[0].query)["q"])
    assert ("state:" in query) == (state != "all")


async def test_the_lookup_of_a_lost_write_reads_each_page_once(
    call: Call, github: ScriptedGitHub, world: World
) -> None:
    world.issue(world.repositories["octocat/hello"], "Another")
    github.fault("POST", ISSUES, "reset", acts=False)
    sent: dict[str, Any] = {"title": "Broken", "body": "It is"}
    assert failure(await call("create_issue", **HELLO, **sent)).code == "OUTCOME_UNKNOWN"
    pages = [str(request.query) for request in github.seen("GET", ISSUES)]
    assert len(pages) == len(set(pages))
