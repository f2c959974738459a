"""Calls over stdio: timezone-mcp, the bare SDK and PyPI's mcp-server-time in turns. Prints figures and ratios.

make bench BENCH=compare            compare.py --rounds 3 --calls 2000
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
from ratios import commit, repeated, report
from start import resident_megabytes
from wire import Wire, started

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".tools" / "peer"
IN_FLIGHT = 32
WARM_UP_CALLS = 100
MAX_ROUNDS = 15


@dataclass
class Contender:
    """One server: how it is started, and the same call in its own words."""

    name: str
    command: Sequence[str]
    arguments: Mapping[str, Any]
    rounds: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    def median(self, figure: str) -> float:
        return statistics.median(figures[figure] for figures in self.rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="at least; more where the ratios spread")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--write", action="store_true", help="write the ratios to figures.json")
    options = parser.parse_args()
    contenders = [bare(), ours(), *peer()]
    ratios = asyncio.run(measure(contenders, options.rounds, options.calls))
    table(contenders)
    report(ratios)
    if options.write:
        commit(ratios)


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


async def measure(contenders: Sequence[Contender], rounds: int, calls: int) -> dict[str, list[float]]:
    """They take turns, so that what else the machine does falls on all of them alike."""

    async def turn() -> dict[str, float]:
        for contender in contenders:
            async with started(contender.command, os.environ) as wire:
                await wire.open()
                contender.rounds.append(await figures(wire, contender, calls))
        base = contenders[0].rounds[-1]
        return {
            f"calls of {contender.name}, {figure}": contender.rounds[-1][figure] / base[figure]
            for contender in contenders[1:]
            for figure in base
        }

    return await repeated(turn, least=rounds, most=max(rounds, MAX_ROUNDS))


async def figures(wire: Wire, contender: Contender, calls: int) -> dict[str, float]:
    """Latency one after another, rate with 32 in flight, processor time of a call in both, memory after them."""
    for _ in range(WARM_UP_CALLS):
        await wire.call("get_current_time", contender.arguments)
    spent = processor_seconds(wire.process.pid)
    latencies = [await timed(wire, contender) for _ in range(calls // 2)]
    began = time.perf_counter()
    await asyncio.gather(*(callers(wire, contender, calls // IN_FLIGHT) for _ in range(IN_FLIGHT)))
    in_flight = calls // IN_FLIGHT * IN_FLIGHT
    rate = in_flight / (time.perf_counter() - began)
    spent = processor_seconds(wire.process.pid) - spent
    return {
        "processor us": 1e6 * spent / (len(latencies) + in_flight),
        "median us": 1e6 * statistics.median(latencies),
        "p99 us": 1e6 * statistics.quantiles(latencies, n=100)[98],
        "calls/s": rate,
        "used MB": resident_megabytes(wire.process.pid),
    }


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, in the ticks of its system (mostly 10 ms)."""
    spent = psutil.Process(pid).cpu_times()
    return spent.user + spent.system


async def timed(wire: Wire, contender: Contender) -> float:
    began = time.perf_counter()
    await wire.call("get_current_time", contender.arguments)
    return time.perf_counter() - began


async def callers(wire: Wire, contender: Contender, calls: int) -> None:
    for _ in range(calls):
        await wire.call("get_current_time", contender.arguments)


def table(contenders: Sequence[Contender]) -> None:
    columns = list(contenders[0].rounds[0])
    print("".join([f"{'':18}", *(f"{column:>12}" for column in columns), f"{'rounds':>8}"]))
    for contender in contenders:
        medians = (f"{contender.median(column):12,.0f}" for column in columns)
        print("".join([f"{contender.name:18}", *medians, f"{len(contender.rounds):8}"]))


if __name__ == "__main__":
    main()
