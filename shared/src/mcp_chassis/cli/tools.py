"""The commands `tools` and `call`: the tools as a host sees them, through the whole pipeline."""

import asyncio
import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any, cast

from mcp_types import Tool
from pydantic import SecretStr

from mcp_chassis.cli.commands import EXIT_FAILED
from mcp_chassis.cli.terminal import erase_progress, show_progress
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.storage.cursor_key import cursor_key
from mcp_chassis.suggestions import did_you_mean
from mcp_chassis.telemetry.logs import register_secrets

CHARACTERS_A_TOKEN = 4  # a rule of thumb: tokenizers differ, and none is a dependency
WIDTH = 100
KEYWORDS = (
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "format",
    "default",
)


def tokens(tool: Tool) -> int:
    """Estimated number of tokens that the tool's definition takes up in a host's context."""
    shown = {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
    return -(-len(json.dumps(shown, ensure_ascii=False, separators=(",", ":"))) // CHARACTERS_A_TOKEN)


def table(tools: list[Tool]) -> list[str]:
    """A line for each tool with its tokens, effect (reads, writes or destroys), name and title; the sum last."""
    width = max((len(tool.name) for tool in tools), default=0)
    lines = [f"{'~' + str(tokens(tool)):>7}  {effect(tool):<8} {tool.name:<{width}}  {tool.title}" for tool in tools]
    return [*lines, f"{'~' + str(sum(map(tokens, tools))):>7}  tokens in {len(tools)} tools"]


def description(tool: Tool) -> Iterator[str]:
    """Lines that describe one tool as the model sees it: effect, description and parameters."""
    yield f"{tool.name}: {tool.title} ({effect(tool)}, about {tokens(tool)} tokens)"
    yield from ("", *textwrap.wrap(tool.description or "", WIDTH), "")
    yield from _fields(tool.input_schema, 1)


def _fields(schema: dict[str, Any], level: int) -> Iterator[str]:
    """The fields of an object with their descriptions, and under each the fields inside of it."""
    indent, beside = "  " * level, "  " * level + "    "
    required = schema.get("required", [])
    for name, field in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items():
        yield f"{indent}{name}: {kind(field)}, {'required' if name in required else 'optional'}"
        yield from textwrap.wrap(
            field.get("description", ""), WIDTH - len(beside), initial_indent=beside, subsequent_indent=beside
        )
        for inner in _objects(field):
            yield from _fields(inner, level + 2)


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object schemas of a value, of its alternatives and of its list items."""
    if "properties" in schema:
        yield schema
    below: list[Any] = [schema.get("items"), *(each for key in ("anyOf", "oneOf") for each in schema.get(key, ()))]
    for each in below:
        yield from _objects(cast("dict[str, Any]", each)) if isinstance(each, dict) else ()


def kind(schema: dict[str, Any]) -> str:
    """The type with its bounds, such as `integer, minimum 1, maximum 100`."""
    bounds = [f"{keyword} {json.dumps(schema[keyword])}" for keyword in KEYWORDS if keyword in schema]
    items = schema.get("items")
    of_what = f" of {cast('dict[str, Any]', items).get('type', 'any')}" if isinstance(items, dict) else ""
    return ", ".join([f"{schema.get('type', 'any')}{of_what}", *bounds])


def effect(tool: Tool) -> str:
    hints = tool.annotations
    if hints and hints.read_only_hint:
        return "reads"
    return "destroys" if hints and hints.destructive_hint else "writes"


def listed(server: Server[Any], name: str | None = None) -> int:
    """Print the table of a server's tools, or one tool in full; return the exit code."""
    tools = asyncio.run(Dispatch(server, server.settings.load()).list_tools())
    if name is None:
        sys.stdout.write("\n".join(table(tools)) + "\n")
        return 0
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        return _no_tool(server, name, tools)
    sys.stdout.write("\n".join(description(tool)) + "\n")
    return 0


def _no_tool(server: Server[Any], name: str, tools: list[Tool]) -> int:
    suggestion = did_you_mean(name, (tool.name for tool in tools))
    sys.stderr.write(f"There is no tool of this name: {name}.{suggestion} `{server.name} tools` lists those offered.\n")
    return EXIT_FAILED


def call(server: Server[Any], tool: str, arguments: dict[str, Any]) -> int:
    """Call a tool as a host would and print its text; return 0 if it succeeded, else 1."""
    return asyncio.run(_called(server, tool, arguments))


async def _called(server: Server[Any], tool: str, arguments: dict[str, Any]) -> int:
    from mcp.client import Client
    from mcp.shared.exceptions import MCPError

    settings = _with_cursor_key(server.settings.load())
    register_secrets(settings)
    dispatch = Dispatch(server, settings)
    tools = await dispatch.list_tools()
    if tool not in {offered.name for offered in tools}.union(each.__name__ for each in server.every_tool):
        return _no_tool(server, tool, tools)
    async with Client(dispatch) as client:
        try:
            result = await client.call_tool(tool, arguments, progress_callback=_show)
        except MCPError as exc:
            erase_progress()
            sys.stderr.write(f"{exc}\n")
            return EXIT_FAILED
    erase_progress()
    text = "\n".join(getattr(block, "text", f"[{block.type}]") for block in result.content)
    (sys.stderr if result.is_error else sys.stdout).write(f"{text}\n")
    return int(bool(result.is_error))


def _with_cursor_key(settings: ServerSettings) -> ServerSettings:
    """Settings with a stored cursor key, so that a cursor printed by one `call` is valid in the next."""
    key = None if settings.state_keys else cursor_key()
    return settings if key is None else settings.model_copy(update={"state_keys": (SecretStr(key),)})


async def _show(progress: float, total: float | None, message: str | None) -> None:
    share = f" ({progress / total:.0%})" if total else ""
    show_progress(f"{message or 'working'}{share}")
