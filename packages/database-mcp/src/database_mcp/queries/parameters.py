"""Parameters of a statement, sent as text and parsed by PostgreSQL's input function of the expected type."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from mcp_chassis.failures import InvalidInput

from database_mcp.client.protocols import TypeName
from database_mcp.guard.statement import Statement
from database_mcp.transaction import quoted

_TEXT = frozenset({"text", "unknown"})
_VECTORS = (22, 30)  # asyncpg takes int2vector and oidvector for arrays of themselves.


def check_count(statement: Statement, values: Sequence[object]) -> None:
    """Check that the number of values equals the number of parameters.

    Raises:
        InvalidInput: when it does not; the message has both numbers.
    """
    if statement.parameter_count != len(values):
        raise InvalidInput(
            f"The statement has {statement.parameter_count} parameters, and params contains {len(values)} values.",
            remedy="Number them $1, $2, ... and give one value for each.",
        )


def with_casts(statement: Statement, types: Sequence[TypeName]) -> str:
    """The statement with each `$n` written as `($n::text::type)`, so that all values can be sent as text."""
    parts: list[str] = []
    end = 0
    for start, stop, number in statement.parameters:
        parts += [statement.text[end:start], _cast(number, types[number - 1])]
        end = stop
    return "".join([*parts, statement.text[end:]])


def _cast(number: int, type_name: TypeName) -> str:
    if type_name.name in _TEXT:
        return f"(${number}::pg_catalog.text)"
    return f"(${number}::pg_catalog.text::{sql_type(type_name)})"


def sql_type(type_name: TypeName) -> str:
    """A type's name in SQL, quoted, since an unquoted one may have another meaning (`bit` is `bit(1)`)."""
    base = type_name.name.removesuffix("[]")
    brackets = "[]" if base != type_name.name and type_name.oid not in _VECTORS else ""
    return f"{quoted(type_name.schema)}.{quoted(base)}{brackets}"


def as_text(
    values: Sequence[object], types: Sequence[TypeName], input_kinds: Mapping[int, str] = MappingProxyType({})
) -> list[str | None]:
    """Convert each value to the text form of its type.

    Args:
        input_kinds: kind of the base type by type OID: array, composite, hstore, json or vector.

    Raises:
        InvalidInput: when a list or an object is given for a type that does not accept one.
    """
    return [
        _text(value, kind, input_kinds.get(kind.oid), number)
        for number, (value, kind) in enumerate(zip(values, types, strict=True), start=1)
    ]


def _text(value: Any, kind: TypeName, input_kind: str | None, number: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and (input_kind == "array" or kind.name.endswith("[]")):
        value = _decoded_list(value)
    if not isinstance(value, dict | list):
        return _scalar(value)
    text = _structured(cast("dict[str, Any] | list[Any]", value), kind, input_kind)
    if text is None:
        shape = "a list" if isinstance(value, list) else "an object"
        remedy = f"For one of several values write = ANY(${number})." if isinstance(value, list) else ""
        raise InvalidInput(f"Parameter ${number} has the type {kind.name}, and {shape} was given.", remedy=remedy)
    return text


def _decoded_list(text: str) -> Any:
    """Decode a list that a host sent as JSON text; any other text stays unchanged."""
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else text
    except ValueError:  # An array with bounds in PostgreSQL's form, such as `[0:1]={1,2}`.
        return text
    return cast("Any", value)


def _structured(value: dict[str, Any] | list[Any], kind: TypeName, input_kind: str | None) -> str | None:
    """A list or an object in the text form of its type; None if the type accepts neither."""
    if input_kind == "json" or kind.name in ("json", "jsonb"):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return _hstore(value) if input_kind == "hstore" else None
    if input_kind == "array" or kind.name.endswith("[]"):
        return _array(value)
    if input_kind == "vector":
        return json.dumps(value)
    return _row(value) if input_kind == "composite" else None


def _row(values: list[Any]) -> str:
    return "(" + ",".join("" if value is None else _item(value) for value in values) + ")"


def _hstore(values: dict[str, Any]) -> str:
    return ",".join(f"{_item(key)}=>{_item(value)}" for key, value in values.items())


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _array(items: list[Any]) -> str:
    return "{" + ",".join(_item(item) for item in items) + "}"


def _item(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, list):
        return _array(cast("list[Any]", item))
    text = json.dumps(item, ensure_ascii=False) if isinstance(item, dict) else _scalar(item)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def described(types: Sequence[TypeName]) -> str:
    """The expected types for a message, as in `$1 date, $2 int4`."""
    return ", ".join(f"${number} {kind.name}" for number, kind in enumerate(types, start=1))
