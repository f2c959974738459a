"""Paths as people write them, searches by state, and a lost write that is looked for once on each page."""

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
async def test_a_search_in_a_repository_finds_the_state_that_was_asked_for(
    call: Call, world: World, github: ScriptedGitHub, state: str, numbers: list[int]
) -> None:
    hello = world.repositories["octocat/hello"]
    world.issue(hello, "needle one")
    world.issue(hello, "needle two", state="closed", state_reason="completed")
    found = rows(await call("list_issues", **HELLO, query="needle", state=state))
    assert sorted(row["number"] for row in found) == numbers
    query = str(dict(github.seen("GET", "/search/issues")[0].query)["q"])
    assert ("state:" in query) == (state != "all")


async def test_a_write_that_did_not_happen_is_looked_for_on_no_page_twice(
    call: Call, github: ScriptedGitHub, world: World
) -> None:
    world.issue(world.repositories["octocat/hello"], "Another")
    github.fault("POST", ISSUES, "reset", acts=False)
    sent: dict[str, Any] = {"title": "Broken", "body": "It is"}
    assert failure(await call("create_issue", **HELLO, **sent)).code == "OUTCOME_UNKNOWN"
    pages = [str(request.query) for request in github.seen("GET", ISSUES)]
    assert len(pages) == len(set(pages))
