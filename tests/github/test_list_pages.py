"""Lists of several pages: following the cursor returns every item exactly once."""

from typing import Any

import pytest
from github_calls import Connect, rows
from github_world import World
from mcp.client import Client
from mcp_chassis.testing import data

MAX_PAGES = 8


async def _pages(client: Client, tool: str, arguments: dict[str, Any]) -> list[list[Any]]:
    """The items of all pages, read by following the cursors."""
    pages: list[list[Any]] = []
    cursor: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        result = await client.call_tool(tool, {**arguments, **cursor})
        pages.append(rows(result) if "columns" in data(result) else data(result)["items"])
        if "next_cursor" not in data(result):
            return pages
        cursor = {"cursor": data(result)["next_cursor"]}
    raise AssertionError(f"{tool} goes on after {MAX_PAGES} pages")


async def test_own_repositories_continue_over_pages_in_the_same_order(client: Client, world: World) -> None:
    for number in range(24):
        world.repository(f"octocat/part-{number:02}", updated=1e9 + number)
    pages = await _pages(client, "search_repositories", {"max_results": 10})
    names = [row["full_name"] for page in pages for row in page]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert names == ["octocat/hello", *(f"octocat/part-{number:02}" for number in reversed(range(24)))]


async def test_own_repositories_outside_the_allow_list_are_left_out_of_every_page(
    connect: Connect, world: World
) -> None:
    for number in range(20):
        world.repository(f"octocat/{'in' if number % 2 else 'out'}-{number:02}", updated=2e9 + number)
    async with connect(GITHUB_ALLOWED_REPOS="octocat/in-*") as restricted:
        pages = await _pages(restricted, "search_repositories", {"max_results": 5})
    names = [row["full_name"] for page in pages for row in page]
    assert sorted(names) == [f"octocat/in-{number:02}" for number in range(1, 20, 2)]


@pytest.mark.parametrize("tool", ["search_code", "list_issues"])
async def test_each_search_result_is_on_exactly_one_page(client: Client, world: World, tool: str) -> None:
    repository = world.repositories["octocat/hello"]
    world.commit(repository, {f"part{number}.py": b"needle\n" for number in range(15)})
    for number in range(15):
        world.issue(repository, f"needle {number}", "")
    where = {"owner": "octocat", "repo": "hello"} if tool == "list_issues" else {}
    pages = await _pages(client, tool, {"query": "needle", "max_results": 10, **where})
    found = [hit.get("number") or hit["path"] for page in pages for hit in page]
    assert [len(page) for page in pages] == [10, 5]
    assert len(set(found)) == 15
