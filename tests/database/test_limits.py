"""Limits of results and of the process's memory for queries with large results."""

import json
import sys
from typing import Any

import psutil
import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, data, failure, text
from mcp_chassis.testing.raw import RawClient, without_path

MEGABYTE = 1024 * 1024
WIDENING = ", ".join(f"repeat('🙂', (n - 200) * 400) w{place}" for place in range(6))
WIDE = ", ".join(f"repeat('x', 3000) AS c{place}" for place in range(400))


@pytest.mark.parametrize(
    ("query", "rows", "cut"),
    [
        pytest.param("SELECT a.line FROM sales.order_items a, sales.order_items b", 1000, None, id="a billion rows"),
        pytest.param("SELECT repeat('x', 300 * 1024 * 1024)", 1, 1, id="a cell of 300 MB"),
        pytest.param("SELECT decode(repeat('ff', 150000000), 'hex')", 1, 1, id="a bytea of 150 MB"),
        pytest.param(f"SELECT {WIDE} FROM generate_series(1, 1000)", 1, 400, id="400 columns"),
        pytest.param("SELECT repeat('🙂', 5000) FROM generate_series(1, 100000)", None, None, id="wide characters"),
        pytest.param(f"SELECT {WIDENING} FROM generate_series(1, 1000) n", None, 6, id="wide after narrow rows"),
    ],
)
def test_an_unbounded_query_returns_within_the_limits_and_60_megabytes(
    shop: str, query: str, rows: int | None, cut: int | None
):
    limit = 1_000_000 if "c399" in query or WIDENING in query else 60_000
    env = without_path(DATABASE_URL=shop, MCP_MAX_RESULT_CHARS=f"{limit}", MCP_IDEMPOTENCY_STORE="memory")
    with RawClient([sys.executable, "-m", "database_mcp"], env=env) as client:
        client.initialize()
        client.call("execute_query", {"query": "SELECT 1"})
        server = psutil.Process(client.process.pid)
        before = server.memory_info().rss
        result = client.call("execute_query", {"query": query, "timeout_seconds": 300}, timeout=300)
        grown = server.memory_info().rss - before
    answer = result["structuredContent"]
    assert not result["isError"]
    assert sum(len(block["text"]) for block in result["content"]) <= limit
    assert rows is None or answer["row_count"] == rows
    assert cut is None or answer["cut_cells"] >= cut
    assert grown < 60 * MEGABYTE


async def test_pages_of_an_ordered_query_contain_every_row_once(shop: str):
    arguments: dict[str, Any] = {"query": "SELECT order_id FROM sales.orders ORDER BY order_id", "max_rows": 700}
    seen: list[int] = []
    async with connected(SERVER, env={"DATABASE_URL": shop, "MCP_MAX_RESULT_CHARS": "5000"}) as client:
        page = data(await client.call_tool("execute_query", arguments))
        while len(seen) < 3000:
            seen += [row[0] for row in page["rows"]]
            assert page["truncated"] is True
            page = data(await client.call_tool("execute_query", {**arguments, "cursor": page["next_cursor"]}))
    assert seen == list(range(1, len(seen) + 1))


async def test_unordered_pages_and_truncated_cells_give_warnings(shop: str):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        page = data(await client.call_tool("execute_query", {"query": "TABLE sales.orders", "max_rows": 1}))
        cut = data(await client.call_tool("execute_query", {"query": "SELECT repeat('x', 2001), repeat('y', 2000)"}))
    assert "no ORDER BY" in page["warnings"][0]
    assert (cut["cut_cells"], len(cut["rows"][0][0]), len(cut["rows"][0][1])) == (1, 2001, 2000)
    assert "substr(column::text, 2001)" in cut["warnings"][0]


async def test_a_query_over_its_time_limit_reports_what_to_try(shop: str):
    slow = {"query": "SELECT count(*) FROM generate_series(1, 1000000000)", "timeout_seconds": 1}
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        timed_out = failure(await client.call_tool("execute_query", slow))
    assert (timed_out.code, timed_out.retryable) == ("TIMEOUT", True)
    assert "raise timeout_seconds" in timed_out.message


async def test_text_and_structured_content_of_a_page_are_equal_in_all_sizes(shop: str):
    query = "SELECT n, repeat('ä\"', n % 7) t, n % 2 = 0 b, n * 0.5::float8 f FROM generate_series(1, 500) n ORDER BY n"
    for rows, budget in ((1000, "60000"), (500, "60000"), (499, "60000"), (1, "60000"), (1000, "2000")):
        env = {"DATABASE_URL": shop, "MCP_MAX_RESULT_CHARS": budget}
        async with connected(SERVER, env=env) as client:
            result = await client.call_tool("execute_query", {"query": query, "max_rows": rows})
        answer = data(result)
        assert json.loads(text(result)) == answer
        assert [row[0] for row in answer["rows"]] == list(range(1, answer["row_count"] + 1))
        assert ("next_cursor" in answer) == (answer["row_count"] < 500)
        assert budget == "2000" or answer["row_count"] == min(rows, 500)
