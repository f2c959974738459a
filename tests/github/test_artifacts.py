"""Artifacts of runs: listing, opening and reading them, with limits that do not rely on the archive's own data."""

import hashlib
import io
import random
import zipfile
from typing import Any

import pytest
from github_calls import HELLO, Use
from github_mcp.artifacts import member_content, members_of
from mcp_chassis.failures import Failure
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub
from volume import volume

REPO = "/repos/octocat/hello"
FILES = {"report.txt": b"one\ntwo\n", "logs/app.log": b"".join(b"line %d\n" % number for number in range(9))}


def archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def artifact(number: int, content: bytes, **facts: Any) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return {"id": number, "name": "reports", "size_in_bytes": len(content), "digest": digest, **facts}


@pytest.fixture
def run(github: ScriptedGitHub) -> ScriptedGitHub:
    """A GitHub with run 7, which has two artifacts with the same name, from its two attempts."""
    github.description = None
    content = archive(FILES)
    listed = {"total_count": 2, "artifacts": [artifact(1, b"old"), artifact(2, content)]}
    github.fault("GET", f"{REPO}/actions/runs/7/artifacts", status=200, body=listed, times=99)
    there = {"Location": f"{github.url.replace('127.0.0.1', 'localhost')}/raw-logs/2?sig=1"}
    github.fault("GET", f"{REPO}/actions/artifacts/2/zip", status=302, headers=there, times=99)
    github.fault("GET", "/raw-logs/2", status=200, body=content, media_type="application/zip", times=99)
    return github


OF_RUN = {**HELLO, "run_id": 7}


async def test_artifacts_are_listed_opened_and_read(use: Use, run: ScriptedGitHub) -> None:
    assert text(await use("get_artifact", **OF_RUN)).startswith("run 7: 2 artifacts\nreports, 3 bytes\n")
    listed = text(await use("get_artifact", **OF_RUN, name="reports"))
    assert listed == "reports: 2 files\nreport.txt 8\nlogs/app.log 63"
    shown = text(await use("get_artifact", **OF_RUN, name="reports", path="report.txt"))
    assert shown.splitlines()[1:] == ["one", "two"]


async def test_the_cursor_continues_a_file_and_a_changed_artifact_is_a_conflict(
    connect: Any, run: ScriptedGitHub
) -> None:
    arguments = {**OF_RUN, "name": "reports", "path": "logs/app.log", "max_lines": 5}
    async with connect(GITHUB_TOOLS="get_artifact") as client:
        first = text(await client.call_tool("get_artifact", arguments))
        cursor = first.rpartition("cursor=")[2].removesuffix("]")
        assert "line 4\n" in first
        second = text(await client.call_tool("get_artifact", {**arguments, "cursor": cursor}))
        assert "line 5\nline 6" in second
        run.forget_faults()
        other = archive({"logs/app.log": b"other\n" * 20})
        listed = {"artifacts": [artifact(3, other)]}
        run.fault("GET", f"{REPO}/actions/runs/7/artifacts", status=200, body=listed, times=9)
        run.fault("GET", f"{REPO}/actions/artifacts/3/zip", status=200, body=other, media_type="application/zip")
        assert failure(await client.call_tool("get_artifact", {**arguments, "cursor": cursor})).code == "CONFLICT"


@pytest.mark.parametrize(
    ("name", "path", "code", "words"),
    [
        ("nothing", None, "RESOURCE_NOT_FOUND", "Its artifacts are: reports"),
        ("reports", "none.txt", "RESOURCE_NOT_FOUND", "no file none.txt"),
        ("reports", "../report.txt", "RESOURCE_NOT_FOUND", "no file"),
    ],
)
async def test_a_missing_artifact_or_file_is_named(
    use: Use, run: ScriptedGitHub, name: str, path: str | None, code: str, words: str
) -> None:
    more = {} if path is None else {"path": path}
    error = failure(await use("get_artifact", **OF_RUN, name=name, **more))
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    ("facts", "content", "words"),
    [
        ({"expired": True, "expires_at": "2026-01-01T00:00:00Z"}, b"x", "expired on 2026-01-01"),
        ({"size_in_bytes": 50_000_000}, b"x", "has 48 MiB"),
        ({"digest": "sha256:" + "0" * 64}, archive(FILES), "does not match its SHA-256 digest"),
        ({"digest": None}, b"<html>", "not a ZIP archive"),
        ({}, archive({"report.txt": b"\0" * 11_000_000}), "more than 10 MiB"),
    ],
)
async def test_an_unreadable_artifact_fails_with_its_reason(
    use: Use, github: ScriptedGitHub, facts: dict[str, Any], content: bytes, words: str
) -> None:
    github.description = None
    listed = {"artifacts": [artifact(2, content, **facts)]}
    github.fault("GET", f"{REPO}/actions/runs/7/artifacts", status=200, body=listed, times=9)
    github.fault("GET", ".*/zip", status=200, body=content, media_type="application/zip", times=9)
    error = failure(await use("get_artifact", **OF_RUN, name="reports", path="report.txt"))
    assert words in error.message
    assert error.code != "INTERNAL_ERROR"


@pytest.mark.parametrize("path", ["report.txt", "/report.txt", "report.txt/"])
async def test_slashes_around_a_path_in_an_artifact_are_ignored(use: Use, run: ScriptedGitHub, path: str) -> None:
    shown = text(await use("get_artifact", **OF_RUN, name="reports", path=path))
    assert shown.splitlines()[1:] == ["one", "two"]


def damaged(seed: int) -> bytes:
    """An archive with a few changed bytes."""
    chance, content = random.Random(seed), bytearray(archive({"report.txt": b"one two three\n" * 50}))
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def test_a_damaged_archive_is_read_or_is_an_upstream_error() -> None:
    codes: set[str] = set()
    for seed in range(volume(400)):
        try:
            members_of(damaged(seed))
            member_content(damaged(seed), "report.txt")
        except Failure as failed:
            codes.add(failed.code)
    assert codes == {"UPSTREAM_ERROR", "RESOURCE_NOT_FOUND"}


async def test_artifacts_that_were_not_read_are_counted(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    listed = {"total_count": 40, "artifacts": [artifact(1, b"old")]}
    github.fault("GET", f"{REPO}/actions/runs/7/artifacts", status=200, body=listed, times=9)
    assert text(await use("get_artifact", **OF_RUN)).endswith("(39 more were not read)")
    error = failure(await use("get_artifact", **OF_RUN, name="other"))
    assert error.message.endswith("Its artifacts are: reports and more that were not read.")
