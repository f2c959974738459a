"""Conversion of a document's schemas into parameter tables."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import Field, TypeAdapter
from pydantic_core import SchemaError

from rest_mcp.names import RESERVED
from rest_mcp.openapi.document import NOTHING, Document
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.sentences import first_sentence, one_line
from rest_mcp.parameters import FORMATS, MAX_DEPTH, MAX_SAFE_INTEGER

Table = dict[str, Any]
MAX_DESCRIPTION_CHARS = 160
MAX_PATTERN_CHARS = 120
MAX_MERGE_DEPTH = 12
MAX_ALTERNATIVE_DEPTH = 2
MAX_OBJECT_FIELDS = 100
SCALARS = {"string", "integer", "number", "boolean"}
TYPE_OF_VALUE: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Inexpressible(ValueError):
    """A schema that no parameter table can express; the text says why."""


def snake(name: str) -> str:
    """The name of a parameter for callers: `perPage` gives `per_page`, `filter[name]` gives `filter_name`."""
    from keyword import iskeyword

    plain = snake_case(name)
    return f"{plain}_value" if iskeyword(plain) or plain in RESERVED else plain


def snake_case(name: str) -> str:
    """The words of a name joined by underscores, at most 60 characters."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and not words[0][0].isalpha():
        words.pop(0)
    return "_".join(words)[:60].rstrip("_") or "value"


def table_of(document: Document, schema: Any, *, level: int = 1, within: tuple[int, ...] = ()) -> Table:
    """The parameter table of a schema.

    Args:
        level: the depth of the schema in lists and objects, from 1.
        within: the ids of the enclosing schemas.

    Raises:
        Inexpressible: no table can express the schema.
    """
    node = merged(document, schema)
    origin = id(document.resolved(schema))
    if origin in within:
        raise Inexpressible("refers to itself")
    table = _of_kind(document, _one_branch(document, node), level, (*within, origin))
    return {**table, "nullable": True} if _takes_null(document, node) else table


def _takes_null(document: Document, node: Node) -> bool:
    """Whether null is allowed, as OpenAPI 3.0 (`nullable`) or 3.1 (type null) express it."""
    kinds = node.get("type")
    values: Any = node.get("enum")
    branches: list[Any] = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    return (
        node.get("nullable") is True
        or (isinstance(kinds, list) and "null" in kinds)
        or (isinstance(values, list) and None in values)
        or any(merged(document, branch).get("type") == "null" for branch in branches)
    )


def _of_kind(document: Document, node: Node, level: int, inside: tuple[int, ...]) -> Table:
    """The table of a schema without alternatives.

    Raises:
        Inexpressible: no table can express the schema.
    """
    match _kind(node):
        case "array":
            return _within_bounds(_array(document, node, level, inside), node)
        case "object":
            return _object(document, node, level, inside)
        case "string" | "integer" | "number" | "boolean" as kind:
            return _scalar(kind, node)
        case _:
            raise Inexpressible("has no supported type")


def merged(document: Document, schema: Any, depth: int = 0) -> Node:
    """Return a schema with its reference resolved and its `allOf` merged."""
    node = document.resolved(schema)
    if "allOf" not in node or depth > MAX_MERGE_DEPTH:
        return node
    known = document.put_together.get(id(node))
    if known is None:
        document.put_together[id(node)] = node, NOTHING  # a part that refers back to this schema adds nothing
        known = document.put_together[id(node)] = node, _merged(document, node, depth)
    return known[1]


def _merged(document: Document, node: Node, depth: int) -> Node:
    whole: Table = {key: value for key, value in node.items() if key != "allOf"}
    for part in cast("Sequence[Any]", node["allOf"]):
        for key, value in merged(document, part, depth + 1).items():
            if key == "properties":
                whole[key] = {**value, **whole.get(key, {})}
            elif key == "required":
                whole[key] = [*whole.get(key, ()), *value]
            else:
                whole.setdefault(key, value)
    if "required" in whole:
        whole["required"] = list(dict.fromkeys(whole["required"]))
    return whole


