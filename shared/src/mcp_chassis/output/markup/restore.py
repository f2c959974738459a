"""Restoring of a text's hidden parts in an edited version of its visible form."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from mcp_chassis.output.markup.edits import Edit, VisibleText

MAX_COMPARISONS = 1_000_000  # of lines or characters; in a larger change, hidden parts are put at its beginning


class _Passage(NamedTuple):
    """A passage that both texts contain: its offset in the old and the new text, and its length."""

    old: int
    new: int
    length: int


class _Piece(NamedTuple):
    """An edit with the range of its shown text in the visible form, and its original text."""

    edit: Edit
    start: int
    end: int
    original: str


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def with_hidden_parts(shown: VisibleText, edited: str) -> str:
    """The edited text with the hidden parts put back, each beside the text that it was beside before.

    A comment or hidden element is always put back; a part that belongs to a text (a title, an attribute, a target) only
    if that text is unchanged.
    """
    passages = list(_passages(shown.text, edited))
    changes: list[_Change] = []
    for pieces in _parts(shown):
        placed = [_change(passages, piece) for piece in pieces]
        changes += [change for change in placed if change] if all(placed) else []
    parts: list[str] = []
    position = 0
    for change in sorted(changes, key=lambda each: each[:2]):
        parts += edited[position : change.start], change.text
        position = max(position, change.end)
    return "".join([*parts, edited[position:]])


def _parts(shown: VisibleText) -> list[list[_Piece]]:
    """The edits as pieces, with the pieces of a group in one list."""
    parts: dict[int, list[_Piece]] = {}
    offset = 0
    for number, edit in enumerate(shown.edits):
        start = edit.start + offset
        piece = _Piece(edit, start, start + len(edit.shown), shown.source[edit.start : edit.end])
        parts.setdefault(edit.group if edit.group >= 0 else -1 - number, []).append(piece)
        offset += len(edit.shown) - (edit.end - edit.start)
    return list(parts.values())


def _change(passages: Sequence[_Passage], piece: _Piece) -> _Change | None:
    """The change that puts a piece back; None if the text it belongs to has changed."""
    bound = piece.edit.attached or piece.edit.group >= 0
    for old, new, length in passages:
        first = piece.start - (1 if piece.edit.attached else 0)
        if old <= first and piece.end <= old + length:
            start = new + piece.start - old
            return _Change(start, start + piece.end - piece.start, piece.original)
    if bound:
        return None
    before = [each for each in passages if each.old <= piece.start]
    place = before[-1].new + min(before[-1].length, piece.start - before[-1].old) if before else 0
    return _Change(place, place, piece.original)


def _passages(old: str, new: str) -> Iterator[_Passage]:
    """Yield the passages that two texts share, compared by lines and inside changed lines by characters."""
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_at, new_at = _offsets(old_lines), _offsets(new_lines)
    for old_first, old_last, new_first, new_last in _blocks(old_lines, new_lines):
        start, end, place, place_end = old_at[old_first], old_at[old_last], new_at[new_first], new_at[new_last]
        if old_lines[old_first:old_last] == new_lines[new_first:new_last]:
            yield _Passage(start, place, end - start)
        else:
            for first, last, inner_first, inner_last in _blocks(old[start:end], new[place:place_end]):
                same = old[start + first : start + last] == new[place + inner_first : place + inner_last]
                yield _Passage(start + first, place + inner_first, last - first if same else 0)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield corresponding ranges of two sequences: their common beginning, those that difflib finds, the common end."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    rest = shorter - head
    tail = next((index for index in range(rest) if old[-1 - index] != new[-1 - index]), rest)
    yield 0, head, 0, head
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_middle) * len(new_middle) <= MAX_COMPARISONS:
        for _, first, last, new_first, new_last in SequenceMatcher(
            None, old_middle, new_middle, autojunk=False
        ).get_opcodes():
            yield first + head, last + head, new_first + head, new_last + head
    else:
        yield head, len(old) - tail, head, len(new) - tail
    yield len(old) - tail, len(old), len(new) - tail, len(new)


def _offsets(lines: Sequence[str]) -> list[int]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets
