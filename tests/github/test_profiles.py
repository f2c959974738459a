"""The everyday jobs beyond the ten default tools: reviews, code, CI, across repositories."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import services
import tokens
from github_calls import HELLO, Connect
from github_mcp.client.contents import git_hash
from github_mcp.server import SERVER
from github_openapi import Description
from github_world import World
from mcp_chassis.testing import data, failure, text
from plausible import arguments_for
from scripted_github import ScriptedGitHub
from snapshots import definitions

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"
MAX_PROFILE_TOKENS = 1_900
Use = Callable[..., Any]


@pytest.fixture
def use(connect: Connect, github: ScriptedGitHub) -> Use:
    """Call one tool by name, whichever tools are the default."""

    async def call(tool: str, **arguments: Any) -> Any:
        settings = {"GITHUB_ALLOWED_REPOS": arguments.pop("allowed", None)}
        async with connect(GITHUB_TOOLS=tool, **settings) as client:
            return await client.call_tool(tool, arguments)

    return call


def published(description: Description, method: str, path: str) -> Any:
    """The first answer GitHub publishes for an operation."""
    return next(example for _, example in description.examples(method, path))


@pytest.mark.parametrize("name", sorted(SERVER.profiles))
async def test_a_profile_takes_at_most_1900_tokens(name: str) -> None:
    services.require("npm packages")
    names = {tool.__name__ for tool in SERVER.profiles[name]}
    tools = [tool for tool in await definitions(SERVER) if tool["name"] in names]
    assert len(tools) == len(names)
    assert sum(tokens.count([tokens.for_model(tool) for tool in tools])) <= MAX_PROFILE_TOKENS


COMMENT = {
    "id": 10,
    "path": "src/app.py",
    "line": 3,
    "user": {"login": "mira"},
    "body": "Why?",
    "created_at": "2026-01-01T00:00:00Z",
}
THREADS = {
    "data": {
        "repository": {
            "pullRequest": {
                "reviewThreads": {
                    "nodes": [
                        {"id": "PRRT_1", "isResolved": True, "comments": {"nodes": [{"databaseId": 10}]}},
                        {"id": "PRRT_2", "isResolved": False, "comments": {"nodes": [{"databaseId": 20}]}},
                    ]
                }
            }
        }
    }
}


@pytest.fixture
def reviewed(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    """Pull request 1 with two threads, the first resolved, the second outdated."""
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    answer = {**COMMENT, "id": 11, "in_reply_to_id": 10, "body": "Because."}
    outdated = {**COMMENT, "id": 20, "line": None, "original_line": 9}
    github.fault("GET", f"{REPO}/pulls/1/comments", status=200, body=[outdated, answer, COMMENT], times=99)
    github.fault("POST", "/graphql", status=200, body=THREADS, times=1)
    return github


async def test_reviews_show_threads_with_their_line_and_whether_they_are_resolved(
    use: Use, reviewed: ScriptedGitHub
) -> None:
    first, second = data(await use("get_reviews", **HELLO, number=1))["items"]
    assert (first["path"], first["line"], first["resolved"], first["thread_id"]) == ("src/app.py", 3, True, "PRRT_1")
    assert [each["body"] for each in first["comments"]] == ["Why?", "Because."]
    assert (second["line"], second["outdated"], second["resolved"]) == (9, True, False)


async def test_unresolved_threads_alone_can_be_read(use: Use, reviewed: ScriptedGitHub) -> None:
    items = data(await use("get_reviews", **HELLO, number=1, unresolved_only=True))["items"]
    assert [each["comment_id"] for each in items] == [20]


async def test_threads_are_shown_where_it_cannot_be_read_which_are_resolved(use: Use, reviewed: ScriptedGitHub) -> None:
    body = {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible"}]}
    reviewed.fault("POST", "/graphql", status=200, body=body, times=9)
    await use("get_reviews", **HELLO, number=1)
    page = data(await use("get_reviews", **HELLO, number=1))
    assert len(page["items"]) == 2
    assert "resolved" not in page["items"][0]
    assert "Which threads are resolved could not be read" in page["warnings"][0]


async def test_a_review_is_one_request_and_found_again_when_its_answer_proves_nothing(
    use: Use, reviewed: ScriptedGitHub
) -> None:
    comments = [{"path": "x", "line": 1, "body": "Here", "side": "RIGHT"}]
    reviewed.fault("POST", f"{REPO}/pulls/1/reviews", status=200, body={})
    unknown = failure(await use("write_review", **HELLO, number=1, event="COMMENT", body="B", comments=comments))
    assert unknown.code == "OUTCOME_UNKNOWN"
    sent = reviewed.seen("POST", f"{REPO}/pulls/1/reviews")
    assert len(sent) == 1
    assert sent[0].sent["comments"] == comments
    assert "<!-- toolroll:" in sent[0].sent["body"]


async def test_a_review_without_words_is_refused_unless_it_approves(use: Use, reviewed: ScriptedGitHub) -> None:
    assert failure(await use("write_review", **HELLO, number=1, event="COMMENT")).code == "INVALID_INPUT"
    body = {"id": 5, "html_url": "https://github.com/x", "state": "APPROVED"}
    reviewed.fault("POST", f"{REPO}/pulls/1/reviews", status=200, body=body)
    assert data(await use("write_review", **HELLO, number=1, event="APPROVE"))["state"] == "approved"


async def test_a_reply_goes_into_its_thread(use: Use, reviewed: ScriptedGitHub) -> None:
    body = {"id": 30, "html_url": "https://github.com/x#30"}
    reviewed.fault("POST", f"{REPO}/pulls/1/comments/10/replies", status=201, body=body)
    assert data(await use("reply_to_thread", **HELLO, number=1, comment_id=10, body="Done"))["id"] == 30


def thread_at(full_name: str, *, resolved: bool) -> dict[str, Any]:
    return {"data": {"node": {"isResolved": resolved, "repository": {"nameWithOwner": full_name}}}}


@pytest.mark.parametrize("allowed", [None, "octocat/*"])
async def test_a_thread_of_another_repository_is_not_resolved(
    use: Use, github: ScriptedGitHub, allowed: str | None
) -> None:
    github.description = None
    github.fault("POST", "/graphql", status=200, body=thread_at("secret/vault", resolved=False), times=9)
    error = failure(await use("resolve_thread", **HELLO, thread_id="PRRT_9", allowed=allowed))
    assert error.code in {"RESOURCE_NOT_FOUND", "PERMISSION_DENIED"}
    assert "vault" not in error.message
    assert len(github.seen("POST")) == 1


async def test_a_resolved_thread_is_not_resolved_again(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("POST", "/graphql", status=200, body=thread_at("octocat/hello", resolved=True), times=9)
    assert data(await use("resolve_thread", **HELLO, thread_id="PRRT_9")) == {"resolved": True, "changed": False}
    assert len(github.seen("POST")) == 1


class GitObjects:
    """The objects API of one branch: it answers in GitHub's shapes and keeps what was stored."""

    def __init__(self, github: ScriptedGitHub, content: bytes, mode: str = "100644") -> None:
        self.github = github
        self.blob = git_hash(content)
        github.description = None
        ref = {"ref": "refs/heads/main", "object": {"sha": "c" * 40, "type": "commit"}}
        commit = {"sha": "c" * 40, "tree": {"sha": "7" * 40}, "html_url": "x"}
        entry = {"path": "app.py", "mode": mode, "type": "blob", "sha": self.blob}
        self._get("/git/ref/heads/main", ref)
        self._get("/git/commits/c+", commit)
        self._get("/git/trees/7+", {"sha": "7" * 40, "tree": [entry], "truncated": False})
        github.fault("GET", f"{REPO}/git/blobs/{self.blob}", status=200, body=content, times=99)
        for kind, sha in (("blobs", "b"), ("trees", "8"), ("commits", "d")):
            github.fault("POST", f"{REPO}/git/{kind}", status=201, body={"sha": sha * 40}, times=99)

    def _get(self, tail: str, body: Any) -> None:
        self.github.fault("GET", REPO + tail, status=200, body=body, times=99)

    def stored(self) -> bytes:
        return base64.b64decode(self.github.seen("POST", f"{REPO}/git/blobs")[0].sent["content"])


