"""Accessors for Block Kit's untyped JSON: a missing, null or wrongly typed value is returned as empty."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

Node = Mapping[str, Any]
LISTS = (list, tuple)


def text(node: Node, *names: str) -> str:
    """Text of the first of these fields that contains a string or number; empty if none does."""
    for name in names:
        value = node.get(name)
        if isinstance(value, str):
            if value:
                return value
        elif value and isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def number(node: Node, name: str) -> int:
    """A field's value if it is a whole number of at least 0, else 0."""
    value = node.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def part(node: Node, *path: str) -> Node:
    """The JSON object at a path of field names; empty if there is none."""
    found = node
    for name in path:
        found = as_node(found.get(name))
    return found


def as_node(value: object) -> Node:
    return cast("Node", value) if isinstance(value, dict) else {}


def parts(node: Node, name: str) -> list[Node]:
    """The JSON objects in a field that contains a list."""
    return nodes(node.get(name))


def nodes(value: object) -> list[Node]:
    """The items of a list that are JSON objects."""
    return cast("list[Node]", [item for item in items(value) if isinstance(item, dict)])


def items(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, LISTS) else ()


def inside(value: object) -> Iterator[object]:
    """A JSON value and all values nested in it, in order."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found, dict):
            waiting.extend(reversed(cast("dict[str, object]", found).values()))
        elif isinstance(found, LISTS):
            waiting.extend(reversed(cast("Sequence[object]", found)))


def nodes_of_type(value: object, kind: str) -> Iterator[Node]:
    """All JSON objects with this `type` inside a value."""
    for inner in inside(value):
        if isinstance(inner, dict) and cast("Node", inner).get("type") == kind:
            yield cast("Node", inner)
