"""Tools for commits, branches, tags and comparisons."""

from typing import Any

import pytest
from github_calls import HELLO, Connect, Use, published
from github_mcp.comparisons import comparison_lines
from github_mcp.records.git import ComparisonRecord
from github_mcp.records.repositories import CommitRecord
from github_openapi import Description
from github_world import World
from mcp_chassis.http.records import read_record
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


async def test_a_comparison_without_a_number_of_commits_shows_those_that_came(
    use: Use, github: ScriptedGitHub, description: Description
) -> None:
    example = published(description, "GET", f"{SPEC}/compare/{{basehead}}")
    github.fault("GET", f"{REPO}/compare/.*", status=200, body={**example, "total_commits": None})
    page = text(await use("compare", **HELLO, base="main", head="feature"))
    assert page.startswith("main...feature: behind, 1 ahead, 2 behind")


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


@pytest.mark.parametrize(("files", "named"), [(299, False), (300, True)])
def test_a_comparison_of_300_files_says_that_github_lists_no_more(files: int, named: bool) -> None:
    lines = comparison("ahead", files=[{"filename": f"f{n}", "status": "added"} for n in range(files)])
    assert ("(GitHub compares only the first 300 files.)" in lines) is named


@pytest.mark.parametrize(
    ("shown", "total", "note"),
    [
        (50, 50, None),
        (50, None, None),
        (51, None, "(1 older commits; list_commits shows them)"),
        (51, 51, "(1 older commits; list_commits shows them)"),
        (50, 80, "(30 older commits; list_commits shows them)"),
        (0, 0, None),
    ],
)
def test_a_comparison_shows_fifty_commits_and_counts_the_older_ones(
    shown: int, total: int | None, note: str | None
) -> None:
    lines = comparison("ahead", commits=shown, total_commits=total)
    notes = [line for line in lines if "older commits" in line]
    assert notes == ([note] if note else [])
    assert [line.split()[0] for line in lines if "Work" in line] == [f"{n:07}" for n in range(shown)][-50:]


@pytest.mark.parametrize(
    ("fields", "head"),
    [
        ({"ahead_by": 1, "behind_by": 0, "files": []}, "a...b: ahead, 1 ahead, 0 behind, 0 files"),
        ({"ahead_by": None, "files": None}, "a...b: ahead, ? ahead, ? behind, changed files not reported by GitHub"),
    ],
)
def test_a_comparison_says_what_github_does_not_report(fields: dict[str, Any], head: str) -> None:
    assert comparison("ahead", **fields)[0] == head


def test_a_comparison_without_a_status_says_so() -> None:
    assert comparison("", files=[])[0].startswith("a...b: status unknown, ")


def test_a_comparison_has_summary_commits_counts_and_diff_in_this_order_and_cuts_long_lines() -> None:
    counts = {"status": "modified", "additions": 1, "deletions": 1, "changes": 2}
    patch = f"@@ -1 +1 @@\n-{'x' * 2_000}\n+{'y' * 1_999}"
    files = [{"filename": "a", "patch": patch, **counts}, {"filename": "b", **counts}]
    assert comparison("ahead", 1, total_commits=2, ahead_by=2, behind_by=0, files=files) == [
        "a...b: ahead, 2 ahead, 0 behind, 2 files",
        "(1 older commits; list_commits shows them)",
        "0000000  ghost: Work",
        "",
        "M a +1 -1",
        "M b +1 -1",
        "",
        "diff --git a/a b/a",
        "--- a/a",
        "+++ b/a",
        "@@ -1 +1 @@",
        f"-{'x' * 1_999} [... 1 more characters in this line]",
        f"+{'y' * 1_999}",
        "",
        "diff --git a/b b/b",
        "(GitHub leaves out this part of the diff because of its size)",
    ]


def comparison(status: str, commits: int = 0, **fields: Any) -> list[str]:
    """The lines of a comparison of a with b."""
    compared = {"status": status, **fields}
    record = read_record(compared, ComparisonRecord, upstream="GitHub", operation="compare")
    made = [{"sha": f"{n:040}"[-7:].ljust(40, "0"), "commit": {"message": "Work"}} for n in range(commits)]
    found = [read_record(each, CommitRecord, upstream="GitHub", operation="compare") for each in made]
    return list(comparison_lines("a", "b", record, found))
