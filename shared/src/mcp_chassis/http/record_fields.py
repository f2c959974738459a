"""Conversion of JSON values to records: optional parts of another type than expected are left out."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, Union, cast, get_args, get_origin

import msgspec

MAX_INT = 2**63 - 1
AnyStruct = TypeVar("AnyStruct", bound=msgspec.Struct)


class OddValue(Exception):
    """A value has another type than expected. `path` is its place, `expected` the type in words, `found` the value."""

    def __init__(self, path: str, expected: str, found: Any = None) -> None:
        super().__init__()
        self.path = path
        self.expected = expected
        self.found = found


def read_value(value: Any, kind: type[AnyStruct], path: str, odd: list[str]) -> AnyStruct:
    """Convert a value to a struct; the paths of parts that were left out are appended to `odd`.

    Raises:
        OddValue: when a required part cannot be converted.
    """
    found = _read_quickly(value, kind)
    return _Reading(odd).struct(value, kind, path) if found is None else found


def read_values(values: list[Any], kind: type[AnyStruct]) -> list[AnyStruct] | None:
    """Convert all values of a list in one step; None if any part has another type than expected."""
    try:
        records = msgspec.convert(values, list[kind])
    except msgspec.ValidationError:
        return None
    return records if all(map(_is_within_range, records)) else None


def list_at(data: Any, at: str) -> list[Any]:
    """The list at a dotted path of keys.

    Raises:
        OddValue: when there is no list at the path.
    """
    values = value_at(data, at)
    if not is_list(values):
        raise OddValue(at, "a list", values)
    return values


def value_at(data: Any, at: str) -> Any:
    """The value at a dotted path of keys; None where the last key is missing.

    Raises:
        OddValue: when a value on the path is not an object.
    """
    value, path = data, ""
    for step in at.split(".") if at else ():
        if not is_mapping(value):
            raise OddValue(path, "an object", value)
        path = f"{path}.{step}" if path else step
        value = value.get(step)
    return value


def _read_quickly(value: Any, kind: type[AnyStruct]) -> AnyStruct | None:
    """Convert in one step, which works for nearly all values; None if any part has another type than expected."""
    try:
        record = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
    return record if _is_within_range(record) else None


class _Reading:
    """Converts a value part by part, leaving out optional parts that cannot be converted."""

    def __init__(self, odd: list[str]) -> None:
        self._odd = odd

    def read(self, value: Any, kind: Any, path: str) -> Any:
        """Convert a value to a type. Raises OddValue if the value as a whole cannot be converted."""
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            return self._alternative(value, get_args(kind), path)
        if origin in (list, tuple):
            items = self._items(value, get_args(kind)[0], path)
            return tuple(items) if origin is tuple else items
        if origin is dict:
            return self._mapping(value, get_args(kind)[1], path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(value, kind, path)
        return _exactly(value, kind, path)

    def struct(self, value: Any, kind: type[AnyStruct], path: str) -> AnyStruct:
        if not is_mapping(value):
            raise OddValue(path, "an object", value)
        found: dict[str, Any] = {}
        for info in _fields(kind):
            place = f"{path}.{info.encode_name}" if path else info.encode_name
            child = value.get(info.encode_name)
            if child is None and not info.required:
                if info.encode_name in value and _takes_null(info.type):
                    found[info.name] = None
                continue
            try:
                found[info.name] = self.read(child, info.type, place)
            except OddValue:
                if info.required:
                    raise
                self._odd.append(place)
        return kind(**found)

    def _items(self, value: Any, kind: Any, path: str) -> list[Any]:
        if not is_list(value):
            raise OddValue(path, "a list", value)
        return [item for child in value for item in self._one(child, kind, f"{path}[]")]

    def _mapping(self, value: Any, kind: Any, path: str) -> dict[str, Any]:
        if not is_mapping(value):
            raise OddValue(path, "an object", value)
        return {key: item for key, child in value.items() for item in self._one(child, kind, f"{path}[]")}

    def _one(self, value: Any, kind: Any, path: str) -> Sequence[Any]:
        """The converted item alone in a sequence; an empty sequence if it cannot be converted."""
        try:
            return (self.read(value, kind, path),)
        except OddValue:
            self._odd.append(path)
            return ()

    def _alternative(self, value: Any, kinds: tuple[Any, ...], path: str) -> Any:
        if value is None and NoneType in kinds:
            return None
        kinds = tuple(kind for kind in kinds if kind is not NoneType)
        for kind in kinds[:-1]:
            known = len(self._odd)
            try:
                return self.read(value, kind, path)
            except OddValue:
                del self._odd[known:]
        return self.read(value, kinds[-1], path)


def _exactly(value: Any, kind: Any, path: str) -> Any:
    try:
        found = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        raise OddValue(path, _EXPECTED.get(kind, "another value"), value) from None
    if not _is_within_range(found):
        raise OddValue(path, "a number within range", value)
    return found


def _is_within_range(value: Any) -> bool:
    """Whether every number in a value fits into 64 bits and is finite."""
    if isinstance(value, int):
        return -MAX_INT <= value <= MAX_INT
    if value is None or isinstance(value, str):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, msgspec.Struct):
        # Most values are empty or null, and contain no number out of range.
        return all(_is_within_range(found) for found in _values_with_numbers(type(value))(value) if found)
    if isinstance(value, list | tuple):
        return all(map(_is_within_range, cast("Sequence[Any]", value)))
    return not isinstance(value, dict) or all(map(_is_within_range, cast("dict[str, Any]", value).values()))


@cache
def _values_with_numbers(kind: type[msgspec.Struct]) -> Callable[[msgspec.Struct], Sequence[Any]]:
    """Function that returns a struct's values that may contain a number; others, the most, need no check of range."""
    names = [info.name for info in _fields(kind) if _may_contain_number(info.type, set())]
    if len(names) < 2:  # with one name, `attrgetter` returns the value instead of a tuple
        return lambda record: [getattr(record, name) for name in names]
    return attrgetter(*names)


def _may_contain_number(kind: Any, visited: set[Any]) -> bool:
    """Whether a value of a type may contain a number; `visited` are the structs that refer to this type."""
    if kind in (str, bool, NoneType, ...) or kind in visited:
        return False
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return any(_may_contain_number(info.type, {*visited, kind}) for info in _fields(kind))
    parts = get_args(kind)
    return any(_may_contain_number(part, visited) for part in parts) if parts else True


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


@cache
def _takes_null(kind: Any) -> bool:
    return kind is Any or NoneType in get_args(kind)


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is a JSON list."""
    return isinstance(value, list)


_EXPECTED: Mapping[Any, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


_KIND_NAMES: Sequence[tuple[tuple[type[Any], ...], str]] = (
    ((type(None),), "nothing"),
    ((bool,), "true or false"),
    ((str,), "a text"),
    ((int, float), "a number"),
    ((list,), "a list"),
    ((Mapping,), "an object"),
)


def kind_name(value: Any) -> str:
    """The JSON type of a value in words, such as "a list"."""
    return next((name for kinds, name in _KIND_NAMES if isinstance(value, kinds)), "something else")
