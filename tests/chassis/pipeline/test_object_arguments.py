"""Object arguments of parameters whose schema is a list of entries."""

from typing import Annotated, Any

import pytest
from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.arguments import Arguments
from mcp_chassis.pipeline.object_arguments import entries_from_object
from pydantic import BaseModel, BeforeValidator, Field


class Cell(BaseModel, extra="forbid"):
    column: str
    text: str


Cells = Annotated[
    list[Cell], BeforeValidator(entries_from_object(key_field="column", value_field="text")), Field(max_length=2)
]


async def write_cells(cells: Cells) -> None:
    """Write cells."""


def validated(cells: object) -> list[tuple[str, str]]:
    arguments: dict[str, Any] = Arguments(write_cells, ()).check({"cells": cells})
    return [(cell.column, cell.text) for cell in arguments["cells"]]


@pytest.mark.parametrize("cells", [{"b": "1", "a": ""}, '{"b": "1", "a": ""}'], ids=["object", "JSON text"])
def test_an_object_becomes_a_list_of_entries_in_the_order_of_its_keys(cells: object):
    assert validated(cells) == [("b", "1"), ("a", "")]


@pytest.mark.parametrize("cells", [[], [{"column": "a", "text": "1"}, {"column": "a", "text": "2"}]])
def test_a_list_of_entries_is_passed_on_unchanged(cells: list[dict[str, str]]):
    assert validated(cells) == [(cell["column"], cell["text"]) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"a": 1}, "cells[0].text should be a valid string"),
        ({"a": None}, "cells[0].text should be a valid string"),
        ({"a": "1", "b": "2", "c": "3"}, "at most 2 items"),
        ("a", "cells should be a valid list"),
        (7, "cells should be a valid list"),
    ],
)
def test_values_that_break_a_rule_of_the_list_are_refused_by_name(cells: object, message: str):
    with pytest.raises(InvalidInput) as refused:
        validated(cells)
    assert message in refused.value.message


def test_the_published_schema_describes_only_the_list():
    assert Arguments(write_cells, ()).schema["properties"]["cells"]["type"] == "array"
