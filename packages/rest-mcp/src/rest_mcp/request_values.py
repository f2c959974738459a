"""Serialisation of arguments for a request: in a JSON body, and in paths, queries, headers and form fields."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from mcp_chassis.failures import InvalidInput
from pydantic import BaseModel

from rest_mcp.names import steps_of
from rest_mcp.parameters import Null, Parameter


def plain(value: Any) -> Any:
    """Convert an argument to JSON types: models become objects, and floats without a fraction become integers."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(exclude_none=True, by_alias=True, warnings=False))
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list):
        return [plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in cast("dict[str, Any]", value).items()}
    return value


def in_json(value: Any, parameter: Parameter) -> Any:
    """Convert a plain value for a JSON body: `Null.GIVEN` becomes null, and int64 strings become integers."""
    if value is Null.GIVEN:
        return None
    if parameter.format == "int64":
        return int(value)
    if isinstance(value, list) and parameter.items is not None:
        return [in_json(item, parameter.items) for item in cast("list[Any]", value)]
    if isinstance(value, dict) and parameter.values is not None:
        return {name: in_json(each, parameter.values) for name, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, dict) and parameter.properties is not None:
        parts = {part.field or name: part for name, part in parameter.properties.items()}
        fields = cast("dict[str, Any]", value)
        return {name: in_json(each, parts[name]) if name in parts else each for name, each in fields.items()}
    return cast("Any", value)


def outside_json(field: str, value: Any, parameter: Parameter, *, as_text: bool) -> dict[str, Any]:
    """Serialise a plain value for a path, query, header or form; the result maps field names to values.

    Args:
        as_text: whether to convert a single value to text; the encoders of queries and forms do so themselves.

    Raises:
        InvalidInput: a list contains null, or an item contains the list's separator.
    """
    if parameter.style == "json":
        return {field: json.dumps(in_json(value, parameter), ensure_ascii=False, separators=(",", ":"))}
    if isinstance(value, list):
        texts = _texts(field, cast("list[Any]", value))
        return {field: texts if parameter.separator is None else _joined(field, texts, parameter.separator)}
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parameter.style != "form":
            return dict(_bracketed(field, parts))
        return {name: _text_or_texts(name, each) for name, each in parts.items() if each is not Null.GIVEN}
    return {field: _text(value) if as_text else value}


def nested(body: Mapping[str, Any]) -> dict[str, Any]:
    """Build a nested JSON body from dotted paths: `customer.name` becomes `{"customer": {"name": ...}}`.

    Raises:
        InvalidInput: one path is given a value and also has fields below it.
    """
    whole: dict[str, Any] = {}
    for path, value in body.items():
        *above, last = steps_of(path)
        below = whole
        for step in above:
            inner: Any = below.setdefault(step, {})
            if not isinstance(inner, dict):
                raise InvalidInput(f"{step} cannot be given together with a part of it.")
            below = cast("dict[str, Any]", inner)
        below[last] = value
    return whole


def _bracketed(field: str, parts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an object as `field[name]`, without those that are null."""
    for name, each in parts.items():
        if isinstance(each, dict):
            yield from _bracketed(f"{field}[{name}]", cast("dict[str, Any]", each))
        elif each is not Null.GIVEN:
            yield f"{field}[{name}]", _text_or_texts(name, each)


def _joined(field: str, texts: list[str], separator: str) -> str:
    if any(separator in text for text in texts):
        raise InvalidInput(f"An item of {field} contains {separator!r}, which separates the items in the request.")
    return separator.join(texts)


def _texts(field: str, items: list[Any]) -> list[str]:
    if Null.GIVEN in items:
        raise InvalidInput(f"{field} contains a null, which can only be sent in a JSON body: leave it out.")
    return [_text(item) for item in items]


def _text_or_texts(field: str, value: Any) -> str | list[str]:
    return _texts(field, cast("list[Any]", value)) if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
