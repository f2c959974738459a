"""The tool top_queries with and without pg_stat_statements."""

from collections.abc import Iterator
from typing import Any

import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, data
from postgres_places import ROLE, Place, script, system, with_connection

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def counting() -> Iterator[Place]:
    """A server with pg_stat_statements in a separate schema, and a database with a table and the shipped role."""
    with system("shared_preload_libraries = 'pg_stat_statements'") as place:
        script(
            place.dsn(),
            ROLE,
            "CREATE SCHEMA counts; CREATE EXTENSION pg_stat_statements SCHEMA counts; CREATE TABLE goods (id int)",
            "GRANT USAGE ON SCHEMA counts TO mcp_ro",
        )
        yield place


async def top(place: Place, user: str = "postgres", order_by: str = "calls", **env: str) -> dict[str, Any]:
    async with connected(SERVER, env={"DATABASE_URL": place.dsn("postgres", user), **env}) as client:
        return data(await client.call_tool("top_queries", {"order_by": order_by, "limit": 100}))


async def insert(place: Place, statement: str, times: int) -> None:
    async def act(one: Any) -> None:
        for _ in range(times):
            await one.execute(statement)

    await with_connection(place.dsn(), act)


async def test_top_queries_lists_statements_with_costs_by_number_of_calls(counting: Place):
    await insert(counting, "INSERT INTO goods SELECT generate_series(1, 10)", 7)
    answer = await top(counting, DATABASE_SCHEMAS="public")
    (inserted,) = [each for each in answer["queries"] if each["query"].startswith("INSERT INTO goods SELECT")]
    calls = [each["calls"] for each in answer["queries"]]
    assert (answer["source"], answer.get("warnings")) == ("pg_stat_statements", None)
    assert (inserted["calls"], inserted["rows"]) == (7, 70)
    assert inserted["query"] == "INSERT INTO goods SELECT generate_series($1, $2)"
    assert inserted["mean_ms"] <= inserted["total_ms"] + 1
    assert calls == sorted(calls, reverse=True)


@pytest.mark.parametrize(
    ("order_by", "field"), [("total_time", "total_ms"), ("mean_time", "mean_ms"), ("rows", "rows")]
)
async def test_top_queries_sorts_by_the_requested_order(counting: Place, order_by: str, field: str):
    await insert(counting, "INSERT INTO goods SELECT generate_series(1, 50000)", 2)
    figures = [each[field] for each in (await top(counting, order_by=order_by))["queries"]]
    assert len(figures) > 3
    assert figures == sorted(figures, reverse=True)


async def test_top_queries_names_the_grant_for_hidden_statements(counting: Place):
    await insert(counting, "INSERT INTO goods VALUES (1)", 3)
    answer = await top(counting, user="mcp_ro")
    assert {each["query"] for each in answer["queries"] if each["query"].startswith("INSERT")} == set()
    assert "GRANT pg_read_all_stats" in answer["warnings"][0]


async def test_top_queries_lists_running_statements_without_the_preloaded_extension(postgres15: Place):
    create = "CREATE EXTENSION pg_stat_statements"
    await with_connection(postgres15.dsn(), lambda one: one.execute(create))
    answer = await top(postgres15)
    await with_connection(postgres15.dsn(), lambda one: one.execute("DROP EXTENSION pg_stat_statements"))
    assert answer["source"] == "running statements"
    assert "shared_preload_libraries" in answer["warnings"][0]
