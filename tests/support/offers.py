"""Every configuration of every server that changes its tools."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from mcp_chassis.pipeline.bound_function import BoundFunction, wire_tool
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import MAX_TOOLS, Server
from mcp_chassis.settings import ServerSettings, variables
from mcp_chassis.tools import ToolDefinition
from mcp_types import Tool


@dataclasses.dataclass(frozen=True)
class Offer:
    """What one server offers under one configuration."""

    name: str
    server: Server[Any]
    environment: dict[str, str]
    tools: list[Tool]

    def __str__(self) -> str:
        told = " ".join(f"{name}={value}" for name, value in self.environment.items())
        return f"{self.name} {told}".strip()


async def offer(name: str, server: Server[Any], environment: dict[str, str]) -> Offer:
    return Offer(name, server, environment, await Dispatch(server, server.settings.load(environment)).list_tools())


def tools_of(server: Server[Any]) -> list[Tool]:
    """The tools of one server under any settings."""
    return [wire_tool(BoundFunction(function, ToolDefinition)) for function in server.every_tool]


def switches(server: Server[Any]) -> Iterator[dict[str, str]]:
    """One environment for each other value of each setting that has only a few."""
    for field, info in server.settings.model_fields.items():
        if field in ServerSettings.model_fields and field != "read_only":
            continue
        variable = variables(server.settings, field)[0]
        if info.annotation is bool:
            yield {variable: str(not info.default).lower()}
        elif get_origin(info.annotation) is Literal:
            yield from ({variable: str(value)} for value in get_args(info.annotation) if value != info.default)


def on_request(server: Server[Any]) -> Iterator[dict[str, str]]:
    """The environments that bring out the tools which must be asked for, ten at a time."""
    variable = variables(server.settings, "tools")[0]
    for tools in batched(server.more_tools, MAX_TOOLS):
        yield {variable: ",".join(tool.__name__ for tool in tools)}


def batched(tools: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (tools[start : start + size] for start in range(0, len(tools), size))
