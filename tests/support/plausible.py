"""Arguments that a tool's schema takes and that mean something, for tests that call whatever there is."""

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, Any] = {
    "base": "main",
    "channel": "C0123456789",
    "date_time": "2026-07-01T09:00",
    "duration": "PT1H",
    "emoji": "tada",
    "end": "2026-07-02T09:00",
    "from_timezone": "Asia/Tokyo",
    "head": "topic",
    "owner": "octo",
    "path": "README.md",
    "repo": "hello",
    "sql": "SELECT 1",
    "start": "2026-07-01T09:00",
    "table": "orders",
    "timestamp": "1750000000.000100",
    "timezone": "Europe/Paris",
    "timezones": ["Europe/Paris", "Asia/Tokyo"],
    "to_timezone": "Europe/Paris",
    "ts": "1750000000.000100",
    "user": "U0123456789",
}


def arguments_for(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The required parameters of an object's schema, each with its usual word or the least its schema takes."""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    return {name: WORDS[name] if name in WORDS else least(properties[name]) for name in required}


def least(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return least(schema["anyOf"][0])
    of_type = {
        "string": lambda: "x" * max(1, schema.get("minLength", 1)),
        "integer": lambda: schema.get("minimum", 1),
        "number": lambda: schema.get("minimum", 1),
        "array": lambda: [least(schema["items"])] * max(1, schema.get("minItems", 1)),
        "object": lambda: arguments_for(schema),
        "boolean": lambda: False,
    }
    return of_type[schema.get("type", "string")]()
