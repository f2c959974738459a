"""Selection of the fields of a response that a bridge keeps, and the result models with these fields."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from mcp_chassis.results import Page, Result
from pydantic import ConfigDict, Field, create_model

from rest_mcp.names import steps_of
from rest_mcp.parameters import MAX_SAFE_INTEGER

Tree = Mapping[str, "Tree"]
MISSING = object()


def _untitled(schema: dict[str, Any]) -> None:
    """Remove the titles that pydantic generates for fields: they repeat the name and cost tokens."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


class Kept(Result):
    """An object of the API with the kept fields, or with all fields if none are named."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_untitled)

    has_upstream_fields: ClassVar[bool] = True


class KeptPage(Page):
    """One page of a list of the API, with the kept fields of its items."""

    has_upstream_fields: ClassVar[bool] = True


def tree_of(paths: Sequence[str]) -> Tree:
    """Convert dotted paths to nested mappings of names. An empty tree selects everything."""
    tree: dict[str, Any] = {}
    for path in paths:
        below = tree
        for step in steps_of(path):
            below = below.setdefault(step, {})
    return tree


def kept(value: Any, tree: Tree) -> Any:
    """Return the parts of `value` that the tree selects; in a list, those of each item."""
    if not tree:
        return value
    if isinstance(value, list):
        return [kept(item, tree) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: kept(fields[name], below) for name, below in tree.items() if name in fields}
    return value


def at(value: Any, path: str | None) -> Any:
    """The value at a dotted path, or `MISSING`. A field whose name is the whole path is preferred."""
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
    """Return the value with integers beyond 2^53 - 1 as decimal strings, since hosts in JavaScript would round them."""
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
    """Create the model of one object. Its schema names the kept fields and leaves their types open."""
    fields: dict[str, Any] = {
        f"kept_{place}": (Any, Field(default=None, alias=field)) for place, field in enumerate(tree_of(keep))
    }
    return create_model(_title(name), __base__=Kept, **fields)


def page_model(name: str, keep: Sequence[str]) -> type[Page]:
    """Create the model of one page of a list."""
    items: Any = list[object_model(f"{name}_item", keep)] if keep else list[Any]
    fields: dict[str, Any] = {"items": (items, ...), "total": (int | None, None)}
    return create_model(_title(name), __base__=KeptPage, **fields)


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
