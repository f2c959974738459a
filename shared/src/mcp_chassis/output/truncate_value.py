"""Truncation of one value that exceeds the budget: each page shows the next part of its longest texts.

The texts to be cut are concatenated, the longest first, and the cursor is an offset in the concatenation, so that
pages neither skip nor repeat characters. Lists inside the value are shortened only if cutting texts is not enough; no
cursor can reach the items that they lose.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, cast

from mcp_chassis.results import compact

Place = tuple[str | int, ...]

MIN_CUT_CHARS = 100  # shorter texts are never cut
PLACEHOLDER = "[cut]"  # in place of a text that a later page shows
MARK_CHARS = 40  # reserved for the mark at the end of a cut text
MIN_PAGE_CHARS = 40  # shown of the texts on each page, whatever the budget


@dataclasses.dataclass(frozen=True)
class Window:
    """The shown part of a value, and the offset of the next part; `lost` is true if lists inside were shortened."""

    value: Any
    rest: int | None = None
    lost: bool = False


def shortened(value: Any, offset: int, room: int) -> Window:
    """Shorten `value` to at most `room` characters of compact JSON, with its long texts starting at `offset`."""
    if not offset and len(compact(value)) <= room:
        return Window(value)
    trimmed = _with_shorter_lists(value, room * 3 // 4)
    places = _texts_to_cut(trimmed, room // 2)
    texts = [cast("str", _at(trimmed, place)) for place in places]
    bare = _with_texts(trimmed, places, [PLACEHOLDER] * len(places))
    parts, end = _parts(texts, offset, max(room - len(compact(bare)) - MARK_CHARS, MIN_PAGE_CHARS))
    rest = end if end < sum(map(len, texts)) else None
    return Window(_with_texts(trimmed, places, parts), rest, lost=trimmed is not value)


def _parts(texts: Sequence[str], offset: int, room: int) -> tuple[list[str], int]:
    """The shown part of each text, and the end offset in their concatenation."""
    parts: list[str] = []
    before, end = 0, offset
    for text in texts:
        left = text[max(end - before, 0) :]
        shown = _prefix(left, room) if end >= before else ""
        cut = len(left) - len(shown)
        if cut:
            parts.append(f"{shown} [cut: {cut} more characters]" if end >= before else PLACEHOLDER)
        else:
            parts.append(shown)
        room -= _width(shown)
        end += len(shown)
        before += len(text)
    return parts, end


def _prefix(text: str, room: int) -> str:
    """A prefix of `text` that takes at most `room` characters in JSON, where an escape has up to six."""
    length = max(min(len(text), room), 0)
    while _width(text[:length]) > room:
        length = length * 9 // 10
    return text[:length]


def _width(text: str) -> int:
    return len(compact(text)) - 2


def _with_shorter_lists(value: Any, room: int) -> Any:
    """`value` with its longest lists halved until it fits with all long texts cut; the same object if it fits."""
    while len(compact(_outline(value))) > room:
        lists = [(len(compact(_outline(found))), place) for place, found in _lists(value) if len(found) > 1]
        if not lists:
            break
        place = max(lists)[1]
        half = cast("list[Any]", _at(value, place))
        value = _with(value, place, half[: len(half) // 2])
    return value


def _outline(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) < MIN_CUT_CHARS else PLACEHOLDER
    if isinstance(value, dict):
        return {key: _outline(child) for key, child in cast("dict[str, Any]", value).items()}
    return [_outline(child) for child in cast("list[Any]", value)] if isinstance(value, list) else value


def _texts_to_cut(value: Any, room: int) -> list[Place]:
    """The longest texts whose removal makes `value` fit into `room`, the longest first."""
    texts = [(place, text) for place, text in _parts_of(value) if isinstance(text, str) and len(text) >= MIN_CUT_CHARS]
    texts.sort(key=lambda found: -len(found[1]))
    size, cut = len(compact(value)), list[Place]()
    for place, text in texts:
        if size <= room and cut:
            break
        cut.append(place)
        size -= _width(text)
    return cut


def _lists(value: Any) -> Iterator[tuple[Place, list[Any]]]:
    return ((place, cast("list[Any]", part)) for place, part in _parts_of(value) if isinstance(part, list))


def _parts_of(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    yield place, value
    if isinstance(value, dict):
        for key, child in cast("dict[str, Any]", value).items():
            yield from _parts_of(child, (*place, key))
    elif isinstance(value, list):
        for index, child in enumerate(cast("list[Any]", value)):
            yield from _parts_of(child, (*place, index))


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _with_texts(value: Any, places: Sequence[Place], texts: Sequence[str]) -> Any:
    for place, text in zip(places, texts, strict=True):
        value = _with(value, place, text)
    return value


def _with(value: Any, place: Place, part: Any) -> Any:
    if not place:
        return part
    copy: Any = dict(cast("dict[str, Any]", value)) if isinstance(value, dict) else list(cast("list[Any]", value))
    copy[place[0]] = _with(copy[place[0]], place[1:], part)
    return copy
