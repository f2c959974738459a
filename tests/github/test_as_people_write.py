"""Spellings of arguments that tools accept: mentions, full refs, paths with a leading dot, names of clone URLs."""

from typing import Any

import pytest
from github_calls import HELLO, Call, Use, rows
from github_world import World
from mcp_chassis.testing import data, failure, text
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"


@pytest.mark.parametrize("path", ["./src/app.py", "././src/app.py", ".//src/app.py"])
async def test_a_file_is_read_by_a_path_with_a_leading_dot(call: Call, path: str) -> None:
    assert "print('hello')" in text(await call("get_file", **HELLO, path=path))


@pytest.mark.parametrize("path", [".", "./", "/", ""])
async def test_the_root_folder_is_read_by_each_spelling_of_its_path(call: Call, path: str) -> None:
    assert "README.md" in text(await call("get_file", **HELLO, path=path))


@pytest.mark.parametrize("path", ["./../x", "src/../x", "src/./x", ".//../x", "..", "/.."])
async def test_a_path_with_dot_segments_is_refused(call: Call, path: str) -> None:
    assert failure(await call("get_file", **HELLO, path=path)).code == "INVALID_INPUT"


@pytest.mark.parametrize("path", ["./src/app.py", "/src/app.py", "src/app.py"])
async def test_commits_of_a_file_are_found_by_each_form_of_its_path(
    use: Use, github: ScriptedGitHub, path: str
) -> None:
    assert rows(await use("list_commits", **HELLO, path=path))
    assert ("path", "src/app.py") in github.seen("GET", f"{REPO}/commits")[0].query


@pytest.mark.parametrize("path", ["./", "/", "."])
async def test_writing_to_the_root_path_is_refused(use: Use, path: str) -> None:
    edits = [{"path": path, "content": "x"}]
    assert failure(await use("edit_files", **HELLO, branch="main", message="m", edits=edits)).code == "INVALID_INPUT"


