"""Counts of unread and skipped entries, and missing parts of responses that are shown as unknown and not as empty."""

import base64
from typing import Any

import pytest
from github_calls import HELLO, Call, Use
from github_mcp.client.list_pages import PartialList, named
from github_mcp.comparisons import comparison_lines
from github_mcp.models.checks import checks_summary
from github_mcp.models.pull_requests import mergeability
from github_mcp.models.repositories import release_line
from github_mcp.models.tables import day
from github_mcp.records.git import ComparisonRecord
from github_mcp.records.pull_requests import BranchRecord, CheckRunRecord, PullRequestRecord
from github_mcp.records.repositories import ReleaseRecord
from github_world import Issue, World
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SIDE = BranchRecord("a" * 40)


@pytest.fixture
def pull(world: World) -> Issue:
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"a": b"1\n", "b": b"2\n"}, "Work", branch="feature")
    return world.pull(hello, "Feature", "feature")


@pytest.mark.parametrize("unread", ["check-runs", "status"])
async def test_the_count_of_checks_says_that_one_kind_was_not_read(
    call: Call, pull: Issue, github: ScriptedGitHub, unread: str
) -> None:
    github.description = None
    passed = {"name": "x", "context": "x", "status": "completed", "conclusion": "success", "state": "success"}
    body = {"total_count": 1, "check_runs": [passed], "statuses": [passed]}
    github.fault("GET", f".*/commits/[0-9a-f]+/{unread}", status=403, body={"message": "Resource not accessible"})
    github.fault("GET", ".*/commits/[0-9a-f]+/.*", status=200, body=body)
    assert data(await call("get_issue", **HELLO, number=1))["pull_request"]["checks"] == "1 passed, more not read"


def test_skipped_checks_are_counted_separately_from_passed_ones() -> None:
    runs = [CheckRunRecord(conclusion=word) for word in ("skipped", "skipped", "neutral", "success")]
    assert checks_summary(PartialList(runs), PartialList([]), PartialList([])) == "2 passed, 2 skipped"


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"state": "closed", "mergeable": None, "mergeable_state": "unknown"}, "no: closed"),
        ({"state": "open", "mergeable": None}, "unknown: GitHub has not computed it yet"),
        ({"state": "open", "mergeable": True, "mergeable_state": "clean"}, "yes"),
        ({"state": "closed", "merged_at": "2026-01-01T00:00:00Z"}, "already merged"),
    ],
)
def test_mergeability_follows_the_state_of_the_pull_request(facts: dict[str, Any], shown: str) -> None:
    assert mergeability(PullRequestRecord(1, SIDE, SIDE, **facts)) == shown


def test_an_unknown_mergeable_state_is_not_reported_as_yes() -> None:
    pull = PullRequestRecord(1, SIDE, SIDE, state="open", mergeable=True, mergeable_state="unknown")
    assert mergeability(pull).startswith("no conflicts; GitHub has not computed yet")


@pytest.mark.parametrize(
    ("conclusion", "total", "shown"), [("skipped", 2, "2 skipped"), ("success", 40, "2 passed, 38 not read")]
)
async def test_jobs_of_a_run_are_counted_by_state(
    use: Use, github: ScriptedGitHub, conclusion: str, total: int, shown: str
) -> None:
    github.description = None
    jobs = [{"id": number, "status": "completed", "conclusion": conclusion} for number in (1, 2)]
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7})
    github.fault("GET", f"{REPO}/actions/runs/7/jobs", status=200, body={"total_count": total, "jobs": jobs})
    assert data(await use("get_run", **HELLO, run_id=7))["jobs"] == shown


def test_a_list_of_names_shows_twenty_and_counts_the_others() -> None:
    assert named([]) == "none"
    assert named(["a", "b"]) == "a, b"
    assert named([str(number) for number in range(22)]).endswith("18, 19 and 2 more")


def test_a_comparison_without_files_does_not_say_zero_files() -> None:
    compared = ComparisonRecord(status="ahead", ahead_by=1, behind_by=0)
    assert (
        comparison_lines("a", "b", compared, [])[0]
        == "a...b: ahead, 1 ahead, 0 behind, changed files not reported by GitHub"
    )


async def test_a_diff_with_too_few_files_is_replaced_by_the_list_of_files(
    call: Call, pull: Issue, github: ScriptedGitHub
) -> None:
    diff = b"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-0\n+1\n"
    github.description = None
    side = {"sha": "a" * 40, "ref": "x"}
    facts = {"number": 1, "head": side, "base": side, "changed_files": 2}
    files = [{"filename": name, "changes": 1, "patch": "@@ -1 +1 @@\n-0\n+1"} for name in "ab"]
    github.fault("GET", f"{REPO}/pulls/1", status=200, body=facts)
    github.fault("GET", f"{REPO}/pulls/1", status=200, body=diff, media_type="application/vnd.github.diff")
    github.fault("GET", f"{REPO}/pulls/1/files", status=200, body=files, times=9)
    assert "M b +0 -0" in text(await call("get_pull_request_diff", **HELLO, pr_number=1, stat_only=True))


