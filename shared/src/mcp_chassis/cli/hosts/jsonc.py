"""JSON as people keep it, with comments and trailing commas: changing one member leaves every other byte alone."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

_STRING = r'"(?:[^"\\]|\\.)*+"'
_TOKEN = re.compile(rf"{_STRING}|//[^\n]*|/\*.*?\*/|[,}}\]]", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Member:
    """One member of an object, with the offsets of its value and key."""

    key: str
    start: int
    end: int
    key_start: int


def plain(text: str) -> str:
    """The text with comments and trailing commas replaced by spaces, so that all offsets stay the same."""
    characters = list(text)
    comma: int | None = None
    end = 0
    for token in _TOKEN.finditer(text):
        if text[end : token.start()].strip():
            comma = None
        end = token.end()
        kind = token[0][0]
        if kind == "/":
            characters[token.start() : end] = re.sub(r"[^\r\n]", " ", token[0])
        elif kind == ",":
            comma = token.start()
        else:
            if kind in "}]" and comma is not None:
                characters[comma] = " "
            comma = None
    return "".join(characters)


def parse(text: str) -> dict[str, Any]:
    """Parse the text as a JSON object; an empty text gives an empty object.

    Raises:
        ValueError: when it is not JSON, or not an object.
    """
    if not text.strip():
        return {}
    blank = plain(text)
    if not blank.lstrip().startswith("{"):
        raise ValueError("it is not an object")
    return cast("dict[str, Any]", json.loads(blank, strict=False))


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """The text with the member at `path` set to `value`; missing objects on the path are created.

    Raises:
        ValueError: when the text, or a member on the path, is not an object.
    """
    if not text.strip():
        text = "{}\n"
    parse(text)
    blank = plain(text)
    start = blank.index("{")
    for depth, key in enumerate(path):
        members, end = _members(blank, start)
        found = next((member for member in reversed(members) if member.key == key), None)
        if found is None:
            return _inserted(text, blank, start, end, members, key, _nested(path[depth + 1 :], value))
        if depth == len(path) - 1:
            indent = _indent(text, found.key_start)
            return text[: found.start] + _written(value, indent, text) + text[found.end :]
        if blank[found.start] != "{":
            raise ValueError(f"{key} is not an object")
        start = found.start
    return text


def without_member(text: str, path: Sequence[str]) -> str:
    """The text without the member at `path`.

    Raises:
        ValueError: when there is no such member.
    """
    blank = plain(text)
    start = blank.index("{")
    for key in path[:-1]:
        start = _member(_members(blank, start)[0], key).start
    members, _ = _members(blank, start)
    member = _member(members, path[-1])
    place = members.index(member)
    if place + 1 < len(members):
        return text[: member.key_start] + text[members[place + 1].key_start :]
    before = members[place - 1].end if place else start + 1
    return text[:before] + text[member.end :]


def _member(members: Sequence[Member], key: str) -> Member:
    for member in reversed(members):
        if member.key == key:
            return member
    raise ValueError(f"there is no {key}")


def _nested(path: Sequence[str], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _members(blank: str, start: int) -> tuple[list[Member], int]:
    """The members of the object that begins at `start`, and the offset of its closing brace."""
    members: list[Member] = []
    place = _skip(blank, start + 1)
    while blank[place] != "}":
        if blank[place] == ",":
            place = _skip(blank, place + 1)
            continue
        key, end = _DECODER.raw_decode(blank, place)
        value = _skip(blank, _skip(blank, end) + 1)
        _, value_end = _DECODER.raw_decode(blank, value)
        members.append(Member(key, value, value_end, place))
        place = _skip(blank, value_end)
    return members, place


def _skip(blank: str, place: int) -> int:
    while blank[place].isspace():
        place += 1
    return place


def _inserted(text: str, blank: str, start: int, end: int, members: list[Member], key: str, value: Any) -> str:
    newline = _newline(text)
    if members:
        indent = _indent(text, members[-1].key_start)
        at = members[-1].end
        return f"{text[:at]},{newline}{indent}{json.dumps(key)}: {_written(value, indent, text)}{text[at:]}"
    outer = _indent(text, start)
    indent = outer + "  "
    rest = text[start + 1 : end].rstrip(" \t\r\n")
    member = f"{newline}{indent}{json.dumps(key)}: {_written(value, indent, text)}"
    return f"{text[: start + 1]}{rest}{member}{newline}{outer}{text[end:]}"


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _written(value: Any, indent: str, text: str) -> str:
    unit = "\t" if "\t" in indent else 2
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    return f"{_newline(text)}{indent}".join(lines)
