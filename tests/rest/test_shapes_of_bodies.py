"""Alternatives and forms of a body, and styles of queries and paths: the shapes and parameters that they become."""

from pathlib import Path
from typing import Any

import pytest
from openapi_bridges import get, post, written
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import ToolPart
from rest_mcp.bridge_file import read

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
FORM = "application/x-www-form-urlencoded"


def shape(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def tool(folder: Path, paths: dict[str, Any], entry: str = "") -> ToolPart:
    found = read(written(folder, paths, entry=entry)).tools[0]
    assert isinstance(found, ToolPart)
    return found


def shapes(folder: Path, schema: Any, entry: str = "") -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(each.required, each.optional) for each in tool(folder, post(schema), entry).shapes]


def refusal(folder: Path, paths: dict[str, Any]) -> str:
    with pytest.raises(BadBridge) as refused:
        tool(folder, paths)
    return refused.value.problems[0].removeprefix("bridge: ")


A, B = shape("a", a=TEXT, x=TEXT), shape("b", b=TEXT)
SHAPES: list[tuple[dict[str, Any], list[tuple[tuple[str, ...], tuple[str, ...]]]]] = [
    (A, []),
    ({"oneOf": [A]}, []),
    ({"oneOf": [A, B]}, [(("a",), ("x",)), (("b",), ())]),
    ({"anyOf": [A, B]}, [(("a",), ("x", "b")), (("b",), ("a", "x"))]),
    ({**shape("c", c=TEXT), "oneOf": [A, B]}, [(("c", "a"), ("x",)), (("c", "b"), ())]),
    ({**shape(c=TEXT), "oneOf": [A, B]}, [(("a",), ("c", "x")), (("b",), ("c",))]),
    ({"oneOf": [{"oneOf": [A, B]}, shape("c", c=TEXT)]}, [(("a",), ("x",)), (("b",), ()), (("c",), ())]),
    ({"oneOf": [{"allOf": [A]}, {"type": ["object", "null"], **{k: v for k, v in B.items() if k != "type"}}]},
     [(("a",), ("x",)), (("b",), ())]),
    ({"oneOf": [shape("a", aB=TEXT, a=TEXT), B]}, [(("a",), ("a_b",)), (("b",), ())]),
    ({"oneOf": [shape(f"f{n}", **{f"f{n}": TEXT}) for n in range(20)]},
     [((f"f_{n}",), ()) for n in range(20)]),
]  # fmt: skip


def test_alternatives_of_a_body_become_shapes(tmp_path: Path) -> None:
    assert [(schema, shapes(tmp_path, schema)) for schema, _ in SHAPES] == SHAPES


def test_more_than_20_alternatives_or_one_that_is_no_object_cannot_be_sent(tmp_path: Path) -> None:
    many = {"oneOf": [shape(f"f{n}", **{f"f{n}": TEXT}) for n in range(21)]}
    for schema in (many, {"oneOf": [A, TEXT]}, {"anyOf": [A, {"type": ["string", "null"]}]}, TEXT):
        assert "body is a body that is not an object of named fields" in refusal(tmp_path, post(schema)), schema
    assert shapes(tmp_path, {}) == []


def test_a_property_of_all_alternatives_is_needed_and_has_what_they_agree_on(tmp_path: Path) -> None:
    def both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
        schema = {"oneOf": [shape("p", "a", p=first, a=TEXT), shape("p", "b", p=second, b=TEXT)]}
        found = tool(tmp_path, post(schema)).parameters
        assert [name for name, each in found.items() if each.needed] == ["p"]
        dumped = found["p"].model_dump(exclude_defaults=True, by_alias=True)
        return {key: value for key, value in dumped.items() if key != "in"}

    assert both({**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 5}) == {"max_length": 5}
    assert both({**TEXT, "maxLength": 5, "minLength": 1}, {**TEXT, "maxLength": 6, "minLength": 1}) == {"min_length": 1}
    assert both({"enum": ["a", "b"]}, {"enum": ["b", "c"]}) == {"enum": ("a", "b", "c")}
    assert both({"enum": ["a", "b"]}, TEXT) == {}
    assert both({**TEXT, "description": "One."}, {**TEXT, "description": "Two."}) == {"description": "One."}
    assert both(shape(c=TEXT), shape(c=TEXT))["type"] == "object"


def test_a_property_that_differs_between_alternatives_is_refused_with_the_reason(tmp_path: Path) -> None:
    def said(first: Any, second: Any) -> str:
        return refusal(tmp_path, post({"oneOf": [shape("p", p=first), shape("p", p=second)]}))

    other = "parameters.p has another type in each alternative of the body; hide it, fix it or give it a type"
    assert other in said(TEXT, WHOLE)
    assert other in said(shape(c=TEXT), shape(d=TEXT))
    assert other in said({"type": "array", "items": TEXT}, {"type": "array", "items": WHOLE})
    assert "parameters.p has no supported type" in said(TEXT, {})


def test_a_hidden_parameter_takes_its_alternative_with_it(tmp_path: Path) -> None:
    hide = "[tools.parameters]\n{} = {{ hidden = true }}\n"
    assert shapes(tmp_path, {"oneOf": [A, B]}, hide.format("x")) == [(("a",), ()), (("b",), ())]
    assert shapes(tmp_path, {"oneOf": [A, B]}, hide.format("b")) == [(("a",), ("x",))]


