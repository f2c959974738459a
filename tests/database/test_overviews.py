"""Large schemas, several queries in one call, and warnings about omitted data."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from database_asks import ask, client_of, own_database, query, refused
from mcp.client import Client
from postgres_places import Place

MANY = """
DO $$BEGIN FOR s IN 1..40 LOOP EXECUTE format('CREATE SCHEMA s%s', s);
FOR t IN 1..10 LOOP EXECUTE format('CREATE TABLE s%s.t_%s_%s (id int, amount numeric)', s, s, t); END LOOP;
END LOOP; END$$;
CREATE TABLE s1.days (d date, v int) PARTITION BY RANGE (d);
DO $$BEGIN FOR m IN 1..30 LOOP
  EXECUTE format('CREATE TABLE s1.days_%s PARTITION OF s1.days FOR VALUES FROM (%L) TO (%L)', m,
    date '2024-01-01' + m, date '2024-01-01' + m + 1); END LOOP; END$$;
CREATE TABLE s1.days_rest PARTITION OF s1.days DEFAULT; CREATE TABLE s2.never (id int);
INSERT INTO s2.never SELECT generate_series(1, 10); COMMENT ON COLUMN s3.t_3_1.amount IS 'net turnover'
"""


@pytest.fixture
async def many(postgres18: Place) -> AsyncGenerator[Client]:
    async with own_database(postgres18, MANY) as (name, _), client_of(postgres18, name) as client:
        yield client


async def test_list_tables_shows_schemas_with_counts_if_there_are_many_tables(many: Client):
    overview = await ask(many, "list_tables")
    counts = {schema["name"]: schema["table_count"] for schema in overview["schemas"]}
    one = await ask(many, "list_tables", schema="s1")
    assert (len(counts), counts["s1"], counts["s5"]) == (40, 11, 10)
    assert "402 tables in 40 schemas" in overview["note"]
    (schema,) = one["schemas"]
    days = next(table for table in schema["tables"] if table["name"] == "days")
    assert (len(schema["tables"]), days["kind"], days["partitions"]) == (11, "partitioned table", 31)


async def test_partitions_are_summarized_in_descriptions_and_plans(many: Client):
    described = await ask(many, "describe_table", table="s1.days")
    part = await ask(many, "describe_table", table="s1.days_7")
    plan = (await query(many, "SELECT sum(v) FROM s1.days", explain="plan"))["plan"]
    assert described["partition_count"] == 31
    assert described["partitions"][0].startswith("days_1 FOR VALUES FROM ('2024-01-02')")
    assert described["partitions"][1] == "days_rest DEFAULT"
    assert part["partition_of"] == "s1.days"
    assert len(plan) < 6
    assert "and 30 more partitions by Seq Scan" in plan[-1]


async def test_search_ranks_partial_matches_below_full_matches(many: Client):
    found = (await ask(many, "search_schema", text="amount turnover", limit=3))["matches"]
    assert (found[0]["name"], found[0].get("missing")) == ("s3.t_3_1.amount", None)
    assert found[1]["missing"] == ["turnover"]


async def test_list_tables_with_columns_continues_with_the_cursor(postgres18: Place, shop: str):
    async with client_of(postgres18, "shop", DATABASE_URL=shop, MCP_MAX_RESULT_CHARS="3500") as client:
        page = await ask(client, "list_tables", detail="columns", schema="sales")
        tables = {table["name"]: table for schema in page["schemas"] for table in schema["tables"]}
        while "next_cursor" in page:
            page = await ask(client, "list_tables", detail="columns", schema="sales", cursor=page["next_cursor"])
            tables |= {table["name"]: table for schema in page["schemas"] for table in schema["tables"]}
        names = await ask(client, "list_tables", schema="sales")
    assert set(tables) == {table["name"] for table in names["schemas"][0]["tables"]}
    orders = tables["orders"]["columns"]
    assert orders[0] == "order_id integer pk"
    assert "customer_id integer -> sales.customers.customer_id" in orders
    assert any(column.startswith("status sales.order_status (pending|paid|shipped") for column in orders)
    assert any(column.startswith("shipped_at timestamptz null") for column in orders)


async def test_a_failed_query_in_more_queries_keeps_the_other_results(many: Client):
    more = ["SELECT count(*) FROM s2.never", "SELECT 1/0", "SELECT nix", "DELETE FROM s2.never"]
    answer = await query(many, "SELECT $1::int", 7, more_queries=more)
    results = answer["more_results"]
    assert answer["rows"] == [[7]]
    assert results[0]["rows"] == [[10]]
    assert [result["error"]["code"] for result in results[1:]] == [
        "INVALID_INPUT",
        "INVALID_INPUT",
        "PERMISSION_DENIED",
    ]
    assert (await query(many, "SELECT count(*) FROM s2.never"))["rows"] == [[10]]


async def test_a_failed_first_query_keeps_the_results_of_more_queries(many: Client):
    answer = await query(many, "SELECT nix", more_queries=["SELECT 2"])
    none = await refused(many, "execute_query", query="SELECT nix", more_queries=["SELECT nox"])
    assert (answer["error"]["code"], answer["more_results"][0]["rows"]) == ("INVALID_INPUT", [[2]])
    assert answer["elapsed_ms"] > 0  # of all queries together
    assert none.code == "INVALID_INPUT"


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "SELECT pg_sleep(1)", "SELECT * FROM pg_shadow"])
async def test_more_queries_are_checked_like_the_first_query(many: Client, text: str):
    answer = await query(many, "SELECT 1", more_queries=[text])
    assert answer["more_results"][0]["error"]["code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM s1.t_1_1", "s1.t_1_1 has no rows"),
        ("SELECT count(*), sum(amount) FROM s1.t_1_1", "s1.t_1_1 has no rows"),
        ("SELECT * FROM s2.never WHERE id > 100", None),
        ("SELECT * FROM s2.never n JOIN s1.days d ON d.v = n.id", "s1.days has no rows"),
    ],
)
async def test_a_result_without_values_names_the_empty_tables(many: Client, text: str, expected: str | None):
    warnings: list[str] = (await query(many, text)).get("warnings", [])
    assert [each for each in warnings if "has no rows" in each] == (
        [f"{expected} that this role can see."] if expected else []
    )


async def test_row_estimates_are_labelled_and_missing_statistics_reported(many: Client):
    described = await ask(many, "describe_table", table="s2.never")
    profile = await ask(many, "profile_table", table="s2.never")
    empty = await ask(many, "profile_table", table="s1.t_1_1")
    plan = await query(many, "SELECT * FROM s2.never", explain="plan")
    assert "never analyzed" in described["statistics"]
    assert "estimated_rows" not in described
    assert "never analyzed" in profile["warnings"][0]
    assert (profile["columns"][0]["distinct_in_sample"], profile["columns"][0].get("distinct")) == (10, None)
    assert "no rows" in empty["warnings"][0]
    assert [column.get("null_share") for column in empty["columns"]] == [None, None]
    assert any("s2.never was never analyzed" in finding for finding in plan["findings"])


async def test_results_name_their_database_if_there_are_several(postgres18: Place, shop: str):
    async with own_database(postgres18, "CREATE TABLE invoices (id int)") as (name, _):
        env: dict[str, Any] = {"DATABASE_URL_OTHER": postgres18.dsn(name), "DATABASE_URL": shop}
        async with client_of(postgres18, "shop", **env) as client:
            named = await query(client, "SELECT 1", database="other")
            tables = await ask(client, "list_tables", database="other")
            found = await ask(client, "search_schema", text="invoices", database="*")
    assert (named["database"], tables["database"]) == ("other", "other")
    assert tables["other_databases"] == ["default"]
    assert (found["matches"][0]["database"], found["matches"][0]["name"]) == ("other", "public.invoices")


async def test_columns_and_sums_of_type_real_give_a_warning(postgres18: Place):
    prices = (
        "CREATE TABLE prices (name text, price real, weight float8); COMMENT ON COLUMN prices.name IS 'a real name'"
    )
    rows = "INSERT INTO prices SELECT 'one', 0.1, 0.1 FROM generate_series(1, 1000)"
    async with own_database(postgres18, prices, rows) as (name, _), client_of(postgres18, name) as client:
        columns = await ask(client, "list_tables", detail="columns")
        sums = await query(client, "SELECT sum(price) AS total, sum(weight) AS kg, max(price) FROM prices")
        exact = await query(client, "SELECT sum(price::numeric) FROM prices")
        several = await query(client, "SELECT 1", more_queries=["SELECT sum(price) FROM prices"])
    assert columns["note"].startswith("real is inexact")
    assert sums["warnings"][0].startswith("total, max: real has six digits")
    assert (exact["rows"], exact.get("warnings")) == ([["100.0"]], None)
    assert several["more_results"][0]["warnings"][0].startswith("sum: real has")


async def test_a_schema_without_real_columns_gives_no_warning_about_real(postgres18: Place):
    plain = "CREATE TABLE plain (id int, realm text); COMMENT ON COLUMN plain.realm IS 'not a real one'"
    async with own_database(postgres18, plain) as (name, _), client_of(postgres18, name) as client:
        assert "note" not in await ask(client, "list_tables", detail="columns")
