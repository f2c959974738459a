"""From the start of every server to its list of tools: time, processor time, idle memory. Prints figures and ratios.

make bench BENCH=start            start.py --starts 20 [--busy]
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

import psutil
from ratios import commit, repeated, report
from wire import started

HERE = Path(__file__).resolve().parent
UV = HERE.parent / ".tools" / "uv" / "bin" / "uv"
GO_SERVERS = "Go servers, recorded elsewhere: 24-52 ms to the list of tools, 20-29 MB"
MEASURED_FOR_THE_RATIOS = "timezone-mcp"


@dataclass
class Start:
    """One way to start a server, and what each start took."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    milliseconds: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--busy", action="store_true", help="keep both cores busy meanwhile")
    parser.add_argument("--write", action="store_true", help="write the ratios to figures.json")
    options = parser.parse_args()
    ways = [bare(), *by_record(), in_full(), *by_entry()]
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(2 if options.busy else 0)]
    for burner in burners:
        burner.start()
    with tempfile.TemporaryDirectory() as cache:
        ratios = asyncio.run(measure(ways, options.starts, cache))
    for burner in burners:
        burner.terminate()
    table(ways)
    report(ratios)
    if options.write:
        commit(ratios)


def bare() -> Start:
    return Start("bare SDK", [sys.executable, str(HERE / "bare_server.py")])


def by_record() -> list[Start]:
    """Every installed server, whose first start of a run is not counted: it writes the record."""
    names = sorted(entry.name for entry in entry_points(group="mcp_chassis.servers"))
    return [Start(name, [command(name)]) for name in names]


def in_full() -> Start:
    return Start(f"{MEASURED_FOR_THE_RATIOS} in full", [command(MEASURED_FOR_THE_RATIOS)], {"MCP_FRONT": "off"})


def by_entry() -> list[Start]:
    """As the entry of a checkout starts it for a host."""
    if not UV.exists():
        return []
    entry = [str(UV), "--directory", str(HERE.parent), "run", "--no-sync", "--no-dev", MEASURED_FOR_THE_RATIOS]
    return [Start(f"{MEASURED_FOR_THE_RATIOS} by uv run", entry)]


def command(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def burn() -> None:
    while True:
        sum(range(100_000))


async def measure(ways: Sequence[Start], starts: int, cache: str) -> dict[str, list[float]]:
    """The ways take turns, so that what else the machine does falls on all of them alike."""
    for way in ways:
        await start(way, cache)
        for figures in (way.milliseconds, way.processor, way.megabytes):
            figures.clear()

    async def turn() -> dict[str, float]:
        for way in ways:
            await start(way, cache)
        base, *others = ways
        ratios: dict[str, float] = {}
        for way in others:
            if MEASURED_FOR_THE_RATIOS in way.name:
                ratios[f"start of {way.name}, ms"] = way.milliseconds[-1] / base.milliseconds[-1]
                ratios[f"start of {way.name}, processor ms"] = way.processor[-1] / base.processor[-1]
                ratios[f"start of {way.name}, MB"] = way.megabytes[-1] / base.megabytes[-1]
        return ratios

    return await repeated(turn, least=starts, most=2 * starts)


async def start(way: Start, cache: str) -> None:
    environment = {**os.environ, **way.environment, "XDG_CACHE_HOME": cache, "UV_CACHE_DIR": uv_cache()}
    before = processor_time()
    async with started(way.command, environment) as wire:
        await wire.open()
        way.milliseconds.append(1000 * (time.perf_counter() - wire.began))
        way.megabytes.append(resident_megabytes(wire.process.pid))
    way.processor.append(processor_time() - before)


def uv_cache() -> str:
    return os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")


def processor_time() -> float:
    """Milliseconds of processor time of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (usage.ru_utime + usage.ru_stime)


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20


def table(ways: Sequence[Start]) -> None:
    print(f"{'':28}{'median ms':>11}{'worst ms':>11}{'processor ms':>14}{'idle MB':>10}{'starts':>8}")
    for way in ways:
        wall, worst = statistics.median(way.milliseconds), max(way.milliseconds)
        spent, memory = statistics.median(way.processor), statistics.median(way.megabytes)
        print(f"{way.name:28}{wall:11.0f}{worst:11.0f}{spent:14.0f}{memory:10.0f}{len(way.milliseconds):8}")
    print(f"{GO_SERVERS}.")


if __name__ == "__main__":
    main()