def test_fields_of_a_body_are_called_by_words_and_sent_by_their_names(tmp_path: Path) -> None:
    schema = shape(
        "b.c", **{"aB": TEXT, "b.c": TEXT, "cursor": TEXT, "a_b": {**TEXT, "enum": ["x"]}, "d": {"enum": [7]}}
    )
    found = tool(tmp_path, post({**schema, "required": ["b.c", "d"]})).parameters
    assert {name: (each.field or name, each.needed, each.fixed) for name, each in found.items()} == {
        "a_b": ("aB", False, None),
        "b_c": (r"b\.c", True, None),
        "cursor_value": ("cursor", False, None),
        "a_b_2": ("a_b", False, None),
        "d": ("d", True, 7),
    }
    form = tool(tmp_path, post(schema, FORM)).parameters
    assert form["b_c"].field == "b.c"


def test_fields_of_a_form_are_sent_in_their_encoding(tmp_path: Path) -> None:
    schema = shape(a={"type": "array", "items": TEXT}, b={"type": "array", "items": TEXT}, c={**TEXT, "nullable": True})
    encoding = {"a": {"style": "pipeDelimited"}, "b": {"explode": False}}
    found = tool(tmp_path, post(schema, FORM, encoding=encoding)).parameters
    assert {name: (each.separator, each.nullable) for name, each in found.items()} == {
        "a": ("|", False),
        "b": (",", False),
        "c": (None, False),
    }
    file = shape("f", f={**TEXT, "format": "binary"})
    assert "is a file, which a form of fields cannot carry" in refusal(tmp_path, post(file, FORM))
    assert tool(tmp_path, post(file)).parameters["f"].kind == "string"


LIST, OBJECT = {"type": "array", "items": TEXT}, shape(a=TEXT)
STYLES: list[tuple[Any, dict[str, Any], tuple[str | None, str | None]]] = [
    (TEXT, {}, (None, None)),
    (TEXT, {"style": "pipeDelimited"}, (None, None)),
    (LIST, {}, (None, None)),
    (LIST, {"explode": True}, (None, None)),
    (LIST, {"explode": False}, (None, ",")),
    (LIST, {"style": "form", "explode": False}, (None, ",")),
    (LIST, {"style": "simple"}, (None, ",")),
    (LIST, {"style": "spaceDelimited"}, (None, " ")),
    (LIST, {"style": "pipeDelimited"}, (None, "|")),
    (LIST, {"style": "pipeDelimited", "explode": True}, (None, "|")),
    (OBJECT, {}, ("form", None)),
    (OBJECT, {"style": "form", "explode": True}, ("form", None)),
    (OBJECT, {"style": "deepObject"}, ("deepObject", None)),
    (OBJECT, {"style": "deepObject", "explode": False}, ("deepObject", None)),
    (shape(a=LIST), {"style": "deepObject"}, ("deepObject", None)),
    (shape(a=OBJECT), {"style": "deepObject"}, ("deepObject", None)),
]


def test_a_parameter_of_a_query_has_its_documented_style(tmp_path: Path) -> None:
    for schema, how, expected in STYLES:
        found = tool(tmp_path, get({"name": "f", "in": "query", "schema": schema, **how})).parameters["f"]
        assert (found.style, found.separator) == expected, (schema, how)


NO_STYLES: list[tuple[Any, str, dict[str, Any], str]] = [
    (OBJECT, "query", {"explode": False}, "is an object outside of a body, in a style that cannot be sent"),
    (OBJECT, "query", {"style": "spaceDelimited"}, "is an object outside of a body, in a style that cannot be sent"),
    (OBJECT, "path", {}, "is an object outside of a body, in a style that cannot be sent"),
    (OBJECT, "path", {"style": "deepObject"}, "is an object outside of a body, in a style that cannot be sent"),
    (LIST, "query", {"style": "deepObject"}, "is a list in the style deepObject, which cannot be sent"),
    (LIST, "query", {"style": "s" * 30}, f"is a list in the style {'s' * 20}, which cannot be sent"),
    (TEXT, "path", {"style": "label"}, "is in the style label, which cannot be sent"),
    (TEXT, "path", {"style": "matrix"}, "is in the style matrix, which cannot be sent"),
    (LIST, "path", {"style": "matrix"}, "is a list in the style matrix, which cannot be sent"),
    ({"type": "array", "items": OBJECT}, "query", {}, "is a list of lists or objects, which cannot be sent outside"),
    (shape(a=OBJECT), "query", {}, "is an object that holds an object, which cannot be sent outside"),
]


def test_a_style_that_cannot_be_sent_is_refused_with_its_name(tmp_path: Path) -> None:
    for schema, place, how, reason in NO_STYLES:
        asked = {"name": "f", "in": place, "required": True, "schema": schema, **how}
        assert f"parameters.f {reason}" in refusal(tmp_path, get(asked, path="/x/{f}" if place == "path" else "/x"))


def test_a_null_is_a_value_in_a_json_body_alone(tmp_path: Path) -> None:
    maybe = {**TEXT, "nullable": True}
    inner = shape(a=maybe, b={"type": "array", "items": maybe}, c={"type": "object", "additionalProperties": maybe})
    in_body = tool(tmp_path, post(shape(f=inner))).parameters["f"].properties or {}
    assert in_body["a"].nullable
    assert in_body["b"].items is not None
    assert in_body["b"].items.nullable
    flat = shape(a=maybe, b={"type": "array", "items": maybe})
    asked = {"name": "f", "in": "query", "style": "deepObject", "schema": {**flat, "nullable": True}}
    found = tool(tmp_path, get(asked)).parameters["f"]
    parts = found.properties or {}
    assert (found.nullable, found.holds_nullable, list(parts)) == (False, False, ["a", "b"])
