"""Columns and parameters of types that the driver does not know: pseudo-types, extensions, domains, composites."""

from typing import Any

import pytest
from database_asks import client_of, own_database, query, require_extension
from postgres_places import Place

VECTORS = (
    "CREATE EXTENSION vector; CREATE DOMAIN embedding AS vector(3);"
    "CREATE TABLE items (id int, v vector(3), e embedding, many vector(3)[]);"
    "INSERT INTO items VALUES (1, '[1,2,3]', '[4,5,6]', ARRAY['[1,2,3]'::vector]), (2, NULL, NULL, NULL)"
)


async def test_statistics_with_values_of_any_type_are_read_as_text(postgres: Place):
    make = "CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 500) g; ANALYZE t"
    async with own_database(postgres, make) as (name, _), client_of(postgres, name) as client:
        answer = await query(client, "SELECT * FROM pg_stats WHERE tablename = $1 ORDER BY attname", "t")
        values = dict(zip(answer["columns"], answer["rows"][1], strict=True))
    assert dict(zip(answer["columns"], answer["types"], strict=True))["most_common_vals"] == "anyarray"
    assert (values["attname"], values["most_common_vals"]) == ("b", "{x}")


async def test_vectors_are_returned_as_text_and_accepted_as_lists(postgres18: Place):
    async with own_database(postgres18, VECTORS) as (name, _), client_of(postgres18, name) as client:
        everything = await query(client, "SELECT * FROM items ORDER BY id")
        near = await query(client, "SELECT id FROM items WHERE v <-> $1 < 1", [1, 2, 3.5])
        near_domain = await query(client, "SELECT id FROM items WHERE e = $1::embedding", [4, 5, 6])
        row = await query(client, "SELECT i FROM items i WHERE id = 1")
    assert everything["types"] == ["int4", "vector", "vector", "vector[]"]
    assert everything["rows"] == [[1, "[1,2,3]", "[4,5,6]", '{"[1,2,3]"}'], [2, None, None, None]]
    assert near["rows"] == near_domain["rows"] == [[1]]
    assert row["rows"] == [['(1,"[1,2,3]","[4,5,6]","{""[1,2,3]""}")']]


EXTENSIONS: list[tuple[str, str, Any, str]] = [
    ("hstore", "hstore", {"a": "1", 'b "q"': None}, '"a"=>"1", "b \\"q\\""=>NULL'),
    ("hstore", "hstore[]", ["a=>1"], '{"\\"a\\"=>\\"1\\""}'),
    ("citext", "citext[]", ["a", "b,c", None], '{a,"b,c",NULL}'),
    ("ltree", "ltree", "A.B", "A.B"),
    ("ltree", "ltree[]", ["A.B", "C"], "{A.B,C}"),
    ("cube", "cube", "(1,2)", "(1, 2)"),
    ("isn", "isbn", "978-0-393-04002-9", "0-393-04002-X"),
    ("seg", "seg", "1 .. 2", "1 .. 2"),
    ("postgis", "geometry", "POINT(1 2)", "0101000000000000000000F03F0000000000000040"),
    ("postgis", "geometry[]", ["POINT(1 2)"], "{0101000000000000000000F03F0000000000000040}"),
    ("postgis", "box2d", "BOX(1 2,3 4)", "BOX(1 2,3 4)"),
]


@pytest.mark.services
@pytest.mark.parametrize(("extension", "kind", "value", "shown"), EXTENSIONS)
async def test_extension_types_are_unchanged_after_a_round_trip(
    postgres15: Place, extension: str, kind: str, value: Any, shown: str
):
    await require_extension(postgres15, extension)
    made = own_database(postgres15, f"CREATE EXTENSION {extension}")
    async with made as (name, _), client_of(postgres15, name) as client:
        answer = await query(client, f"SELECT $1::{kind} AS v, ROW($1::{kind}) AS r", value)
        again = await query(client, f"SELECT $1::{kind}::text = $2::{kind}::text", value, shown)
    assert answer["types"] == [kind, "record"]
    assert answer["rows"][0][0] == shown
    assert again["rows"] == [[True]]


DOMAINS = (
    "CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE DOMAIN moods AS mood[]; CREATE DOMAIN paper AS jsonb;"
    "CREATE DOMAIN dates AS datemultirange; CREATE TYPE pair AS (a int, b text);"
    "CREATE SCHEMA odd; CREATE TYPE odd.int8 AS ENUM ('x'); CREATE TYPE odd.\"date\" AS (d int)"
)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("moods", ["ok", "sad"], "{ok,sad}"),
        ("paper", {"a": [1, None]}, '{"a": [1, null]}'),
        ("paper", [1, 2], "[1, 2]"),
        ("dates", "{[2026-01-01,2026-02-01)}", "{[2026-01-01,2026-02-01)}"),
        ("pair", [1, 'x "y"'], '(1,"x ""y""")'),
        ("pair[]", ['(1,"a")'], '{"(1,a)"}'),
        ("int4multirange", "{[1,2)}", "{[1,2)}"),
        ("odd.int8", "x", "x"),
        ('odd."date"', [3], "(3)"),
    ],
)
async def test_domains_composites_and_types_with_built_in_names_are_unchanged_after_a_round_trip(
    postgres: Place, kind: str, value: Any, shown: str
):
    async with own_database(postgres, DOMAINS) as (name, _), client_of(postgres, name) as client:
        answer = await query(client, f"SELECT $1::{kind} AS v, pg_typeof($1::{kind})::text", value)
    assert answer["rows"][0][0] == shown


async def test_a_list_for_an_unsuitable_extension_type_is_refused_with_the_type(postgres18: Place):
    async with own_database(postgres18) as (name, _), client_of(postgres18, name) as client:
        result = await client.call_tool("execute_query", {"query": "SELECT $1::date", "params": [[1]]})
    assert "Parameter $1 has the type date, and a list was given" in result.content[0].text
