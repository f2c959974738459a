"""Diffs of pull requests: in one page, in several, and if GitHub refuses to return the whole diff."""

import base64
from typing import Any

import pytest
from github_calls import HELLO, Call, Connect
from github_diffs import changes
from github_issue_shapes import IssueShapes
from github_mcp.diffs.changed_files import changes_in, computed_lines, listed_change
from github_mcp.records.pull_requests import ChangedFileRecord
from github_shapes import Shapes
from github_world import Issue, Repository, World
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub

DIFF = "get_pull_request_diff"


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


def pull(world: World, hello: Repository, files: dict[str, bytes | None], branch: str = "feature") -> Issue:
    world.commit(hello, files, "Work", branch=branch, start="main")
    return world.pull(hello, "Feature", branch)


def parts(page: str) -> tuple[str, str | None]:
    """Split a page into its text without the cursor line, and the cursor."""
    body, _, last = page.rpartition("\n")
    mark = "[more: same arguments with cursor="
    return (body, last.removeprefix(mark).removesuffix("]")) if last.startswith(mark) else (page, None)


async def read_on(call: Call, **arguments: Any) -> list[str]:
    """All pages of a diff, read by following the cursors."""
    pages: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page, following = parts(text(await call(DIFF, **HELLO, pr_number=1, **arguments, **cursor)))
        pages.append(page)
        if following is None:
            return pages
        cursor = {"cursor": following}


def diff_of(pages: list[str]) -> str:
    """The diff in pages, without the title and list of files on the first page and the title lines of later pages."""
    lines = [line for page in pages for line in page.split("\n")[1:]]
    start = next(index for index, line in enumerate(lines) if line.startswith("diff --git "))
    return "\n".join(lines[start:])


def expected(hello: Repository, issue: Issue) -> str:
    assert issue.pull
    files = changes(hello, issue.pull.base, issue.pull.head)
    return "".join(file.text() for file in files).removesuffix("\n")


def without_blob_ids(diff: str) -> str:
    """A diff without its `index` lines, which a diff made from GitHub's list of files lacks."""
    return "\n".join(line for line in diff.split("\n") if not line.startswith("index "))


async def test_the_first_page_has_title_then_files_then_diff(call: Call, world: World, hello: Repository) -> None:
    pull(world, hello, {"src/app.py": b"print('bye')\n", "new.txt": b"a\nb\n", "README.md": None})
    page = text(await call(DIFF, **HELLO, pr_number=1))
    assert page.split("\n")[:8] == [
        "#1 Feature",
        "open, by octocat, main <- octocat:feature, 1 commit, +3 -4 in 3 files",
        "",
        "D README.md +0 -3",
        "A new.txt +2 -0",
        "M src/app.py +1 -1",
        "",
        "diff --git a/README.md b/README.md",
    ]
    assert page.endswith("@@ -1 +1 @@\n-print('hello')\n+print('bye')")


async def test_globs_select_files_and_stat_only_leaves_out_the_diff(
    call: Call, world: World, hello: Repository
) -> None:
    pull(world, hello, {"src/app.py": b"1\n", "src/b.js": b"2\n", "docs/c.md": b"3\n"})
    page = text(await call(DIFF, **HELLO, pr_number=1, paths=["src/*"], stat_only=True))
    assert page.split("\n")[3:] == ["M src/app.py +1 -1", "A src/b.js +1 -0"]


async def test_globs_that_match_no_file_are_refused_with_a_remedy(call: Call, world: World, hello: Repository) -> None:
    pull(world, hello, {"a": b"1\n"})
    error = failure(await call(DIFF, **HELLO, pr_number=1, paths=["*.rs"]))
    assert error.message == "No changed file matches paths. Leave paths out to see every changed file."


@pytest.mark.parametrize("max_lines", [1, 2, 3, 7, 50])
async def test_pages_of_any_size_contain_every_line_once(
    call: Call, world: World, hello: Repository, max_lines: int
) -> None:
    files: dict[str, bytes | None] = {f"f{n}.txt": b"".join(b"%d\n" % i for i in range(n)) for n in range(1, 9)}
    issue = pull(world, hello, files)
    pages = await read_on(call, max_lines=max_lines)
    assert diff_of(pages) == expected(hello, issue)


async def test_a_page_that_begins_inside_a_file_names_the_file(call: Call, world: World, hello: Repository) -> None:
    pull(world, hello, {"long.txt": b"x\n" * 40})
    pages = await read_on(call, max_lines=20)
    assert [page.split("\n")[0] for page in pages[1:]] == ["#1, continued in long.txt"] * (len(pages) - 1)


