"""The metrics page of several workers: one page of all, whose counters only increase."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import httpx2
import pytest
import services
from mcp_chassis.remote.workers.metrics_files import MetricsFiles, joined, page_path
from remote_http import post
from remote_workers import connected_to_each, workers

ONE = """# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{tool="a{b} c"} 1
# HELP memory Bytes.
# TYPE memory gauge
memory 5
"""
TWO = """# HELP calls_total Calls.
# TYPE calls_total counter
# HELP memory Bytes.
# TYPE memory gauge
memory 7
# HELP open Descriptors.
# TYPE open gauge
open 3
"""
ECHO = {"name": "echo", "arguments": {"text": "x"}}


def test_pages_are_joined_by_metric_with_the_worker_as_label() -> None:
    assert joined([("1", ONE), ("2", TWO)]).splitlines() == [
        "# HELP calls_total Calls.",
        "# TYPE calls_total counter",
        'calls_total{worker="1",tool="a{b} c"} 1',
        "# HELP memory Bytes.",
        "# TYPE memory gauge",
        'memory{worker="1"} 5',
        'memory{worker="2"} 7',
        "# HELP open Descriptors.",
        "# TYPE open gauge",
        'open{worker="2"} 3',
    ]


def test_a_worker_sees_its_own_page_and_those_of_the_others(tmp_path: Path) -> None:
    one, eleven = MetricsFiles(tmp_path, 1), MetricsFiles(tmp_path, 11)
    eleven.write("# HELP memory Bytes.\n# TYPE memory gauge\nmemory 2\n")
    one.write("# HELP memory Bytes.\n# TYPE memory gauge\nmemory 1\n")
    assert one.joined() == eleven.joined()
    assert one.joined().splitlines()[2:] == ['memory{worker="1"} 1', 'memory{worker="11"} 2']
    page_path(tmp_path, 1).unlink()
    assert eleven.joined().splitlines()[2:] == ['memory{worker="11"} 2']


@pytest.mark.slow
async def test_no_counter_decreases_whichever_worker_is_asked(tmp_path: Path) -> None:
    before: dict[str, float] = {}
    decreased: list[str] = []
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        for number in range(20):
            await post(clients[number % 3 % 2], "modern", "tools/call", ECHO)
            counters = _counters(await clients[number % 2].get("/metrics"))
            decreased += [name for name, value in before.items() if counters[name] < value]
            before = counters
    own = 'mcp_calls_total{{worker="{}",server="mcp-chassis",tool="echo",outcome="ok"}}'
    calls = [before[own.format(number)] for number in (1, 2)]
    assert decreased == []
    assert calls[0] > 0
    assert calls[1] > 0


@pytest.mark.slow
async def test_a_replaced_worker_counts_from_zero_and_began_later(tmp_path: Path) -> None:
    calls = 'mcp_http_answers_total{worker="2",path="/mcp",status="200"}'
    started = 'process_start_time_seconds{worker="2"}'
    async with workers(tmp_path) as server:
        async with connected_to_each(server, 2) as clients:
            for _ in range(9):
                await post(clients[1], "modern", "tools/call", ECHO)
            first = _samples(await clients[1].get("/metrics"))
            message = await server.line(message=f"Worker 2 (process {_second(server.messages)}) was started.")
            os.kill(_second([message["message"]]), signal.SIGKILL)
            await server.said("Worker 2", 2)
            meanwhile = _samples(await clients[0].get("/metrics"))
            await server.said("Worker 2", 3)
        async with connected_to_each(server, 2) as clients:
            second = _samples(await clients[1].get("/metrics"))
    assert first[calls] >= 9
    assert meanwhile.get(started, 0.0) != first[started]
    assert second[calls] < first[calls]
    assert second[started] > first[started]


@pytest.mark.slow
@pytest.mark.services
async def test_prometheus_reads_the_page_of_several_workers(tmp_path: Path) -> None:
    services.require("promtool")
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        await post(clients[0], "modern", "tools/call", ECHO)
        page = (await clients[1].get("/metrics")).text
    command = ["promtool", "check", "metrics"]
    checked = await asyncio.to_thread(subprocess.run, command, input=page, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def _second(messages: list[str]) -> int:
    """The process id of worker 2."""
    (text,) = [message for message in messages if message.startswith("Worker 2 (process ")][:1]
    return int(text.split()[3].rstrip(")"))


def _samples(response: httpx2.Response) -> dict[str, float]:
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def _counters(response: httpx2.Response) -> dict[str, float]:
    """The samples that only increase: of counters, and the buckets, sums and counts of histograms."""
    words = [line.split() for line in response.text.splitlines() if line.startswith("# TYPE ")]
    increasing = {name for _, _, name, kind in words if kind in {"counter", "histogram"}}
    series = {f"{name}{part}" for name in increasing for part in ("", "_bucket", "_sum", "_count")}
    return {name: value for name, value in _samples(response).items() if name.partition("{")[0] in series}
