"""Mapping from offsets in a parsed Markdown paragraph, whose content lacks the markup of its lines, to the source."""

import re
from bisect import bisect_right
from collections.abc import Sequence

_LINE_END = re.compile(r"\r\n?|\n")  # as the parser counts lines


class SourceLines:
    """The lines of a source, by number and by offset."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.offsets = [0]
        self.offsets += [match.end() for match in _LINE_END.finditer(source)]
        self.offsets.append(len(source) + 1)

    def line(self, number: int) -> str:
        return self.source[self.offsets[number] : self.offsets[number + 1]].rstrip("\r\n")

    def region(self, first: int, end: int) -> tuple[int, int]:
        """The range of the lines from `first` to before `end`."""
        return self.offsets[first], min(self.offsets[min(end, len(self.offsets) - 1)], len(self.source))

    def number_at(self, offset: int) -> int:
        return bisect_right(self.offsets, offset) - 1


class ParagraphPlaces:
    """Maps offsets in a paragraph's content to offsets in the source.

    Args:
        first: number of the paragraph's first line.
        after: offset in the source at which the search in that line begins, for cells of a table.

    `mapped` is False if a line was not found in the source; its offsets are then all that of its beginning.
    """

    def __init__(self, lines: SourceLines, content: str, first: int, after: int = 0) -> None:
        self._starts: list[int] = []
        self._maps: list[Sequence[int]] = []
        self.mapped = True
        self.end = after
        position = 0
        for index, part in enumerate(content.split("\n")):
            line = lines.line(first + index) if first + index < len(lines.offsets) - 1 else ""
            places = _aligned(part, line, max(after - lines.offsets[first], 0) if not index else 0)
            self.mapped &= places is not None
            base = lines.offsets[min(first + index, len(lines.offsets) - 1)]
            self._starts.append(position)
            self._maps.append([base + place for place in places or (0,)])
            if places is not None:
                self.end = base + places[-1]
            position += len(part) + 1

    def place(self, offset: int) -> int:
        """The offset in the source of an offset in the content."""
        index = bisect_right(self._starts, offset) - 1
        places = self._maps[index]
        return places[min(offset - self._starts[index], len(places) - 1)]

    def range(self, start: int, end: int) -> tuple[int, int]:
        return self.place(start), self.place(end - 1) + 1 if end > start else self.place(start)


def _aligned(part: str, line: str, after: int) -> list[int] | None:
    """The index in a source line of each character of `part` and of its end; None if `part` is not found."""
    text = part.strip(" \t")
    leading = len(part) - len(part.lstrip(" \t"))
    stripped = line.rstrip(" \t\r")
    if after or not stripped.endswith(text):
        start, places = _found(text, line, after)
        if start < 0:
            return None
    else:
        start = len(stripped) - len(text)
        places = list(range(start, start + len(text)))
    end = places[-1] + 1 if places else start
    return [*[start] * leading, *places, *[end] * (len(part) - leading - len(text)), end]


def _found(text: str, line: str, after: int) -> tuple[int, list[int]]:
    """The start of a cell's text in a line, -1 if it is not found, and the index of each character.

    In the source, `|` is escaped with a backslash.
    """
    written = text.replace("|", "\\|")
    start = line.find(written, after)
    if start < 0:
        start = line.rfind(text)
        return start, list(range(start, start + len(text)))
    places: list[int] = []
    position = start
    for character in text:
        position += character == "|"
        places.append(position)
        position += 1
    return start, places
