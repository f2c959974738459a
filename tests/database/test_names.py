"""Table names in every spelling: other case, quoted, with dots, with schema and database, system catalogues."""

from typing import Any

import pytest
from database_asks import ask, client_of, own_database, query, refused
from postgres_places import Place

ODD = """
CREATE SCHEMA "Weird Schema"; CREATE SCHEMA sales;
CREATE TABLE "Weird Schema"."My.Table" ("Id" int PRIMARY KEY);
CREATE TABLE public.orders (wrong int);
CREATE TABLE sales.orders (id int PRIMARY KEY); INSERT INTO sales.orders VALUES (1);
CREATE TABLE sales."Items" (id int)
"""


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("My.Table", '"Weird Schema"."My.Table"'),
        ("Weird Schema.My.Table", '"Weird Schema"."My.Table"'),
        ('"Weird Schema"."My.Table"', '"Weird Schema"."My.Table"'),
        ("ORDERS", "public.orders"),
        ("Sales.Orders", "sales.orders"),
        ('"SALES"."orders"', "sales.orders"),
        ("items", 'sales."Items"'),
        ("{database}.sales.orders", "sales.orders"),
        ("pg_class", "pg_catalog.pg_class"),
        ("information_schema.tables", "information_schema.tables"),
    ],
)
async def test_a_table_is_found_by_every_spelling_of_its_name(postgres18: Place, written: str, found: str):
    async with own_database(postgres18, ODD) as (name, _), client_of(postgres18, name) as client:
        described = await ask(client, "describe_table", table=written.format(database=name))
    assert described["table"] == found


async def test_a_table_qualified_with_another_database_is_not_found(postgres18: Place):
    async with own_database(postgres18, ODD) as (name, _), client_of(postgres18, name) as client:
        failure = await refused(client, "describe_table", table="elsewhere.sales.orders")
    assert "sales.orders" in failure.message


async def test_profiling_a_system_catalogue_is_refused(postgres18: Place):
    async with own_database(postgres18) as (name, _), client_of(postgres18, name) as client:
        assert (await refused(client, "profile_table", table="pg_authid")).code == "RESOURCE_NOT_FOUND"


async def test_no_warning_names_an_empty_table_of_another_schema(postgres18: Place):
    async with own_database(postgres18, ODD) as (name, _), client_of(postgres18, name) as client:
        other = await query(client, "SELECT * FROM sales.orders WHERE id < 0")
        bare = await query(client, "SELECT count(*) FROM orders")
    assert "warnings" not in other
    assert bare["warnings"] == ["public.orders has no rows that this role can see."]


NESTED = """
CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE DOMAIN moods AS mood[]; CREATE DOMAIN calm AS mood;
CREATE DOMAIN calmer AS calm; CREATE TABLE m (one mood, many moods, nested calmer, lists mood[]);
CREATE TABLE hashed (id int PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE leads (hashed_id int REFERENCES hashed);
CREATE TABLE parent (id int); CREATE TABLE child (more int) INHERITS (parent);
INSERT INTO child SELECT g, g FROM generate_series(1, 500) g; ANALYZE
"""


async def test_enum_labels_are_shown_for_domains_and_arrays(postgres18: Place):
    async with own_database(postgres18, NESTED) as (name, _), client_of(postgres18, name) as client:
        described = await ask(client, "describe_table", table="m")
        listed = await ask(client, "list_tables", pattern="m", detail="columns")
    assert [column["values"] for column in described["columns"]] == [["ok", "sad"]] * 4
    assert all(text.endswith("(ok|sad)") for text in _table(listed, "m")["columns"])


async def test_a_foreign_key_to_a_partitioned_table_is_listed_once(postgres18: Place):
    async with own_database(postgres18, NESTED) as (name, _), client_of(postgres18, name) as client:
        described = await ask(client, "describe_table", table="leads")
        listed = await ask(client, "list_tables", detail="columns")
    assert described["foreign_keys"] == ["leads_hashed_id_fkey: (hashed_id) -> hashed(id)"]
    assert _table(listed, "leads")["columns"] == ["hashed_id integer null -> public.hashed.id"]


async def test_row_estimates_include_inheriting_tables(postgres18: Place):
    async with own_database(postgres18, NESTED) as (name, _), client_of(postgres18, name) as client:
        described = await ask(client, "describe_table", table="parent")
        listed = await ask(client, "list_tables")
    assert (described["estimated_rows"], described["inherited_by"]) == (500, ["public.child"])
    assert _table(listed, "parent")["estimated_rows"] == 500


def _table(listed: dict[str, Any], name: str) -> dict[str, Any]:
    return next(table for schema in listed["schemas"] for table in schema["tables"] if table["name"] == name)