EDIT = {"branch": "main", "message": "Change", **HELLO}


async def test_an_edit_changes_exactly_what_was_given_and_moves_the_branch(use: Use, github: ScriptedGitHub) -> None:
    objects = GitObjects(github, b"one\r\ntwo\r\nthree\r\n")
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=200, body={"object": {"sha": "d" * 40}})
    edits = [{"path": "app.py", "old": "two\nthree", "new": "2\n3", "blob": objects.blob[:7]}]
    committed = data(await use("edit_files", **EDIT, edits=edits))
    assert committed == {"commit": "d" * 40, "branch": "main"}
    assert objects.stored() == b"one\r\n2\r\n3\r\n"
    assert github.seen("PATCH")[0].sent == {"sha": "d" * 40, "force": False}
    assert github.seen("POST", f"{REPO}/git/commits")[0].sent["parents"] == ["c" * 40]


@pytest.mark.parametrize(
    ("edit", "code", "words"),
    [
        ({"old": "missing", "new": "x"}, "CONFLICT", "old is not in the file"),
        ({"old": "o", "new": "x"}, "CONFLICT", "stands in the file 2 times"),
        ({"old": "one", "new": "1", "blob": "0000000"}, "CONFLICT", "is not blob 0000000 any more"),
        ({"content": "x", "delete": True}, "INVALID_INPUT", "give one of"),
        ({"path": "app.py/inside", "content": "x"}, "INVALID_INPUT", "app.py is no folder"),
        ({"path": "none.py", "delete": True}, "RESOURCE_NOT_FOUND", "no file none.py"),
        ({"base64": "!"}, "INVALID_INPUT", "base64 cannot be decoded"),
    ],
)
async def test_an_edit_that_does_not_fit_changes_nothing(
    use: Use, github: ScriptedGitHub, edit: dict[str, Any], code: str, words: str
) -> None:
    GitObjects(github, b"one\ntwo\n")
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", **edit}]))
    assert error.code == code
    assert words in error.message
    assert github.seen("PATCH") == []


