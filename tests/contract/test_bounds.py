"""Whatever a caller sends is bounded, whether its schema says so or its validator does."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.bound_function import BoundFunction
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server
from offers import on_request
from plausible import arguments_for, least
from pydantic import ValidationError

TOO_MUCH = 200_000


def test_every_text_number_and_list_a_caller_sends_has_bounds(found: dict[str, Server[Any]]) -> None:
    unbounded = [
        f"{name}: {tool.name}({parameter}): {type(sent).__name__}"
        for name, server in found.items()
        for tool in every_tool(server)
        for parameter, schema in tool.arguments.schema["properties"].items()
        for sent in outsized(schema)
        if takes(tool, parameter, sent)
    ]
    assert unbounded == []


def every_tool(server: Server[Any]) -> Iterator[BoundFunction[Any]]:
    for environment in ({}, *on_request(server)):
        inventory = Dispatch(server, server.settings.load(environment)).inventory
        yield from (inventory.tool(tool.name) for tool in inventory.wire)


def outsized(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values of this shape, each with one part that is far too much."""
    for branch in schema.get("anyOf", []):
        yield from outsized(branch)
    if {"anyOf", "enum", "const"} & schema.keys():
        return
    match schema.get("type"):
        case "integer" | "number":
            yield from (10**30, -(10**30))
        case "array":
            yield [least(schema["items"])] * TOO_MUCH
            yield from ([item] for item in outsized(schema["items"]))
        case "object":
            properties = schema.get("properties", {}).items()
            yield from ({**arguments_for(schema), name: part} for name, prop in properties for part in outsized(prop))
        case "boolean":
            return
        case _:
            yield "x" * TOO_MUCH


def takes(tool: BoundFunction[Any], parameter: str, sent: Any) -> bool:
    try:
        tool.arguments.model.model_validate({parameter: sent})
    except ValidationError as refused:
        return parameter not in {entry["loc"][0] for entry in refused.errors()}
    return True


def test_each_published_bound_is_accepted_and_the_next_value_is_refused_by_name_and_bound(
    found: dict[str, Server[Any]],
) -> None:
    wrong: list[str] = []
    for name, server in found.items():
        for tool in every_tool(server):
            for parameter, schema in tool.arguments.schema["properties"].items():
                for bound, at_bound, beyond in bounded(schema):
                    place = f"{name}: {tool.name}({parameter}): {bound}"
                    if fault := breach(tool, parameter, at_bound, bound):
                        wrong.append(f"{place} is refused itself: {fault}")
                    if not breach(tool, parameter, beyond, bound):
                        wrong.append(f"{place} is not kept")
    assert wrong == []


def bounded(schema: Mapping[str, Any]) -> Iterator[tuple[int, Any, Any]]:
    """Each bound of a schema with a value at it and one beyond it."""
    for branch in schema.get("anyOf", []):
        yield from bounded(branch)
    for keyword, step in STEPS.items():
        if keyword in schema:
            bound = int(schema[keyword])
            yield bound, sized(schema, bound), sized(schema, bound + step)
    if "items" in schema:
        yield from ((bound, [fits], [beyond]) for bound, fits, beyond in bounded(schema["items"]))
    for name, below in schema.get("properties", {}).items():
        others = arguments_for(schema)
        for bound, fits, beyond in bounded(below):
            yield bound, {**others, name: fits}, {**others, name: beyond}


STEPS = {"maximum": 1, "maxLength": 1, "maxItems": 1, "minimum": -1, "minItems": -1}


def sized(schema: Mapping[str, Any], size: int) -> Any:
    match schema["type"]:
        case "string":
            return "x" * size
        case "array":
            return [least(schema["items"])] * size
        case _:
            return size


def breach(tool: BoundFunction[Any], parameter: str, sent: Any, bound: int) -> str:
    """The sentence that refuses an argument for a bound; empty if it is not refused for this bound."""
    try:
        tool.arguments.check({**arguments_for(tool.arguments.schema), parameter: sent})
    except InvalidInput as refused:
        return str(refused) if re.search(rf"\b{parameter}\b.* {bound}\b", str(refused)) else ""
    return ""
