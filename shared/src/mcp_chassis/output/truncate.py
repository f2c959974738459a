"""The output budget: a result that is too long is cut at an item's border, and says how to go on."""

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

from mcp_chassis.output.cursors import Position
from mcp_chassis.output.truncate_value import shortened
from mcp_chassis.results import compact

RESERVED_CHARS = 400  # characters kept for the cursor, the mark and the count


@dataclasses.dataclass(frozen=True)
class Truncated:
    """What is delivered now, and where the rest begins (None: nothing is left); `lost` where no cursor leads to it."""

    data: dict[str, Any]
    rest: Position | None = None
    lost: bool = False


def truncate(data: dict[str, Any], page_field: str | None, budget: int, start: Position) -> Truncated:
    """Cut `data` to `budget` characters of compact JSON, beginning at `start`.

    Args:
        page_field: the list that may be cut at an item's border; None lets the longest one be chosen.
        start: where the page before ended.
    """
    field = page_field or _longest_list(data)
    if field is None or (page_field is None and not start.skip and _text_outweighs(data, field)):
        return _fit_object(data, budget - RESERVED_CHARS, start)
    return _fit_list(data, field, budget - RESERVED_CHARS, start)


def truncate_text(text: str, budget: int, offset: int) -> tuple[str, int | None]:
    """Cut `text`, beginning at `offset`, to `budget` characters at a line's border; where the rest begins."""
    if len(text) - offset <= budget:
        return text[offset:], None
    end = text.rfind("\n", offset, offset + budget - RESERVED_CHARS) + 1
    if end <= offset:
        end = offset + budget - RESERVED_CHARS
    return text[offset:end], end


def _fit_list(data: dict[str, Any], field: str, room: int, start: Position) -> Truncated:
    items = cast("list[Any]", data[field])[start.skip :]
    around = shortened({**data, field: []}, 0, room // 2)
    data = {**around.value, field: []}
    room -= len(compact(data))
    if not items:
        return Truncated(data, None, around.lost)
    first = shortened(items[0], start.offset, room - 1)
    if first.rest is not None:
        return Truncated({**data, field: [first.value]}, Position(start.own, start.skip, first.rest), first.lost)
    fitting, room = 1, room - len(compact(first.value)) - 1
    for item in items[1:]:
        room -= len(compact(item)) + 1
        if room < 0:
            break
        fitting += 1
    rest = Position(start.own, start.skip + fitting) if fitting < len(items) else None
    shown = [first.value, *items[1:fitting]]
    return Truncated({**data, field: shown}, rest, first.lost or around.lost)


def _fit_object(data: dict[str, Any], room: int, start: Position) -> Truncated:
    shown = shortened(data, start.offset, room)
    rest = None if shown.rest is None else Position(start.own, 0, shown.rest)
    return Truncated(shown.value, rest, shown.lost)


def _longest_list(data: dict[str, Any]) -> str | None:
    lengths = {key: len(compact(value)) for key, value in data.items() if isinstance(value, list)}
    return max(lengths, key=lengths.__getitem__, default=None)


def _text_outweighs(data: dict[str, Any], field: str) -> bool:
    return max(map(len, _texts(data)), default=0) > len(compact(data[field])) // 2


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        children = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for child in children:
            yield from _texts(child)