async def test_a_link_is_not_edited(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"target", mode="120000")
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert "is a symbolic link" in error.message


async def test_a_branch_that_is_elsewhere_than_expected_is_a_conflict(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    edits = [{"path": "app.py", "content": "x"}]
    error = failure(await use("edit_files", **EDIT, edits=edits, expected_head="a" * 40))
    assert error.code == "CONFLICT"
    assert github.seen("POST") == []


async def test_a_branch_that_moved_meanwhile_is_a_conflict_and_stays(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    body = {"message": "Update is not a fast forward"}
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=422, body=body)
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert error.code == "CONFLICT"
    assert "Update is not a fast forward" in error.message


async def test_a_move_of_the_branch_whose_answer_is_lost_is_asked_once_more(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", "reset", acts=False)
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=200, body={"object": {"sha": "d" * 40}})
    committed = data(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert committed["commit"] == "d" * 40
    assert len(github.seen("POST", f"{REPO}/git/commits")) == 1


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


async def test_runs_are_listed(use: Use, github: ScriptedGitHub, description: Description) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/actions/runs")
    github.fault("GET", f"{REPO}/actions/runs", status=200, body=example)
    page = data(await use("list_runs", **HELLO, branch="main", status="failure"))
    assert page["total"] == 1
    assert page["items"][0][0] == example["workflow_runs"][0]["id"]


async def test_a_run_names_its_failed_jobs_steps_and_annotations(
    use: Use, github: ScriptedGitHub, description: Description
) -> None:
    github.description = None
    run = published(description, "GET", f"{SPEC}/actions/runs/{{run_id}}")
    jobs = json.loads(json.dumps(published(description, "GET", f"{SPEC}/actions/runs/{{run_id}}/jobs")))
    jobs["jobs"][0]["conclusion"] = jobs["jobs"][0]["steps"][2]["conclusion"] = "failure"
    notes = published(description, "GET", f"{SPEC}/check-runs/{{check_run_id}}/annotations")
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=run)
    github.fault("GET", f"{REPO}/actions/runs/7/jobs", status=200, body=jobs)
    github.fault("GET", f"{REPO}/check-runs/.*", status=200, body=notes)
    shown = data(await use("get_run", **HELLO, run_id=7))
    assert shown["jobs"] == "1 failed"
    job = shown["failed_jobs"][0]
    assert job["job_id"] == jobs["jobs"][0]["id"]
    assert job["failed_steps"] == [jobs["jobs"][0]["steps"][2]["name"]]
    assert job["annotations"][0]["line"] == notes[0]["start_line"]


@pytest.mark.parametrize(("attempt", "told"), [(2, "rerun"), (1, "OUTCOME_UNKNOWN")])
async def test_a_rerun_whose_answer_is_lost_is_known_by_the_new_attempt(
    use: Use, github: ScriptedGitHub, attempt: int, told: str
) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "run_attempt": 1})
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "run_attempt": attempt}, times=9)
    github.fault("POST", f"{REPO}/actions/runs/7/rerun-failed-jobs", "reset")
    result = await use("run_workflow_again", **HELLO, run_id=7)
    assert (failure(result).code if result.is_error else data(result)["requested"]) == told
    assert len(github.seen("POST")) == 1