async def test_a_pull_request_of_301_files_is_read_to_the_end(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    issue = pull(world, hello, {f"src/file{n:03}.py": b"value = %d\n" % n for n in range(301)})
    pages = await read_on(call)
    assert diff_of(pages) == without_blob_ids(expected(hello, issue))
    stats = [line for page in pages for line in page.split("\n") if line.startswith("A src/file")]
    assert len(stats) == len(set(stats)) == 301
    assert 406 in {request.status for request in github.requests}


async def test_a_host_gets_one_log_message_when_the_list_of_files_replaces_the_diff(
    connect: Connect, world: World, hello: Repository
) -> None:
    messages: list[str] = []

    async def on_message(params: Any) -> None:
        messages.append(params.data)

    pull(world, hello, {f"src/file{n:03}.py": b"" for n in range(301)})
    async with connect(logging_callback=on_message, log_level="info") as client:
        page = text(await client.call_tool(DIFF, {**HELLO, "pr_number": 1, "max_lines": 10}))
        assert messages == ["GitHub does not return the whole diff; its list of changed files is read instead."]
        await client.call_tool(DIFF, {**HELLO, "pr_number": 1, "max_lines": 10, "cursor": parts(page)[1]})
    assert [each for each in messages[1:] if each == messages[0]] == []


async def test_a_diff_of_25_000_lines_is_read_to_the_end(call: Call, world: World, hello: Repository) -> None:
    files: dict[str, bytes | None] = {
        f"part{n}.txt": b"".join(b"line %d of %d\n" % (i, n) for i in range(2_500)) for n in range(10)
    }
    issue = pull(world, hello, files)
    pages = await read_on(call, max_lines=1000)
    assert diff_of(pages) == without_blob_ids(expected(hello, issue))
    assert len(pages) >= 25


async def test_the_diff_of_a_file_that_github_leaves_out_is_computed_from_its_blobs(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    old = [f"line {n}\n" for n in range(24_000)]
    new = [f"{'other' if n < 12_000 else 'line'} {n}\n" for n in range(24_000)]
    world.commit(hello, {"big.txt": "".join(old).encode()}, "Big")
    issue = pull(world, hello, {"big.txt": "".join(new).encode(), "small.txt": b"1\n"})
    pages = await read_on(call, max_lines=10_000)
    assert _changed_lines(diff_of(pages)) == _changed_lines(expected(hello, issue))
    assert len(github.seen("GET", ".*/git/blobs/.*")) >= 1


async def test_a_binary_file_is_named_and_not_shown(call: Call, world: World, hello: Repository) -> None:
    pull(world, hello, {"logo.png": base64.b64decode("iVBORw0KGgoAAAA=")})
    page = text(await call(DIFF, **HELLO, pr_number=1))
    assert "A logo.png +0 -0" in page
    assert "Binary files /dev/null and b/logo.png differ" in page


async def test_new_commits_do_not_change_the_later_pages_of_a_diff(call: Call, world: World, hello: Repository) -> None:
    issue = pull(world, hello, {f"f{n}.txt": b"1\n" * 10 for n in range(5)})
    whole = expected(hello, issue)
    first, cursor = parts(text(await call(DIFF, **HELLO, pr_number=1, max_lines=40)))
    assert issue.pull
    issue.pull.head = world.commit(hello, {"f0.txt": None, "other": b"2\n"}, "More", branch="feature").sha
    pages = [first]
    while cursor:
        page, cursor = parts(text(await call(DIFF, **HELLO, pr_number=1, max_lines=40, cursor=cursor)))
        pages.append(page)
    assert diff_of(pages) == whole


async def test_new_commits_are_a_conflict_if_files_come_from_the_list(
    call: Call, world: World, hello: Repository
) -> None:
    issue = pull(world, hello, {f"f{n}.txt": b"1\n" for n in range(301)})
    _, cursor = parts(text(await call(DIFF, **HELLO, pr_number=1, max_lines=400)))
    assert issue.pull
    issue.pull.head = world.commit(hello, {"other": b"2\n"}, "More", branch="feature").sha
    error = failure(await call(DIFF, **HELLO, pr_number=1, max_lines=400, cursor=cursor))
    assert error.code == "CONFLICT"
    assert "Start again without cursor" in error.message


async def test_a_very_long_line_is_cut_in_a_diff(call: Call, world: World, hello: Repository) -> None:
    pull(world, hello, {"min.js": b"x" * 500_000 + b"\nshort\n", "src/app.py": b"print('bye')\n"})
    pages = await read_on(call)
    assert len(pages) == 1
    assert "[... 498001 more characters in this line]" in pages[0]
    assert "+short\n" in pages[0]
    assert "+print('bye')" in pages[0]


async def test_the_number_of_an_issue_is_not_found_as_a_pull_request(
    call: Call, world: World, hello: Repository
) -> None:
    world.issue(hello, "An issue")
    error = failure(await call(DIFF, **HELLO, pr_number=1))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert "list_issues" in error.message


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"commits": 1, "additions": 2, "deletions": 3, "changed_files": 1}, "1 commit, +2 -3 in 1 file"),
        ({"commits": 2, "additions": 0, "deletions": 0, "changed_files": 0}, "2 commits, +0 -0 in 0 files"),
        ({"commits": 2, "additions": 2, "changed_files": 4}, "2 commits, in 4 files"),
        ({"commits": 2, "deletions": 2}, "2 commits"),
        ({"additions": 2, "deletions": 2}, "+2 -2"),
        ({}, ""),
    ],
)
async def test_the_title_of_a_diff_has_the_counts_that_github_gives(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository, fields: dict[str, Any], line: str
) -> None:
    pull = {
        "number": 1,
        "title": "T",
        "state": "open",
        "head": {"sha": "a" * 40, "ref": "topic"},
        "base": {"sha": "b" * 40, "ref": "main"},
        "user": {"login": "mira"},
    }
    github.description = None
    github.fault("GET", "/repos/octocat/hello/pulls/1", status=200, body=pull | fields)
    diff = "".join(f"diff --git a/{n} b/{n}\nold mode 100644\nnew mode 100755\n" for n in "abcd")
    github.fault("GET", "/repos/octocat/hello/pulls/1", status=200, body=diff.encode(), media_type="text/plain")
    head = text(await call("get_pull_request_diff", **HELLO, pr_number=1)).split("\n")[:2]
    assert head == ["#1 T", ", ".join(filter(None, ["open", "by mira", "main <- topic", line]))]


