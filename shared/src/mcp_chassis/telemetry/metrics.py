"""Metrics of this process, in memory: read by the diagnostics resource and the Prometheus page.

Label values are names of tools, outcomes and upstreams, so their number is bounded; above `MAX_SERIES` series further
ones are counted as `other`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

BUCKET_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MAX_SERIES = 1_000
OTHER = "other"


@dataclass
class Histogram:
    """Histogram of durations in seconds, by `BUCKET_SECONDS`; the last bucket has no upper bound."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKET_SECONDS) + 1))
    total: float = 0.0
    largest: float = 0.0

    def observe(self, seconds: float) -> None:
        self.buckets[bisect_left(BUCKET_SECONDS, seconds)] += 1
        self.total += seconds
        self.largest = max(self.largest, seconds)

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def snapshot(self) -> dict[str, Any]:
        """Count, mean and maximum, in milliseconds."""
        mean = self.total / self.count if self.count else 0.0
        return {"count": self.count, "mean_ms": round(mean * 1000, 1), "max_ms": round(self.largest * 1000, 1)}


class Metrics:
    """Counters and histograms of calls by tool and of upstream work by service."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.durations: dict[str, Histogram] = {}
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.waits: Counter[tuple[str, str]] = Counter()
        self.latencies: dict[str, Histogram] = {}
        self.tasks: Counter[tuple[str, str]] = Counter()
        self.task_states: Callable[[], dict[str, int]] = dict[str, int]
        """Returns the number of tasks of this process in each state."""
        self.breakers: dict[str, Callable[[], str]] = {}
        self._levels: dict[tuple[str, str], float | Callable[[], float]] = {}

    def call(self, tool: str, outcome: str, seconds: float) -> None:
        """Count a finished tool call; `outcome` is `ok`, a failure's code or `cancelled`."""
        _count(self.calls, (tool, outcome))
        _histogram(self.durations, tool).observe(seconds)

    def task(self, tool: str, outcome: str) -> None:
        """Count a finished task; `outcome` is its last status, or `lost` if its process died."""
        _count(self.tasks, (tool, outcome))

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        """Count a finished attempt of an upstream call; `outcome` is `ok`, `cancelled` or a failure's code."""
        _count(self.attempts, (upstream, outcome))
        _histogram(self.latencies, upstream).observe(seconds)

    def waited(self, upstream: str) -> None:
        """Count a wait of a call for a rate limit or for its next attempt."""
        _count(self.waits, (upstream, "waits"))

    def watch(self, upstream: str, breaker: Callable[[], str]) -> None:
        """Register a circuit breaker by a function that returns its state: `closed`, `open` or `half open`."""
        if upstream in self.breakers or len(self.breakers) < MAX_SERIES:
            self.breakers[upstream] = breaker

    def watch_tasks(self, states: Callable[[], dict[str, int]]) -> None:
        """Register a function that returns the number of tasks in each state."""
        self.task_states = states

    def level(self, name: str, of: str, value: float | Callable[[], float]) -> None:
        """Set a gauge to a value, or to a function that is called when the gauge is read.

        Args:
            name: such as `connections in use`.
            of: the object that has the value, such as a pool.
        """
        if (name, of) in self._levels or len(self._levels) < MAX_SERIES:
            self._levels[name, of] = value

    @property
    def levels(self) -> dict[tuple[str, str], float]:
        """The current value of each gauge."""
        return {series: value() if callable(value) else value for series, value in self._levels.items()}

    def snapshot(self) -> dict[str, Any]:
        """All metrics as plain JSON, without tasks if the server has none."""
        states = self.task_states()
        ended = {tool: _outcomes(self.tasks, tool) for tool in sorted({tool for tool, _ in self.tasks})}
        return {
            "calls": {
                tool: {"outcomes": _outcomes(self.calls, tool), **histogram.snapshot()}
                for tool, histogram in sorted(self.durations.items())
            },
            "upstreams": {name: self._upstream(name) for name in self._upstreams()},
            **({"tasks": {**states, "ended": ended}} if states else {}),
        }

    def _upstreams(self) -> list[str]:
        return sorted({name for name, _ in (*self.attempts, *self.waits)} | set(self.breakers))

    def _upstream(self, name: str) -> dict[str, Any]:
        breaker = self.breakers.get(name)
        return {
            "attempts": {"outcomes": _outcomes(self.attempts, name), **_summary(self.latencies, name)},
            "waits": sum(_outcomes(self.waits, name).values()),
            **({"breaker": breaker()} if breaker else {}),
        }


def _count(counter: Counter[tuple[str, str]], series: tuple[str, str]) -> None:
    counter[series if series in counter or len(counter) < MAX_SERIES else (OTHER, OTHER)] += 1


def _histogram(histograms: dict[str, Histogram], name: str) -> Histogram:
    if name not in histograms and len(histograms) >= MAX_SERIES:
        name = OTHER
    return histograms.setdefault(name, Histogram())


def _summary(histograms: dict[str, Histogram], name: str) -> dict[str, Any]:
    return histograms.get(name, Histogram()).snapshot()


def _outcomes(counter: Counter[tuple[str, str]], name: str) -> dict[str, int]:
    return {outcome: count for (owner, outcome), count in sorted(counter.items()) if owner == name}


class ProcessMetrics(Metrics):
    """The metrics of each server of a process, by its short name. Methods count and read those of the current server.

    A process that serves one server over stdio has one set, without a name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.by_server: dict[str, Metrics] = {}

    def call(self, tool: str, outcome: str, seconds: float) -> None:
        self._current.call(tool, outcome, seconds)

    def task(self, tool: str, outcome: str) -> None:
        self._current.task(tool, outcome)

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self._current.attempted(upstream, outcome, seconds)

    def waited(self, upstream: str) -> None:
        self._current.waited(upstream)

    def watch(self, upstream: str, breaker: Callable[[], str]) -> None:
        self._current.watch(upstream, breaker)

    def watch_tasks(self, states: Callable[[], dict[str, int]]) -> None:
        self._current.watch_tasks(states)

    def level(self, name: str, of: str, value: float | Callable[[], float]) -> None:
        self._current.level(name, of, value)

    def snapshot(self) -> dict[str, Any]:
        return self._current.snapshot()

    @property
    def _current(self) -> Metrics:
        server = current_server.get()
        metrics = self.by_server.get(server)
        if metrics is None:
            metrics = self.by_server.setdefault(server, Metrics())
        return metrics


current_server: ContextVar[str] = ContextVar("current_server", default="")
"""The short name of the server that the current task works for; empty in a process that serves one over stdio."""
METRICS = ProcessMetrics()
"""The metrics of this process."""


@contextmanager
def serving_as(server: str) -> Generator[None]:
    """Inside the block, also in tasks started there, count for the server with this short name."""
    token = current_server.set(server)
    try:
        yield
    finally:
        current_server.reset(token)
