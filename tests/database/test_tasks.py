"""Long SQL as a task: it ends with its result, and cancelling it ends the statement."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from database_mcp.server import SERVER
from mcp_chassis.pipeline.dispatch import Dispatch
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


def texts(folder: Path, name: str) -> list[str]:
    return [file.read_text() for file in folder.rglob(name)]


async def test_a_long_statement_ends_as_a_task_with_its_rows(dsn: str) -> None:
    async with database_host(dsn) as host:
        done = await host.ended(await host.begin("execute_query", query="SELECT 7 AS n FROM (SELECT pg_sleep(1)) AS s"))
    assert done["status"] == "completed"
    assert done["result"]["structuredContent"]["rows"] == [[7]]


async def test_a_long_export_ends_as_a_task_with_its_file(dsn: str, tmp_path: Path) -> None:
    async with database_host(dsn, DATABASE_EXPORT_FOLDER=str(tmp_path)) as host:
        query = "SELECT 7 AS n FROM (SELECT pg_sleep(1)) AS s"
        done = await host.ended(await host.begin("export_query", query=query, file="seven.csv"))
    assert (done["status"], done["result"]["structuredContent"]["row_count"]) == ("completed", 1)
    assert texts(tmp_path, "seven.csv") == ["n\n7\n"]


async def test_a_cancelled_task_ends_its_statement(dsn: str) -> None:
    watcher = await asyncpg.connect(dsn)
    async with database_host(dsn) as host:
        name = await host.begin("execute_query", query="SELECT pg_sleep(29)", timeout_seconds=60)
        before = await running(watcher)
        await host.cancel(name)
        told = await host.ended(name)
        await until_none_runs(watcher)
    await watcher.close()
    assert before == 1
    assert told["status"] == "cancelled"
