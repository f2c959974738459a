"""PostgreSQL's statistics hold values of tables: refused by every name wherever they could show what is not allowed."""

from collections.abc import AsyncGenerator

import pytest
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure

OF_EVERY_SCHEMA = ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"]
OF_EVERY_TABLE = ["pg_statistic", "pg_statistic_ext_data"]


@pytest.fixture
async def one_schema(shop: str) -> AsyncGenerator[Client]:
    """A server that is confined to the schema `public`."""
    async with connected(SERVER, env={"DATABASE_URL": shop, "DATABASE_SCHEMAS": "public"}) as client:
        yield client


@pytest.mark.parametrize("name", [*OF_EVERY_SCHEMA, *OF_EVERY_TABLE])
@pytest.mark.parametrize("spelling", ["{}", "pg_catalog.{}", '"{}"', "PG_CATALOG.{} AS s"])
async def test_a_server_of_some_schemas_shows_no_statistics_of_others(
    one_schema: Client, name: str, spelling: str
) -> None:
    failed = failure(await one_schema.call_tool("execute_query", {"query": f"SELECT * FROM {spelling.format(name)}"}))
    assert failed.code == "PERMISSION_DENIED"
    assert failed.message.startswith(name)


@pytest.mark.parametrize("name", OF_EVERY_TABLE)
async def test_no_server_shows_what_statistics_hold_past_the_grants(shop: str, name: str) -> None:
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        failed = failure(await client.call_tool("execute_query", {"query": f"SELECT * FROM {name}"}))
    assert failed.code == "PERMISSION_DENIED"
    assert failed.message.startswith(f"{name} holds credentials or values past their grants")


@pytest.mark.parametrize("name", OF_EVERY_SCHEMA)
async def test_a_server_of_every_schema_shows_the_statistics_that_the_grants_allow(shop: str, name: str) -> None:
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        answer = data(await client.call_tool("execute_query", {"query": f"SELECT count(*) FROM {name}"}))
    assert len(answer["rows"]) == 1
