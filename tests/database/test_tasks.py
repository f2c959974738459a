"""Long SQL run as an MCP task: its result, time limits and cancellation."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from database_mcp.server import SERVER
from database_mcp.tools.queries import query_deadline
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.testing import connected, failure
from postgres_places import Place
from task_hosts import TaskHost, host_of

RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(29)%' AND state = 'active' AND pid <> $1"


@pytest.fixture
def dsn(postgres18: Place) -> str:
    return postgres18.dsn("shop", "mcp_ro")


@asynccontextmanager
async def database_host(dsn: str, **env: str) -> AsyncGenerator[TaskHost]:
    environment = {"DATABASE_URL": dsn, "DATABASE_ALLOWED_FUNCTIONS": "pg_sleep", "MCP_TASK_AFTER": "0.2", **env}
    async with host_of(Dispatch(SERVER, SERVER.settings.load(environment))) as host:
        yield host


async def running(watcher: asyncpg.Connection) -> int:
    return await watcher.fetchval(RUNNING, watcher.get_server_pid())


async def until_none_runs(watcher: asyncpg.Connection) -> None:
    while await running(watcher):
        pass


async def until_one_runs(watcher: asyncpg.Connection) -> None:
    while not await running(watcher):
        pass


def texts(folder: Path, name: str) -> list[str]:
    return [file.read_text() for file in folder.rglob(name)]


async def test_a_long_statement_run_as_a_task_returns_its_rows(dsn: str) -> None:
    async with database_host(dsn) as host:
        done = await host.ended(await host.begin("execute_query", query="SELECT 7 AS n FROM (SELECT pg_sleep(1)) AS s"))
    assert done["status"] == "completed"
    assert done["result"]["structuredContent"]["rows"] == [[7]]


async def test_a_long_export_run_as_a_task_writes_its_file(dsn: str, tmp_path: Path) -> None:
    async with database_host(dsn, DATABASE_EXPORT_FOLDER=str(tmp_path)) as host:
        query = "SELECT 7 AS n FROM (SELECT pg_sleep(1)) AS s"
        done = await host.ended(await host.begin("export_query", query=query, file="seven.csv"))
    assert (done["status"], done["result"]["structuredContent"]["row_count"]) == ("completed", 1)
    assert texts(tmp_path, "seven.csv") == ["n\n7\n"]


async def test_a_statement_in_a_task_may_exceed_the_time_of_a_call(dsn: str, tmp_path: Path) -> None:
    query = "SELECT current_setting('statement_timeout') AS t FROM (SELECT pg_sleep(1)) AS s"
    async with database_host(dsn, DATABASE_EXPORT_FOLDER=str(tmp_path)) as host:
        read = await host.ended(await host.begin("execute_query", query=query, timeout_seconds=1800))
        file = await host.ended(await host.begin("export_query", query=query, file="t.csv", timeout_seconds=1800))
    assert read["result"]["structuredContent"]["rows"] == [["30min"]]
    assert file["status"] == "completed"
    assert texts(tmp_path, "t.csv") == ["t\n30min\n"]


async def test_without_tasks_a_longer_timeout_is_refused_with_the_limit(dsn: str, tmp_path: Path) -> None:
    given = {"query": "SELECT 1", "timeout_seconds": 301}
    async with connected(SERVER, env={"DATABASE_URL": dsn, "DATABASE_EXPORT_FOLDER": str(tmp_path)}) as client:
        refused = [
            failure(await client.call_tool("execute_query", given)),
            failure(await client.call_tool("export_query", {**given, "file": "one.csv"})),
        ]
        allowed = await client.call_tool("execute_query", {**given, "timeout_seconds": 300})
    for each in refused:
        assert each.code == "INVALID_INPUT"
        assert each.message == (
            "timeout_seconds may be above 300 only in a task, and your host does not run calls as tasks. "
            "Ask for at most 300 s, or for less: narrow the query with WHERE."
        )
    assert not allowed.is_error


def test_the_deadline_of_a_call_is_the_same_with_and_without_tasks() -> None:
    assert query_deadline({"timeout_seconds": 3000}) == query_deadline({"timeout_seconds": 300})


async def test_cancelling_a_task_cancels_its_statement(dsn: str) -> None:
    watcher = await asyncpg.connect(dsn)
    async with database_host(dsn) as host:
        name = await host.begin("execute_query", query="SELECT pg_sleep(29)", timeout_seconds=60)
        await until_one_runs(watcher)
        await host.cancel(name)
        told = await host.ended(name)
        await until_none_runs(watcher)
    await watcher.close()
    assert told["status"] == "cancelled"
