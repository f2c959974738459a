"""Look-up of the fields that an input schema has at a path in a call's arguments."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

JsonSchema = dict[str, Any]
MOST_NAMED = 12


def fields_at(schema: JsonSchema, place: Sequence[int | str]) -> list[str]:
    """The fields that a schema has at a path; of all alternatives if the path does not say which one applies.

    Args:
        place: field names and list indexes as in the `loc` of pydantic's errors, which may name alternatives too.
    """
    nodes = list(_alternatives(schema))
    for step in place:
        below = [child for node in nodes for child in _below(node, step)]
        chosen = [node for node in nodes if _is_of_kind(node, step)]
        nodes = [found for child in below for found in _alternatives(child)] or chosen or nodes
    return list(dict.fromkeys(name for node in nodes for name in node.get("properties", ())))


def named(fields: Sequence[str]) -> str:
    """The fields as text: the first twelve, and the number of the others."""
    more = f" and {len(fields) - MOST_NAMED} more" if len(fields) > MOST_NAMED else ""
    return f"{', '.join(fields[:MOST_NAMED])}{more}"


def _below(node: JsonSchema, step: int | str) -> Iterator[JsonSchema]:
    child: Any = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
    if isinstance(child, dict):
        yield cast("JsonSchema", child)


def _alternatives(node: JsonSchema) -> Iterator[JsonSchema]:
    """Yield the innermost alternatives of a schema; the schema itself if it has none."""
    branches: list[Any] = [branch for key in ("anyOf", "oneOf", "allOf") for branch in node.get(key, ())]
    if not branches:
        yield node
    for branch in branches:
        yield from _alternatives(cast("JsonSchema", branch)) if isinstance(branch, dict) else ()


def _is_of_kind(node: JsonSchema, tag: int | str) -> bool:
    """Whether a field of the schema has the constant `tag`, which discriminates a union."""
    fields = cast("dict[str, JsonSchema]", node.get("properties", {}))
    return any(field.get("const") == tag for field in fields.values())
