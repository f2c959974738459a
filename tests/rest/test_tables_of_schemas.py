"""Parameters from the schemas of a document: types, bounds, allowed values, defaults, descriptions, what is refused."""

from pathlib import Path
from typing import Any

import pytest
from openapi_bridges import get, post, written
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import RequestSpec
from rest_mcp.bridge_file import read

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
LARGEST = 2**53 - 1


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def tool(folder: Path, paths: dict[str, Any], **document: Any) -> RequestSpec:
    return read(written(folder, paths, **document)).requests[0]


def field(folder: Path, schema: Any, **document: Any) -> dict[str, Any]:
    """The parameter that a field of a JSON body becomes, without what is the same for all."""
    found = tool(folder, post(shape(a=schema)), **document).parameters["a"]
    dumped = found.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True)
    return {key: value for key, value in dumped.items() if key not in {"in", "required"}}


PARAMETERS: list[tuple[Any, dict[str, Any]]] = [
        (TEXT, {}),
        (WHOLE, {"type": "integer"}),
        ({"type": "number"}, {"type": "number"}),
        ({"type": "boolean"}, {"type": "boolean"}),
        ({"type": ["integer", "string"]}, {}),
        ({"type": ["integer", "number", "null"]}, {"type": "number", "nullable": True}),
        ({"type": ["array", "string"], "items": TEXT}, {"type": "array", "items": {}}),
        ({"type": ["null", "integer"]}, {"type": "integer", "nullable": True}),
        ({**WHOLE, "nullable": True}, {"type": "integer", "nullable": True}),
        ({**WHOLE, "nullable": False}, {"type": "integer"}),
        ({"enum": ["a", None]}, {"enum": ("a",), "nullable": True}),
        ({"oneOf": [WHOLE, {"type": "null"}]}, {"type": "integer", "nullable": True}),
        ({"anyOf": [{"type": "null"}, TEXT]}, {"nullable": True}),
        ({"anyOf": [shape(b=TEXT), WHOLE]}, {"type": "integer"}),
        ({"oneOf": [TEXT, WHOLE]}, {}),
    ({"anyOf": [{"oneOf": [WHOLE, TEXT]}]}, {"type": "integer"}),
        ({"oneOf": [{"const": "a"}, {"const": "b"}], **TEXT}, {"enum": ("a", "b")}),
        ({"oneOf": [{"enum": ["a"]}, {"type": "null"}], "description": "One."},
         {"enum": ("a",), "nullable": True, "description": "One."}),
        ({"enum": ["a", "b"]}, {"enum": ("a", "b")}),
        ({"enum": [1, 2]}, {"type": "integer", "enum": (1, 2)}),
        ({"enum": [1, 1.5]}, {"type": "number", "enum": (1, 1.5)}),
        ({"enum": [1.5]}, {"type": "number", "enum": (1.5,)}),
        ({"enum": [True]}, {"type": "boolean"}),
        ({"const": "a"}, {"enum": ("a",)}),
        ({"enum": ["", "a"]}, {"enum": ("a",)}),
        ({"enum": [""], **TEXT}, {}),
        ({"type": "boolean", "enum": [True, False]}, {"type": "boolean"}),
        ({"properties": {"b": TEXT}}, {"type": "object", "properties": {"b": {"required": False}}}),
        ({"items": TEXT}, {"type": "array", "items": {}}),
        ({"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 3},
         {"type": "array", "items": {"type": "integer"}, "min_items": 2, "max_items": 3}),
        ({"type": "array", "items": TEXT, "maxItems": 1_001}, {"type": "array", "items": {}, "max_items": 1_000}),
        ({"type": "array", "items": TEXT, "maxItems": "9"}, {"type": "array", "items": {}}),
        ({"type": "object", "additionalProperties": WHOLE}, {"type": "object", "values": {"type": "integer"}}),
        ({**TEXT, "minLength": 2, "maxLength": 5}, {"min_length": 2, "max_length": 5}),
        ({**TEXT, "maxLength": 0}, {"max_length": 1}),
        ({**TEXT, "maxLength": 100_001}, {"max_length": 100_000}),
        ({**TEXT, "minLength": "2", "maxLength": "5"}, {}),
        ({**TEXT, "pattern": "a" * 120}, {"pattern": "a" * 120}),
        ({**TEXT, "pattern": "a" * 121}, {}),
        ({**TEXT, "pattern": "(?=a)"}, {}),
        ({**TEXT, "pattern": "^a", "format": "date"}, {"format": "date"}),
        ({**TEXT, "pattern": "^a", "format": "color"}, {"pattern": "^a"}),
        *(({**TEXT, "format": each}, {"format": each}) for each in ("date-time", "uuid", "email", "ipv4", "ipv6")),
        ({**WHOLE, "format": "int64"}, {"type": "integer", "format": "int64"}),
        ({**WHOLE, "format": "int32"}, {"type": "integer"}),
        ({**WHOLE, "format": "int64", "maximum": 9}, {"type": "integer", "maximum": 9}),
        ({**WHOLE, "format": "int64", "exclusiveMaximum": 9}, {"type": "integer", "maximum": 8}),
        ({"type": "number", "format": "int64"}, {"type": "number"}),
        ({**WHOLE, "minimum": 1, "maximum": 9}, {"type": "integer", "minimum": 1, "maximum": 9}),
        ({**WHOLE, "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "minimum": 2}),
        ({**WHOLE, "minimum": 1, "exclusiveMinimum": False}, {"type": "integer", "minimum": 1}),
        ({**WHOLE, "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
        ({**WHOLE, "exclusiveMaximum": 10}, {"type": "integer", "maximum": 9}),
        ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0}),
        ({**WHOLE, "maximum": 2**60}, {"type": "integer", "maximum": LARGEST}),
        ({**WHOLE, "minimum": -(2**60)}, {"type": "integer", "minimum": -LARGEST}),
        ({**WHOLE, "minimum": "1", "exclusiveMaximum": True}, {"type": "integer"}),
        ({**TEXT, "default": "x"}, {"description": "Default x."}),
        ({**TEXT, "default": ""}, {}),
        ({**TEXT, "default": ["x"]}, {}),
        ({"type": "boolean", "default": True}, {"type": "boolean", "description": "Default true."}),
        ({**WHOLE, "default": 5, "description": "How many."}, {"type": "integer",
                                                               "description": "How many. Default 5."}),
        ({"enum": ["a"], "default": "b"}, {"enum": ("a",)}),
        ({"enum": ["a", "b"], "default": "b"}, {"enum": ("a", "b"), "description": "Default b."}),
        ({**WHOLE, "format": "int64", "default": 7},
         {"type": "integer", "format": "int64", "description": "Default 7."}),
        ({"allOf": [{"type": "integer", "maximum": 5}, {"minimum": 1, "type": "string"}]},
         {"type": "integer", "maximum": 5, "minimum": 1}),
    ]  # fmt: skip


def test_each_schema_becomes_its_parameter(tmp_path: Path) -> None:
    assert [(schema, found) for schema, expected in PARAMETERS if (found := field(tmp_path, schema)) != expected] == []


DESCRIPTIONS = [
    ("One. Two.", "One."),
    ("One!\nTwo.", "One!"),
    ("Is it? Yes.", "Is it?"),
    ("Version 1.2 of it", "Version 1.2 of it"),
    ("The `name` of **it**, see [there](https://x.example).", "The name of it, see there."),
    ("<p>The name</p>", "The name"),
    ("The user_id of _the_ owner, 2*3 of `it`s, _rev.", "The user_id of the owner, 2*3 of its, _rev."),
    ("tab\tand\x00null", "tab andnull"),
    ("a" * 160, "a" * 160),
    ("a" * 161, "a" * 159 + "…"),
    ("a" * 158 + " " + "b" * 9, "a" * 158 + "…"),
    ("", None),
]


def test_a_description_is_its_first_sentence_on_one_line(tmp_path: Path) -> None:
    found = {text: field(tmp_path, {**TEXT, "description": text}).get("description") for text, _ in DESCRIPTIONS}
    assert found == dict(DESCRIPTIONS)


def test_a_description_with_its_default_has_at_most_160_characters(tmp_path: Path) -> None:
    kept = "a" * 147
    assert field(tmp_path, {**TEXT, "default": "x", "description": kept})["description"] == f"{kept}. Default x."[:160]
    long = field(tmp_path, {**TEXT, "default": "x", "description": f"{kept}aaa"})["description"]
    assert (len(long), long[-1]) == (160, "…")


REFUSED: list[tuple[Any, str]] = [
    ({}, "has no supported type"),
    ({"type": "file"}, "has no supported type"),
    ({"enum": [1, "two"]}, "has no supported type"),
    ({"anyOf": [{"anyOf": [{"anyOf": [TEXT]}]}]}, "has no supported type"),
    ({"type": "object"}, "is an object of any shape"),
    ({"type": "object", "additionalProperties": True}, "is an object of any shape"),
    ({"type": "object", "additionalProperties": shape(b=TEXT)}, "is an object of any shape"),
    (shape(b={**shape(c=shape(d=TEXT)), "required": ["c"]}), "is an object of any shape"),
    ({**shape(b=shape(c=shape(d=TEXT))), "required": ["b"]}, "needs b, which is an object of any shape"),
    ({"type": "array", "items": {"items": {"items": TEXT}}}, "is nested more than 3 deep"),
    ({"items": {"type": "object"}}, "is an object of any shape"),
    (shape(**{f"f{number}": TEXT for number in range(101)}), "is an object of more than 100 fields"),
    ({**shape(b={}), "required": ["b"]}, "needs b, which has no supported type"),
]


def test_a_schema_that_no_parameter_can_say_is_refused_with_the_reason(tmp_path: Path) -> None:
    for schema, reason in REFUSED:
        with pytest.raises(BadBridge, match=rf"a {reason}; hide it, fix it or give it a type"):
            tool(tmp_path, post({**shape(a=schema), "required": ["a"]}))


def test_an_object_may_have_100_fields_and_three_levels(tmp_path: Path) -> None:
    assert len(field(tmp_path, shape(**{f"f{number}": TEXT for number in range(100)}))["properties"]) == 100
    two = field(tmp_path, shape(b={"type": "array", "items": TEXT}, c=shape(d=TEXT)))["properties"]
    assert {name: part["type"] for name, part in two.items()} == {"b": "array", "c": "object"}


def test_a_read_only_or_inexpressible_field_is_left_out_of_an_object(tmp_path: Path) -> None:
    written_by_api = {**TEXT, "readOnly": True}
    said = {**shape(b=TEXT, c=written_by_api, d={}, eF={**TEXT, "default": "x"}), "required": ["b"]}
    found = field(tmp_path, said)["properties"]
    assert found == {"b": {}, "e_f": {"required": False, "field": "eF", "description": "Default x."}}


CALLED = [
    ("perPage", "per_page"),
    ("filter[name]", "filter_name"),
    ("HTTPCode", "http_code"),
    ("2ndTry", "nd_try"),
    ("class", "class_value"),
    ("cursor", "cursor_value"),
    ("ctx", "ctx_value"),
    ("apis", "apis_value"),
    ("idempotencyKey", "idempotency_key_value"),
    ("$", "value"),
    ("12", "value"),
    ("a" * 70, "a" * 60),
    ("a" * 59 + "_b", "a" * 59),
]


def test_a_parameter_is_called_in_words_joined_by_underscores(tmp_path: Path) -> None:
    asked = {name: tool(tmp_path, get({"name": name, "in": "query", "schema": TEXT})).parameters for name, _ in CALLED}
    assert {name: list(found) for name, found in asked.items()} == {name: [called] for name, called in CALLED}
    assert [name for name, found in asked.items() for called in found if (found[called].field or called) != name] == []


def test_two_parameters_of_one_name_are_numbered(tmp_path: Path) -> None:
    asked = [{"name": name, "in": "query", "schema": TEXT} for name in ("perPage", "per-page", "per_page")]
    found = tool(tmp_path, get(*asked)).parameters
    assert {called: each.field or called for called, each in found.items()} == {
        "per_page": "perPage",
        "per_page_2": "per-page",
        "per_page_3": "per_page",
    }


def test_parts_of_a_schema_are_put_together_the_first_one_first(tmp_path: Path) -> None:
    first = {**shape(a={**TEXT, "maxLength": 1}), "required": ["a", "b"], "description": "First."}
    second = {**shape(a={**TEXT, "maxLength": 2}, b=TEXT), "required": ["b"], "description": "Second."}
    body = {"allOf": [first, second], "properties": {"c": TEXT}, "required": ["c"]}
    found = tool(tmp_path, post(body)).parameters
    assert {name: (each.max_length, each.needed) for name, each in found.items()} == {
        "a": (1, True),
        "b": (None, True),
        "c": (None, True),
    }


def test_a_schema_that_holds_itself_is_offered_without_that_field(tmp_path: Path) -> None:
    node = shape(name=TEXT, child={"$ref": "#/components/schemas/Node"})
    found = field(tmp_path, {"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}})
    assert found["properties"] == {"name": {"required": False}}


def test_a_schema_may_stand_in_two_fields(tmp_path: Path) -> None:
    name = {"$ref": "#/components/schemas/Name"}
    found = field(tmp_path, shape(first=name, last=name), components={"schemas": {"Name": {**TEXT, "maxLength": 9}}})
    assert found["properties"] == {each: {"required": False, "max_length": 9} for each in ("first", "last")}
