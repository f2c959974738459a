"""Conversion of OpenAPI parameter styles to the keys `style` and `separator` of a bridge file."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from rest_mcp.openapi.schemas import Table
from rest_mcp.parameters import Parameter

LIST_STYLES = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
PATH_STYLES = ("label", "matrix")
OBJECT_IN_A_QUERY = "is an object outside of a body, in a style that cannot be sent"
CANNOT = "cannot"
"""Key of a table with the reason why the parameter cannot be offered; the file must hide, fix or type it."""


def styled(found: Table, node: Mapping[str, Any], place: str) -> Table:
    """Add the `style` or `separator` in which the API expects a value outside of a JSON body.

    A plain value, and a list that repeats its name for each item, need neither.
    """
    if CANNOT in found:
        return found
    if "schema" not in node and "application/json" in node.get("content", ()):
        return {**found, "style": "json"}
    style = str(node.get("style") or ("simple" if place == "path" else "form"))
    explode = node.get("explode", style == "form")
    kind = found.get("type")
    if kind not in {"array", "object"}:
        return {CANNOT: f"is in the style {style}, which cannot be sent"} if style in PATH_STYLES else found
    if kind == "object":
        can = place != "path" and (style == "deepObject" or (style == "form" and explode is True))
        found = {**found, "style": style} if can else {CANNOT: OBJECT_IN_A_QUERY}
    elif style not in LIST_STYLES:
        return {CANNOT: f"is a list in the style {style[:20]}, which cannot be sent"}
    elif style != "form" or explode is not True:
        found = {**found, "separator": LIST_STYLES[style]}
    return _sendable(found)


def _sendable(found: Table) -> Table:
    """The table, or one with the reason why its value cannot be sent outside of a JSON body."""
    try:
        problem = Parameter.model_validate(found).outside_json_problem
    except ValidationError:  # reported with its place when the file is validated
        return found
    return {CANNOT: f"is {problem}, which cannot be sent outside of a JSON body"} if problem else found


def without_null(found: Table) -> Table:
    """The table without `nullable` at any level: only a JSON body can carry null."""
    parts = {name: without_null(part) for name, part in found.get("properties", {}).items()}
    items = {key: without_null(found[key]) for key in ("items", "values") if key in found}
    rest = {key: value for key, value in found.items() if key != "nullable"}
    return {**rest, **({"properties": parts} if parts else {}), **items}
