"""Percent-encoded paths from templates: a value is one segment and cannot become another endpoint."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from mcp_chassis.failures import InvalidInput

_PLACE = re.compile(r"\{(\+?)(\w+)\}")


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put `values` into `{name}` (one segment) and `{+name}` (a path of several), percent-encoded.

    Raises:
        InvalidInput: when a segment is empty, `.` or `..`, or contains control characters.
        KeyError: when `values` lacks a name of the template, which is a bug.
    """

    def place(match: re.Match[str]) -> str:
        several, name = match.groups()
        value = str(values[name])
        return "/".join(_segment(name, part) for part in (value.split("/") if several else [value]))

    return _PLACE.sub(place, template)


def _segment(name: str, value: str) -> str:
    if value in {"", ".", ".."} or any(character < " " or character == "\x7f" for character in value):
        raise InvalidInput(f"{name} must not have an empty part, `.`, `..` or control characters.")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as exc:
        raise InvalidInput(f"{name} contains half of a surrogate pair, which is not valid text.") from exc
