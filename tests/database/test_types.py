"""Values of every type are returned as JSON and accepted as parameters unchanged."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import postgres_places
import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, data, failure, text
from postgres_places import Place

SETUP = """
CREATE SCHEMA kinds;
CREATE TYPE kinds.mood AS ENUM ('sad', 'so so', 'happy');
CREATE TYPE kinds.pair AS (a int, b text);
CREATE DOMAIN kinds.positive AS int CHECK (VALUE > 0);
CREATE TYPE kinds.span AS RANGE (subtype = float8);
CREATE TABLE kinds.rows (id int);
"""
LINES = (Path(postgres_places.__file__).parent / "postgres_types.txt").read_text(encoding="utf-8").splitlines()
VALUES = [tuple(line.split(" | ", 1)) for line in LINES]
"""Pairs of a type and a value of it in PostgreSQL's text form."""


@pytest.fixture
async def kinds(postgres: Place) -> Any:
    owner = await asyncpg.connect(postgres.dsn("postgres"))
    await owner.execute(SETUP)
    yield postgres.dsn("postgres")
    await owner.execute("DROP SCHEMA kinds CASCADE")
    await owner.close()


async def test_every_cell_text_equals_the_types_output_function(kinds: str):
    env = {"DATABASE_URL": kinds, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    other: list[tuple[str, Any, Any]] = []
    owner = await asyncpg.connect(kinds)
    async with connected(SERVER, env=env) as client:
        for kind, value in VALUES:
            read = {"query": f"SELECT $1::{kind}", "params": [value]}
            cell = data(await client.call_tool("execute_query", read))["rows"][0][0]
            shown = await owner.fetchval(f"SELECT format('%s', $1::text::{kind})", value)
            if isinstance(cell, str) and cell != shown:
                other.append((kind, cell, shown))
    await owner.close()
    assert other == []


async def test_a_char_value_keeps_trailing_spaces_and_a_long_one_is_truncated(kinds: str):
    env = {"DATABASE_URL": kinds, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    query = "SELECT 'ab'::char(4), NULL::char(4), 'x'::char(5000), ARRAY['ab'::char(4)]"
    async with connected(SERVER, env=env) as client:
        told = data(await client.call_tool("execute_query", {"query": query}))
    short, absent, long, several = told["rows"][0]
    assert (short, absent, several) == ("ab  ", None, '{"ab  "}')
    assert long == "x" + " " * 1999 + "\u2026"


async def test_every_type_is_unchanged_after_a_round_trip_as_json(kinds: str):
    env = {"DATABASE_URL": kinds, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    changed: list[str] = []
    async with connected(SERVER, env=env) as client:
        for kind, value in VALUES:
            read = {"query": f"SELECT $1::{kind}", "params": [value]}
            cell = data(await client.call_tool("execute_query", read))["rows"][0][0]
            same = (
                f"SELECT format('%s', $1::{kind}) = format('%s', $2::{kind}), pg_typeof($2::{kind})::text <> 'unknown'"
            )
            back = await client.call_tool("execute_query", {"query": same, "params": [value, cell]})
            if back.is_error or data(back)["rows"] != [[True, True]]:
                changed.append(f"{kind} {value}: {cell} {back.content}")
    assert changed == []


async def test_every_built_in_type_is_tested(kinds: str):
    owner = await asyncpg.connect(kinds)
    every = await owner.fetch("""
        SELECT typname FROM pg_type WHERE typtype IN ('b', 'r', 'm') AND typnamespace = 'pg_catalog'::regnamespace
        AND typname !~ '^(_|pg_brin_|pg_ndistinct|pg_dependencies|pg_mcv_list|pg_node_tree|gtsvector|pg_ddl_command)'
    """)
    shown = [
        await owner.fetchval("SELECT typname FROM pg_type WHERE oid = $1::text::regtype", kind) for kind, _ in VALUES
    ]
    await owner.close()
    assert {row["typname"] for row in every}.difference(shown) == {
        "xml"
    }  # The embedded server is built without libxml.


async def test_a_table_with_columns_of_every_type_is_read(kinds: str):
    columns = ", ".join(f"c{place} {kind}" for place, (kind, _) in enumerate(VALUES))
    holders = ", ".join(f"${place}::text::{kind}" for place, (kind, _) in enumerate(VALUES, start=1))
    owner = await asyncpg.connect(kinds)
    await owner.execute(f"CREATE TABLE kinds.everything ({columns})")
    await owner.execute(f"INSERT INTO kinds.everything SELECT {holders}", *(value for _, value in VALUES))
    await owner.execute("INSERT INTO kinds.everything DEFAULT VALUES")
    await owner.close()
    async with connected(SERVER, env={"DATABASE_URL": kinds, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}) as client:
        answer = data(await client.call_tool("execute_query", {"query": "TABLE kinds.everything"}))
    assert len(answer["columns"]) == len(answer["types"]) == len(VALUES)
    assert [type(cell) for cell in answer["rows"][0]].count(type(None)) == 0
    assert answer["rows"][1] == [None] * len(VALUES)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("date", "2024-02-29", "2024-02-29"),
        ("int4", 5, 5),
        ("int4", 5.0, 5),
        ("float8", 0.1, 0.1),
        ("numeric", 1.5, "1.5"),
        ("bool", True, True),
        ("text", 5, "5"),
        ("text", None, None),
        ("jsonb", {"a": [1, None]}, '{"a": [1, null]}'),
        ("jsonb", [1, "x"], '[1, "x"]'),
        ("int4[]", [1, None, 3], "{1,NULL,3}"),
        ("text[]", ['a"b', "c\\d", "", None, "NULL"], '{"a\\"b","c\\\\d","",NULL,"NULL"}'),
        ("int4[]", [[1, 2], [3, 4]], "{{1,2},{3,4}}"),
        ("jsonb[]", [{"a": 1}], '{"{\\"a\\": 1}"}'),
    ],
)
async def test_a_json_parameter_is_converted_to_the_expected_type(shop: str, kind: str, value: Any, shown: Any):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        answer = data(await client.call_tool("execute_query", {"query": f"SELECT $1::{kind}", "params": [value]}))
    assert answer["rows"] == [[shown]]


@pytest.mark.parametrize(
    ("query", "params", "told"),
    [
        ("SELECT $1::date", ["tomorrowish"], "$1 date"),
        ("SELECT 1 WHERE 1 = $1 AND now() > $2", [1, "x"], "$1 int4, $2 timestamptz"),
        ("SELECT $1::int", [{"a": 1}], "$1 has the type int4"),
        ("SELECT $1, $2", [1], "has 2 parameters, and params contains 1"),
        ("SELECT 1", [1], "has 0 parameters, and params contains 1"),
    ],
)
async def test_an_invalid_parameter_value_error_names_the_expected_type(
    shop: str, query: str, params: list[Any], told: str
):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        refused = failure(await client.call_tool("execute_query", {"query": query, "params": params}))
    assert refused.code == "INVALID_INPUT"
    assert told in refused.message


ODD = r"""
SELECT NULL AS nothing, 9007199254740993 AS big, 'NaN'::float8 AS nan, '-Infinity'::float4 AS less,
       -0.0::float8 AS zero,
       true AS yes, 1e300::float8 AS huge, U&'\200Bunseen' AS unseen, '"\' AS quotes, '{1,NULL}'::int[] AS many
FROM generate_series(1, 3)
"""


@pytest.mark.parametrize("arguments", [{}, {"max_rows": 2}, {"explain": "plan"}])
async def test_structured_content_equals_the_text_content(shop: str, arguments: dict[str, Any]):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        result = await client.call_tool("execute_query", {"query": ODD, **arguments})
    assert json.dumps(result.structured_content) == json.dumps(json.loads(text(result)))