def _one_branch(document: Document, node: Node, depth: int = 0) -> Node:
    """Replace the alternatives of a schema by one of them: the first plain value, else the first."""
    branches: list[Any] = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    if not branches or depth == MAX_ALTERNATIVE_DEPTH:
        return node
    found = [_one_branch(document, merged(document, branch), depth + 1) for branch in branches]
    real = [branch for branch in found if branch.get("type") != "null"]
    if all("const" in branch for branch in real):
        return {**node, "enum": [branch["const"] for branch in real]}
    plain = [branch for branch in real if _kind(branch) in SCALARS]
    chosen = (plain or real or [node])[0]
    rest = {key: value for key, value in node.items() if key not in {"oneOf", "anyOf"}}
    return {**chosen, **rest, "type": chosen.get("type", rest.get("type"))}


def _kind(node: Node) -> str | None:
    """The type that is not null; without one, the type that other keywords of the schema imply.

    Of several scalar types it is string, else number. Allowed values of several types have none.
    """
    told = node.get("type")
    kinds = [kind for kind in (cast("list[Any]", told) if isinstance(told, list) else [told]) if kind != "null"]
    if kinds and kinds[0]:
        wider = (kind for kind in ("string", "number") if kind in kinds and SCALARS.issuperset(kinds))
        return next(wider, str(kinds[0]))
    listed = cast("list[object]", node.get("enum", [node["const"]] if "const" in node else []))
    types = {TYPE_OF_VALUE.get(type(value)) for value in listed if value is not None}
    if types:
        return types.pop() if len(types) == 1 else "number" if types == {"integer", "number"} else None
    return "object" if "properties" in node else "array" if "items" in node else None


def _array(document: Document, node: Node, level: int, within: tuple[int, ...]) -> Table:
    if level >= MAX_DEPTH:
        raise Inexpressible(f"is nested more than {MAX_DEPTH} deep")
    items = table_of(document, node.get("items"), level=level + 1, within=within)
    return {"type": "array", "items": items}


def _within_bounds(table: Table, node: Node) -> Table:
    most = node.get("maxItems")
    bounds = {"min_items": node.get("minItems"), "max_items": min(most, 1_000) if isinstance(most, int) else None}
    return {**table, **{key: value for key, value in bounds.items() if isinstance(value, int)}}


def _object(document: Document, node: Node, level: int, within: tuple[int, ...]) -> Table:
    """The table of an object. An inexpressible property is left out if optional; if required, so is the object."""
    if level >= MAX_DEPTH:
        raise Inexpressible(f"is nested more than {MAX_DEPTH} deep")
    properties: dict[str, Table] = {}
    if len(node.get("properties", ())) > MAX_OBJECT_FIELDS:
        raise Inexpressible(f"is an object of more than {MAX_OBJECT_FIELDS} fields")
    for name, prop in fields_of(document, node):
        try:
            table = {**table_of(document, prop, level=level + 1, within=within), **described(document, prop)}
        except Inexpressible as exc:
            if name in node.get("required", ()):
                raise Inexpressible(f"needs {name[:60]}, which {exc}") from exc
            continue
        needed = {} if name in node.get("required", ()) else {"required": False}
        called = snake(name)
        properties[called] = {**without_default(table), **needed, **({"field": name} if called != name else {})}
    if not properties:
        return _map(document, node, level, within)
    return {"type": "object", "properties": properties}


def _map(document: Document, node: Node, level: int, within: tuple[int, ...]) -> Table:
    """The table of an object with arbitrary keys, whose values have one plain type.

    Raises:
        Inexpressible: the type of the values is unknown or not plain.
    """
    values = node.get("additionalProperties")
    if not isinstance(values, dict) or _kind(merged(document, values)) not in SCALARS:
        raise Inexpressible("is an object of any shape")
    return {"type": "object", "values": table_of(document, values, level=level + 1, within=within)}


