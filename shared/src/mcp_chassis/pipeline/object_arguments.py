"""Conversion of an object argument to the list of entries that a tool's input schema describes."""

from collections.abc import Callable
from typing import cast


def entries_from_object(*, key_field: str, value_field: str) -> Callable[[object], object]:
    """Return a converter of an object to a list of objects with two fields each, for pydantic's `BeforeValidator`.

    The converter makes `[{"name": "level", "value": "high"}]` from `{"level": "high"}`, in the order of the keys. Any
    other value is returned unchanged, so that pydantic validates or refuses it.

    Args:
        key_field: name of the field that receives a key of the object.
        value_field: name of the field that receives the value of this key, whatever its type.
    """
    # The schema describes a list, since hosts with strict schemas allow no keys that the schema does not name; a model
    # that does not read it often writes an object.

    def convert(argument: object) -> object:
        if not isinstance(argument, dict):
            return argument
        return [{key_field: key, value_field: value} for key, value in cast("dict[str, object]", argument).items()]

    return convert
