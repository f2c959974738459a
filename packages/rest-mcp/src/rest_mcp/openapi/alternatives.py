"""Alternatives of a body in a document (`oneOf`, `anyOf`): the properties and required names of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from rest_mcp.openapi.document import Document
from rest_mcp.openapi.files import Node
from rest_mcp.openapi.schemas import Table, fields_of, merged
from rest_mcp.openapi.styles import CANNOT
from rest_mcp.shapes import MAX_SHAPES

MAX_NESTED_ALTERNATIVES = 3


@dataclass(frozen=True)
class Alternative:
    """One alternative of an object: its properties and the names of the required ones.

    `others` are properties of other alternatives that may be given too (`anyOf`).
    """

    properties: Mapping[str, Any]
    required: frozenset[str]
    others: frozenset[str] = frozenset()


def alternatives(document: Document, schema: Node, depth: int = 0) -> list[Alternative]:
    """Return the alternatives of an object's schema: one if it has no branches, none if a branch is not an object."""
    own = Alternative(dict(fields_of(document, schema)), frozenset(schema.get("required", ())))
    branches = [merged(document, each) for word in ("oneOf", "anyOf") for each in schema.get(word, ())]
    if not branches or depth == MAX_NESTED_ALTERNATIVES:
        return [own]
    found: list[Alternative] = []
    for branch in branches:
        inner = alternatives(document, branch, depth + 1) if _is_object(branch) else []
        if not inner:
            return []
        found += [
            replace(each, properties={**own.properties, **each.properties}, required=own.required | each.required)
            for each in inner
        ]
    if "anyOf" in schema:
        every = frozenset(name for each in found for name in each.properties)
        found = [replace(each, others=every - each.properties.keys()) for each in found]
    return found if len(found) <= MAX_SHAPES else []


def _is_object(branch: Node) -> bool:
    told = branch.get("type", "object")
    return told == "object" or (isinstance(told, list) and "object" in cast("list[Any]", told))


def common_table(tables: list[Table]) -> Table:
    """Merge the tables of a property in several alternatives: the keys on which all agree, and the values of all."""
    first = tables[0]
    if all(each == first for each in tables):
        return first
    if reason := next((each[CANNOT] for each in tables if CANNOT in each), None):
        return {CANNOT: reason}
    if any(each["type"] != first["type"] for each in tables) or first["type"] in {"array", "object"}:
        return {CANNOT: "has another type in each alternative of the body"}
    agreed = {key: value for key, value in first.items() if all(each.get(key) == value for each in tables)}
    texts = {"description": first["description"]} if "description" in first else {}
    if all("enum" in each for each in tables):
        return {**texts, **agreed, "enum": list(dict.fromkeys(value for each in tables for value in each["enum"]))}
    return {**texts, **agreed}