async def test_a_diff_that_is_not_found_is_read_from_the_list_of_files(call: Call, github: ScriptedGitHub) -> None:
    github.description = None
    side = {"sha": "a" * 40, "ref": "x"}
    facts = {"number": 1, "head": side, "base": side, "changed_files": 1}
    github.fault("GET", f"{REPO}/pulls/1", status=200, body=facts)
    github.fault("GET", f"{REPO}/pulls/1", status=404, body={"message": "Not Found"})
    files = [{"filename": "a", "changes": 1, "patch": "@@ -1 +1 @@\n-0\n+1"}]
    github.fault("GET", f"{REPO}/pulls/1/files", status=200, body=files, times=9)
    assert "+++ b/a" in text(await call("get_pull_request_diff", **HELLO, pr_number=1))


async def test_a_deleted_accounts_verdict_is_shown_despite_many_later_comments(
    call: Call, pull: Issue, github: ScriptedGitHub
) -> None:
    github.description = None
    verdicts = [{"id": number, "user": None, "state": "CHANGES_REQUESTED", "body": f"no {number}"} for number in (1, 2)]
    later = [{"id": number, "user": {"login": "mira"}, "state": "COMMENTED", "body": "x"} for number in range(3, 20)]
    github.fault("GET", f"{REPO}/pulls/1/reviews", status=200, body=verdicts + later)
    reviews = data(await call("get_issue", **HELLO, number=1))["pull_request"]["reviews"]
    assert [each["body"] for each in reviews][:3] == ["no 1", "no 2", "x"]


async def test_a_branch_that_contains_its_base_is_not_updated(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    side = {"sha": "a" * 40, "ref": "x"}
    github.fault("GET", f"{REPO}/pulls/1", status=200, body={"number": 1, "head": side, "base": side})
    body = {"message": "There are no new commits on the base branch."}
    github.fault("PUT", f"{REPO}/pulls/1/update-branch", status=422, body=body)
    assert data(await use("update_pull_request", **HELLO, number=1, change="update_branch")) == {
        "number": 1,
        "changed": False,
    }


@pytest.mark.parametrize("tool", ["list_notifications", "search_repositories"])
async def test_a_warning_counts_entries_that_the_allow_list_leaves_out(
    use: Use, github: ScriptedGitHub, tool: str
) -> None:
    github.description = None
    outside = {"full_name": "acme/secret"}
    listed = [{"id": "1", "repository": outside, **outside}]
    github.fault("GET", "/notifications|/user/repos", status=200, body=listed)
    found = data(await use(tool, allowed="octocat/*"))
    assert found["items"] == []
    assert found["warnings"][0].startswith("GITHUB_ALLOWED_REPOS leaves out 1 ")
    assert "secret" not in str(found)


async def test_a_web_page_instead_of_a_large_files_content_is_an_upstream_error(
    call: Call, github: ScriptedGitHub
) -> None:
    github.description = None
    node = {"type": "file", "sha": "c" * 40, "size": 2_000_000, "encoding": "none", "content": ""}
    github.fault("GET", ".*/contents/big", status=200, body=node)
    page = b"<html>Please sign in to the proxy</html>"
    github.fault("GET", ".*/(blobs|contents)/.*", status=200, body=page, media_type="text/html", times=9)
    assert failure(await call("get_file", **HELLO, path="big")).code == "UPSTREAM_ERROR"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("\ufeff# Titel\nZeile\n".encode("utf-16-le"), "# Titel\nZeile\n"),
        (b"a\x0cb\x0cc\nline 2\nline 3\n", "a\x0cb\x0cc\nline 2\n[more: get_file README.md from line 3]"),
        (b"one", "one"),
        (b"\0\1", "README.md is a binary file, not shown."),
    ],
)
async def test_a_readme_is_decoded_like_other_files(
    call: Call, github: ScriptedGitHub, content: bytes, shown: str
) -> None:
    github.description = None
    encoded = base64.b64encode(content).decode()
    readme = {"type": "file", "path": "README.md", "encoding": "base64", "content": encoded}
    github.fault("GET", f"{REPO}/readme", status=200, body=readme)
    assert data(await call("get_repository_info", **HELLO, readme_lines=2))["readme"] == shown


def test_a_release_without_a_date_is_not_shown_as_a_draft() -> None:
    assert release_line(ReleaseRecord("v1", created_at="2026-01-02T00:00:00Z")) == "v1 2026-01-02"
    assert release_line(ReleaseRecord("v1")) == "v1"
    assert release_line(ReleaseRecord("v1", draft=True, created_at="2026-01-02T00:00:00Z")) == "v1 draft"


def test_dates_of_commits_are_converted_to_utc() -> None:
    moments = ["2026-11-19T23:30:00-08:00", "2026-11-20T07:30:00Z", "2026-11-20T00:30:00+09:00", "2026-11-20", "soon"]
    assert [day(each) for each in moments] == ["2026-11-20", "2026-11-20", "2026-11-19", "2026-11-20", "soon"]