def fields_of(document: Document, node: Node) -> list[tuple[str, Any]]:
    """The properties of an object that are not read-only."""
    properties = cast("Mapping[str, Any]", node.get("properties", {}))
    return [(name, prop) for name, prop in properties.items() if document.resolved(prop).get("readOnly") is not True]


def without_default(table: Table) -> Table:
    """Move the default into the description: the API applies it, so it is shown and not sent."""
    if "default" not in table:
        return table
    value, rest = table["default"], {key: each for key, each in table.items() if key != "default"}
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    sentence = rest.get("description", "")
    known = f"Default {shown}." if not sentence else f"{sentence.rstrip('.')}. Default {shown}."
    return {**rest, "description": one_line(known, MAX_DESCRIPTION_CHARS)}


def described(document: Document, schema: Any) -> Table:
    """The `description` of a table: the first sentence of that beside a `$ref`, else of that in its target."""
    beside: Any = cast("Node", schema).get("description") if isinstance(schema, dict) else None
    told = beside if isinstance(beside, str) else document.resolved(schema).get("description")
    text = first_sentence(str(told or ""), MAX_DESCRIPTION_CHARS)
    return {"description": text} if text else {}


def _scalar(kind: str, node: Node) -> Table:
    values = node.get("enum", [node["const"]] if "const" in node else None)
    if isinstance(values, list) and kind != "boolean":
        allowed = _allowed(kind, [value for value in cast("list[Any]", values) if value is not None and value != ""])
        return {"type": kind, **({"enum": allowed} if allowed else {}), **_default(node, allowed or None)}
    if kind == "integer" and node.get("format") == "int64" and "maximum" not in node and "exclusiveMaximum" not in node:
        return {"type": kind, "format": "int64", **_default(node, None)}
    limits = _text_limits(node) if kind == "string" else _number_limits(kind, node) if kind != "boolean" else {}
    return {"type": kind, **limits, **_default(node, None)}


def _allowed(kind: str, values: list[Any]) -> list[Any]:
    """Convert the values of an enum to the schema's type; empty if one of them is a boolean.

    YAML reads `enum: [1, 2]` of a string as numbers, and `[yes, no]` as booleans, whose spelling is lost.
    """
    if any(isinstance(value, bool) for value in values):
        return []
    if kind == "string":
        return [str(value) for value in values]
    if kind == "integer":
        return [int(value) if isinstance(value, str) and value.isdecimal() else value for value in values]
    return values


def _default(node: Node, allowed: list[Any] | None) -> Table:
    value = node.get("default")
    fits = isinstance(value, str | int | float | bool) and (allowed is None or value in allowed)
    return {"default": value} if fits and value != "" else {}


def _text_limits(node: Node) -> Table:
    limits: Table = {}
    if isinstance(node.get("minLength"), int):
        limits["min_length"] = node["minLength"]
    if isinstance(node.get("maxLength"), int):
        limits["max_length"] = max(1, min(node["maxLength"], 100_000))
    if node.get("format") in FORMATS:
        limits["format"] = node["format"]
    elif isinstance(pattern := node.get("pattern"), str) and len(pattern) <= MAX_PATTERN_CHARS and _linear(pattern):
        limits["pattern"] = pattern
    return limits


def _linear(pattern: str) -> bool:
    """Whether pydantic supports the pattern. It has no look-around; the API checks such patterns itself."""
    try:
        TypeAdapter[Any](Annotated[str, Field(pattern=pattern)])
    except SchemaError:
        return False
    return True


def _number_limits(kind: str, node: Node) -> Table:
    limits: Table = {}
    for bound, exclusive, step in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        value = node.get(bound)
        beyond = node.get(exclusive)
        if isinstance(beyond, int | float) and not isinstance(beyond, bool):
            value = beyond
        if isinstance(value, int | float):
            beside = beyond is not None and beyond is not False
            moved = value + step if beside and kind == "integer" else value
            limits[bound] = max(-MAX_SAFE_INTEGER, min(MAX_SAFE_INTEGER, moved))
    return limits