def test_file_names_quoted_by_git_are_decoded() -> None:
    diff = (
        'diff --git "a/caf\\303\\251.txt" "b/caf\\303\\251.txt"\n--- "a/caf\\303\\251.txt"\n'
        '+++ "b/caf\\303\\251.txt"\n@@ -1 +1 @@\n-a\n+b\n'
    )
    assert [change.path for change in changes_in(diff)] == ["café.txt"]


def test_a_renamed_file_in_a_diff_shows_both_names() -> None:
    diff = "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n"
    assert [change.stat for change in changes_in(diff)] == ["R old -> new +0 -0"]


def test_the_name_of_an_empty_new_file_is_read_from_the_diff_header() -> None:
    diff = "diff --git a/a b.txt b/a b.txt\nnew file mode 100644\nindex 0000000..e69de29\n"
    assert [change.stat for change in changes_in(diff)] == ["A a b.txt +0 -0"]


def test_content_that_resembles_a_diff_header_does_not_start_a_new_file() -> None:
    diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n diff --git a/y b/y\n--- a/z\n++++ b/z\n"
    (change,) = changes_in(diff)
    assert (change.path, change.additions, change.deletions) == ("x", 1, 1)


def _changed_lines(diff: str) -> list[str]:
    """The added and removed lines of a diff, whatever its division into hunks."""
    return [line for line in diff.split("\n") if line.startswith(("+", "-"))]


def listed(**facts: Any) -> ChangedFileRecord:
    """An entry of GitHub's list of changed files."""
    usual: dict[str, Any] = {"filename": "new.py", "status": "modified", "additions": 1, "deletions": 1, "changes": 2}
    return ChangedFileRecord(**{**usual, "sha": "0" * 40, **facts})


def test_a_renamed_file_in_githubs_list_shows_both_names() -> None:
    change = listed_change(listed(status="renamed", previous_filename="old.py", patch="@@ -1 +1 @@\n-a\n+b"))
    assert change.stat == "R old.py -> new.py +1 -1"
    assert change.lines == (
        "diff --git a/old.py b/new.py",
        "rename from old.py",
        "rename to new.py",
        "--- a/old.py",
        "+++ b/new.py",
        "@@ -1 +1 @@",
        "-a",
        "+b",
    )


