"""Drawing of charts with matplotlib, an optional dependency that is imported for the first chart."""

import io
import math
import warnings
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any

import anyio.to_thread
from mcp_chassis.failures import InvalidInput

from database_mcp.charts.series import ChartData

LIBRARY = "matplotlib"
INCHES, DOTS_PER_INCH = (8.0, 4.5), 100
_MAX_BINS = 50
_MAX_LEVEL_LABELS = 8  # More text labels along x are written vertically.
_ONE_AT_A_TIME = Lock()  # matplotlib has global state, so only one chart is drawn at a time.


def refuse_without_library(library: str = LIBRARY) -> None:
    """Check before the query runs that matplotlib is installed.

    Raises:
        InvalidInput: when it is not; the remedy names the package to install.
    """
    if find_spec(library) is None:
        raise InvalidInput(
            "This server cannot draw charts: matplotlib is not installed.",
            remedy="Call without chart; the person who runs this server can install toolroll-database-mcp[charts].",
        )


async def draw(data: ChartData) -> bytes:
    """Draw a chart as a PNG image of 800 by 450 pixels."""
    return await anyio.to_thread.run_sync(_drawn, data)


def _drawn(data: ChartData) -> bytes:
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib warns about characters that the font lacks and draws boxes.
        matplotlib: Any = import_module("matplotlib")
        figures: Any = import_module("matplotlib.figure")
        with matplotlib.rc_context({"text.parse_math": False}):  # matplotlib would read dollar signs as mathematics.
            figure = figures.Figure(figsize=INCHES, dpi=DOTS_PER_INCH, layout="constrained")
            axes = figure.subplots()
            _DRAW[data.kind](axes, data)
            axes.set_axisbelow(True)
            axes.grid(visible=True, alpha=0.3)
            if len(data.series) > 1:
                axes.legend()
            picture = io.BytesIO()
            figure.savefig(picture, format="png")
    return picture.getvalue()


def _line(axes: Any, data: ChartData) -> None:
    along = _places(axes, data)
    for each in data.series:
        axes.plot(along, each.values, marker="o" if len(data.x) <= _MAX_BINS else None, label=each.name)
    _name(axes, data)


def _scatter(axes: Any, data: ChartData) -> None:
    for each in data.series:
        axes.scatter(data.x, each.values, s=30, label=each.name)
    _name(axes, data)


def _bar(axes: Any, data: ChartData) -> None:
    width = 0.8 / len(data.series)
    for number, each in enumerate(data.series):
        left = (number - (len(data.series) - 1) / 2) * width
        axes.bar([place + left for place in _places(axes, data)], each.values, width, label=each.name)
    _name(axes, data)


def _histogram(axes: Any, data: ChartData) -> None:
    finite = [[value for value in each.values if not math.isnan(value)] for each in data.series]
    bins = min(_MAX_BINS, max(5, math.ceil(math.sqrt(max(map(len, finite))))))
    axes.hist(finite, bins=bins, label=[each.name for each in data.series])
    axes.set_xlabel(data.series[0].name if len(data.series) == 1 else "value")
    axes.set_ylabel("rows")


def _places(axes: Any, data: ChartData) -> list[Any]:
    """Positions of the rows along x: the values, or 0, 1, 2, ... if they are texts."""
    if data.kind != "bar" and not any(isinstance(value, str) for value in data.x):
        return data.x
    places = list(range(len(data.x)))
    axes.set_xticks(places, [str(value) for value in data.x])
    return places


def _name(axes: Any, data: ChartData) -> None:
    axes.set_xlabel(data.x_name)
    if len(data.series) == 1:
        axes.set_ylabel(data.series[0].name)
    if any(isinstance(value, str) for value in data.x) and len(data.x) > _MAX_LEVEL_LABELS:
        axes.tick_params(axis="x", rotation=90)  # A slanted label would overlap its neighbour.


_DRAW = {"line": _line, "bar": _bar, "scatter": _scatter, "histogram": _histogram}
