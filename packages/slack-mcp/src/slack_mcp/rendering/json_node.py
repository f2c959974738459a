"""One object of Slack's JSON, and its optional parts: what is missing, null or of another kind reads as empty."""

from collections.abc import Mapping
from typing import Any, cast

Node = Mapping[str, Any]


def text(node: Node, *names: str) -> str:
    """The first of these fields that holds something, as text."""
    for name in names:
        value = node.get(name)
        if value and isinstance(value, str | int | float):
            return str(value)
    return ""


def part(node: Node, *path: str) -> Node:
    """The object at a path of fields."""
    found = node
    for name in path:
        found = _object(found.get(name))
    return found


def _object(value: object) -> Node:
    return cast("Node", value) if isinstance(value, Mapping) else {}


def parts(node: Node, name: str) -> list[Node]:
    """The objects in a list."""
    found = node.get(name)
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Node", item) for item in items if isinstance(item, Mapping)]


def texts(node: Node, name: str) -> list[str]:
    """The texts in a list."""
    found = node.get(name)
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [item for item in items if isinstance(item, str)]