def test_a_moved_file_in_githubs_list_without_changes_has_no_hunks() -> None:
    change = listed_change(listed(status="renamed", previous_filename="old.py", additions=0, deletions=0, changes=0))
    assert change.lines == ("diff --git a/old.py b/new.py", "rename from old.py", "rename to new.py")


def test_a_binary_file_in_githubs_list_is_named_as_binary() -> None:
    change = listed_change(listed(status="changed", additions=0, deletions=0, changes=0))
    assert change.stat == "T new.py +0 -0"
    assert change.lines == ("diff --git a/new.py b/new.py", "(binary file, or only its mode changed)")


def test_the_computed_diff_of_an_added_or_removed_file_contains_all_its_lines() -> None:
    came = listed_change(listed(status="added", additions=2, deletions=0, changes=2))
    went = listed_change(listed(status="removed", additions=0, deletions=1, changes=1))
    assert computed_lines(came, None, "a\nb")[1:] == [
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/new.py",
        "@@ -0,0 +1,2 @@",
        "+a",
        "+b",
        "\\ No newline at end of file",
    ]
    assert computed_lines(went, "a\n", None)[1:] == [
        "deleted file mode 100644",
        "--- a/new.py",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-a",
    ]


def test_the_quoted_name_of_a_binary_file_is_decoded() -> None:
    diff = 'diff --git "a/\\303\\251 \\"x\\".bin" "b/\\303\\251 \\"x\\".bin"\nBinary files differ\n'
    assert [change.path for change in changes_in(diff)] == ['é "x".bin']


async def test_added_and_removed_large_files_are_read_from_their_blobs(
    call: Call, world: World, hello: Repository
) -> None:
    world.commit(hello, {"went.txt": b"".join(b"old %d\n" % n for n in range(21_000))}, "Big")
    issue = pull(world, hello, {"came.txt": b"".join(b"new %d\n" % n for n in range(21_000)), "went.txt": None})
    pages = await read_on(call, max_lines=10_000)
    assert diff_of(pages) == without_blob_ids(expected(hello, issue))


async def test_a_file_too_large_to_compare_is_named_with_the_reason(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    pull(world, hello, {"came.txt": b"".join(b"%d\n" % n for n in range(21_000))})
    github.fault("GET", ".*/git/blobs/.*", status=200, body=b"x" * (11 * 1024 * 1024), times=9)
    pages = await read_on(call)
    assert diff_of(pages) == (
        "diff --git a/came.txt b/came.txt\n"
        "(this file cannot be read: GitHub responded with more than 10 MiB; request less.)"
    )


async def test_the_last_page_says_that_github_lists_only_3000_files(
    call: Call, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    issue = pull(world, hello, {f"f{n}": b"" for n in range(301)})
    assert issue.pull
    shape = github_answer(github, hello, issue)
    github.fault("GET", ".*/pulls/1", status=200, body={**shape, "changed_files": 3001}, times=1)
    page = text(await call(DIFF, **HELLO, pr_number=1, stat_only=True))
    assert page.endswith("\n(GitHub lists only the first 3000 of 3001 files.)")


def github_answer(github: ScriptedGitHub, hello: Repository, issue: Issue) -> dict[str, Any]:
    """GitHub's response for the pull request."""
    assert issue.pull
    return IssueShapes(Shapes(github.url)).pull(hello, issue, issue.pull, (301, 0, 0))


async def test_a_cursor_has_at_most_60_characters(call: Call, world: World, hello: Repository) -> None:
    files: dict[str, bytes | None] = {f"f{n:04}.txt": b"".join(b"%d\n" % n for n in range(50)) for n in range(200)}
    pull(world, hello, files)
    lengths: list[int] = []
    cursor: dict[str, str] = {}
    for _ in range(8):
        _, following = parts(text(await call(DIFF, **HELLO, pr_number=1, max_lines=1300, **cursor)))
        assert following
        lengths.append(len(following))
        cursor = {"cursor": following}
    assert max(lengths) <= 60


async def test_an_empty_comparison_between_two_pages_is_a_conflict(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    issue = pull(world, hello, {f"f{n}.txt": b"1\n" * 10 for n in range(5)})
    _, cursor = parts(text(await call(DIFF, **HELLO, pr_number=1, max_lines=40)))
    assert issue.pull
    issue.pull.head = world.commit(hello, {"f0.txt": None}, "More", branch="feature").sha
    github.description = None
    github.fault("GET", ".*/compare/.*", status=200, body=b"", media_type="text/plain", times=9)
    error = failure(await call(DIFF, **HELLO, pr_number=1, max_lines=40, cursor=cursor))
    assert error.code == "CONFLICT"
