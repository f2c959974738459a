"""Error messages that say what to write instead: aliases, quotes, placeholders, client commands, schemas."""

from collections.abc import AsyncGenerator

import pytest
from database_asks import ask, client_of, own_database, query, refused
from mcp.client import Client
from postgres_places import Place

SCHEMA = """
CREATE SCHEMA sales; CREATE SCHEMA vacant; CREATE SCHEMA hidden;
CREATE TABLE sales.orders (id int PRIMARY KEY, state text); INSERT INTO sales.orders VALUES (1, 'paid');
CREATE TABLE sales."odd""name" (id int); CREATE TABLE sales.nothing (); CREATE TABLE plain (id int);
CREATE TABLE sales.parent (id int); CREATE TABLE sales.child () INHERITS (sales.parent)
"""


@pytest.fixture
async def client(postgres18: Place) -> AsyncGenerator[Client]:
    async with own_database(postgres18, SCHEMA) as (name, _), client_of(postgres18, name) as client:
        yield client


@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("SELECT o.id FROM sales.orders", 'for table "o"', "Name the table in FROM"),
        ("SELECT plain.id FROM plain p", 'for table "plain"', 'table alias "p"'),
        ("SELECT sales.orders FROM sales.orders", 'for table "sales"', "Name the table in FROM"),
        ('SELECT id FROM sales.orders WHERE state = "paid"', """'"paid"'""", "A text needs single quotes"),
        ("SELECT id FROM sales.orders WHERE id = ?", "Syntax error", "Write parameters as $1"),
        ("SELECT id FROM sales.orders WHERE id = ? AND state = ?", "Syntax error", "Write parameters as $1"),
        ("SELECT id FROM sales.orders WHERE id = :order_id", "Syntax error", "Write parameters as $1"),
        ("SELECT id FROM sales.orders WHERE id = %(order_id)s", "Syntax error", "Write parameters as $1"),
        ("SELECT id FROM sales.orders WHERE id = {order_id}", "Syntax error", "Write parameters as $1"),
        ("\\d sales.orders", "Syntax error", "describe_table"),
        ("DESCRIBE sales.orders", "Syntax error", "describe_table"),
        ("SHOW TABLES", "", "list_tables and describe_table"),
        ("SHOW FULL COLUMNS FROM sales.orders", "", "list_tables and describe_table"),
        ("show create table sales.orders;", "", "list_tables and describe_table"),
        ("SHOW INDEX FROM sales.orders", "", "list_tables and describe_table"),
        ("SELECT * FROM `sales`.`orders`", "Syntax error", "double quotes"),
        ("SELECT [id] FROM sales.orders", "Syntax error", "not in brackets"),
        ("SELECT TOP 5 * FROM sales.orders", "Syntax error", "LIMIT n"),
        ("SELECT `id` FROM sales.orders", "Syntax error", "double quotes"),
        ("SELECT id, FROM sales.orders", "Syntax error", "Check the syntax near the position in the details."),
    ],
)
async def test_a_syntax_error_says_what_to_write_instead(client: Client, text: str, reason: str, remedy: str):
    failure = await refused(client, "execute_query", query=text)
    assert failure.code == "INVALID_INPUT"
    assert reason in failure.message
    assert remedy in failure.message


async def test_a_list_for_a_scalar_parameter_suggests_any(client: Client):
    failure = await refused(
        client, "execute_query", query="SELECT id FROM sales.orders WHERE state IN ($1)", params=[["paid", "open"]]
    )
    assert "write = ANY($1)" in failure.message
    found = await query(client, "SELECT id FROM sales.orders WHERE state = ANY($1)", ["paid", "open"])
    assert found["rows"] == [[1]]


async def test_listing_a_missing_schema_is_an_error(client: Client):
    failure = await refused(client, "list_tables", schema="SALE")
    assert (failure.code, failure.message) == (
        "RESOURCE_NOT_FOUND",
        "No schema is named 'SALE'. Did you mean sales?",
    )
    other = await refused(client, "list_tables", schema="xyzzy")
    assert "Schemas: hidden, public, sales, vacant." in other.message
    assert (await ask(client, "list_tables", schema="vacant"))["schemas"] == []
    assert (await ask(client, "list_tables", schema="sales", pattern="zzz"))["schemas"] == []


async def test_listing_a_schema_without_usage_is_an_error(postgres18: Place):
    async with own_database(postgres18, SCHEMA, "CREATE ROLE outsider LOGIN") as (name, owner):
        async with client_of(postgres18, name, DATABASE_URL=postgres18.dsn(name, user="outsider")) as client:
            failure = await refused(client, "list_tables", schema="hidden")
        await owner.execute("DROP ROLE outsider")
    assert failure.code == "PERMISSION_DENIED"
    assert "no USAGE on the schema 'hidden'" in failure.message


async def test_search_finds_quoted_names_by_their_words(client: Client):
    found = await ask(client, "search_schema", text='odd"name')
    assert found["matches"][0] == {"kind": "table", "name": 'sales."odd""name"'}


async def test_profiling_a_table_without_columns_is_an_error(client: Client):
    failure = await refused(client, "profile_table", table="sales.nothing")
    assert failure.code == "INVALID_INPUT"
    assert "sales.nothing has no columns" in failure.message


async def test_a_child_table_names_its_parent(client: Client):
    assert (await ask(client, "describe_table", table="sales.child"))["inherits"] == ["sales.parent"]
    assert "inherits" not in await ask(client, "describe_table", table="sales.parent")


async def test_idle_sessions_are_not_listed_as_running_statements(postgres18: Place):
    async with own_database(postgres18, SCHEMA) as (name, owner), client_of(postgres18, name) as client:
        await owner.execute("SELECT 'an ended statement'")
        told = await ask(client, "top_queries")
    assert told["source"] == "running statements"
    assert not [each for each in told["queries"] if "an ended statement" in each["query"] or each["state"] == "idle"]
