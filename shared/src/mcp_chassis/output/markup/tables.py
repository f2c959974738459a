"""Cells of Markdown tables beyond the columns of the header, which the rendered page does not show."""

import re
from collections.abc import Iterator

_DELIMITER_ROW = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_CONTAINER = re.compile(r"[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*[ \t>]*")


def has_wide_row(source: str) -> bool:
    """Whether a row may have more cells than the delimiter row above it has columns."""
    columns = 0
    for line in source.splitlines():
        if "|" in line and _DELIMITER_ROW.fullmatch(line):
            columns = line.strip(" \t>|").count("|") + 1
        elif not line.strip(" \t>"):
            columns = 0
        elif columns and cells_end(line, columns) is not None:
            return True
    return False


def cells_end(line: str, columns: int) -> int | None:
    """The index in a row after its last cell that is shown; None if the row has no further cells with text."""
    first = _CONTAINER.match(line)
    start = first.end() if first else 0
    borders = [place for place in _unescaped(line, start) if place > start or line[start] != "|"]
    if len(borders) < columns or not line[borders[columns - 1] + 1 :].strip(" \t|"):
        return None
    return borders[columns - 1] + 1


def _unescaped(line: str, start: int) -> Iterator[int]:
    escaped = False
    for place in range(start, len(line)):
        if line[place] == "|" and not escaped:
            yield place
        escaped = line[place] == "\\" and not escaped
