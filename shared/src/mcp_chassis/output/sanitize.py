"""Sanitising of text from upstreams: invisible characters are removed, everything else is kept.

Invisible and bidirectional controls can hide instructions from the person who approves a call while the model reads
them, so they are removed. ZWNJ between letters that join and flags made of tag characters are ordinary writing, so they
are kept. Every expression runs in linear time: character classes are disjoint and quantifiers possessive.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_INVISIBLE = "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f"
_LONE_SURROGATES = "\ud800-\udfff"  # UTF-8 cannot encode them
_ZWNJ = "\u200c"

_SUSPECT = f"[{_CONTROLS}{_INVISIBLE}{_LONE_SURROGATES}{_ZWNJ}]"
_ASCII_CONTROLS = bytes(point for point in range(0x80) if point not in b"\t\n\r" and (point < 0x20 or point == 0x7F))

# Bodies exclude all controls, so that a sequence without its terminator is not scanned twice.
_ANSI = (
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS, SOS, PM, APC ...
    rf"[^{_CONTROLS}{_LONE_SURROGATES}\r\n]*+(?:\x07|\x9c|\x1b\\)"  # ... up to their terminator
    r"|\x1b[ -/]*+[0-~]"  # two-character and charset sequences
)


# The subdivision flags that fonts support; any other sequence of tags could hide words behind a black flag.
_DRAWN_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls", "usca", "ustx")
)
_KEPT_FLAG = f"(?P<flag>\U0001f3f4(?:{_DRAWN_FLAGS})\U000e007f)"

_REMOVED = f"{_KEPT_FLAG}|{_ANSI}|[{_CONTROLS}{_INVISIBLE}]|(?P<surrogate>[{_LONE_SURROGATES}])"
_ZWNJ_RUN = f"{_ZWNJ}++"

# Blocks whose letters change shape beside each other: the Arabic family, the Brahmic scripts with a virama,
# Mongolian and its relatives.
_JOINING_BLOCKS = (
    (0x0600, 0x08FF),
    (0x0900, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x18AF),
    (0xA840, 0xA87F),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10AC0, 0x10AFF),
    (0x10B80, 0x10BAF),
    (0x10D00, 0x10D3F),
    (0x10F30, 0x10FDF),
    (0x11000, 0x1145F),
    (0x1E900, 0x1E95F),
)


def sanitize(text: str) -> tuple[str, int]:
    """The text without invisible characters, and the number of code points removed or replaced."""
    if text.isprintable() or not _needs_sanitizing(text):
        return text, 0
    visible = _compiled(_REMOVED).sub(_kept, text)
    cleaned = _compiled(_ZWNJ_RUN).sub(_kept_zwnj, visible) if _ZWNJ in visible else visible
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
    removed = 0
    cleaned: dict[Any, Any] = {}
    for key, value in mapping.items():
        clean_key, in_key = sanitize_json(key)
        clean_value, in_value = sanitize_json(value)
        cleaned[clean_key] = clean_value
        removed += in_key + in_value
    return (cleaned, removed) if removed else (mapping, 0)


def _clean_list(items: list[Any] | tuple[Any, ...]) -> tuple[Any, int]:
    cleaned = [sanitize_json(item) for item in items]
    removed = sum(count for _, count in cleaned)
    return ([item for item, _ in cleaned], removed) if removed else (items, 0)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compile an expression on first use: a start that handles only ASCII needs none."""
    return re.compile(expression)


def _needs_sanitizing(text: str) -> bool:
    if text.isascii():  # ten times as fast as a search
        return len(text.encode("ascii").translate(None, _ASCII_CONTROLS)) != len(text)
    return _compiled(_SUSPECT).search(text) is not None


def _kept(match: re.Match[str]) -> str:
    if match["surrogate"]:
        return "\ufffd"
    return match["flag"] or ""


def _kept_zwnj(match: re.Match[str]) -> str:
    """Keep one ZWNJ of a run between joining letters: more have no effect, and run lengths could encode text."""
    text, start, end = match.string, match.start(), match.end()
    joined = start > 0 and end < len(text) and _joins(text[start - 1], "LM") and _joins(text[end], "L")
    return _ZWNJ if joined else ""


def _joins(character: str, categories: str) -> bool:
    point = ord(character)
    if not any(first <= point <= last for first, last in _JOINING_BLOCKS):
        return False
    return unicodedata.category(character)[0] in categories


def _surrogates_in(text: str) -> int:
    return sum(1 for character in text if "\ud800" <= character <= "\udfff")