async def test_a_changed_file_is_selected_by_a_path_with_a_leading_dot(
    call: Call, world: World, github: ScriptedGitHub
) -> None:
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"src/app.py": b"1\n", "b.txt": b"2\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    shown = text(await call("get_pull_request_diff", **HELLO, pr_number=1, paths=["./src/*.py"], stat_only=True))
    assert "src/app.py" in shown
    assert "b.txt" not in shown


async def test_the_path_of_a_line_comment_is_normalised_before_sending(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    made = {"id": 1, "html_url": "https://github.com/x"}
    github.fault("POST", f"{REPO}/pulls/1/reviews", status=200, body=made)
    comments = [{"path": "./src/app.py", "line": 1, "body": "x"}]
    data(await use("write_review", **HELLO, number=1, event="COMMENT", comments=comments))
    assert github.seen("POST")[0].sent["comments"][0]["path"] == "src/app.py"


async def test_a_repository_name_may_end_in_dot_git(call: Call) -> None:
    assert data(await call("get_repository_info", owner="octocat", repo="hello.git"))["full_name"] == "octocat/hello"


async def test_the_allow_list_applies_to_a_name_that_ends_in_dot_git(use: Use, world: World) -> None:
    world.repository("octocat/other")
    found = await use("get_repository_info", allowed="octocat/hello", owner="octocat", repo="other.git")
    assert failure(found).code == "PERMISSION_DENIED"


@pytest.mark.parametrize("tool", ["create_issue", "update_issue"])
async def test_assignees_may_begin_with_an_at_sign(use: Use, world: World, github: ScriptedGitHub, tool: str) -> None:
    world.issue(world.repositories["octocat/hello"], "One")
    more: dict[str, Any] = {"title": "T", "body": "B"} if tool == "create_issue" else {"number": 1}
    assert "warnings" not in data(await use(tool, **HELLO, **more, assignees=["@octocat"]))
    (request,) = [*github.seen("POST"), *github.seen("PATCH")]
    assert request.sent["assignees"] == ["octocat"]


async def test_reviewers_may_begin_with_an_at_sign(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    side = {"sha": "a" * 40, "ref": "x"}
    pull = {"number": 1, "head": side, "base": side}
    github.fault("GET", f"{REPO}/pulls/1", status=200, body=pull)
    requested = {"number": 1, "requested_reviewers": [{"login": "mira"}], "requested_teams": [{"slug": "core"}]}
    github.fault("POST", f"{REPO}/pulls/1/requested_reviewers", status=201, body=requested)
    change: dict[str, Any] = {"change": "request_reviews", "reviewers": ["@mira", "@acme/core"]}
    assert data(await use("update_pull_request", **HELLO, number=1, **change))["changed"] is True
    assert github.seen("POST")[0].sent == {"reviewers": ["mira"], "team_reviewers": ["core"]}


async def test_runs_of_a_branch_are_listed_by_its_full_ref(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs", status=200, body={"total_count": 0, "workflow_runs": []})
    await use("list_runs", **HELLO, branch="refs/heads/release/1.0")
    assert ("branch", "release/1.0") in github.seen("GET")[0].query


@pytest.mark.parametrize("status", ["stale", "requested", "pending", "neutral"])
async def test_runs_are_listed_by_every_state_that_github_documents(
    use: Use, github: ScriptedGitHub, status: str
) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs", status=200, body={"total_count": 0, "workflow_runs": []})
    assert data(await use("list_runs", **HELLO, status=status))["total"] == 0


async def test_a_release_is_read_by_the_full_ref_of_its_tag(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/releases/tags/v1", status=200, body={"tag_name": "v1"})
    assert data(await use("get_releases", **HELLO, tag="refs/tags/v1"))["items"][0]["tag"] == "v1"


@pytest.mark.parametrize(
    ("head", "sent"), [("refs/heads/feature", "feature"), ("octocat:refs/heads/feature", "octocat:feature")]
)
async def test_branches_of_a_new_pull_request_may_be_full_refs(
    use: Use, world: World, github: ScriptedGitHub, head: str, sent: str
) -> None:
    github.description = None
    made = {"number": 2, "html_url": "https://github.com/x"}
    github.fault("POST", f"{REPO}/pulls", status=201, body=made)
    texts = {"title": "T", "body": "B"}
    data(await use("create_pull_request", **HELLO, **texts, head=head, base="refs/heads/main"))
    assert {name: github.seen("POST")[0].sent[name] for name in ("head", "base")} == {"head": sent, "base": "main"}


async def test_start_branch_may_be_a_full_ref(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    edits = [{"path": "a", "content": "x"}]
    await use("edit_files", **HELLO, branch="new", start_branch="refs/heads/main", message="m", edits=edits)
    assert github.seen("GET", f"{REPO}/git/ref/heads/main")


@pytest.mark.parametrize("head", ["mira:feature", "mira:hello-fork:feature"])
async def test_a_branch_of_a_fork_is_compared_only_without_an_allow_list(
    use: Use, github: ScriptedGitHub, head: str
) -> None:
    github.description = None
    compared = {"status": "ahead", "ahead_by": 1, "behind_by": 0, "total_commits": 0, "commits": [], "files": []}
    github.fault("GET", ".*/compare/.*", status=200, body=compared, times=2)
    assert text(await use("compare", **HELLO, base="main", head=head)).startswith(f"main...{head}: ahead")
    refused = await use("compare", allowed="octocat/*", **HELLO, base="main", head=head)
    assert failure(refused).code == "PERMISSION_DENIED"
    assert len(github.seen("GET", ".*/compare/.*")) == 1


@pytest.mark.parametrize("head", ["a b:main", "mira:../x", "mira:a:b:c", ":main", "mira:"])
async def test_a_malformed_branch_of_a_fork_is_refused(use: Use, head: str) -> None:
    assert failure(await use("compare", **HELLO, base="main", head=head)).code == "INVALID_INPUT"
