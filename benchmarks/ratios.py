"""Ratios between servers that are measured in turns: how far they spread, and the ones that were committed last."""

import json
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

FIGURES = Path(__file__).with_name("figures.json")
STEADY_SPREAD = 0.05
REGRESSION = 0.10
MIN_VALUES = 4
Ratios = Mapping[str, Sequence[float]]


async def repeated(
    measure: Callable[[], Awaitable[Mapping[str, float]]], *, least: int, most: int
) -> dict[str, list[float]]:
    """The ratios of rounds, repeated until each one's spread is under `STEADY_SPREAD` or `most` rounds are over."""
    ratios: dict[str, list[float]] = {}
    for number in range(1, most + 1):
        for name, ratio in (await measure()).items():
            ratios.setdefault(name, []).append(ratio)
        if number >= least and all(spread(values) < STEADY_SPREAD for values in ratios.values()):
            break
    return ratios


def spread(values: Sequence[float]) -> float:
    """The uncertainty of the median as a share of it: the middle half of the values, over the root of their number.

    It is 1 for fewer than four values, which say nothing of it.
    """
    if len(values) < MIN_VALUES:
        return 1.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / statistics.median(values) / len(values) ** 0.5


def committed() -> dict[str, float]:
    """The ratios of the last committed run by name."""
    return json.loads(FIGURES.read_text())["ratios"] if FIGURES.exists() else {}


def commit(ratios: Ratios) -> None:
    """Write the ratios that are steady over the committed ones; others stay as they were."""
    steady = {name: round(statistics.median(each), 3) for name, each in ratios.items() if spread(each) < STEADY_SPREAD}
    FIGURES.write_text(json.dumps({"ratios": dict(sorted({**committed(), **steady}.items()))}, indent=2) + "\n")


def regressions(ratios: Ratios, worse_when_smaller: str = "calls/s") -> list[str]:
    """A sentence for each ratio that is worse than the committed one by more than `REGRESSION`, beyond its spread."""
    found: list[str] = []
    for name, values in ratios.items():
        before, now = committed().get(name), statistics.median(values)
        if before is None or spread(values) >= STEADY_SPREAD:
            continue
        change = before / now - 1 if name.endswith(worse_when_smaller) else now / before - 1
        if change > REGRESSION:
            found.append(f"{name}: {now:.2f} of the bare SDK, {before:.2f} when last committed")
    return found


def report(ratios: Ratios) -> None:
    """Print each ratio with its spread and the committed one; say which could not be measured here."""
    print(f"{'of the bare SDK':44}{'ratio':>8}{'spread':>9}{'committed':>11}")
    for name, values in ratios.items():
        before = committed().get(name)
        shown = "" if before is None else f"{before:.2f}"
        noisy = "  too noisy" if spread(values) >= STEADY_SPREAD else ""
        print(f"{name:44}{statistics.median(values):8.2f}{spread(values):9.1%}{shown:>11}{noisy}")
    if any(spread(values) >= STEADY_SPREAD for values in ratios.values()):
        print(f"This machine is too noisy now for the ratios marked: their spread is over {STEADY_SPREAD:.0%}.")
