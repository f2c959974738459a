"""Sanitising of text from upstreams: removal of invisible characters.

Invisible and bidirectional controls can hide instructions from the person who approves a call, while the model reads
them. So they are removed, except those that ordinary text uses (`invisible`). Every regular expression runs in linear
time: its character classes are disjoint and its quantifiers possessive.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

from mcp_chassis.output.invisible import DEFAULT_IGNORABLE, kept_of

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_LONE_SURROGATES = "\ud800-\udfff"  # UTF-8 cannot encode them

_SUSPECT = f"[{_CONTROLS}{DEFAULT_IGNORABLE}{_LONE_SURROGATES}]"
_ASCII_CONTROLS = bytes(point for point in range(0x80) if point not in b"\t\n\r" and (point < 0x20 or point == 0x7F))

# Bodies exclude all controls, so that a sequence without its terminator is not scanned twice.
_ANSI = (
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS, SOS, PM, APC ...
    rf"[^{_CONTROLS}{_LONE_SURROGATES}\r\n]*+(?:\x07|\x9c|\x1b\\)"  # ... up to their terminator
    r"|\x1b[ -/]*+[0-~]"  # two-character and charset sequences
)
_REMOVED = f"{_ANSI}|[{_CONTROLS}]|(?P<surrogate>[{_LONE_SURROGATES}])"
_IGNORABLE_RUN = f"[{DEFAULT_IGNORABLE}]++"


def sanitize(text: str) -> tuple[str, int]:
    """The text without invisible characters, and the number of code points removed or replaced."""
    if not _needs_sanitizing(text):
        return text, 0
    visible = _compiled(_REMOVED).sub(_replacement, text)
    cleaned = _compiled(_IGNORABLE_RUN).sub(kept_of, visible)
    if cleaned == text:
        return text, 0
    return cleaned, len(text) - len(cleaned) + _surrogates_in(text)


def sanitize_json(value: Any) -> tuple[Any, int]:
    """A JSON value with all its texts and keys sanitised, and the number of code points removed or replaced."""
    if isinstance(value, str):
        return sanitize(value)
    if _is_mapping(value):
        return _clean_mapping(value)
    return _clean_list(value) if _is_list(value) else (value, 0)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


def _clean_mapping(mapping: Mapping[Any, Any]) -> tuple[Any, int]:
    keys = {key: sanitize_json(key) for key in mapping}
    values = {key: sanitize_json(value) for key, value in mapping.items()}
    removed = sum(count for _, count in (*keys.values(), *values.values()))
    if not removed:
        return mapping, 0
    names = distinct_keys({key: clean for key, (clean, _) in keys.items()})
    return {names[key]: value for key, (value, _) in values.items()}, removed


def distinct_keys(changed: Mapping[Any, Any]) -> dict[Any, Any]:
    """The new name of each key; names that became equal are numbered: `name`, `name (2)`. Unchanged keys stay."""
    taken = {key for key, name in changed.items() if key == name}
    names: dict[Any, Any] = {}
    numbers: dict[Any, int] = {}
    for key, name in changed.items():
        unique = name
        while unique in taken and key != name:
            numbers[name] = numbers.get(name, 1) + 1
            unique = f"{name} ({numbers[name]})"
        taken.add(unique)
        names[key] = unique
    return names


def _clean_list(items: list[Any] | tuple[Any, ...]) -> tuple[Any, int]:
    cleaned = [sanitize_json(item) for item in items]
    removed = sum(count for _, count in cleaned)
    return ([item for item, _ in cleaned], removed) if removed else (items, 0)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compile a regular expression on first use, because a process that handles only ASCII needs none."""
    return re.compile(expression)


def _needs_sanitizing(text: str) -> bool:
    if text.isascii():  # ten times as fast as a search
        return len(text.encode("ascii").translate(None, _ASCII_CONTROLS)) != len(text)
    return _compiled(_SUSPECT).search(text) is not None


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if match["surrogate"] else ""


def _surrogates_in(text: str) -> int:
    return sum(1 for character in text if "\ud800" <= character <= "\udfff")
