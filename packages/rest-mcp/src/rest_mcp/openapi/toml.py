"""Formatting of a bridge file as TOML."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

Table = Mapping[str, Any]


def document_of(bridge: Table) -> str:
    """Return the TOML text of a bridge file."""
    lines = [f"instructions = {_value(bridge['instructions'])}"]
    for name, api in cast("Mapping[str, Table]", bridge["apis"]).items():
        lines += ["", f"[apis.{name}]", *_pairs(api)]
    for tool in cast("list[Table]", bridge["tools"]):
        parameters = cast("Mapping[str, Table]", tool.get("parameters", {}))
        lines += ["", "[[tools]]", *_pairs({key: value for key, value in tool.items() if key != "parameters"})]
        if parameters:
            lines += ["[tools.parameters]", *_pairs(parameters)]
    return "\n".join(lines) + "\n"


def _pairs(table: Table) -> Iterator[str]:
    yield from (f"{name} = {_value(value)}" for name, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = cast("Table", value)
        return f"{{ {', '.join(_pairs(inner))} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, cast('list[Any]', value)))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
