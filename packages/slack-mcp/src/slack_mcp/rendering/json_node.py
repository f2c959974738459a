"""Access to Block Kit's open JSON: a part that is missing, null or of another type reads as empty."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

Node = Mapping[str, Any]


def text(node: Node, *names: str) -> str:
    """The first of these fields that holds a text or a number, as text."""
    for name in names:
        value = node.get(name)
        if value and isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def number(node: Node, name: str) -> int:
    """A whole number that is not negative, else 0."""
    value = node.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def part(node: Node, *path: str) -> Node:
    """The object at a path of fields."""
    found = node
    for name in path:
        found = as_node(found.get(name))
    return found


def as_node(value: object) -> Node:
    return cast("Node", value) if isinstance(value, dict) else {}


def parts(node: Node, name: str) -> list[Node]:
    """The objects in a list."""
    return nodes(node.get(name))


def nodes(value: object) -> list[Node]:
    """The objects among the items of a list."""
    return [cast("Node", item) for item in items(value) if isinstance(item, dict)]


def items(value: object) -> list[object]:
    return list(cast("Iterable[object]", value)) if isinstance(value, list | tuple) else []


def inside(value: object) -> Iterator[object]:
    """A structure and everything in it, in reading order."""
    yield value
    if isinstance(value, dict):
        for item in cast("Node", value).values():
            yield from inside(item)
    elif isinstance(value, list | tuple):
        for item in cast("Iterable[object]", value):
            yield from inside(item)


def nodes_of_type(value: object, kind: str) -> Iterator[Node]:
    """Every object of a `type` inside a structure."""
    for inner in inside(value):
        if isinstance(inner, dict) and cast("Node", inner).get("type") == kind:
            yield cast("Node", inner)
