"""The wrapper SELECT around a query, and the conversion of row values; without a database."""

import math
from typing import Any

import pytest
from database_mcp.client.protocols import Attribute, TypeName
from database_mcp.queries.wrapper import MAX_BATCH_BYTES, MAX_CELL_CHARS, Cells, batch_size, cell, source, wrapped

EDGE = 2**53


def columns(*types: str) -> list[Attribute]:
    return [Attribute(name, TypeName(0, name, "scalar", "pg_catalog")) for name in types]


def carried(kind: str, *values: Any) -> list[Any]:
    return [row[0] for row in Cells(columns(kind)).rows([(value,) for value in values])]


def test_the_wrapper_select_limits_cells_and_rows():
    assert wrapped("SELECT 1, 'a' -- end", columns("int4", "text"), limit=11, offset=20) == (
        "SELECT c0, pg_catalog.left(c1::pg_catalog.text, 2001) FROM (\nSELECT 1, 'a' -- end\n) q(c0, c1) "
        "LIMIT 11 OFFSET 20"
    )
    assert wrapped("SELECT 1", columns("int4"), limit=1).endswith(" LIMIT 1 OFFSET 0")


def test_the_wrapper_of_a_query_without_columns_has_no_column_list():
    assert source("SELECT", 0) == "(\nSELECT\n) q"
    assert wrapped("SELECT", [], limit=1) == "SELECT  FROM (\nSELECT\n) q LIMIT 1 OFFSET 0"


WRITTEN = "CASE WHEN c0 IS DISTINCT FROM NULL THEN pg_catalog.left(pg_catalog.format('%s', c0), 2001) END"


@pytest.mark.parametrize("kind", ["bool", "int2", "int4", "int8", "oid", "float8"])
def test_values_that_json_can_represent_are_returned_unchanged(kind: str):
    assert cell("c0", kind) == "c0"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("float4", "c0::pg_catalog.text::pg_catalog.float8"),
        ("bytea", "pg_catalog.substr(c0, 1, 1001)::pg_catalog.text"),
        ("inet", WRITTEN),
        ("void", WRITTEN),
        ("sales.mood", WRITTEN),
        ("numeric", "pg_catalog.left(c0::pg_catalog.text, 2001)"),
        ("int8[]", "pg_catalog.left(c0::pg_catalog.text, 2001)"),
    ],
)
def test_other_types_are_returned_as_text_truncated_by_postgresql(kind: str, text: str):
    assert cell("c0", kind) == text


def test_the_batch_size_depends_on_the_widest_possible_cells():
    wide = (MAX_CELL_CHARS + 1) * 4
    assert batch_size(columns("text")) == MAX_BATCH_BYTES // wide == 4716
    assert batch_size(columns("text", "int4", "uuid")) == MAX_BATCH_BYTES // (wide + 128)
    assert batch_size(columns("text", "numeric")) == MAX_BATCH_BYTES // (wide + 2001)
    assert batch_size([]) == MAX_BATCH_BYTES == 37_748_736
    assert batch_size(columns(*["text"] * 1600)) == 2


@pytest.mark.parametrize("kind", ["int8", "float8", "text", "numeric", "bool"])
def test_nulls_are_returned_as_nulls(kind: str):
    assert carried(kind, None, None) == [None, None]
    assert carried(kind) == []


def test_integers_beyond_double_precision_are_returned_as_text():
    found = carried("int8", EDGE, EDGE + 1, None, 0, -EDGE, -EDGE - 1)
    assert found == [EDGE, str(EDGE + 1), None, 0, -EDGE, str(-EDGE - 1)]
    assert carried("int8", EDGE, -EDGE) == [EDGE, -EDGE]
    assert carried("int8", 0, None, EDGE + 1) == [0, None, str(EDGE + 1)]


@pytest.mark.parametrize("kind", ["float4", "float8"])
def test_infinite_and_nan_floats_are_returned_as_text(kind: str):
    found = carried(kind, 1.5, math.nan, None, math.inf, 0.0, -math.inf)
    assert found == [1.5, "NaN", None, "Infinity", 0.0, "-Infinity"]


def test_a_text_above_the_cell_limit_is_truncated_marked_and_counted():
    cells = Cells(columns("int4", "text", "jsonb"))
    longest, longer = "x" * MAX_CELL_CHARS, "y" * (MAX_CELL_CHARS + 1)
    rows = cells.rows([(1, longest, longer), (2, None, ""), (3, longer, None)])
    assert rows == [[1, longest, "y" * MAX_CELL_CHARS + "…"], [2, None, ""], [3, "y" * MAX_CELL_CHARS + "…", None]]
    assert cells.cut(rows) == 2
    assert cells.cut(rows[1:]) == 1


def test_the_count_of_truncated_cells_is_kept_across_batches():
    cells = Cells(columns("text"))
    first = cells.rows([("y" * (MAX_CELL_CHARS + 1),)])
    second = cells.rows([("short",)])
    assert cells.cut([*first, *second]) == 1
    assert Cells(columns("text")).cut([["short"]]) == 0
