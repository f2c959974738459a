"""Conversion of parameter values to the text forms of their types; without a database."""

from typing import Any

import pytest
from database_mcp.client.protocols import TypeName
from database_mcp.guard.statement import read_statement
from database_mcp.queries.parameters import as_text, check_count, described, sql_type, with_casts
from mcp_chassis.failures import InvalidInput


def kind(name: str, schema: str = "pg_catalog", oid: int = 0) -> TypeName:
    return TypeName(oid, name, "scalar", schema)


def travels(value: Any, name: str) -> str | None:
    return as_text([value], [kind(name)])[0]


def test_the_number_of_values_must_equal_the_number_of_parameters():
    statement = read_statement("SELECT $2, $1, $2")
    check_count(statement, [1, 2])
    for values in ([], [1], [1, 2, 3]):
        with pytest.raises(InvalidInput, match="Number them") as refused:
            check_count(statement, values)
        assert refused.value.message == (
            f"The statement has 2 parameters, and params contains {len(values)} values. "
            "Number them $1, $2, ... and give one value for each."
        )


def test_each_parameter_is_cast_from_text_to_its_type():
    statement = read_statement("SELECT $2 + $1, '$1', $3 -- $9")
    types = [kind("date"), kind("int4"), kind("text")]
    assert with_casts(statement, types) == (
        'SELECT ($2::pg_catalog.text::"pg_catalog"."int4") + ($1::pg_catalog.text::"pg_catalog"."date"), \'$1\', '
        "($3::pg_catalog.text)"
    )
    assert with_casts(read_statement("SELECT $1"), [kind("unknown")]) == "SELECT ($1::pg_catalog.text)"
    assert with_casts(read_statement("SELECT 1"), []) == "SELECT 1"


@pytest.mark.parametrize(
    ("type_name", "sql"),
    [
        (kind("bit"), '"pg_catalog"."bit"'),
        (kind("int4[]"), '"pg_catalog"."int4"[]'),
        (kind("int2[]", oid=22), '"pg_catalog"."int2"'),
        (kind("oid[]", oid=30), '"pg_catalog"."oid"'),
        (kind('odd"name', schema="My Schema"), '"My Schema"."odd""name"'),
    ],
)
def test_a_type_name_in_sql_is_qualified_and_quoted(type_name: TypeName, sql: str):
    assert sql_type(type_name) == sql


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (None, "int4", None),
        (True, "bool", "true"),
        (False, "bool", "false"),
        (7, "int4", "7"),
        (7.0, "int4", "7"),
        (-3.0, "int8", "-3"),
        (0.5, "numeric", "0.5"),
        (float(2**53 - 1), "int8", "9007199254740991"),
        (float(2**53), "float8", "9007199254740992.0"),
        (-1e300, "float8", "-1e+300"),
        ("2024-01-01", "date", "2024-01-01"),
        ({"a": "é"}, "jsonb", '{"a": "é"}'),
        ([1, None], "json", "[1, null]"),
        ([1, None, 2.0], "int4[]", '{"1",NULL,"2"}'),
        ([[1], [2]], "int4[]", '{{"1"},{"2"}}'),
        (['a"b', "c\\d", "", "NULL", "é,{}"], "text[]", r'{"a\"b","c\\d","","NULL","é,{}"}'),
        ([True, {"a": "ü"}], "jsonb[]", r'{"true","{\"a\": \"ü\"}"}'),
        ([], "text[]", "{}"),
    ],
)
def test_a_value_is_converted_to_the_text_form_of_its_type(value: Any, name: str, text: str | None):
    assert travels(value, name) == text


@pytest.mark.parametrize(
    ("value", "name", "told"),
    [
        ([1], "int4", r"Parameter \$2 has the type int4, and a list was given"),
        ({"a": 1}, "text", r"Parameter \$2 has the type text, and an object was given"),
        ({"a": 1}, "int4[]", r"Parameter \$2 has the type int4\[\], and an object was given"),
    ],
)
def test_a_list_or_object_for_a_scalar_parameter_names_the_parameter(value: Any, name: str, told: str):
    with pytest.raises(InvalidInput, match=told):
        as_text([1, value], [kind("int4"), kind(name)])


def test_expected_types_are_named_in_order():
    assert described([kind("date"), kind("int4")]) == "$1 date, $2 int4"
