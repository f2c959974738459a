"""Views of PostgreSQL's statistics, which contain table values: refused where they could reveal forbidden ones."""

from collections.abc import AsyncGenerator

import pytest
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected, data, failure

OF_EVERY_SCHEMA = ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"]
OF_EVERY_TABLE = ["pg_statistic", "pg_statistic_ext_data"]


@pytest.fixture
async def one_schema(shop: str) -> AsyncGenerator[Client]:
    """A client of a server that may read only the schema `public`."""
    async with connected(SERVER, env={"DATABASE_URL": shop, "DATABASE_SCHEMAS": "public"}) as client:
        yield client


@pytest.mark.parametrize("name", [*OF_EVERY_SCHEMA, *OF_EVERY_TABLE])
@pytest.mark.parametrize("spelling", ["{}", "pg_catalog.{}", '"{}"', "PG_CATALOG.{} AS s"])
async def test_with_allowed_schemas_statistics_views_of_all_schemas_are_refused(
    one_schema: Client, name: str, spelling: str
) -> None:
    failed = failure(await one_schema.call_tool("execute_query", {"query": f"SELECT * FROM {spelling.format(name)}"}))
    assert failed.code == "PERMISSION_DENIED"
    assert failed.message.startswith(name)


@pytest.mark.parametrize("name", OF_EVERY_TABLE)
async def test_statistics_that_bypass_grants_are_always_refused(shop: str, name: str) -> None:
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        failed = failure(await client.call_tool("execute_query", {"query": f"SELECT * FROM {name}"}))
    assert failed.code == "PERMISSION_DENIED"
    assert failed.message.startswith(f"{name} contains credentials or values that bypass grants")


@pytest.mark.parametrize("name", OF_EVERY_SCHEMA)
async def test_without_allowed_schemas_statistics_views_with_grants_are_readable(shop: str, name: str) -> None:
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        answer = data(await client.call_tool("execute_query", {"query": f"SELECT count(*) FROM {name}"}))
    assert len(answer["rows"]) == 1
