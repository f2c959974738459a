"""Removal of arguments that mean "not given": null, and empty texts and lists of parameters that are marked so."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from mcp_chassis.tools import EMPTY_IS_ABSENT, NULL_IS_A_VALUE, ArgumentMark

JsonSchema = Mapping[str, Any]


class AbsentArguments:
    """Removes the arguments of one function that mean "not given".

    Null is removed for every optional argument, also inside objects, unless the parameter is marked with
    `NULL_IS_A_VALUE`. Blank texts and empty lists are removed for parameters marked with `EMPTY_IS_ABSENT`.
    """

    def __init__(self, function: Callable[..., Any], schema: JsonSchema) -> None:
        hints = get_type_hints(function, include_extras=True)
        marks = {name: set(marks_of(hint)) for name, hint in hints.items()}
        self._optional = {
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        self._empty = {name for name in self._optional if EMPTY_IS_ABSENT in marks.get(name, ())}
        self._null = {name for name, found in marks.items() if NULL_IS_A_VALUE in found}
        self._schema = schema

    def removed_from(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments without those that mean "not given"."""
        return {name: self._cleaned(name, value) for name, value in arguments.items() if not self._absent(name, value)}

    def _absent(self, name: str, value: Any) -> bool:
        if value is None:
            return name in self._optional and name not in self._null
        return name in self._empty and (value == [] or (isinstance(value, str) and not value.strip()))

    def _cleaned(self, name: str, value: Any) -> Any:
        if name in self._null or not isinstance(value, dict | list):
            return value
        return _without_nulls(value, self._schema["properties"].get(name, {}))


def marks_of(hint: Any) -> Iterator[ArgumentMark]:
    """Yield the marks in a parameter's type, also those in parts of a union."""
    if get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        yield from (mark for mark in metadata if isinstance(mark, ArgumentMark))
        yield from marks_of(inner)
    elif get_origin(hint) is not list:
        for part in get_args(hint):
            yield from marks_of(part)


def _without_nulls(value: Any, schema: JsonSchema) -> Any:
    """A copy of `value` without the nulls of optional fields, at every depth that the schema describes."""
    if isinstance(value, list) and "items" in schema:
        return [_without_nulls(item, schema["items"]) for item in cast("list[Any]", value)]
    if not isinstance(value, dict) or "properties" not in schema:
        return cast("Any", value)
    properties, required = schema["properties"], schema.get("required", ())
    fields = cast("dict[str, Any]", value).items()
    return {
        name: _without_nulls(field, properties.get(name, {}))
        for name, field in fields
        if field is not None or name in required or name not in properties
    }
