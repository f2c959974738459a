"""timezone-mcp for a long time: raw messages, most of them wrong, then good calls; its memory and descriptors.

make soak             soak.py --messages 100000 --calls 100000

Ends with code 1 where a promise of docs/security.md is broken: a crash, a block of messages not answered in time, a
request without its one answer, memory that grows, a descriptor that is not given back.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from wire import Wire, started

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from mcp_chassis.testing.raw import RawClient
from raw_storm import BLOCK, Findings, storm

PROGRAM = str(Path(sys.executable).with_name("timezone-mcp"))
VERSIONS = ("2024-11-05", "2025-11-25", "2026-07-28")
HANG = 2.0  # seconds for a block of messages
GROWTH = 30.0  # MB after the warm-up
IN_FLIGHT = 32
WARM_UP = 0.1  # of all calls
CALLS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("get_current_time", {"timezones": ["Europe/Paris", "Asia/Tokyo"]}),
    ("convert_timezone", {"date_time": "2026-07-01T09:00", "from_timezone": "Asia/Tokyo", "to_timezone": "Rome"}),
    ("get_timezone", {"timezone": "America/Sao_Paulo"}),
    ("add_duration", {"date_time": "2026-03-28T12:00", "timezone": "Europe/Paris", "duration": "P1DT2H"}),
    ("time_between", {"start": "2026-07-01T09:00", "end": "2026-07-02T09:00"}),
    ("check_working_hours", {"timezones": ["Europe/Paris", "Asia/Tokyo"]}),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=100_000)
    options = parser.parse_args()
    good = [weather(options.messages), asyncio.run(soak(options.calls))]
    return 0 if all(good) else 1


def weather(messages: int) -> bool:
    """Raw messages against one process for each protocol revision; whether all is well."""
    findings, began = Findings(), time.perf_counter()
    for seed, version in enumerate(VERSIONS):
        share = messages // len(VERSIONS) + (messages % len(VERSIONS) if seed == 0 else 0)
        findings.add(through(version, share, seed))
    seconds = time.perf_counter() - began
    print(
        f"{findings.sent} raw messages in {seconds:.0f} s, {findings.answered} requests among them each answered once"
    )
    print(f"slowest block of {BLOCK}: {findings.slowest:.2f} s (at most {HANG:g} s); faults: {len(findings.wrong)}")
    print("\n".join(findings.wrong[:20]))
    return not findings.wrong and findings.slowest < HANG and findings.sent == messages


def through(version: str, messages: int, seed: int) -> Findings:
    """One process through its share; that it ends in order is a finding too."""
    client = RawClient([PROGRAM], version=version).start()
    client.initialize()
    findings = storm(client, client.list(), version, messages, seed)
    if (code := client.process.poll()) is not None:
        findings.wrong.append(f"the process ended with code {code}")
    elif (code := client.stop()) != 0:
        findings.wrong.append(f"at the end of its input the process ended with code {code}")
    return findings


@dataclass
class Use:
    """What a process holds, again and again."""

    memory: list[float] = field(default_factory=list[float])
    descriptors: list[int] = field(default_factory=list[int])

    def note(self, process: psutil.Process) -> None:
        self.memory.append(process.memory_info().rss / 1e6)
        self.descriptors.append(process.num_fds())


async def soak(calls: int) -> bool:
    """Good calls, 32 in flight; whether memory and descriptors stay where they were after the warm-up."""
    use, began = Use(), time.perf_counter()
    async with started([PROGRAM], {"PATH": ""}) as wire:
        await wire.open()
        process = psutil.Process(wire.process.pid)
        await call(wire, int(calls * WARM_UP))
        use.note(process)
        for _ in range(9):
            await call(wire, int(calls * (1 - WARM_UP) / 9))
            use.note(process)
    seconds, growth = time.perf_counter() - began, max(use.memory) - use.memory[0]
    print(f"{calls} calls in {seconds:.0f} s ({calls / seconds:.0f} a second), {IN_FLIGHT} in flight")
    print(f"memory after the warm-up {use.memory[0]:.1f} MB, then at most {growth:.1f} MB more (at most {GROWTH:g})")
    print(f"descriptors: {min(use.descriptors)} to {max(use.descriptors)}")
    return growth < GROWTH and len(set(use.descriptors)) == 1


async def call(wire: Wire, calls: int) -> None:
    """So many calls of every tool in turn; a failed one ends the soak."""
    numbers = iter(range(calls))

    async def caller() -> None:
        for number in numbers:
            await wire.call(*CALLS[number % len(CALLS)])

    async with asyncio.TaskGroup() as callers:
        for _ in range(IN_FLIGHT):
            callers.create_task(caller())


if __name__ == "__main__":
    raise SystemExit(main())
