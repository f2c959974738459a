"""Arguments that no host means, made from arguments it does mean; the same ones for the same seed."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from plausible import arguments_for

Arguments = dict[str, Any]


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


SCALARS: Sequence[Any] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**400, -(10**400), 0.1, -0.0, 1e308, 5e-324, 1e-9, float("nan"),
    float("inf"), -float("inf"),
)  # fmt: skip
TEXTS: Sequence[str] = (
    "", " ", "\n", "\t\r\n", "\0", "a\0b", "\ud800", "a\udc00b", "\ud83d", "\u202eevil", "\u200b", "\ufeff",
    "\x1b[31m", "\U000e0041\U000e007f", "null", "true", "NaN", "-Infinity", "1e999", "[1]", '{"a":1}', '["a","b"]',
    '["\\u0000"]', '["\\ud800"]', "[" * 5_000, '{"a":' * 5_000, "0x10", "9" * 400, "-" * 400, "\u0663", "\U0001d7da",
    "\uff12\uff10\uff12\uff16", "²", "½", "İ", "ß", "e\u0301" * 50, "\U0001f468\u200d\U0001f469", "\ufdfa" * 50,
    "\U0010ffff", "../../etc/passwd", "..", ".", "/", "//", "%00", "%2e%2e", "${HOME}", "{0.__class__}", "%s%n",
    "'; DROP TABLE x; --", "<script>", "`id`", "x" * 1_000, "x" * 100_000, "é" * 65, "a" * 64, "a" * 65, "()" * 200,
    "(" * 160, "9**9**9", "2026-13-45T99:99", "0000-00-00", "9999-12-31T23:59", "0001-01-01T00:00", "-9999-01-01",
    "+999999999", "1e400", "99999999999999", "P99999999999D", "PT1e9S", "-P1Y", "P", "UTC+99", "UTC-00:00:01",
    "GMT0BST", "posixrules", "localtime", "now now", "tomorrow " * 20, "mon-mon 25:00-24:61",
)  # fmt: skip
CONTAINERS: Sequence[Any] = (
    [], {}, [[]], {"": {}}, [None], {"a": None}, ["x"] * 1_000, {str(n): n for n in range(1_000)},
    nested(150, lambda value: [value]), nested(150, lambda value: {"a": value}), {"__proto__": {}, "constructor": 1},
)  # fmt: skip
HOSTILE = (*SCALARS, *TEXTS, *CONTAINERS)
NAMES = (
    "",
    "a",
    "__class__",
    "self",
    "ctx",
    "cursor ",
    "x" * 5_000,
    "\ud800",
    "\0",
    "date_time\u200b",
    "$ref",
    "_meta",
)


def taken_by(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema takes; objects are put together here, for hypothesis-jsonschema's break on hypothesis."""
    if schema.get("type") == "object":
        parts = {name: taken_by(part) for name, part in schema.get("properties", {}).items()}
        required = {name: parts.pop(name) for name in schema.get("required", [])}
        return st.fixed_dictionaries(required, optional=parts)
    if schema.get("type") == "array":
        most = min(schema.get("maxItems", 5), 5)
        return st.lists(taken_by(schema["items"]), min_size=schema.get("minItems", 0), max_size=most)
    return from_schema(schema)


def shaped(schema: Mapping[str, Any], count: int) -> list[Arguments]:
    """`count` arguments that the schema takes, as hypothesis finds them."""
    found: list[Arguments] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(taken_by(schema))
    def collect(arguments: Arguments) -> None:
        found.append(copy.deepcopy(arguments))

    collect()
    return found


def hostile(schema: Mapping[str, Any], count: int, seed: int) -> Iterator[Arguments]:
    """`count` arguments: a tenth as the schema has them, the rest with one to three parts changed for the worse."""
    rng = Random(seed)
    seeds = [arguments_for(schema), *shaped(schema, max(2, min(count // 10, 60)))]
    for place in range(count):
        arguments = copy.deepcopy(seeds[0] if place % 2 else rng.choice(seeds))
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 2, 2, 3, 3)) if place >= len(seeds) else 0):
            rng.choice(CHANGES)(arguments, schema, rng)
        yield arguments


def _replace(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    if name := _name(schema, rng):
        arguments[name] = copy.deepcopy(rng.choice(HOSTILE))


def _spoil_text(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    """One character more, less or other, somewhere in a text that meant something."""
    names = [name for name, value in arguments.items() if isinstance(value, str) and value]
    if names:
        name = rng.choice(names)
        text, at = arguments[name], rng.randrange(len(arguments[name]))
        insert = rng.choice(["", "0", "9", "-", ":", "+", " ", "Z", "T", "\0", "é", "\u200b", "\u0663", "(", "."])
        arguments[name] = text[:at] + insert + text[at + rng.choice((0, 1, 1, 4)) :]


def _spoil_inside(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    """A part of a list or an object becomes something else."""
    held = [value for value in arguments.values() if isinstance(value, list | dict) and value]
    if held:
        whole = rng.choice(held)
        place = rng.randrange(len(whole)) if isinstance(whole, list) else rng.choice(list(whole))
        whole[place] = copy.deepcopy(rng.choice(HOSTILE))


def _as_json_text(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    if names := list(arguments):
        name = rng.choice(names)
        arguments[name] = json.dumps(arguments[name])


def _in_a_list(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    """Once only: a thousand lists of a thousand are more than a message holds."""
    if names := [name for name, value in arguments.items() if not isinstance(value, list)]:
        name = rng.choice(names)
        arguments[name] = [arguments[name]] * rng.choice((1, 2, 21, 1_000))


def _without(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    if names := list(arguments):
        del arguments[rng.choice(names)]


def _unknown(arguments: Arguments, schema: Mapping[str, Any], rng: Random) -> None:
    arguments[rng.choice(NAMES)] = copy.deepcopy(rng.choice(HOSTILE))


def _name(schema: Mapping[str, Any], rng: Random) -> str:
    return rng.choice([*schema["properties"]]) if schema["properties"] else ""


CHANGES = (_replace, _replace, _spoil_text, _spoil_text, _spoil_inside, _as_json_text, _in_a_list, _without, _unknown)
