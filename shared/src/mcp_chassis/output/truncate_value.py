"""One value that is larger than the budget: a window on its longest texts, moved on by a cursor.

The texts that must be cut are taken as one, the longest first. Each page shows the part of it that has room, so that
page after page nothing is lost and nothing comes twice. Lists inside the value are shortened only where cutting texts
does not help; no cursor leads to what they lose.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, cast

from mcp_chassis.results import compact

Place = tuple[str | int, ...]

SHORT = 100  # characters of a text that is not worth cutting
LATER = "[cut]"  # stands for a text whose turn comes after the one that is cut now
MARK = 40  # characters kept for the mark of the text that is cut now
LEAST = 40  # characters that a page moves on, whatever else there is


@dataclasses.dataclass(frozen=True)
class Window:
    """What is shown of a value, and where the next window begins; `lost` where lists inside it were shortened."""

    value: Any
    rest: int | None = None
    lost: bool = False


def shortened(value: Any, offset: int, room: int) -> Window:
    """`value` within `room` characters of compact JSON, its long texts from `offset` characters on."""
    if not offset and len(compact(value)) <= room:
        return Window(value)
    trimmed = _trimmed(value, room * 3 // 4)
    places = _to_be_cut(trimmed, room // 2)
    texts = [cast("str", _at(trimmed, place)) for place in places]
    bare = _with_texts(trimmed, places, [LATER] * len(places))
    parts, end = _parts(texts, offset, max(room - len(compact(bare)) - MARK, LEAST))
    rest = end if end < sum(map(len, texts)) else None
    return Window(_with_texts(trimmed, places, parts), rest, lost=trimmed is not value)


def _parts(texts: Sequence[str], offset: int, room: int) -> tuple[list[str], int]:
    """What is shown of each text, and how far that goes in all of them together."""
    parts: list[str] = []
    before, end = 0, offset
    for text in texts:
        left = text[max(end - before, 0) :]
        shown = _beginning(left, room) if end >= before else ""
        cut = len(left) - len(shown)
        parts.append(f"{shown} [cut: {cut} more characters]" if cut and end >= before else LATER if cut else shown)
        room -= _width(shown)
        end += len(shown)
        before += len(text)
    return parts, end


def _beginning(text: str, room: int) -> str:
    """As much of `text` as fits into `room` characters of JSON, where a quote or a control takes up to six."""
    kept = max(min(len(text), room), 0)
    while _width(text[:kept]) > room:
        kept = kept * 9 // 10
    return text[:kept]


def _width(text: str) -> int:
    return len(compact(text)) - 2


def _trimmed(value: Any, room: int) -> Any:
    """`value` with its longest lists halved until it fits, its long texts not counted; itself where it fits."""
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
        return value if len(value) < SHORT else LATER
    if isinstance(value, dict):
        return {key: _outline(child) for key, child in cast("dict[str, Any]", value).items()}
    return [_outline(child) for child in cast("list[Any]", value)] if isinstance(value, list) else value


def _to_be_cut(value: Any, room: int) -> list[Place]:
    """The longest texts without which the rest of `value` fits into `room`, the longest first."""
    texts = [(place, text) for place, text in _parts_of(value) if isinstance(text, str) and len(text) >= SHORT]
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
