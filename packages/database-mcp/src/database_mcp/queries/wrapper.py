"""Wrapper SELECT around every query: only a query is valid inside, and its columns truncate long cells."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from database_mcp.client.protocols import Attribute, TypeName

MAX_CELL_CHARS = 2000  # Maximum number of characters in a cell.
MAX_BATCH_BYTES = 36 * 1024 * 1024
_MAX_CHARACTER_BYTES = 4
_SHORT_BYTES = 64
_MAX_EXACT_INTEGER = 2**53  # Programs that read JSON numbers as doubles change larger integers.

_NATIVE = frozenset({"bool", "int2", "int4", "int8", "oid", "float8"})
_ASCII = frozenset({"numeric", "bytea", "bit", "varbit", "inet", "cidr"})
_UNLIKE_THEIR_CAST = frozenset({"inet", "bpchar", "xml", "void"})
"""Types whose cast to text differs from their output function: /32 after a single address, trailing spaces of char(n),
the declaration of xml. Casts of user-defined types may return any text."""
_SHORT = _NATIVE | {"float4", "date", "time", "timetz", "timestamp", "timestamptz", "uuid", "interval", "macaddr"}


def wrapped(
    query: str, columns: Sequence[Attribute], *, limit: int, offset: int = 0, cell_chars: int = MAX_CELL_CHARS
) -> str:
    """The wrapper query, which limits cells and rows; columns of types that JSON cannot represent become text."""
    cells = ", ".join(cell(f"c{place}", built_in(column.type), cell_chars) for place, column in enumerate(columns))
    return " ".join(["SELECT", cells, "FROM", source(query, len(columns)), f"LIMIT {limit} OFFSET {offset}"])


def built_in(type_name: TypeName) -> str:
    """A type's name; a user-defined type gets its schema, since its name may equal that of a built-in type."""
    return type_name.name if type_name.schema in ("pg_catalog", "") else f"{type_name.schema}.{type_name.name}"


def source(query: str, columns: int) -> str:
    """The query as a FROM item, where only a query is valid; line breaks end a comment in its last line."""
    names = ", ".join(f"c{place}" for place in range(columns))
    return f"(\n{query}\n) q" + (f"({names})" if columns else "")


def cell(column: str, type_name: str, chars: int = MAX_CELL_CHARS) -> str:
    """One column of the select list: unchanged if JSON can represent its type, else as truncated text."""
    if type_name in _NATIVE:
        return column
    if type_name == "float4":
        return f"{column}::pg_catalog.text::pg_catalog.float8"  # Gives 0.1, not 0.10000000149011612.
    if type_name == "bytea":
        # The text form of half a gigabyte of bytea would exceed PostgreSQL's limit.
        return f"pg_catalog.substr({column}, 1, {chars // 2 + 1})::pg_catalog.text"
    if type_name in _UNLIKE_THEIR_CAST or "." in type_name:  # by its output function
        shown = f"pg_catalog.left(pg_catalog.format('%s', {column}), {chars + 1})"
        return f"CASE WHEN {column} IS DISTINCT FROM NULL THEN {shown} END"  # a row of nulls IS NULL
    return f"pg_catalog.left({column}::pg_catalog.text, {chars + 1})"


def _widest(type_name: str, chars: int) -> int:
    if type_name in _SHORT:
        return _SHORT_BYTES
    return chars + 1 if type_name in _ASCII else (chars + 1) * _MAX_CHARACTER_BYTES


def batch_size(columns: Sequence[Attribute], cell_chars: int = MAX_CELL_CHARS) -> int:
    """Number of rows in a batch, such that the widest possible cells stay within 36 MB."""
    widest = sum(_widest(built_in(column.type), cell_chars) for column in columns)
    return max(1, MAX_BATCH_BYTES // max(widest, 1))


class Cells:
    """Converter of row values to types that JSON represents exactly; long cells are truncated."""

    def __init__(self, columns: Sequence[Attribute], cell_chars: int = MAX_CELL_CHARS) -> None:
        self._has_cut = False
        self._chars = cell_chars
        names = [built_in(column.type) for column in columns]
        self._numbers = [(place, _NUMBERS[name]) for place, name in enumerate(names) if name in _NUMBERS]
        self._texts = [place for place, name in enumerate(names) if name not in _SHORT]

    def rows(self, batch: Iterable[Iterable[Any]]) -> list[list[Any]]:
        """Convert rows to lists, with values that JSON cannot represent converted and long cells truncated.

        Columns are checked as a whole first, since most need no conversion.
        """
        rows = [list(row) for row in batch]
        columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True))
        for place in self._texts:
            if columns and max(map(len, _present(columns[place])), default=0) > self._chars:
                self._has_cut = True
                for row in rows:
                    row[place] = _cut(row[place], self._chars)
        for place, (is_exact, exact) in self._numbers:
            if columns and not all(map(is_exact, _present(columns[place]))):
                for row in rows:
                    row[place] = row[place] if row[place] is None or is_exact(row[place]) else exact(row[place])
        return rows

    def cut(self, rows: Sequence[Sequence[Any]]) -> int:
        """The number of truncated cells in `rows`; only these exceed the maximum length, by the mark at their end."""
        if not self._has_cut:
            return 0
        return sum(row[place] is not None and len(row[place]) > self._chars for row in rows for place in self._texts)


def _present(column: Sequence[Any]) -> Iterator[Any]:
    """The values of a column without nulls, zeros and empty texts, which need no conversion."""
    return filter(None, column)


def _cut(text: str | None, chars: int) -> str | None:
    return text if text is None or len(text) <= chars else text[:chars] + "…"


def _fits(value: int) -> bool:
    return -_MAX_EXACT_INTEGER <= value <= _MAX_EXACT_INTEGER


def _named(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


_FLOAT = (math.isfinite, _named)
_NUMBERS: Mapping[str, tuple[Callable[[Any], bool], Callable[[Any], str]]] = {
    "int8": (_fits, str),
    "float4": _FLOAT,
    "float8": _FLOAT,
}
"""By number type: whether JSON represents a value exactly, and its text form if not."""
