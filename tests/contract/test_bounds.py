"""Whatever a caller sends is bounded, whether its schema says so or its validator does."""

from collections.abc import Iterator, Mapping
from typing import Any

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
