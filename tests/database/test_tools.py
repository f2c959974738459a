"""Results of each tool for the sample shop."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.cli.check import check
from mcp_chassis.testing import connected, data, failure, text
from postgres_places import Place


@pytest.fixture
async def client(shop: str) -> AsyncGenerator[Client]:
    async with connected(SERVER, env={"DATABASE_URL": shop, "DATABASE_DESCRIPTION": "The shop"}) as client:
        yield client


async def ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    return data(await client.call_tool(tool, arguments))


async def test_list_databases_returns_states_without_any_part_of_a_dsn(client: Client, shop: str):
    answer = await client.call_tool("list_databases", {})
    listed = data(answer)
    assert (listed["default"], len(listed["databases"])) == ("default", 1)
    state = listed["databases"][0]
    assert (state["description"], state["mode"], state["version"][:2]) == ("The shop", "read-only", "18")
    assert set(state["pool"]) >= {"size", "idle", "in_use", "waiting", "max", "queries", "errors", "mean_ms"}
    assert "mcp_ro" not in text(answer)
    assert "postgresql" not in text(answer)


async def test_a_superuser_role_gives_a_warning_and_no_free_sql(postgres18: Place):
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("shop")}) as client:
        state = (await ask(client, "list_databases"))["databases"][0]
        tables = await ask(client, "list_tables")
        refused = failure(await client.call_tool("execute_query", {"query": "SELECT 1"}))
    assert "is a superuser" in state["warnings"][0]
    assert tables["schemas"]
    assert refused.code == "PERMISSION_DENIED"
    assert "DATABASE_ALLOW_PRIVILEGED_ROLE" in refused.message


async def test_the_check_command_fails_for_a_superuser_unless_it_is_allowed(
    postgres18: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", postgres18.dsn("shop"))
    report = await check(SERVER)
    assert report.exit_code == 4
    assert "is a superuser" in report.lines()[-1]
    assert "least-privilege role" in report.lines()[-1]
    monkeypatch.setenv("DATABASE_ALLOW_PRIVILEGED_ROLE", "true")
    assert (await check(SERVER)).exit_code == 0


async def test_an_unreachable_database_is_listed_with_its_problem():
    env = {"DATABASE_URL": "postgresql://nobody:secret-word@127.0.0.1:1/x", "MCP_RETRY_ATTEMPTS": "1"}
    async with connected(SERVER, env=env) as client:
        answer = await client.call_tool("list_databases", {})
    assert "cannot be reached" in data(answer)["databases"][0]["problem"]
    assert "secret-word" not in text(answer)


async def test_tables_are_listed_by_schema_with_kinds_and_estimates(client: Client):
    schemas = {schema["name"]: schema["tables"] for schema in (await ask(client, "list_tables"))["schemas"]}
    assert list(schemas) == ["analytics", "catalog", "sales"]
    kinds = {table["name"]: table.get("kind", "table") for tables in schemas.values() for table in tables}
    assert kinds["page_views"] == "partitioned table"
    assert kinds["monthly_revenue"] == "materialized view"
    assert kinds["order_totals"] == "view"
    orders = next(table for table in schemas["sales"] if table["name"] == "orders")
    assert (orders["estimated_rows"], orders["columns"]) == (20000, 5)
    assert "Cancelled" in orders["comment"]
    everything = [
        table["estimated_rows"] for tables in schemas.values() for table in tables if "estimated_rows" in table
    ]
    assert sum(everything) >= 100_000


async def test_list_tables_filters_by_pattern_and_schema(client: Client):
    found = await ask(client, "list_tables", pattern="order", schema="sales")
    assert [table["name"] for table in found["schemas"][0]["tables"]] == ["order_items", "order_totals", "orders"]
    star = await ask(client, "list_tables", pattern="order*s")
    assert [table["name"] for table in star["schemas"][0]["tables"]] == ["order_items", "order_totals", "orders"]
    assert (await ask(client, "list_tables", pattern="50%_")) == {"schemas": []}


async def test_list_tables_pages_when_there_are_more_tables_than_a_page(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute("CREATE SCHEMA many; SELECT format('CREATE TABLE many.t%s ()', n) FROM generate_series(1, 0) n")
    await owner.execute(
        "DO $$BEGIN FOR n IN 1..310 LOOP EXECUTE format('CREATE TABLE many.t%s ()', n); END LOOP; END$$"
    )
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("postgres")}) as client:
        first = await ask(client, "list_tables", schema="many")
        second = await ask(client, "list_tables", schema="many", cursor=first["next_cursor"])
    await owner.execute("DROP SCHEMA many CASCADE")
    await owner.close()
    names = [table["name"] for page in (first, second) for schema in page["schemas"] for table in schema["tables"]]
    assert len(names) == len(set(names)) == 310


async def test_describe_table_returns_columns_keys_indexes_and_enums(client: Client):
    orders = await ask(client, "describe_table", table="orders")
    columns = {column["name"]: column for column in orders["columns"]}
    assert (orders["table"], orders["primary_key"]) == ("sales.orders", ["order_id"])
    assert columns["status"]["values"] == ["pending", "paid", "shipped", "delivered", "cancelled", "returned"]
    assert columns["status"]["default"] == "'pending'::sales.order_status"
    assert (columns["shipped_at"]["type"], columns["shipped_at"]["nullable"]) == ("timestamptz", True)
    assert orders["constraints"] == ["shipped_after_ordered: CHECK (shipped_at >= ordered_at)"]
    assert orders["foreign_keys"] == ["orders_customer_id_fkey: (customer_id) -> sales.customers(customer_id)"]
    assert "order_items_order_id_fkey: sales.order_items (order_id)" in orders["referenced_by"]
    assert "orders_customer: btree (customer_id)" in orders["indexes"]


async def test_describe_table_returns_the_partition_key_and_partitions(client: Client):
    views = await ask(client, "describe_table", table="analytics.page_views")
    assert (views["partition_key"], views["partition_count"], len(views["partitions"])) == ("RANGE (viewed_at)", 13, 2)


async def test_show_returns_the_value_of_a_setting(client: Client):
    for shown in ("SHOW work_mem", "show WORK_MEM;", "SHOW TIME ZONE", "SHOW TRANSACTION ISOLATION LEVEL"):
        assert len((await ask(client, "execute_query", query=shown))["rows"]) == 1
    assert (await ask(client, "execute_query", query="SHOW ALL"))["row_count"] > 300


@pytest.mark.parametrize(
    "text",
    ["inet('10.0.0.1')", "uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')", "jsonb('{}')", "sales.order_status('paid')",
     "regtype('int4')", "sales.email('a@b')", "tsquery('a')"],
)  # fmt: skip
async def test_a_type_name_can_be_called_as_a_cast(client: Client, text: str):
    assert (await ask(client, "execute_query", query=f"SELECT {text}"))["row_count"] == 1


async def test_the_schema_public_takes_precedence_for_ambiguous_table_names(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute('CREATE SCHEMA a; CREATE TABLE a."Tie" (x int); CREATE TABLE public."Tie" (y int)')
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("postgres")}) as client:
        unqualified = await ask(client, "describe_table", table="Tie")
        quoted = await ask(client, "describe_table", table='a."Tie"')
        by_schema = await ask(client, "describe_table", table="Tie", schema="a")
    await owner.execute('DROP SCHEMA a CASCADE; DROP TABLE public."Tie"')
    await owner.close()
    assert (unqualified["table"], unqualified["also_in"]) == ('public."Tie"', ["a"])
    assert quoted == by_schema
    assert [column["name"] for column in quoted["columns"]] == ["x"]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("describe_table", {"table": "custommers"}, "sales.customers"),
        ("describe_table", {"table": "zzz"}, "list_tables"),
        ("execute_query", {"query": "SELECT * FROM sales.custommers"}, "sales.customers"),
        ("execute_query", {"query": "SELECT custmer_id FROM sales.orders"}, "orders.customer_id"),
        ("execute_query", {"query": "SELECT o.zzz FROM sales.orders o"}, "order_id, customer_id"),
        ("execute_query", {"query": "SELECT lowre('A')"}, "Did you mean lower"),
        ("execute_query", {"query": "SELECT 1 FROM"}, "end of input"),
        ("list_tables", {"database": "defualt"}, "Did you mean default?"),
        ("find_joins", {"from_table": "orders", "to_table": "page_views"}, "Both have customer_id; no foreign key"),
    ],
)
async def test_an_unknown_name_error_suggests_similar_names(
    client: Client, tool: str, arguments: dict[str, Any], told: str
):
    assert told in failure(await client.call_tool(tool, arguments)).message


async def test_search_schema_finds_names_comments_and_labels(client: Client):
    names = [match["name"] for match in (await ask(client, "search_schema", text="revenue"))["matches"]]
    assert names[0] == "analytics.monthly_revenue.revenue"
    assert "sales.orders" in names
    assert (await ask(client, "search_schema", text="gift_card"))["matches"][0]["kind"] == "enum label"
    assert (await ask(client, "search_schema", text="customer email"))["matches"][0]["name"] == "sales.customers.email"
    assert (await ask(client, "search_schema", text="order", limit=1))["truncated"] is True


async def test_find_joins_returns_joins_along_foreign_keys_that_run(client: Client):
    path = await ask(client, "find_joins", from_table="reviews", to_table="catalog.suppliers")
    assert path["hops"] == 2
    count = await ask(client, "execute_query", query=f"SELECT count(*) {path['sql']}")
    assert count["rows"] == [[6000]]


async def profiled(client: Client, **arguments: Any) -> tuple[dict[str, Any], list[tuple[float, str | None]]]:
    """Call profile_table; returns the profile and the progress notifications."""
    told: list[tuple[float, str | None]] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        told.append((done, message))

    return data(await client.call_tool("profile_table", arguments, progress_callback=progress)), told


async def test_profile_table_returns_shares_values_and_ranges_with_progress(shop: str):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        profile, told = await profiled(client, table="orders", sample_rows=2)
    columns = {column["name"]: column for column in profile["columns"]}
    assert profile["completed_stages"] == ["columns", "statistics", "values", "rows"]
    assert 0.2 < columns["shipped_at"]["null_share"] < 0.4
    assert columns["status"]["distinct"] == 6
    assert columns["status"]["common"][0].startswith("delivered (")
    assert (columns["status"]["min"], columns["status"]["max"]) == ("pending", "returned")
    assert (len(profile["sample"]), profile["sample_columns"][0]) == (2, "order_id")
    assert told == [(0, "columns"), (1, "statistics"), (2, "values"), (3, "rows"), (4, "done")]


async def test_profile_table_keeps_earlier_results_when_a_stage_fails(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute("CREATE VIEW broken AS SELECT n, 1 / (n - n) AS x FROM generate_series(1, 3) n")
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("postgres")}) as client:
        profile, told = await profiled(client, table="broken")
    await owner.execute("DROP VIEW broken")
    await owner.close()
    assert profile["completed_stages"] == ["columns", "statistics"]
    assert profile["completed_stage_count"] == 2
    assert "Division by zero" in profile["failed_stage"]
    assert told == [(0, "columns"), (1, "statistics"), (2, "values")]
    assert [column["name"] for column in profile["columns"]] == ["n", "x"]


async def test_columns_without_a_grant_are_marked_and_not_profiled(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute("""
        CREATE TABLE people (id int PRIMARY KEY, name text, salary int); INSERT INTO people VALUES (1, 'Ada', 99);
        CREATE ROLE clerk LOGIN; GRANT SELECT (id, name) ON people TO clerk
    """)
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("postgres", "clerk")}) as client:
        described = await ask(client, "describe_table", table="people")
        profile = await client.call_tool("profile_table", {"table": "people"})
        sample = await client.read_resource("db://default/public/people/sample")
        record = await client.read_resource("db://default/public/people/record/1")
        refused = failure(await client.call_tool("execute_query", {"query": "SELECT salary FROM people"}))
    await owner.execute("DROP TABLE people; DROP ROLE clerk")
    await owner.close()
    assert [column.get("readable", True) for column in described["columns"]] == [True, True, False]
    assert data(profile)["hidden_columns"] == ["salary"]
    shown = [text(profile), *(answer.contents[0].text for answer in (sample, record))]
    assert [each for each in shown if "99" in each] == []
    assert refused.code == "PERMISSION_DENIED"
    assert "GRANT" in refused.message


async def test_explain_returns_the_plan_and_findings(client: Client):
    query = "SELECT * FROM sales.payments WHERE order_id = $1"
    plan = await ask(client, "execute_query", query=query, params=[5], explain="plan")
    ran = await ask(client, "execute_query", query=query, params=[5], explain="analyze")
    same = await ask(client, "execute_query", query=query, params=[5], explain=True)
    unwrapped = await ask(client, "execute_query", query=f"EXPLAIN (ANALYZE) {query}", params=[5])
    assert "Seq Scan on payments" in plan["plan"][0]
    assert "actual=" not in plan["plan"][0]
    assert all("actual=" in answer["plan"][0] for answer in (ran, same, unwrapped))
    assert any(finding.startswith("Sequential scan of payments: reads 16000 rows") for finding in ran["findings"])
    assert any(
        finding.startswith("Missing index: a condition uses the foreign key column sales.payments.order_id")
        for finding in plan["findings"]
    )


async def test_explain_reports_spills_and_bad_estimates(client: Client):
    spilling = "SELECT i.* FROM sales.order_items i, generate_series(1, 20) ORDER BY unit_price, line"
    guessed = "SELECT * FROM sales.orders WHERE (order_id * 2) % 7 < 0"
    spill = await ask(client, "execute_query", query=spilling, explain="analyze")
    estimate = await ask(client, "execute_query", query=guessed, explain="analyze")
    plain = await ask(client, "execute_query", query="SELECT 1", explain="analyze")
    assert any(finding.startswith("Spill: a sort wrote") for finding in spill["findings"])
    assert plain["findings"] == []
    assert any(finding.startswith("Bad estimate: Seq Scan on orders expected") for finding in estimate["findings"])


async def test_check_health_returns_problems_with_the_sql_that_fixes_them(postgres18: Place, client: Client):
    whole = await ask(client, "check_health")
    one = await ask(client, "check_health", checks=["sequences"])
    assert (len(whole["checked"]), one["checked"], one["status"]) == (8, ["sequences"], "ok")
    fixes = {finding["object"]: finding["fix"] for finding in whole["findings"] if "fix" in finding}
    assert fixes["sales.payments.order_id"] == "CREATE INDEX CONCURRENTLY ON sales.payments (order_id);"


async def test_check_health_finds_duplicate_indexes_full_sequences_and_unvalidated_constraints(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("postgres"))
    await owner.execute("""
        CREATE TABLE ill (id int, x int); CREATE INDEX ill_one ON ill (x); CREATE INDEX ill_two ON ill (x);
        ALTER TABLE ill ADD CONSTRAINT ill_check CHECK (x > 0) NOT VALID;
        CREATE SEQUENCE ill_numbers AS smallint; SELECT setval('ill_numbers', 32000)
    """)
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("postgres")}) as client:
        health = await ask(client, "check_health", checks=["indexes", "sequences", "constraints"])
    await owner.execute("DROP TABLE ill; DROP SEQUENCE ill_numbers")
    await owner.close()
    found = {(finding["check"], finding["severity"], finding["object"]) for finding in health["findings"]}
    assert found >= {
        ("indexes", "warning", "public.ill_two"),
        ("sequences", "critical", "public.ill_numbers"),
        ("constraints", "warning", "public.ill.ill_check"),
    }
    assert health["status"] == "critical"


async def test_top_queries_names_its_source(client: Client):
    top = await ask(client, "top_queries", order_by="mean_time", limit=5)
    assert top["source"] == "running statements"
    assert "pg_stat_statements is not installed" in top["warnings"][0]


async def test_only_allowed_schemas_are_listed_and_read(shop: str):
    async with connected(SERVER, env={"DATABASE_URL": shop, "DATABASE_SCHEMAS": "catalog"}) as client:
        tables = await ask(client, "list_tables")
        unqualified = await ask(client, "execute_query", query="SELECT count(*) FROM products")
        search = await ask(client, "search_schema", text="customer")
        refused = failure(await client.call_tool("execute_query", {"query": "SELECT * FROM sales.orders"}))
        missing = failure(await client.call_tool("describe_table", {"table": "sales.orders"}))
    assert [schema["name"] for schema in tables["schemas"]] == ["catalog"]
    assert unqualified["rows"] == [[1200]]
    assert [match for match in search["matches"] if match["name"].startswith("sales")] == []
    assert (refused.code, missing.code) == ("PERMISSION_DENIED", "RESOURCE_NOT_FOUND")


async def test_a_callable_function_of_a_superuser_gives_a_warning(postgres18: Place):
    owner = await asyncpg.connect(postgres18.dsn("shop"))
    await owner.execute(
        "CREATE FUNCTION sales.planted() RETURNS int LANGUAGE sql SECURITY DEFINER IMMUTABLE AS 'SELECT 1';"
        "GRANT USAGE ON SCHEMA sales TO mcp_ro"
    )
    async with connected(SERVER, env={"DATABASE_URL": postgres18.dsn("shop", "mcp_ro")}) as client:
        state = (await ask(client, "list_databases"))["databases"][0]
    await owner.execute("DROP FUNCTION sales.planted; REVOKE USAGE ON SCHEMA sales FROM mcp_ro")
    await owner.close()
    assert any(re.search("sales.planted runs with a superuser's rights", warning) for warning in state["warnings"])


async def test_the_nine_tools_take_at_most_900_tokens_by_a_rough_count(client: Client):
    tools = (await client.list_tools()).tools
    words = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]")
    size = sum(len(words.findall(f"{tool.name} {tool.description} {tool.input_schema}")) for tool in tools)
    assert len(tools) == 9
    assert size < 2000  # In o200k the tools have 0.4 to 0.5 of this number of tokens; scripts/tokens.py counts exactly.
