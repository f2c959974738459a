"""The fields of an API's answer that a bridge keeps, and the models that carry them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from mcp_chassis.results import Page, Result
from pydantic import ConfigDict, Field, create_model

from rest_mcp.names import steps_of
from rest_mcp.parameters import MAX_SAFE_INTEGER

Tree = Mapping[str, "Tree"]
MISSING = object()


def _untitled(schema: dict[str, Any]) -> None:
    """A field of any type would have nothing in its schema but its own name again."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


class Kept(Result):
    """An object of the API: the named fields, or all there are."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_untitled)


def tree_of(paths: Sequence[str]) -> Tree:
    """Dotted paths as nested names; an empty tree keeps everything."""
    tree: dict[str, Any] = {}
    for path in paths:
        below = tree
        for step in steps_of(path):
            below = below.setdefault(step, {})
    return tree


def kept(value: Any, tree: Tree) -> Any:
    """The named parts of `value`; of each item where it is a list."""
    if not tree:
        return value
    if isinstance(value, list):
        return [kept(item, tree) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: kept(fields[name], below) for name, below in tree.items() if name in fields}
    return value


def at(value: Any, path: str | None) -> Any:
    """The value at a dotted path; `MISSING` where there is none. A name may hold the dots itself."""
    if path is None:
        return value
    if not isinstance(value, dict):
        return MISSING
    fields = cast("dict[str, Any]", value)
    if path in fields:
        return fields[path]
    first, *below = steps_of(path)
    for step in below:
        found = fields.get(first, MISSING)
        if not isinstance(found, dict):
            return MISSING
        first, fields = step, cast("dict[str, Any]", found)
    return fields.get(first, MISSING)


def exact(value: Any) -> Any:
    """The value with each whole number beyond 2^53 as its digits: hosts in JavaScript would round it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(value)
    if isinstance(value, list):
        return [exact(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: exact(each) for name, each in cast("dict[str, Any]", value).items()}
    return value


def object_model(name: str, keep: Sequence[str]) -> type[Kept]:
    """The model of one object: its schema names the kept fields, whose types are the API's affair."""
    fields: dict[str, Any] = {
        f"kept_{place}": (Any, Field(default=None, alias=field)) for place, field in enumerate(tree_of(keep))
    }
    return create_model(_title(name), __base__=Kept, **fields)


def page_model(name: str, keep: Sequence[str]) -> type[Page]:
    """The model of a list that goes on."""
    items: Any = list[object_model(f"{name}_item", keep)] if keep else list[Any]
    fields: dict[str, Any] = {"items": (items, ...), "total": (int | None, None)}
    return create_model(_title(name), __base__=Page, **fields)


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
