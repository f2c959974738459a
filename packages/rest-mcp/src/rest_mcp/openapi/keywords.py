"""Removal of OpenAPI keywords whose values have the wrong type.

Documents written by hand contain `parameters:` with no value, and `required: true` inside of a property.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from rest_mcp.openapi.files import Node


def _is_object(value: Any, node: Node) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any, node: Node) -> bool:
    return isinstance(value, list)


def _is_text(value: Any, node: Node) -> bool:
    return isinstance(value, str)


def _is_type(value: Any, node: Node) -> bool:
    return isinstance(value, str) or _are_texts(value)


def _is_required(value: Any, node: Node) -> bool:
    """Whether `required` has the right type: a boolean in parameters and bodies, a list of names in schemas."""
    return isinstance(value, bool) if "in" in node or "content" in node else _are_texts(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in cast("list[Any]", value))


def _are_plain(value: Any, node: Node) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in cast("list[Any]", value))


CHECKS: Mapping[str, Callable[[Any, Node], bool]] = {
    **dict.fromkeys(("properties", "responses", "content", "encoding", "flows"), _is_object),
    **dict.fromkeys(("parameters", "allOf", "oneOf", "anyOf", "security"), _is_list),
    **dict.fromkeys(("name", "in", "format", "style", "operationId"), _is_text),
    "enum": _are_plain,
    "type": _is_type,
    "required": _is_required,
}


def well_formed(node: Node) -> Node:
    """Return the node, or a copy without the keywords whose values have the wrong type."""
    odd = [key for key in CHECKS.keys() & node.keys() if not CHECKS[key](node[key], node)]
    return {key: value for key, value in node.items() if key not in odd} if odd else node
