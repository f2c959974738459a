"""Reference pages that are generated from the servers: tools, settings, commands and metrics."""

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from mcp_chassis.cli import every_server, one_server
from mcp_chassis.cli.tools import description, kind
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.prometheus import exposition
from mcp_chassis.server import Server
from mcp_chassis.telemetry.metrics import Metrics
from mcp_types import Tool
from readme_tables import own_settings, settings_table, table
from servers import servers, summary
from snapshots import definitions

from documentation.examples import Example, examples

SUBCOMMAND = re.compile(r"^    (?P<name>[a-z-]+)(?= |$)", re.MULTILINE)
FAMILY = re.compile(r"^# HELP (?P<name>\S+) (?P<help>.*)\n# TYPE \S+ (?P<type>\w+)$", re.MULTILINE)


async def pages() -> dict[str, str]:
    """Every generated page by its path below the root of the site."""
    found = servers()
    written = {f"reference/{name}.md": await server_page(name, server) for name, server in found.items()}
    return written | {"reference/commands.md": commands_page(found), "reference/metrics.md": metrics_page()}


async def server_page(name: str, server: Server[Any]) -> str:
    """The tools and settings of a server."""
    shown = await examples(name)
    offered = {tool.__name__ for tool in server.tools}
    lines = [
        f"# {name}: tools and settings",
        "",
        f"{summary(name)}. Every failure is one of the [codes](../docs/errors.md).",
    ]
    for definition in await definitions(server):
        tool = Tool.model_validate(definition)
        lines += ["", f"## {tool.name}", *tool_section(tool, default=tool.name in offered, shown=shown.get(tool.name))]
    lines += ["", "## Settings", "", settings_table(own_settings(server))]
    lines += ["Those that every server has: [operating a server](../docs/operating.md)."]
    return "\n".join(lines) + "\n"


def tool_section(tool: Tool, *, default: bool, shown: Example | None) -> Iterator[str]:
    first, *_ = description(tool)
    yield from (
        "",
        first.partition(": ")[2].replace("|", "\\|") + ("" if default else "; offered when asked for") + ".",
    )
    yield from ("", tool.description or "")
    parameters = list(rows(tool.input_schema))
    yield from ("", table(("parameter", "type", "meaning"), parameters)) if parameters else ("", "No parameters.", "")
    fields = list(rows(tool.output_schema or {}))
    yield from (table(("field of the result", "type", "meaning"), fields),) if fields else ()
    if shown:
        yield from ("A call and its answer:", "", "```json", shown.arguments, "```", "", "```text", shown.answer, "```")


def rows(schema: Mapping[str, Any], prefix: str = "", depth: int = 3) -> Iterator[tuple[str, ...]]:
    """The fields of an object with those of nested objects, as rows of a table."""
    for name, field in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items():
        path = f"{prefix}{name}"
        inner = field.get("items", field) if field.get("type") == "array" else field
        optional = "" if name in schema.get("required", ()) else ", optional"
        yield f"`{path}`", f"{kind(field)}{optional}", one_line(field.get("description", ""))
        if depth:
            yield from rows(inner, f"{path}[]." if inner is not field else f"{path}.", depth - 1)


def one_line(text: str) -> str:
    return " ".join(text.split())


def commands_page(found: Mapping[str, Server[Any]]) -> str:
    """The help of each command, as the programs print it."""
    lines = ["# Commands", "", "Every server has the commands of `timezone-mcp`; shown are those that have more."]
    for name in ("timezone-mcp", "github-mcp", "database-mcp", "rest-mcp"):
        lines += command_sections(name, lambda words, name=name: one_server.main(found[name], words))
    lines += command_sections("toolroll", every_server.main)
    return "\n".join(lines) + "\n"


def command_sections(name: str, main: Callable[[list[str]], int]) -> Iterator[str]:
    about = printed(main, ["--help"])
    yield from ("", f"## {name}", "", "```text", about, "```")
    for command in dict.fromkeys(SUBCOMMAND.findall(about)):
        yield from ("", f"### {name} {command}", "", "```text", printed(main, [command, "--help"]), "```")


def printed(main: Callable[[list[str]], int], words: list[str]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(words)
    return out.getvalue().strip()


def metrics_page() -> str:
    """The families of metrics, from the page of a process that has done nothing."""
    rows: Iterable[tuple[str, ...]] = (
        (f"`{family['name']}`", family["type"], family["help"])
        for family in FAMILY.finditer(exposition({"github": Metrics()}, InFlightRequests()))
    )
    lines = ["# Metrics", "", "What `/metrics` shows ([serving over HTTP](../docs/remote.md)).", ""]
    return "\n".join([*lines, table(("metric", "type", "meaning"), rows)])
