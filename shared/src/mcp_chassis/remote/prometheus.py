"""What a process counted, as text for Prometheus.

Ours is a page of code over counts that exist anyway; prometheus_client would keep them a second time.
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from mcp_chassis.telemetry.metrics import BUCKET_SECONDS, Histogram, Metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKER = {"closed": 0.0, "half open": 0.5, "open": 1.0}
_STARTED = time.time()
_PROC = Path("/proc/self")  # Linux only


def exposition(metrics: Metrics, answers: Mapping[tuple[str, int], int], in_flight: int) -> str:
    """The whole page.

    Args:
        metrics: calls and upstream work.
        answers: HTTP answers by path and status.
        in_flight: requests under way.
    """
    sections = [
        _counter("mcp_calls_total", "Tool calls by outcome.", ("tool", "outcome"), metrics.calls),
        _histogram("mcp_call_seconds", "Duration of tool calls.", "tool", metrics.durations),
        _counter("mcp_upstream_attempts_total", "Upstream requests.", ("upstream", "outcome"), metrics.attempts),
        _histogram("mcp_upstream_seconds", "Duration of upstream requests.", "upstream", metrics.latencies),
        _counter("mcp_upstream_waits_total", "Waits for a limit or a retry.", ("upstream",), _waits(metrics)),
        _gauge("mcp_upstream_breaker_open", "1 open, 0.5 half open, 0 closed.", ("upstream",), _breakers(metrics)),
        _gauge("mcp_level", "Levels that servers report: limits left, connections.", ("level", "of"), metrics.levels),
        _counter("mcp_http_answers_total", "HTTP answers.", ("path", "status"), _texts(answers)),
        _gauge("mcp_http_in_flight", "HTTP requests under way.", (), {(): in_flight}),
        *_process(),
    ]
    return "\n".join(line for section in sections for line in section) + "\n"


def _breakers(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return {(name,): BREAKER.get(state(), 1.0) for name, state in metrics.breakers.items()}


def _waits(metrics: Metrics) -> dict[tuple[str, ...], int]:
    return {(name,): count for (name, _), count in metrics.waits.items()}


def _texts(answers: Mapping[tuple[str, int], int]) -> dict[tuple[str, ...], int]:
    return {(path, str(status)): count for (path, status), count in answers.items()}


def _process() -> Iterator[Iterable[str]]:
    cpu = f"process_cpu_seconds_total {time.process_time():.2f}"
    yield _metric("process_cpu_seconds_total", "counter", "CPU time used.", [cpu])
    yield _gauge("process_start_time_seconds", "When the process began.", (), {(): _STARTED})
    if _PROC.is_dir():
        resident = int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        yield _gauge("process_resident_memory_bytes", "Memory in use.", (), {(): resident})
        yield _gauge("process_open_fds", "Open descriptors.", (), {(): sum(1 for _ in (_PROC / "fd").iterdir())})


def _metric(name: str, kind: str, told: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    yield from lines


def _gauge(name: str, told: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> Iterator[str]:
    return _metric(name, "gauge", told, _samples(name, labels, values))


def _counter(
    name: str, told: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], int] | Counter[tuple[str, str]]
) -> Iterator[str]:
    return _metric(name, "counter", told, _samples(name, labels, values))


def _samples(name: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> list[str]:
    return [f"{name}{_labels(labels, found)} {value:.12g}" for found, value in sorted(values.items())]


def _histogram(name: str, told: str, label: str, histograms: Mapping[str, Histogram]) -> Iterator[str]:
    lines: list[str] = []
    for of, histogram in sorted(histograms.items()):
        for bound, count in zip([*map(str, BUCKET_SECONDS), "+Inf"], accumulate(histogram.buckets), strict=True):
            lines.append(f"{name}_bucket{_labels((label, 'le'), (of, bound))} {count}")
        lines += [f"{name}_{part}{_labels((label,), (of,))} {value:.12g}" for part, value in _totals(histogram)]
    return _metric(name, "histogram", told, lines)


def _totals(histogram: Histogram) -> tuple[tuple[str, float], ...]:
    return ("sum", histogram.total), ("count", histogram.count)


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{','.join(pairs)}}}" if names else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
