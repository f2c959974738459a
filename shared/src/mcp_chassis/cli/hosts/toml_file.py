"""TOML files as people keep them: one table is changed by tomlkit, which keeps comments and order."""

import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mcp_chassis.cli.hosts.members import parent_of, replace

if TYPE_CHECKING:
    from tomlkit.items import Item, Table


def parse(text: str) -> dict[str, Any]:
    """The tables of a text.

    Raises:
        ValueError: when it is not TOML.
    """
    return tomllib.loads(text)


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """The text with the table at `path` set, in place if it exists, else at the end of the file.

    Raises:
        ValueError: when the text is not TOML, or a member on the path is not a table.
    """
    import tomlkit
    from tomlkit.items import Table

    document = tomlkit.parse(text)
    parent = parent_of(document, path)
    present = parent.get(path[-1])
    if present is None and (appended := _appended(text, path, value)) is not None:
        return appended
    if not isinstance(present, Table):
        replace(parent, path[-1], value)
        return tomlkit.dumps(document)
    tail = _without_tail(present)
    replace(parent, path[-1], value)
    _last_table(present).value.body.extend((None, item) for item in tail)
    return tomlkit.dumps(document)


def without_member(text: str, path: Sequence[str]) -> str:
    """The text without the table at `path`; comments after it, which usually belong to the next table, are kept."""
    import tomlkit
    from tomlkit.items import Table

    document = tomlkit.parse(text)
    parent = parent_of(document, path)
    present = parent[path[-1]]
    tail = _without_tail(present) if isinstance(present, Table) else []
    del parent[path[-1]]
    for item in tail:
        document.add(item)  # pyright: ignore
    return tomlkit.dumps(document)


def _appended(text: str, path: Sequence[str], value: Any) -> str | None:
    """The text with the table appended; None if that is not valid TOML, as after a parent written as inline table."""
    import tomlkit

    for key in reversed(path):
        value = {key: value}
    blank = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    written = f"{text}{blank}{tomlkit.dumps(value)}"
    try:
        tomllib.loads(written)
    except tomllib.TOMLDecodeError:
        return None
    return written


def _last_table(table: "Table") -> "Table":
    """The table whose lines come last: the given one, or one nested in it."""
    from tomlkit.items import Table

    inner = [item for _, item in table.value.body if isinstance(item, Table)]
    return _last_table(inner[-1]) if inner else table


def _without_tail(table: "Table") -> list["Item"]:
    """Remove the comments and blank lines at the end of a table, and return them."""
    from tomlkit.items import Comment, Whitespace

    body = _last_table(table).value.body
    tail: list[Item] = []
    while body and isinstance(body[-1][1], Comment | Whitespace):
        tail.insert(0, body.pop()[1])
    return tail
