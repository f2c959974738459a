"""The embedded database: created on first use, shared by concurrent servers, persistent between runs."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from database_mcp.embedded.instance import ANSWER_SECONDS, Embedded
from database_mcp.server import SERVER
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Unavailable
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.testing import connected, data
from postgres_places import Place
from task_hosts import host_of

pytestmark = pytest.mark.slow

ASK = """
import asyncio, json, os
from mcp_chassis.testing import connected, data
from database_mcp.server import SERVER
async def main():
    async with connected(SERVER, env={"DATABASE_DATA_DIR": os.environ["FOLDER"]}) as client:
        query = "SELECT count(*), current_user::text, pg_postmaster_start_time() FROM sales.orders"
        print(json.dumps(data(await client.call_tool("execute_query", {"query": query}))["rows"]))
asyncio.run(main())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="toolroll-embedded-"))
    place.chmod(0o755)
    yield place / "deep" / "data"
    shutil.rmtree(place, ignore_errors=True)


def is_untouched(folder: Path) -> bool:
    return not folder.exists() and not folder.parent.exists()


async def run(folder: Path) -> list[list[object]]:
    """Run one query in a separate server process; returns the rows."""
    pipe = asyncio.subprocess.PIPE
    environment = {**os.environ, "FOLDER": str(folder)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ASK, stdout=pipe, env=environment)
    output, _ = await process.communicate()
    return json.loads(output.splitlines()[-1])


async def test_a_task_waits_for_the_first_start_of_the_embedded_database(folder: Path):
    settings = SERVER.settings.load({"DATABASE_DATA_DIR": str(folder), "MCP_TASK_AFTER": "0.1"})
    async with host_of(Dispatch(SERVER, settings)) as host:
        done = await host.ended(await host.begin("list_tables"))
    assert done["status"] == "completed"
    assert "orders" in done["result"]["content"][0]["text"]


async def test_two_concurrent_servers_share_one_sample_shop_that_persists(folder: Path):
    first, second = await asyncio.gather(run(folder), run(folder))
    version = (folder / "PG_VERSION").stat().st_mtime_ns
    again = await run(folder)
    assert [rows[0][:2] for rows in (first, second, again)] == [[20000, "mcp_ro"]] * 3
    assert (folder / "PG_VERSION").stat().st_mtime_ns == version


async def test_a_killed_server_does_not_keep_the_embedded_database_running(folder: Path):
    await run(folder)
    (handles,) = folder.parent.rglob(".handle_pids.json")
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await killed.wait()
    handles.write_text(json.dumps([killed.pid]))
    await run(folder)
    assert json.loads(handles.read_text()) == []
    assert not (handles.parent / "postmaster.pid").exists()


@pytest.fixture
def interrupted(folder: Path) -> Path:
    """A data folder in the state that an interrupted initdb leaves behind."""
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("18\n")
    (folder / "base").mkdir()
    return folder


async def test_an_interrupted_first_start_is_repeated_from_the_beginning(interrupted: Path):
    rows = await run(interrupted)
    assert rows[0][:2] == [20000, "mcp_ro"]


async def test_a_call_during_the_first_start_reports_progress_and_the_next_call_waits(folder: Path):
    embedded = Embedded(folder)
    with Deadline(ANSWER_SECONDS + 0.01).running(), pytest.raises(Unavailable) as raised:
        await embedded.ready()
    await embedded.ready()
    assert "is being created" in raised.value.message
    assert raised.value.retryable
    assert (await embedded.dsn()).startswith("postgresql://mcp_ro@")


async def test_the_embedded_database_is_not_created_before_a_tool_needs_it(folder: Path):
    async with connected(SERVER, env={"DATABASE_DATA_DIR": str(folder)}) as client:
        assert len((await client.list_tools()).tools) == 9
    assert is_untouched(folder)


async def test_list_databases_describes_the_embedded_database(postgres18: Place):
    place = postgres18.folder
    async with connected(SERVER, env={"DATABASE_DATA_DIR": str(place)}) as client:
        state = data(await client.call_tool("list_databases", {}))["databases"][0]
    assert state["name"] == "embedded"
    assert "Sample shop" in state["description"]
    assert "warnings" not in state


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of another process")
async def test_embedded_database_processes_have_no_credentials_and_private_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOME_TOKEN", "canary-of-a-credential")
    async with connected(SERVER, env={"DATABASE_DATA_DIR": str(folder)}) as client:
        data(await client.call_tool("execute_query", {"query": "SELECT 1 AS one"}))
        environments = environments_of(folder)
    assert environments
    assert [found for found in environments if b"canary" in found] == []
    assert [path for path in folder.parent.iterdir() if path.is_file() and path.stat().st_mode & 0o077] == []


def environments_of(folder: Path) -> list[bytes]:
    processes = [place for place in Path("/proc").iterdir() if place.name.isdigit() and runs_in(place, folder)]
    return [(place / "environ").read_bytes() for place in processes]


def runs_in(process: Path, folder: Path) -> bool:
    """Whether the process belongs to the database in `folder`; False if it has exited meanwhile."""
    try:
        return (process / "cwd").resolve() == folder.resolve() and b"postgres" in (process / "cmdline").read_bytes()
    except OSError:
        return False
