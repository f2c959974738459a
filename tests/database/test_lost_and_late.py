"""Lost and late responses of PostgreSQL: a change without rows is not in doubt, a timeout is reported as one."""

import secrets
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, data, failure
from postgres_places import Place
from postgres_proxy import PostgresProxy, in_front_of

NOTHING_MATCHES = {
    "UPDATE": "UPDATE kept SET text = 'other' WHERE id = $1",
    "DELETE": "DELETE FROM kept WHERE id = $1",
    "INSERT": "INSERT INTO kept SELECT id, text FROM kept WHERE id = $1",
}
WRAPPED = b"\n) q("
"""Text that occurs only in the wrapper SELECT, not in the caller's query."""


@pytest.fixture
async def proxy(postgres18: Place) -> AsyncGenerator[PostgresProxy]:
    async with in_front_of(postgres18.address) as proxy:
        yield proxy


@pytest.fixture
async def database(postgres18: Place) -> AsyncGenerator[str]:
    """Name of a database with one row."""
    name = f"lost_{secrets.token_hex(4)}"
    keeper = await asyncpg.connect(postgres18.dsn())

    await keeper.execute(f"CREATE DATABASE {name}")
    owner = await asyncpg.connect(postgres18.dsn(name))
    await owner.execute("CREATE TABLE kept (id int, text text); INSERT INTO kept VALUES (1, 'as it was')")
    yield name
    assert await owner.fetch("SELECT id, text FROM kept") == [(1, "as it was")]
    await owner.close()
    await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await keeper.close()


def _environment(proxy: PostgresProxy, database: str) -> dict[str, str]:
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable"
    return {"DATABASE_URL": url, "DATABASE_WRITABLE": "default", "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}


@pytest.mark.parametrize("kind", NOTHING_MATCHES)
async def test_a_lost_commit_response_for_zero_changed_rows_is_not_an_unknown_outcome(
    proxy: PostgresProxy, database: str, kind: str
):
    change: dict[str, Any] = {"statement": NOTHING_MATCHES[kind], "params": [7], "database": "default"}
    async with connected(SERVER, env=_environment(proxy, database)) as client:
        preview = data(await client.call_tool("execute_write", change))
        proxy.lose_answer_to = b"COMMIT"
        done = data(await client.call_tool("execute_write", {**change, "confirm": preview["confirm"]}))
    assert (preview["rows"], done["status"], done["rows"]) == (0, "committed", 0)


@pytest.mark.parametrize(
    ("sqlstate", "code"),
    [
        ("57014", "TIMEOUT"),
        ("55P03", "TIMEOUT"),
        ("53300", "SERVICE_UNAVAILABLE"),
        ("57P01", "SERVICE_UNAVAILABLE"),
        ("42601", "PERMISSION_DENIED"),
    ],
)
async def test_a_timeout_while_preparing_a_query_is_reported_as_a_timeout(
    proxy: PostgresProxy, database: str, sqlstate: str, code: str
):
    proxy.refuse_with = (WRAPPED, sqlstate)
    environment = {**_environment(proxy, database), "MCP_RETRY_BASE": "0.01"}
    async with connected(SERVER, env=environment) as client:
        failed = failure(await client.call_tool("execute_query", {"query": "SELECT id FROM kept"}))
    assert failed.code == code
    assert ("more than read" in failed.message) == (code == "PERMISSION_DENIED")
