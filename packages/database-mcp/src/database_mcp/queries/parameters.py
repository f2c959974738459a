"""Parameters of a statement: sent as text, and read by PostgreSQL's own input function of the type it expects."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from mcp_chassis.failures import InvalidInput

from database_mcp.client.protocols import TypeName
from database_mcp.guard.statement import Statement
from database_mcp.transaction import quoted

_TEXT = frozenset({"text", "unknown"})
_VECTORS = (22, 30)  # int2vector and oidvector, which asyncpg takes for arrays of themselves


def check_count(statement: Statement, values: Sequence[object]) -> None:
    """Refuse too many or too few values.

    Raises:
        InvalidInput: saying how many the statement takes.
    """
    if statement.parameter_count != len(values):
        raise InvalidInput(
            f"The statement takes {statement.parameter_count} parameters, and params holds {len(values)} values.",
            remedy="Number them $1, $2, ... and give one value for each.",
        )


def with_casts(statement: Statement, types: Sequence[TypeName]) -> str:
    """The statement with each `$n` as `($n::text::its_type)`, so that every value may travel as text."""
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
    """A type as SQL writes it, never as a keyword with a meaning of its own (`bit` is `bit(1)`, `"bit"` is not)."""
    base = type_name.name.removesuffix("[]")
    brackets = "[]" if base != type_name.name and type_name.oid not in _VECTORS else ""
    return f"{quoted(type_name.schema)}.{quoted(base)}{brackets}"


def as_text(
    values: Sequence[object], types: Sequence[TypeName], input_kinds: Mapping[int, str] = MappingProxyType({})
) -> list[str | None]:
    """Each value as the text PostgreSQL reads for its type.

    Args:
        input_kinds: by type OID, what the type is beneath its domains: array, composite, hstore, json or vector.

    Raises:
        InvalidInput: for a list or an object where the type takes none.
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
        raise InvalidInput(f"Parameter ${number} is of type {kind.name}, and {shape} was given for it.", remedy=remedy)
    return text


def _decoded_list(text: str) -> Any:
    """A list sent as the text of its JSON, as hosts do that send texts only; any other text as it is."""
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else text
    except ValueError:  # PostgreSQL's own `[0:1]={1,2}`
        return text
    return cast("Any", value)


def _structured(value: dict[str, Any] | list[Any], kind: TypeName, input_kind: str | None) -> str | None:
    """A list or an object as the text of its type; None where the type takes neither."""
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
    """The types a statement expects, for a failure: `$1 date, $2 int4`."""
    return ", ".join(f"${number} {kind.name}" for number, kind in enumerate(types, start=1))
