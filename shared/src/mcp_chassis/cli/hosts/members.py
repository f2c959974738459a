"""In-place changes of one member of a parsed document, so that comments beside unchanged members are kept."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

Document = MutableMapping[str, Any]


def members(value: object) -> Mapping[str, Any]:
    """The value as a mapping; an empty one if it is not an object."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def parent_of(document: Document, path: Sequence[str]) -> Document:
    """The object that contains the member at `path`; missing objects on the path are created.

    Raises:
        ValueError: when a member on the path is not an object.
    """
    for key in path[:-1]:
        if document.get(key) is None:
            document[key] = {}
        document = _as_object(key, document[key])
    return document


def _as_object(key: str, value: object) -> Document:
    if isinstance(value, MutableMapping):
        return cast("Document", value)
    raise ValueError(f"{key} is not an object, so no entry can be added to it")


def replace(parent: Document, key: str, value: Any) -> None:
    """Set a member; if the old and the new value are objects, only the members that differ are changed."""
    present = parent.get(key)
    if not isinstance(present, MutableMapping) or not isinstance(value, Mapping):
        parent[key] = value
        return
    inner, fresh = cast("Document", present), cast("Mapping[str, Any]", value)
    for name in [name for name in inner if name not in fresh]:
        del inner[name]
    for name, item in fresh.items():
        if inner.get(name) != item:
            replace(inner, name, item)
