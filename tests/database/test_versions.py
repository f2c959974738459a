"""All tools on every available PostgreSQL version from 12 on."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from database_asks import ask, client_of, own_database
from postgres_places import SHIPPED, Place
from postgres_versions import RELEASES, running

pytestmark = [pytest.mark.slow, pytest.mark.volume]

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_databases", {}),
    ("list_tables", {"detail": "columns"}),
    ("describe_table", {"table": "orders"}),
    ("describe_table", {"table": "page_views"}),
    ("search_schema", {"text": "revenue order"}),
    ("find_joins", {"from_table": "customers", "to_table": "products"}),
    ("profile_table", {"table": "orders"}),
    ("execute_query", {"query": "SELECT * FROM pg_stats LIMIT 1", "more_queries": ["SHOW server_version"]}),
    ("execute_query", {"query": "SELECT * FROM sales.orders WHERE customer_id = 1", "explain": "analyze"}),
    ("check_health", {}),
    ("top_queries", {}),
]


@pytest.fixture(scope="module", params=sorted(RELEASES))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="toolroll-pg-"))
    folder.chmod(0o755)
    try:
        with running(folder, request.param) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def test_every_tool_works_on_this_postgresql_version_and_a_write_is_committed_once(place: Place):
    shop = (SHIPPED / "shop.sql").read_text(encoding="utf-8")
    change = {"statement": "UPDATE sales.orders SET shipped_at = now() WHERE order_id = 1", "database": "default"}
    async with own_database(place, shop, "CREATE EXTENSION pg_stat_statements; ANALYZE") as (name, owner):
        async with client_of(place, name, DATABASE_WRITABLE="default") as client:
            answers = {tool: await ask(client, tool, **arguments) for tool, arguments in CALLS}
            preview = await ask(client, "execute_write", **change)
            committed = await ask(client, "execute_write", **change, confirm=preview["confirm"])
        recent = await owner.fetchval(
            "SELECT shipped_at > now() - interval '1 hour' FROM sales.orders WHERE order_id = 1"
        )
    assert answers["top_queries"]["source"] == "pg_stat_statements"
    assert "skipped" not in answers["check_health"]
    assert (committed["status"], committed["rows"], recent) == ("committed", 1, True)
