"""Edits of files: exactly the given changes, in one commit, refused if branch or file are not as expected."""

import base64
from typing import Any

import pytest
from github_calls import HELLO, Use
from github_mcp.client.contents import git_hash
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


class GitObjects:
    """A fake of GitHub's git objects API for one branch, which stores blobs, trees and commits."""

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


async def test_an_edit_changes_only_the_given_files_and_moves_the_branch(use: Use, github: ScriptedGitHub) -> None:
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
        ({"old": "o", "new": "x"}, "CONFLICT", "occurs in the file 2 times"),
        ({"old": "one", "new": "1", "blob": "0000000"}, "CONFLICT", "is no longer at blob 0000000"),
        ({"content": "x", "delete": True}, "INVALID_INPUT", "give one of"),
        ({"path": "app.py/inside", "content": "x"}, "INVALID_INPUT", "app.py is not a folder"),
        ({"path": "none.py", "delete": True}, "RESOURCE_NOT_FOUND", "no file none.py"),
        ({"base64": "!"}, "INVALID_INPUT", "base64 cannot be decoded"),
    ],
)
async def test_an_invalid_edit_changes_nothing(
    use: Use, github: ScriptedGitHub, edit: dict[str, Any], code: str, words: str
) -> None:
    GitObjects(github, b"one\ntwo\n")
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", **edit}]))
    assert error.code == code
    assert words in error.message
    assert github.seen("PATCH") == []


async def test_a_symbolic_link_is_not_edited(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"target", mode="120000")
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert "is a symbolic link" in error.message


async def test_a_branch_that_is_not_at_expected_head_is_a_conflict(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    edits = [{"path": "app.py", "content": "x"}]
    error = failure(await use("edit_files", **EDIT, edits=edits, expected_head="a" * 40))
    assert error.code == "CONFLICT"
    assert github.seen("POST") == []


async def test_a_branch_that_moved_during_the_edit_is_a_conflict(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    body = {"message": "Update is not a fast forward"}
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=422, body=body)
    error = failure(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert error.code == "CONFLICT"
    assert "Update is not a fast forward" in error.message


async def test_a_branch_move_whose_response_is_lost_is_not_committed_twice(use: Use, github: ScriptedGitHub) -> None:
    GitObjects(github, b"one\n")
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", "reset", acts=False)
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=200, body={"object": {"sha": "d" * 40}})
    committed = data(await use("edit_files", **EDIT, edits=[{"path": "app.py", "content": "x"}]))
    assert committed["commit"] == "d" * 40
    assert len(github.seen("POST", f"{REPO}/git/commits")) == 1


@pytest.fixture
def call_edit(use: Use) -> Use:
    """Caller of edit_files for the branch main of octocat/hello."""

    async def edit(*edits: dict[str, Any], **more: Any) -> Any:
        return await use("edit_files", **{**EDIT, **more}, edits=list(edits))

    return edit


def content_of(world: World, path: str, branch: str = "main") -> bytes:
    hello = world.repositories["octocat/hello"]
    commit = hello.resolve(branch)
    assert commit is not None
    return commit.files[path]


def put(world: World, path: str, content: bytes) -> None:
    world.commit(world.repositories["octocat/hello"], {path: content})


async def test_several_edits_of_one_file_are_all_applied(call_edit: Use, world: World) -> None:
    put(world, "a.txt", b"one\ntwo\nthree\n")
    edits = [{"path": "a.txt", "old": "one", "new": "1"}, {"path": "/a.txt", "old": "three", "new": "3"}]
    assert data(await call_edit(*edits))["commit"]
    assert content_of(world, "a.txt") == b"1\ntwo\n3\n"


async def test_contradictory_edits_of_one_file_are_refused(
    call_edit: Use, world: World, github: ScriptedGitHub
) -> None:
    put(world, "a.txt", b"one\n")
    edits = [{"path": "a.txt", "content": "x"}, {"path": "a.txt", "old": "one", "new": "1"}]
    assert failure(await call_edit(*edits)).code == "INVALID_INPUT"
    assert github.seen("POST") == []


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        (b"one\r\ntwo\r\n", "two", "2\n3", b"one\r\n2\r\n3\r\n"),
        (b"one\r\ntwo\nthree\n", "two\nthree", "2\n3", b"one\r\n2\n3\n"),
        ("\ufeffgrün\r\n".encode("utf-16-le"), "grün", "rot", "\ufeffrot\r\n".encode("utf-16-le")),
        ("\ufeffgrün\n".encode("utf-16-be"), "ün", "au", "\ufeffgrau\n".encode("utf-16-be")),
        (b"\xef\xbb\xbfone\n", "one", "1", b"\xef\xbb\xbf1\n"),
        (b"caf\xe9 one\n", "one", "1", b"caf\xe9 1\n"),
    ],
)
async def test_an_edit_keeps_encoding_and_line_ends_of_the_file(
    call_edit: Use, world: World, before: bytes, old: str, new: str, after: bytes
) -> None:
    put(world, "a.txt", before)
    assert data(await call_edit({"path": "a.txt", "old": old, "new": new}))["commit"]
    assert content_of(world, "a.txt") == after


async def test_overlapping_occurrences_of_old_count_as_two(call_edit: Use, world: World) -> None:
    put(world, "a.txt", b"aaa\n")
    assert "occurs in the file 2 times" in failure(await call_edit({"path": "a.txt", "old": "aa", "new": "b"})).message


@pytest.mark.parametrize("answer", [[], {}, None, {"object": {"sha": "0" * 40}}])
async def test_a_branch_move_with_an_inconclusive_response_is_looked_up(
    call_edit: Use, world: World, github: ScriptedGitHub, answer: Any
) -> None:
    github.description = None
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=200, body=answer, acts=False, times=9)
    assert failure(await call_edit({"path": "new.txt", "content": "x"})).code == "OUTCOME_UNKNOWN"
    github.forget_faults()
    github.fault("PATCH", f"{REPO}/git/refs/heads/main", status=202, acts=True)
    assert data(await call_edit({"path": "new.txt", "content": "x"}))["branch"] == "main"
    assert content_of(world, "new.txt") == b"x"


async def test_a_branch_named_by_its_full_ref_is_created_from_start_branch(call_edit: Use, world: World) -> None:
    edit = {"path": "new.txt", "content": "x"}
    committed = data(await call_edit(edit, branch="refs/heads/topic", start_branch="main"))
    assert (committed["branch"], committed["created_branch"]) == ("topic", True)
    assert content_of(world, "new.txt", "topic") == b"x"


async def test_a_file_in_a_partially_listed_folder_is_not_edited(call_edit: Use, github: ScriptedGitHub) -> None:
    github.fault("GET", f"{REPO}/git/trees/.*", status=200, body={"sha": "7" * 40, "tree": [], "truncated": True})
    assert "only a part of a folder's entries" in failure(await call_edit({"path": "x", "content": "x"})).message
    assert github.seen("POST") == []


async def test_an_edit_in_an_empty_repository_says_that_it_is_empty(use: Use, world: World) -> None:
    world.repository("octocat/empty")
    edits = [{"path": "x", "content": "x"}]
    arguments = {"owner": "octocat", "repo": "empty", "branch": "main", "message": "First"}
    assert "is empty" in failure(await use("edit_files", **arguments, edits=edits)).message
