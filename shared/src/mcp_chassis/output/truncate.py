"""Truncation of results to the output budget, between items where possible, with the position of the rest."""

import dataclasses
from collections.abc import Iterator
from typing import Any, cast

from mcp_chassis.output.cursors import Position
from mcp_chassis.output.truncate_value import shortened
from mcp_chassis.results import compact

RESERVED_CHARS = 400  # for the cursor, the truncation mark and the count


@dataclasses.dataclass(frozen=True)
class Truncated:
    """A truncated result. `rest` is the position of the rest; `lost` is true if no cursor reaches some of it."""

    data: dict[str, Any]
    rest: Position | None = None
    lost: bool = False


def truncate(data: dict[str, Any], page_field: str | None, budget: int, start: Position) -> Truncated:
    """Cut `data` to `budget` characters of compact JSON, beginning at `start`.

    Args:
        page_field: the list that is cut between items; the longest one when None.
        start: the end of the page before.
    """
    field = page_field or _longest_list(data)
    if field is None or (page_field is None and not start.skip and _text_is_larger(data, field)):
        return _truncate_object(data, budget - RESERVED_CHARS, start)
    return _truncate_list(data, field, budget - RESERVED_CHARS, start)


def truncate_text(text: str, budget: int, offset: int) -> tuple[str, int | None]:
    """Up to `budget` characters of `text` from `offset`, cut after a line; and the offset of the rest, None without."""
    if len(text) - offset <= budget:
        return text[offset:], None
    end = text.rfind("\n", offset, offset + budget - RESERVED_CHARS) + 1
    if end <= offset:
        end = offset + budget - RESERVED_CHARS
    return text[offset:end], end


def _truncate_list(data: dict[str, Any], field: str, room: int, start: Position) -> Truncated:
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


def _truncate_object(data: dict[str, Any], room: int, start: Position) -> Truncated:
    shown = shortened(data, start.offset, room)
    rest = None if shown.rest is None else Position(start.own, 0, shown.rest)
    return Truncated(shown.value, rest, shown.lost)


def _longest_list(data: dict[str, Any]) -> str | None:
    lengths = {key: len(compact(value)) for key, value in data.items() if isinstance(value, list)}
    return max(lengths, key=lengths.__getitem__, default=None)


def _text_is_larger(data: dict[str, Any], field: str) -> bool:
    return max(map(len, _texts(data)), default=0) > len(compact(data[field])) // 2


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        children = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for child in children:
            yield from _texts(child)