async def test_pull_requests_are_searched_in_all_repositories(use: Use, world: World, github: ScriptedGitHub) -> None:
    world.issue(world.repositories["octocat/hello"], "needle")
    page = data(await use("search_issues", query="needle"))
    assert page["items"][0][:2] == ["octocat/hello", 1]
    assert github.seen("GET", "/search/issues")[0].value("q") == "needle state:open is:issue"


async def test_the_signed_in_account_is_named(use: Use) -> None:
    assert data(await use("get_account"))["login"] == "octocat"


ENOUGH: dict[str, dict[str, Any]] = {
    "edit_files": {"edits": [{"path": "x", "content": "y"}]},
    "update_issue": {"state": "closed"},
    "write_review": {"body": "B"},
}
OF_A_REPOSITORY = [tool.__name__ for tool in SERVER.every_tool if "owner" in tool.__annotations__]


@pytest.mark.parametrize("tool", OF_A_REPOSITORY)
async def test_no_tool_asks_for_anything_of_a_repository_outside_the_allow_list(
    connect: Connect, github: ScriptedGitHub, tool: str
) -> None:
    async with connect(GITHUB_TOOLS=tool, GITHUB_ALLOWED_REPOS="octocat/*") as client:
        schema = (await client.list_tools()).tools[0].input_schema
        arguments = {**arguments_for(schema), **ENOUGH.get(tool, {}), "owner": "evil", "repo": "vault"}
        error = failure(await client.call_tool(tool, arguments))
    assert error.code == "PERMISSION_DENIED"
    assert github.seen("GET") + github.seen("POST") + github.seen("PATCH") == []


@pytest.fixture
def mergeable(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    github.description = None
    hello = world.repositories["octocat/hello"]
    world.commit(hello, {"x": b"1\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    return github


async def test_a_merge_is_asked_first_and_then_sent_once_for_the_head_that_was_shown(
    connect: Connect, mergeable: ScriptedGitHub
) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", status=200, body={"sha": "e" * 40, "merged": True})
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        asked = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        assert asked.code == "CONFIRMATION_REQUIRED"
        assert "Merge pull request #1 'Feature'" in asked.message
        assert mergeable.seen("PUT") == []
        arguments = {**HELLO, "number": 1, "confirm": asked.details["confirm"]}
        merged = data(await client.call_tool("merge_pull_request", arguments))
    assert merged == {"number": 1, "commit": "e" * 40}
    assert len(mergeable.seen("PUT")) == 1
    assert len(mergeable.seen("PUT")[0].sent["sha"]) == 40


async def test_a_merge_whose_answer_is_lost_is_not_sent_again(connect: Connect, mergeable: ScriptedGitHub) -> None:
    mergeable.fault("PUT", f"{REPO}/pulls/1/merge", "reset")
    async with connect(GITHUB_TOOLS="merge_pull_request") as client:
        asked = failure(await client.call_tool("merge_pull_request", {**HELLO, "number": 1}))
        arguments = {**HELLO, "number": 1, "confirm": asked.details["confirm"]}
        assert failure(await client.call_tool("merge_pull_request", arguments)).code == "OUTCOME_UNKNOWN"
    assert len(mergeable.seen("PUT")) == 1
