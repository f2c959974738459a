"""Any arguments that the JSON schema of a tool takes, as hypothesis strategies; nested objects included."""

from collections.abc import Mapping
from typing import Any, cast

from hypothesis import strategies as st

TEXT = st.characters(codec="utf-8", exclude_characters="\0")
MAX_TEXT_CHARS = 200
MAX_ITEMS = 3
MAX_INT = 2**62

Strategy = st.SearchStrategy[Any]
Schema = Mapping[str, Any]


def arguments(
    schema: Schema,
    chosen: Mapping[str, Strategy],
    *,
    left_out: frozenset[str] = frozenset(),
    whole: Schema | None = None,
) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a schema; a property called as in `chosen` takes that strategy, at any depth.

    Args:
        left_out: properties that are never given.
        whole: the schema that references point into; `schema` itself when left out.
    """
    whole = whole or schema
    properties = {name: prop for name, prop in schema["properties"].items() if name not in left_out}
    each = {n: chosen[n] if n in chosen else values(prop, chosen, whole) for n, prop in properties.items()}
    required = {name: each[name] for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional={n: s for n, s in each.items() if n not in required})


def values(schema: Schema, chosen: Mapping[str, Strategy], whole: Schema) -> Strategy:
    """Values of any schema that tools have."""
    if "$ref" in schema:
        return values(whole["$defs"][schema["$ref"].rpartition("/")[2]], chosen, whole)
    if "anyOf" in schema:
        return st.one_of(*(values(each, chosen, whole) for each in schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _of_type(schema, chosen, whole)


def _of_type(schema: Schema, chosen: Mapping[str, Strategy], whole: Schema) -> Strategy:
    kind = schema.get("type")
    if kind == "object":
        if "properties" not in schema:
            inner = schema.get("additionalProperties")
            value = values(cast("Schema", inner), chosen, whole) if isinstance(inner, dict) else _text({})
            return st.dictionaries(_text({"minLength": 1, "maxLength": 10}), value, max_size=MAX_ITEMS)
        return arguments(schema, chosen, whole=whole)
    if kind == "array":
        least = schema.get("minItems", 0)
        return st.lists(values(schema["items"], chosen, whole), min_size=least, max_size=least + MAX_ITEMS)
    simple: dict[str | None, Strategy] = {
        "integer": st.integers(schema.get("minimum", -MAX_INT), schema.get("maximum", MAX_INT)),
        "number": st.floats(schema.get("minimum", -1e9), schema.get("maximum", 1e9)),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple[kind] if kind in simple else _text(schema)


def _text(schema: Schema) -> Strategy:
    least = schema.get("minLength", 0)
    if "pattern" in schema:
        pattern: str = schema["pattern"]
        return st.from_regex(pattern, fullmatch=True)
    return st.text(TEXT, min_size=least, max_size=min(schema.get("maxLength", MAX_TEXT_CHARS), least + MAX_TEXT_CHARS))
