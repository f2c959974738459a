"""Lines of an exported file: CSV, in which NULL differs from an empty text, or JSON lines."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from mcp_chassis.failures import InvalidInput
from pydantic_core import to_json

_NEEDS_QUOTES = re.compile(r'^$|[",\r\n]|^\s|\s$|^\\\.$')  # `\\.` would end the input of PostgreSQL's COPY.
_FORMULA = re.compile(r"[=+\-@\t\r]")
Rows = Sequence[Sequence[Any]]


class Lines(Protocol):
    """Converter of rows to lines of one format; `warnings` report possible problems for readers of the file."""

    mime_type: str

    def head(self) -> bytes: ...
    def row(self, row: Sequence[Any]) -> bytes: ...
    def warnings(self) -> list[str]: ...


class CsvLines:
    """CSV in the form of PostgreSQL's COPY: NULL is an empty field, an empty text is `""`.

    Args:
        texts: indexes of the text columns, whose values a spreadsheet may read as formulas.
        quote_formulas: put an apostrophe before such values, which changes them.
    """

    mime_type = "text/csv"

    def __init__(self, columns: Sequence[str], texts: frozenset[int], *, quote_formulas: bool) -> None:
        self._columns = columns
        self._texts = texts
        self._quote_formulas = quote_formulas
        self._formulas = 0
        self._blank_lines = 0

    def head(self) -> bytes:
        return self._line([_quoted(name) for name in self._columns])

    def row(self, row: Sequence[Any]) -> bytes:
        if len(row) == 1 and row[0] is None:
            self._blank_lines += 1
        return self._line([self._cell(place, value) for place, value in enumerate(row)])

    def warnings(self) -> list[str]:
        found: list[str] = []
        if self._formulas and not self._quote_formulas:
            found.append(
                f"{self._formulas} values begin like spreadsheet formulas (= + - @): import the columns as text."
            )
        if self._blank_lines:
            found.append(
                f"{self._blank_lines} rows with one NULL are empty lines, which programs may skip; .jsonl has them."
            )
        return found

    def _cell(self, place: int, value: Any) -> str:
        if value is None:
            return ""
        if type(value) is int:
            return str(value)
        if not isinstance(value, str):
            return to_json(value).decode()  # The same form as in results of execute_query.
        if place in self._texts and _FORMULA.match(value):
            self._formulas += 1
            value = f"'{value}" if self._quote_formulas else value
        return _quoted(value)

    @staticmethod
    def _line(cells: Sequence[str]) -> bytes:
        return (",".join(cells) + "\n").encode()


class JsonLines:
    """JSON lines: one object for each row, with the column names as keys.

    Raises:
        InvalidInput: two columns have the same name.
    """

    mime_type = "application/jsonl"

    def __init__(self, columns: Sequence[str]) -> None:
        if twice := next((name for name in columns if columns.count(name) > 1), None):
            raise InvalidInput(
                f"Two columns of the query are named {twice!r}.", remedy="Name one with AS, or export to .csv."
            )
        self._columns = columns

    def head(self) -> bytes:
        return b""

    def row(self, row: Sequence[Any]) -> bytes:
        return to_json(dict(zip(self._columns, row, strict=True))) + b"\n"

    def warnings(self) -> list[str]:
        return []


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
