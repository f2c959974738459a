"""Callers of one database: alone, twenty at once through a fault, and until it is healed."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import asyncpg
from database_mcp.client.pool import Pool
from database_mcp.databases import Databases
from database_mcp.queries.execution import QueryRequest, execute
from mcp_chassis.failures import Failure
from postgres_places import Place, with_connection

SUM = "SELECT sum(n) FROM generate_series(1, 1000) n"
STORM = 20  # callers at once


async def ask(databases: Databases, sql: str = SUM, seconds: float = 5) -> Any:
    """The one cell of a query's answer, or the failure; a refusal by an open breaker takes no time at all."""
    await anyio.lowlevel.checkpoint()
    try:
        answer = await execute(databases.get(None), QueryRequest(sql, seconds=seconds))
    except Failure as failed:
        return failed
    return answer.rows[0][0]


async def storm(databases: Databases, fault: Callable[[], Any]) -> list[Any]:
    """Twenty callers ask without a pause while `fault` happens; every outcome."""
    over = asyncio.Event()
    outcomes: list[Any] = []

    async def caller() -> None:
        while not over.is_set():
            outcomes.append(await ask(databases))

    callers = [asyncio.create_task(caller()) for _ in range(STORM)]
    await fault()
    over.set()
    with anyio.fail_after(60):
        await asyncio.gather(*callers)
    return outcomes


async def ask_until_right(databases: Databases) -> Any:
    """The first answer that is no failure; nobody tells when the breaker closes."""
    while True:
        answer = await ask(databases)
        if not isinstance(answer, Failure):
            return answer
        await anyio.sleep(0.02)


async def put_back(pool: Pool) -> None:
    """Return once no connection is in use any more: they are put back behind the callers' backs."""
    with anyio.fail_after(60):
        while pool.in_use:
            await anyio.lowlevel.checkpoint()


async def recovered(place: Place) -> None:
    """Return once PostgreSQL accepts connections again."""
    with anyio.fail_after(60):
        while True:
            try:
                return await with_connection(place.dsn("shop"), lambda one: one.execute(SUM))
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await anyio.sleep(0.02)
