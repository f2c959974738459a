"""Changes of one member of a parsed document in place, so that comments beside what stays are kept."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

Document = MutableMapping[str, Any]


def members(value: object) -> Mapping[str, Any]:
    """The members of an object; none of anything else."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def parent_of(document: Document, path: Sequence[str]) -> Document:
    """The object that holds the member at `path`; objects on the way are made where there are none.

    Raises:
        ValueError: when a member on the way is no object.
    """
    for key in path[:-1]:
        if document.get(key) is None:
            document[key] = {}
        document = _as_object(key, document[key])
    return document


def _as_object(key: str, value: object) -> Document:
    if isinstance(value, MutableMapping):
        return cast("Document", value)
    raise ValueError(f"{key} is not a table, in which an entry could be written")


def replace(parent: Document, key: str, value: Any) -> None:
    """Set a member; of an object only what differs is changed."""
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
