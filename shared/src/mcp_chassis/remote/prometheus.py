"""Metrics of a process in the text format of Prometheus.

It formats counts that exist anyway; prometheus_client would keep them a second time.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from mcp_chassis.process_limits import file_limit
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.upstream_probe import ProbeResult
from mcp_chassis.telemetry.metrics import BUCKET_SECONDS, Histogram, Metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKER = {"closed": 0.0, "half open": 0.5, "open": 1.0}
_STARTED = time.time()
_PROC = Path("/proc/self")  # Linux only


def exposition(
    servers: Mapping[str, Metrics], flight: InFlightRequests, probes: Mapping[str, ProbeResult] | None = None
) -> str:
    """The metrics page of a process.

    Args:
        servers: calls and upstream work of each server, by its short name.
        flight: requests in flight, listen streams, and HTTP responses by path and status.
        probes: the last probe of each server.
    """
    sections = [
        _counter("mcp_calls_total", "Tool calls by outcome.", ("server", "tool", "outcome"), _all(servers, _calls)),
        _histogram("mcp_call_seconds", "Duration of tool calls.", "tool", _durations(servers)),
        *_tasks(servers),
        *_upstreams(servers),
        _gauge(
            "mcp_level",
            "Levels that servers report: limits left, connections.",
            ("server", "level", "of"),
            _all(servers, _levels),
        ),
        _counter("mcp_http_answers_total", "HTTP answers.", ("path", "status"), _texts(flight.answers)),
        _gauge("mcp_http_in_flight", "HTTP requests under way.", (), {(): flight.count}),
        _gauge("mcp_http_streams", "Subscription streams open.", (), {(): flight.streams.count}),
        *_probes(probes or {}),
        *_process(),
    ]
    return "\n".join(line for section in sections for line in section) + "\n"


Series = Mapping[tuple[str, ...], float]


def _tasks(servers: Mapping[str, Metrics]) -> Iterator[Iterable[str]]:
    by_outcome = ("server", "tool", "outcome")
    yield _gauge("mcp_tasks", "Tasks of this process by state.", ("server", "state"), _all(servers, _task_states))
    yield _counter("mcp_tasks_ended_total", "Tasks that ended.", by_outcome, _all(servers, _ended_tasks))


def _upstreams(servers: Mapping[str, Metrics]) -> Iterator[Iterable[str]]:
    of, by_outcome = ("server", "upstream"), ("server", "upstream", "outcome")
    yield _counter("mcp_upstream_attempts_total", "Upstream requests.", by_outcome, _all(servers, _attempts))
    yield _histogram("mcp_upstream_seconds", "Duration of upstream requests.", "upstream", _latencies(servers))
    yield _counter("mcp_upstream_waits_total", "Waits for a limit or a retry.", of, _all(servers, _waits))
    yield _gauge("mcp_upstream_breaker_open", "1 open, 0.5 half open, 0 closed.", of, _all(servers, _breakers))


def _all(servers: Mapping[str, Metrics], of: Callable[[Metrics], Series]) -> dict[tuple[str, ...], float]:
    """The series of every server, each with the server's name as first label."""
    return {(name, *series): value for name, metrics in servers.items() for series, value in of(metrics).items()}


def _calls(metrics: Metrics) -> Series:
    return {(of, outcome): count for (of, outcome), count in metrics.calls.items()}


def _task_states(metrics: Metrics) -> Series:
    return {(state,): count for state, count in metrics.task_states().items()}


def _ended_tasks(metrics: Metrics) -> Series:
    return {(tool, outcome): count for (tool, outcome), count in metrics.tasks.items()}


def _attempts(metrics: Metrics) -> Series:
    return {(of, outcome): count for (of, outcome), count in metrics.attempts.items()}


def _levels(metrics: Metrics) -> Series:
    return {(level, of): value for (level, of), value in metrics.levels.items()}


def _breakers(metrics: Metrics) -> Series:
    return {(name,): BREAKER.get(state(), 1.0) for name, state in metrics.breakers.items()}


def _waits(metrics: Metrics) -> Series:
    return {(name,): count for (name, _), count in metrics.waits.items()}


def _durations(servers: Mapping[str, Metrics]) -> dict[tuple[str, str], Histogram]:
    return {(name, tool): found for name, metrics in servers.items() for tool, found in metrics.durations.items()}


def _latencies(servers: Mapping[str, Metrics]) -> dict[tuple[str, str], Histogram]:
    return {(name, of): found for name, metrics in servers.items() for of, found in metrics.latencies.items()}


def _texts(answers: Mapping[tuple[str, int], int]) -> dict[tuple[str, ...], float]:
    return {(path, str(status)): count for (path, status), count in answers.items()}


def _probes(probes: Mapping[str, ProbeResult]) -> Iterator[Iterable[str]]:
    ok = {(server, of): float(ok) for server, last in probes.items() for of, ok in last.reached.items()}
    seconds = {(server,): last.seconds for server, last in probes.items()}
    ended = {(server,): round(last.ended_at, 3) for server, last in probes.items()}
    yield _gauge("mcp_upstream_probe_ok", "Whether the last probe reached it.", ("server", "upstream"), ok)
    yield _gauge("mcp_upstream_probe_seconds", "Duration of the last probe.", ("server",), seconds)
    yield _gauge("mcp_upstream_probe_timestamp_seconds", "When the last probe ended.", ("server",), ended)


def _process() -> Iterator[Iterable[str]]:
    cpu = f"process_cpu_seconds_total {time.process_time():.2f}"
    yield _metric("process_cpu_seconds_total", "counter", "CPU time used.", [cpu])
    yield _gauge("process_start_time_seconds", "When the process began.", (), {(): _STARTED})
    if _PROC.is_dir():
        resident = int((_PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        yield _gauge("process_resident_memory_bytes", "Memory in use.", (), {(): resident})
        yield _gauge("process_max_fds", "Limit of open descriptors.", (), {(): min(file_limit(), 10**9)})
        yield _gauge("process_open_fds", "Open descriptors.", (), {(): sum(1 for _ in (_PROC / "fd").iterdir())})


def _metric(name: str, kind: str, help_text: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} {kind}"
    yield from lines


def _gauge(
    name: str, help_text: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> Iterator[str]:
    return _metric(name, "gauge", help_text, _samples(name, labels, values))


def _counter(name: str, help_text: str, labels: tuple[str, ...], values: Series) -> Iterator[str]:
    return _metric(name, "counter", help_text, _samples(name, labels, values))


def _samples(name: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> list[str]:
    return [f"{name}{_labels(labels, found)} {value:.14g}" for found, value in sorted(values.items())]


def _histogram(name: str, help_text: str, label: str, histograms: Mapping[tuple[str, str], Histogram]) -> Iterator[str]:
    lines: list[str] = []
    for (server, of), histogram in sorted(histograms.items()):
        for bound, count in zip([*map(str, BUCKET_SECONDS), "+Inf"], accumulate(histogram.buckets), strict=True):
            lines.append(f"{name}_bucket{_labels(('server', label, 'le'), (server, of, bound))} {count}")
        lines += [
            f"{name}_{part}{_labels(('server', label), (server, of))} {value:.12g}"
            for part, value in _totals(histogram)
        ]
    return _metric(name, "histogram", help_text, lines)


def _totals(histogram: Histogram) -> tuple[tuple[str, float], ...]:
    return ("sum", histogram.total), ("count", histogram.count)


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = (f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{','.join(pairs)}}}" if names else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
