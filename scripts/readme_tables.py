"""Write the generated tables of the READMEs between their markers; with --check only say which are stale."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, former_variable, is_secret, variables
from mcp_chassis.tools import DEFINITION_ATTRIBUTE, ToolDefinition
from mcp_chassis.upstream.policy import Policy
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from servers import ROOT, folder, servers, summary

Row = tuple[str, ...]
DEFAULTS_LEFT_OUT = (None, (), "", PydanticUndefined)


def main(*arguments: str) -> int:
    stale = [path for path, text in fresh_documents() if path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)}: its tables are stale: run make docs")
        return 1 if stale else 0
    for path, text in fresh_documents():
        path.write_text(text, encoding="utf-8")
    return 0


def fresh_documents() -> Iterator[tuple[Path, str]]:
    """Each document that holds generated tables, as it should read."""
    found = servers()
    yield _filled(ROOT / "README.md", {"servers": _servers_table(found)})
    yield _filled(ROOT / "docs" / "operating.md", _of_every_server())
    for name, server in found.items():
        tables = {"tools": _tools_table(server), "settings": settings_table(own_settings(server))}
        yield _filled(folder(name) / "README.md", tables)


def _of_every_server() -> dict[str, str]:
    return {"settings": settings_table(_shared_settings()), "constants": _constants_table()}


def _filled(path: Path, tables: dict[str, str]) -> tuple[Path, str]:
    """The document with each table between its markers; markers that are missing are added at its end."""
    text = path.read_text(encoding="utf-8")
    for name, table in tables.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if start not in text or end not in text:
            text = f"{text.rstrip()}\n\n## {name.capitalize()}\n\n{start}\n{end}\n"
        before, _, rest = text.partition(start)
        text = f"{before}{start}\n{table}{end}{rest.partition(end)[2]}"
    return path, text


def _servers_table(found: dict[str, Server[Any]]) -> str:
    rows = [
        (f"[{name}]({folder(name).relative_to(ROOT).as_posix()}/)", str(len(_offered(server))), summary(name))
        for name, server in found.items()
    ]
    return table(("server", "tools", "what it is"), rows)


def _offered(server: Server[Any]) -> list[Any]:
    """The tools that a server offers when no setting is set."""
    settings = server.settings.load({})
    return [tool for tool in server.offered(settings) if getattr(tool, DEFINITION_ATTRIBUTE).offered(settings)]


def _tools_table(server: Server[Any]) -> str:
    offered = [(f"`{tool.__name__}`", _effect(tool), _one_line(tool)) for tool in server.tools]
    asked = [(f"`{tool.__name__}` (if asked for)", _effect(tool), _one_line(tool)) for tool in server.more_tools]
    return table(("tool", "effect", "what it does"), [*offered, *asked])


def _effect(tool: Any) -> str:
    notes: ToolDefinition = getattr(tool, DEFINITION_ATTRIBUTE)
    return "reads" if notes.read_only else "destroys" if notes.destructive else "writes"


def _one_line(function: Any) -> str:
    return " ".join((inspect.getdoc(function) or "").split())


def own_settings(server: Server[Any]) -> list[Row]:
    shared = set(_shared_settings())
    return [row for row in _rows(server.settings) if row not in shared]


def _shared_settings() -> list[Row]:
    return [row for row in _rows(ServerSettings) if row[0].startswith("`MCP_")]


def _rows(settings: type[ServerSettings]) -> list[Row]:
    named = ((variables(settings, name), info) for name, info in settings.model_fields.items())
    return [_row(names, info) for names, info in named if names]


def _constants_table() -> str:
    rows = [
        (name.replace("_", " "), _default(getattr(Policy(), name)), info.description or "")
        for name, info in Policy.model_fields.items()
        if former_variable(info)
    ]
    return table(("figure", "value", "meaning"), rows)


def _row(names: list[str], info: FieldInfo) -> Row:
    secret = is_secret(info)
    shown = [*names, f"{names[0]}_FILE", f"{names[0]}_COMMAND"] if secret else names
    default = "" if secret else _default(info.get_default())
    return ", ".join(f"`{name}`" for name in shown), default, info.description or ""


def _default(value: object) -> str:
    if value in DEFAULTS_LEFT_OUT:
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(map(str, cast('tuple[object, ...]', value)))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def settings_table(rows: list[Row]) -> str:
    return table(("variable", "default", "meaning"), rows)


def table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
