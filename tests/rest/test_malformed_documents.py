"""Documents with values of the wrong type: what can be read is offered, the rest has a sentence, nothing crashes."""

import copy
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed
from volume import volume

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
ORDER = {"$ref": "#/components/schemas/Order"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop"},
    "security": [{"key": []}],
    "paths": {
        "/orders": {
            "parameters": [{"$ref": "#/components/parameters/Trace"}],
            "get": {
                "operationId": "listOrders",
                "summary": "List orders.",
                "parameters": [
                    {"name": "page", "in": "query", "required": True, "schema": {"type": "integer", "default": 1}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}},
                    {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "items": WHOLE}},
                    {"name": "filter", "in": "query", "content": {"application/json": {"schema": TEXT}}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"properties": {"items": {"items": ORDER}}}}}}
                },
            },
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": ORDER}}},
                "responses": {"201": {"description": "made"}},
            },
        },
        "/orders/{id}": {
            "patch": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"enum": ["a", "b"]}}],
                "requestBody": {
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {"required": ["n"], "properties": {"n": {"type": "number", "minimum": 0}}},
                            "encoding": {"n": {"style": "form"}},
                        }
                    }
                },
                "responses": {"204": {"description": "changed"}},
            }
        },
    },
    "components": {
        "parameters": {"Trace": {"name": "X-Trace", "in": "header", "required": True, "schema": {"enum": ["t"]}}},
        "schemas": {
            "Order": {
                "allOf": [
                    {"properties": {"id": {"type": "integer", "readOnly": True}}},
                    {"required": ["name"], "properties": {"name": {"type": "string", "pattern": "^a"}, "of": ORDER}},
                    {"properties": {"kind": {"oneOf": [TEXT, {"type": "null"}]}, "day": {"format": "date"}}},
                ]
            }
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
    },
}
ODD: list[Any] = [None, 5, True, "x", [], {}, [None], [{}], {"x": None}, {"$ref": "#/lost"}, {"$ref": 5}]


def places(node: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside of `node`."""
    if isinstance(node, dict | list):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*above, step)
            yield from places(value, (*above, step))


def changed(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The document with another value at a place."""
    document = copy.deepcopy(DOCUMENT)
    node = document
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    return document


def test_a_value_of_the_wrong_type_anywhere_is_read_past_or_refused_in_a_sentence() -> None:
    every = [(place, value) for place in places(DOCUMENT) for value in ODD]
    for place, value in random.Random(5).sample(every, min(len(every), volume(len(every), share=0.04))):
        with suppress(BadBridge):
            proposed(Document(changed(place, value)), "api.json", 10)


@pytest.mark.parametrize(
    ("place", "value", "lost"),
    [
        (("paths", "/orders", "parameters"), None, set[str]()),
        (("components", "schemas", "Order", "allOf", 1, "required"), True, set[str]()),
        (("security",), None, set[str]()),
        (("paths", "/orders", "get", "parameters", 0), None, set[str]()),
        (("paths", "/orders/{id}", "patch", "parameters", 0), None, {"update_order"}),
    ],
)
def test_a_keyword_without_a_value_costs_its_operation_at_most(
    place: tuple[Any, ...], value: Any, lost: set[str]
) -> None:
    whole, found = (
        {tool.name for tool in proposed(Document(each), "api.json", 10).bridge.requests}
        for each in (DOCUMENT, changed(place, value))
    )
    assert whole == {"list_orders", "create_order", "update_order"}
    assert whole - found == lost


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"type": "string", "enum": [1, 2.5, "x"]}, ("1", "2.5", "x")),
        ({"type": "integer", "enum": ["1", "2"]}, (1, 2)),
        ({"type": "string", "enum": [True, False]}, None),
    ],
)
def test_allowed_values_that_yaml_has_read_as_another_type_are_those_that_were_meant(
    schema: dict[str, Any], values: Any
) -> None:
    query = {"name": "kind", "in": "query", "schema": schema}
    document = changed(("paths", "/orders", "get", "parameters"), [query])
    tools = {tool.name: tool for tool in proposed(Document(document), "api.json", 10).bridge.requests}
    assert tools["list_orders"].parameters["kind"].enum == values


def test_a_path_item_keeps_what_stands_beside_its_reference() -> None:
    document = copy.deepcopy(DOCUMENT)
    shared = {"get": document["paths"]["/orders"].pop("get")}
    document["paths"]["/orders"]["$ref"] = "#/components/pathItems/Shared"
    document["components"]["pathItems"] = {"Shared": shared}
    assert {"get /orders", "listOrders", "post /orders"} & set(Document(document).operations) == {
        "listOrders",
        "post /orders",
    }


def test_a_lost_path_item_is_named_once_and_costs_its_path_alone() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/lost"] = {"$ref": "#/nowhere"}
    read = Document(document)
    assert "listOrders" in read.operations
    assert list(read.unreadable) == ["/lost"]
    with pytest.raises(BadBridge, match="without a target"):
        read.operation("get /lost")


def test_of_two_operations_with_one_id_the_second_is_called_by_its_path() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/shops"] = {"get": document["paths"]["/orders"]["get"]}
    operations = Document(document).operations
    assert operations["listOrders"].path == "/orders"
    assert operations["get /shops"].path == "/shops"


YAML = """
openapi: 3.0.0
paths:
  /days:
    post:
      operationId: addDay
      summary: 2024-01-02
      requestBody: {content: {application/json: {schema: {properties: {on: {type: boolean}, 1: {enum: [yes, no]}}}}}}
      responses: {200: {content: {application/json: {schema: {properties: {no: {type: string}}}}}}}
"""


def test_words_of_yaml_1_1_are_texts(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(YAML)
    [tool] = proposed(Document.read(tmp_path / "api.yaml"), "api.yaml", 10).bridge.requests
    fields = {tool.field(name): parameter for name, parameter in tool.parameters.items()}
    assert (list(fields), fields["1"].enum, tool.keep, tool.description) == (
        ["on", "1"],
        ("yes", "no"),
        ("no",),
        "2024-01-02.",
    )


def test_alternatives_within_alternatives_are_looked_into() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Order"] = {"properties": {"v": {"oneOf": [{"anyOf": [TEXT, {"type": "null"}]}]}}}
    tools = {tool.name: tool for tool in proposed(Document(document), "api.json", 10).bridge.requests}
    assert tools["create_order"].parameters["v"].kind == "string"


def test_a_description_beside_a_reference_goes_first() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Day"] = {"type": "string", "description": "A day."}
    query = {
        "name": "since",
        "in": "query",
        "schema": {"$ref": "#/components/schemas/Day"},
        "description": "The first.",
    }
    document["paths"]["/orders"]["get"]["parameters"] = [query]
    [tool] = [
        tool for tool in proposed(Document(document), "api.json", 10).bridge.requests if tool.name == "list_orders"
    ]
    assert tool.parameters["since"].description == "The first."
