"""Data of a chart: the values along x, and a series of numbers for each other column."""

import dataclasses
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from mcp_chassis.failures import InvalidInput

ChartKind = Literal["line", "bar", "scatter", "histogram"]
MAX_SERIES = 8
MAX_CATEGORIES = 40  # Maximum number of text labels along x that remain legible.
MAX_LABEL_CHARS = 24

_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric", "oid"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})


@dataclasses.dataclass(frozen=True)
class Series:
    """One column of numbers; a missing value is NaN."""

    name: str
    values: list[float]


@dataclasses.dataclass(frozen=True)
class ChartData:
    """Data of one chart; `warnings` report the rows that it does not show.

    Args:
        x: values along x: numbers, dates or labels; empty for a histogram.
    """

    kind: ChartKind
    x_name: str
    x: list[Any]
    series: list[Series]
    warnings: list[str]


def chart_data(
    kind: ChartKind, columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]]
) -> ChartData:
    """Convert rows to chart data: x is the first column, or the row number if there is only one column.

    Raises:
        InvalidInput: a column that must be numeric is not, or there are too many columns.
    """
    drawn = range(len(columns)) if kind == "histogram" or len(columns) == 1 else range(1, len(columns))
    _refuse_others(drawn, columns, types)
    if not rows:
        raise InvalidInput("The query returned no rows, so there is no chart.", remedy="Ask without chart.")
    left_out: list[str] = []
    alone = kind == "histogram" or len(columns) == 1
    x = [float(number) for number in range(1, len(rows) + 1)] if alone else _along(kind, types[0], rows, left_out)
    shown = _shown(kind, x, left_out)
    series = [Series(columns[place], [_number(rows[row][place]) for row in shown]) for place in drawn]
    gaps = sum(math.isnan(value) for each in series for value in each.values)
    if gaps:
        left_out.append(f"{gaps} values are NULL or not finite and are not drawn.")
    name = "row" if alone else columns[0]
    return ChartData(kind, name, [] if kind == "histogram" else [x[row] for row in shown], series, left_out)


def _refuse_others(drawn: range, columns: Sequence[str], types: Sequence[str]) -> None:
    if not drawn:
        raise InvalidInput("The query returns no columns, so there is no chart.", remedy="Select a column of numbers.")
    if len(drawn) > MAX_SERIES:
        raise InvalidInput(
            f"A chart has at most {MAX_SERIES} columns of numbers, and the query returns {len(drawn)}.",
            remedy="Select fewer columns.",
        )
    for place in drawn:
        if types[place] not in _NUMBERS:
            raise InvalidInput(
                f"The column {columns[place]} has the type {types[place]}, and a chart needs numbers.",
                remedy="The first column may contain dates or texts; cast the others, as in total::numeric.",
            )


def _along(kind: ChartKind, type_name: str, rows: Sequence[Sequence[Any]], left_out: list[str]) -> list[Any]:
    """The values along x; None for rows that have no position there."""
    values = [row[0] for row in rows]
    if type_name in _NUMBERS and kind != "bar":
        places: list[Any] = [None if math.isnan(number) else number for number in map(_number, values)]
    elif type_name in _DATES and kind != "bar":
        places = [_moment(value) for value in values]
    elif kind == "scatter":
        raise InvalidInput(
            f"The first column has the type {type_name}, and a scatter chart needs numbers or dates in it.",
            remedy="Ask for bar.",
        )
    else:
        places = [None if value is None else _label(value) for value in values]
    missing = places.count(None)
    if missing:
        left_out.append(f"{missing} rows have no valid value for x and are not drawn.")
    return places


def _shown(kind: ChartKind, x: Sequence[Any], left_out: list[str]) -> list[int]:
    """Indexes of the rows that the chart shows."""
    rows = [number for number, value in enumerate(x) if value is not None]
    if kind == "histogram" or not any(isinstance(x[row], str) for row in rows) or len(rows) <= MAX_CATEGORIES:
        return rows
    left_out.append(f"The chart shows the first {MAX_CATEGORIES} of {len(rows)} categories.")
    return rows[:MAX_CATEGORIES]


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _moment(value: str | None) -> datetime | None:
    """Parse a date or time; None for a year outside 1 to 9999."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None) if value else None
    except ValueError:
        return None


def _label(value: Any) -> str:
    text = str(value)
    return text if len(text) <= MAX_LABEL_CHARS else text[: MAX_LABEL_CHARS - 1] + "…"
