"""Schemas that every host and model provider takes, and that refuse what they do not know."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from mcp_types import Tool
from offers import tools_of
from rest_mcp.assembly import server_of
from servers import ROOT

Tools = list[tuple[str, Tool]]
Place = tuple[str, dict[str, Any]]

PORTABLE = re.compile(
    r"type|properties|required|additionalProperties|items|enum|const|description|default|minimum|maximum|"
    r"exclusiveMinimum|exclusiveMaximum|minLength|maxLength|pattern|minItems|maxItems|uniqueItems|"
    r"minProperties|maxProperties|format|examples|multipleOf"
)

_NUMBERS = ("integer", "number")
TYPES_OF_KEYWORD = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format", "enum"), ("string",)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items"), ("array",)),
    **dict.fromkeys(("properties", "required", "additionalProperties"), ("object",)),
}


BRIDGES = (*ROOT.glob("examples/*/bridge.toml"), *ROOT.glob("tests/rest/*bridge.toml"))


@pytest.fixture(scope="module")
def tools(tools: Tools) -> Tools:
    """The tools of every server, and of every bridge file that is here."""
    return [*tools, *((f"{path.parent.name} bridge", tool) for path in BRIDGES for tool in tools_of(server_of(path)))]


async def test_every_object_a_caller_sends_refuses_unknown_fields(tools: Tools) -> None:
    loose = [
        place
        for place, schema in _inputs(tools)
        if schema.get("type") == "object" and schema.get("additionalProperties", True) is True
    ]
    assert loose == []


async def test_no_object_a_caller_sends_has_names_of_its_own(tools: Tools) -> None:
    """Strict modes of model providers take only objects whose names stand in the schema."""
    named_by_caller = [
        place for place, schema in _inputs(tools) if isinstance(schema.get("additionalProperties"), dict)
    ]
    assert named_by_caller == []


async def test_input_schemas_use_only_what_every_provider_understands(tools: Tools) -> None:
    assert [
        f"{place}: {key}" for place, schema in _inputs(tools) for key in schema if not PORTABLE.fullmatch(key)
    ] == []


async def test_no_schema_refers_elsewhere_or_repeats_names_as_titles(tools: Tools) -> None:
    noise = {"$ref", "$defs", "definitions", "title"}
    inputs, outputs = _inputs(tools), _outputs(tools)
    assert [f"{place}: {key}" for place, schema in [*inputs, *outputs] for key in noise & schema.keys()] == []


async def test_every_type_is_one_name(tools: Tools) -> None:
    places = [*_inputs(tools), *_outputs(tools)]
    assert [place for place, schema in places if not isinstance(schema.get("type", ""), str)] == []


async def test_every_schema_is_valid_by_the_2020_12_metaschema(tools: Tools) -> None:
    for _, tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema or {})


async def test_every_node_of_an_input_schema_has_a_type(tools: Tools) -> None:
    assert [place for place, schema in _inputs(tools) if "type" not in schema] == []


async def test_no_input_schema_offers_alternatives(tools: Tools) -> None:
    alternatives = {"anyOf", "oneOf", "allOf", "not", "$ref", "const"}
    assert [place for place, schema in _inputs(tools) if alternatives & schema.keys()] == []


async def test_keywords_stand_only_with_the_type_they_are_for(tools: Tools) -> None:
    assert [
        f"{place}: {key}"
        for place, schema in _inputs(tools)
        for key in schema
        if key in TYPES_OF_KEYWORD and schema.get("type") not in TYPES_OF_KEYWORD[key]
    ] == []


async def test_every_array_has_typed_items_and_a_greatest_number_of_them(tools: Tools) -> None:
    arrays = [(place, schema) for place, schema in _inputs(tools) if schema.get("type") == "array"]
    assert [place for place, schema in arrays if "items" not in schema or "maxItems" not in schema] == []


def _inputs(tools: Tools) -> list[Place]:
    return [place for server, tool in tools for place in _walk(f"{server}: {tool.name}", tool.input_schema)]


def _outputs(tools: Tools) -> list[Place]:
    return [place for server, tool in tools for place in _walk(f"{server}: {tool.name} ->", tool.output_schema or {})]


def _walk(place: str, schema: dict[str, Any]) -> Iterator[Place]:
    yield place, schema
    for name, prop in schema.get("properties", {}).items():
        yield from _walk(f"{place}.{name}", prop)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _walk(f"{place}[]", schema[key])
    for key in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(key, []):
            yield from _walk(place, branch)
