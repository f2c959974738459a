"""Tools for commits, branches, tags and comparisons."""

import pytest
from github_calls import HELLO, Connect, Use, published
from github_openapi import Description
from github_world import World
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


async def test_commits_are_listed_by_path_and_time(use: Use, github: ScriptedGitHub) -> None:
    page = data(await use("list_commits", **HELLO, since="2020-01-01", max_results=5))
    assert page["columns"][0] == "sha"
    assert github.seen("GET", f"{REPO}/commits")[0].value("since") == "2020-01-01T00:00:00Z"


async def test_two_branches_are_compared(use: Use, github: ScriptedGitHub, description: Description) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/compare/{{basehead}}")
    github.fault("GET", f"{REPO}/compare/.*", status=200, body=example)
    page = text(await use("compare", **HELLO, base="main", head="feature"))
    assert page.startswith("main...feature: behind, 1 ahead, 2 behind, 1 files")
    assert "diff --git a/file1.txt b/file1.txt" in page


@pytest.mark.parametrize("kind", ["branches", "tags"])
async def test_branches_and_tags_are_listed(
    use: Use, github: ScriptedGitHub, description: Description, kind: str
) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/{kind}")
    github.fault("GET", f"{REPO}/{kind}", status=200, body=example)
    page = data(await use("list_branches_and_tags", **HELLO, kind=kind))
    assert page["items"][0][0] == example[0]["name"]


async def test_a_comparison_shows_the_newest_commits_and_counts_the_others(use: Use, world: World) -> None:
    hello = world.repositories["octocat/hello"]
    for number in range(250):
        world.commit(hello, {"x": str(number).encode()}, f"Change {number}", branch="feature")
    lines = text(await use("compare", **HELLO, base="main", head="feature")).splitlines()
    assert lines[0].startswith("main...feature: ahead, 250 ahead")
    assert lines[1] == "(200 older commits; list_commits shows them)"
    assert lines[2].endswith("Change 200")
    assert lines[51].endswith("Change 249")


async def test_a_comparison_with_new_commits_since_its_first_page_is_refused(connect: Connect, world: World) -> None:
    hello = world.repositories["octocat/hello"]
    for number in range(5):
        world.commit(hello, {"x": str(number).encode()}, f"Change {number}", branch="feature")
    compared = {**HELLO, "base": "main", "head": "feature", "max_lines": 2}
    async with connect(GITHUB_TOOLS="compare") as client:
        first = text(await client.call_tool("compare", compared))
        compared["cursor"] = first.rpartition("cursor=")[2].removesuffix("]")
        assert text(await client.call_tool("compare", compared)).splitlines()[0].endswith("Change 1")
        world.commit(hello, {"x": b"5"}, "Change 5", branch="feature")
        error = failure(await client.call_tool("compare", compared))
    assert error.code == "CONFLICT"
    assert error.message == "New commits were pushed while this comparison was read. Start again without cursor."


@pytest.mark.parametrize(
    ("name", "text", "sent"),
    [
        ("since", "2026-11-20", "2026-11-20T00:00:00Z"),
        ("until", "2026-11-20", "2026-11-20T23:59:59Z"),
        ("since", "2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00Z"),
        ("since", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("until", "2026-11-20T10:00", "2026-11-20T10:00:00Z"),
    ],
)
async def test_since_and_until_accept_dates_and_times_with_any_offset(
    use: Use, github: ScriptedGitHub, name: str, text: str, sent: str
) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/commits", status=200, body=[])
    await use("list_commits", **HELLO, **{name: text})
    assert github.seen("GET")[0].value(name) == sent


async def test_an_invalid_date_is_refused_with_the_name_of_its_argument(use: Use) -> None:
    assert "since must be a date" in failure(await use("list_commits", **HELLO, since="last week")).message


async def test_a_path_without_commits_gives_a_warning(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/commits", status=200, body=[])
    assert "case-sensitive" in data(await use("list_commits", **HELLO, path="readme.MD"))["warnings"][0]
