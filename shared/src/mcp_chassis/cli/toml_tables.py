"""One table of a TOML file set anew, every other line left alone."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

_HEADER = re.compile(r"^[ \t]*\[\[?(?P<name>[^\]\n]+)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)


def with_table(text: str, parent: str, name: str, entry: Mapping[str, Any]) -> str:
    """The text with the table `parent.name` set to `entry`.

    Raises:
        ValueError: when the text is no TOML, or writes the table in a way that cannot be replaced line by line.
    """
    before = tomllib.loads(text)
    rest = _without_table(text, parent, name)
    blank = "" if not rest.strip() else "\n" if rest.endswith("\n") else "\n\n"
    written = f"{rest}{blank}{dump(entry, [parent, name])}"
    after = _loaded(written)
    if after is None or after[parent][name] != entry or _others(after, parent, name) != _others(before, parent, name):
        raise ValueError(f"the entry {name} is written in a way that only a person can change")
    return written


def dump(entry: Mapping[str, Any], path: list[str]) -> str:
    """A table as TOML, the tables inside it after it."""
    lines = [f"[{'.'.join(_key(part) for part in path)}]"]
    tables: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping):
            tables[key] = value
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    text = "\n".join(lines) + "\n"
    return text + "".join("\n" + dump(table, [*path, key]) for key, table in tables.items())


def _others(document: dict[str, Any], parent: str, name: str) -> dict[str, Any]:
    """What is not ours; a parent that holds nothing else counts as absent."""
    match document.get(parent):
        case dict():
            rest = {key: value for key, value in document[parent].items() if key != name}
            return {**document, parent: rest}
        case None:
            return {**document, parent: {}}
        case _:
            return document


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _without_table(text: str, parent: str, name: str) -> str:
    headers = list(_HEADER.finditer(text))
    starts = [header.start() for header in headers]
    kept = [text[: starts[0]] if starts else text]
    for header, end in zip(headers, [*starts[1:], len(text)], strict=False):
        block = text[header.start() : end]
        kept.append(_comments_behind(block) if _parts(header["name"])[:2] == [parent, name] else block)
    return "".join(kept)


def _comments_behind(block: str) -> str:
    """Comments at the end of a table usually speak of the next one."""
    lines = block.splitlines(keepends=True)
    behind = len(lines)
    while behind and (not lines[behind - 1].strip() or lines[behind - 1].lstrip().startswith("#")):
        behind -= 1
    return "".join(lines[behind:]).lstrip("\r\n")


def _parts(header: str) -> list[str]:
    try:
        value = tomllib.loads(f"[{header}]")
    except tomllib.TOMLDecodeError:
        return []
    parts: list[str] = []
    while value:
        key, inner = next(iter(value.items()))
        parts.append(key)
        value = cast("dict[str, Any]", inner)
    return parts


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in cast('list[Any]', value))}]"
    raise ValueError(f"a {type(value).__name__} cannot be written")
