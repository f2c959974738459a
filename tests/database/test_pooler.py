"""Calls through PgBouncer in transaction mode."""

import asyncio

import pytest
from database_mcp.connection import connect
from database_mcp.queries.execution import QueryRequest, execute
from database_mcp.settings import DatabaseSettings
from mcp_chassis.failures import Failure
from postgres_bouncer import in_transaction_mode
from postgres_places import Place

CALLS = 1000


@pytest.mark.services
async def test_a_thousand_calls_through_pgbouncer_in_transaction_mode_all_succeed(postgres15: Place):
    failed: list[str] = []
    right = 0

    with in_transaction_mode(postgres15) as port:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        env = {"DATABASE_URL": url, "DATABASE_POOL_MAX": "8", "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
        async with connect(DatabaseSettings.load(env)) as databases:

            async def caller(first: int) -> int:
                good = 0
                for number in range(first, CALLS, 8):
                    query = "SELECT $1::int + count(*), $2::regtype FROM generate_series(1, 9)"
                    try:
                        answer = await execute(databases.get(None), QueryRequest(query, [number, "integer"]))
                    except Failure as failure:
                        failed.append(failure.message)
                    else:
                        good += answer.rows == [[number + 9, "integer"]]
                return good

            right = sum(await asyncio.gather(*(caller(first) for first in range(8))))
    assert failed == []
    assert right == CALLS
