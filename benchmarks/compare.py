"""One run, one machine: timezone-mcp, the bare SDK and PyPI's mcp-server-time. Prints figures and ratios.

make bench            compare.py --starts 9 --calls 2000
"""

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from wire import Wire, started

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".tools" / "peer"
IN_FLIGHT = 32
ROUNDS = 3


@dataclass
class Contender:
    """One server: how it is started, and the same call in its own words."""

    name: str
    command: Sequence[str]
    arguments: Mapping[str, Any]
    starts: list[float] = field(default_factory=list[float])
    rounds: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    @property
    def figures(self) -> dict[str, float]:
        """The median start, and the best of the rounds: what disturbs a round is never the server."""
        best = {name: min(figures[name] for figures in self.rounds) for name in self.rounds[0]}
        fastest = max(figures["calls/s"] for figures in self.rounds)
        return {"start ms": statistics.median(self.starts), **best, "calls/s": fastest}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    contenders = [bare(), ours(), *peer()]
    asyncio.run(measure(contenders, options.starts, options.calls))
    report(contenders)


def bare() -> Contender:
    command = [sys.executable, str(HERE / "bare_server.py")]
    return Contender("bare SDK", command, {"timezones": ["Europe/Paris"]})


def ours() -> Contender:
    command = [str(Path(sys.executable).with_name("timezone-mcp"))]
    return Contender("timezone-mcp", command, {"timezones": ["Europe/Paris"]})


def peer() -> list[Contender]:
    """mcp-server-time in an environment of its own, with bytecode, because it needs another SDK."""
    program = PEER / "bin" / "mcp-server-time"
    uv = shutil.which("uv") or str(HERE.parent / ".tools" / "uv" / "bin" / "uv")
    if not program.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, PEER], check=True)
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PEER, "mcp-server-time"]
        if subprocess.run(install, check=False).returncode:
            print("mcp-server-time cannot be installed here: left out")
            return []
    return [Contender("mcp-server-time", [str(program)], {"timezone": "Europe/Paris"})]


async def measure(contenders: Sequence[Contender], starts: int, calls: int) -> None:
    """They take turns, so that what else the machine does falls on all of them alike."""
    for _ in range(starts):
        for contender in contenders:
            async with started(contender.command, os.environ) as wire:
                await wire.open()
                contender.starts.append(1000 * (time.perf_counter() - wire.began))
    for _ in range(ROUNDS):
        for contender in contenders:
            async with started(contender.command, os.environ) as wire:
                await wire.open()
                contender.rounds.append(await figures(wire, contender, calls))


async def figures(wire: Wire, contender: Contender, calls: int) -> dict[str, float]:
    """Memory when idle, latency one after another, rate with 32 in flight."""
    memory = megabytes(wire.process.pid)
    for _ in range(100):
        await wire.call("get_current_time", contender.arguments)
    latencies = [await timed(wire, contender) for _ in range(calls // 2)]
    began = time.perf_counter()
    await asyncio.gather(*(callers(wire, contender, calls // IN_FLIGHT) for _ in range(IN_FLIGHT)))
    rate = calls // IN_FLIGHT * IN_FLIGHT / (time.perf_counter() - began)
    return {
        "idle MB": memory,
        "median us": 1e6 * statistics.median(latencies),
        "p99 us": 1e6 * statistics.quantiles(latencies, n=100)[98],
        "calls/s": rate,
    }


async def timed(wire: Wire, contender: Contender) -> float:
    began = time.perf_counter()
    await wire.call("get_current_time", contender.arguments)
    return time.perf_counter() - began


async def callers(wire: Wire, contender: Contender, calls: int) -> None:
    for _ in range(calls):
        await wire.call("get_current_time", contender.arguments)


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20


def report(contenders: Sequence[Contender]) -> None:
    base = contenders[0]
    columns = list(base.figures)
    print("".join([f"{'':18}", *(f"{column:>12}" for column in columns)]))
    for contender in contenders:
        print("".join([f"{contender.name:18}", *(f"{contender.figures[column]:12,.0f}" for column in columns)]))
    for contender in contenders[1:]:
        ratios = (contender.figures[column] / base.figures[column] for column in columns)
        print("".join([f"{contender.name + ' / bare':18}"[:24], *(f"{ratio:12.2f}" for ratio in ratios)]))


if __name__ == "__main__":
    main()
