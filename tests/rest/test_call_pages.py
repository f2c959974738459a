"""Paging with the command `call`, which is a process for each page."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import anyio.to_thread
from forked import run_forked
from mcp_chassis.testing import Reply, ScriptedUpstream
from mcp_chassis.testing.raw import without_path

BRIDGE = """instructions = "Things."
[apis.a]
auth = false
page = { kind = "offset", size = 2 }
[[tools]]
name = "list_things"
description = "List things."
request = "GET /things"
answer = "list"
"""


def prepare(home: Path) -> None:
    """The home of a user, with a bridge and no settings."""
    home.mkdir(exist_ok=True)
    (home / "env").touch()
    (home / "bridge.toml").write_text(BRIDGE)


def kept_keys(folder: Path) -> list[Path]:
    return list(folder.rglob("cursor.key"))


async def call(home: Path, upstream: ScriptedUpstream, cursor: str | None = None, **more: str) -> CompletedProcess[str]:
    prepare(home)
    own = {"HOME": str(home), "XDG_STATE_HOME": str(home), "TOOLROLL_ENV_FILE": str(home / "env"), **more}
    environment = without_path(API_BASE_URL=upstream.url, **own)
    arguments = json.dumps({} if cursor is None else {"cursor": cursor})
    command = ["rest_mcp", "--bridge", str(home / "bridge.toml"), "call", "list_things", arguments]
    return await anyio.to_thread.run_sync(run_forked, command, environment)


async def test_a_cursor_that_one_call_printed_is_good_for_the_next(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", Reply(json=[{"id": 1}, {"id": 2}]), Reply(json=[{"id": 3}]))
        first = await call(tmp_path / "ana", upstream)
        second = await call(tmp_path / "ana", upstream, json.loads(first.stdout)["next_cursor"])
    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout)["items"] == [{"id": 3}]
    assert upstream.requests[-1].query["offset"] == "2"


async def test_a_cursor_that_a_call_of_another_user_printed_is_refused(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", Reply(json=[{"id": 1}, {"id": 2}]))
        first = await call(tmp_path / "ana", upstream)
        refused = await call(tmp_path / "kenji", upstream, json.loads(first.stdout)["next_cursor"])
    assert refused.returncode == 1
    assert "does not belong to this query" in refused.stderr
    assert len(upstream.requests) == 1


async def test_calls_under_the_same_state_keys_take_each_others_cursors_and_keep_no_key(tmp_path: Path) -> None:
    keys = {"MCP_STATE_KEYS": "0123456789abcdef0123456789abcdef"}
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", Reply(json=[{"id": 1}, {"id": 2}]), Reply(json=[{"id": 3}]))
        first = await call(tmp_path / "ana", upstream, **keys)
        second = await call(tmp_path / "kenji", upstream, json.loads(first.stdout)["next_cursor"], **keys)
    assert second.returncode == 0, second.stderr
    assert kept_keys(tmp_path) == []
