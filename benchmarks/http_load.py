"""Load over HTTP: a server with keys, limits, logs and counts on, and the bare SDK with the same tool, in one run.

    python benchmarks/http_load.py --seconds 60 --clients 1 20 50 200 --workers 1 2

Every text is sent once and must come back once, to whoever sent it. `CPU ms` is the processor time of the server's
processes per call: on a machine with few cores the clients take a part of them, so that calls per second say less.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

HERE = Path(__file__).parent
KEY = "tr_a-key-for-this-benchmark-and-nothing-else"
IDLE_PROCESSOR_SECONDS = 0.03
PROTOCOL = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": PROTOCOL,
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass
class Tally:
    answered: int = 0
    lost: int = 0
    crossed: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])
    untimed: int = 0
    processor_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list[float])


@contextlib.asynccontextmanager
async def served(kind: str, workers: int = 1) -> AsyncGenerator[tuple[int, int]]:
    """The contender in processes of its own; its port and its process id."""
    limits = {"MCP_RATE_LIMIT": "100000000/60", "MCP_MAX_IN_FLIGHT_PER_CALLER": "1000"}  # all clients share one key
    env = {**os.environ, **limits, "MCP_API_KEY": KEY, "MCP_PORT": "0"}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        HERE / "http_servers.py",
        kind,
        str(workers),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdout is not None
    try:
        port = int(await child.stdout.readline())
        await _listening(port)
        await _idle(child.pid)
        yield port, child.pid
    finally:
        child.terminate()
        await child.wait()


async def _listening(port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


async def _idle(pid: int) -> None:
    """Until the server's processes use no processor time any more: a supervisor listens before its workers answer."""
    used = -1.0
    while processor_seconds(pid) > used + IDLE_PROCESSOR_SECONDS:
        used = processor_seconds(pid)
        await asyncio.sleep(0.5)


async def client(port: int, name: str, until: float, tally: Tally) -> None:
    """One connection that calls as fast as it is answered, and comes back when it is told to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    while time.perf_counter() < until:
        number += 1
        text = f"{name}-{number}"
        began = time.perf_counter()
        writer.write(request(text, port))
        status, headers, body = await response(reader)
        if status != 200:
            tally.refused[status] += 1
            tally.untimed += b"retry-after" not in headers
            await asyncio.sleep(float(headers.get(b"retry-after", b"1")))
            continue
        tally.seconds.append(time.perf_counter() - began)
        told = json.loads(body)["result"]["structuredContent"]["text"]
        tally.answered += told == text
        tally.crossed += told != text
    writer.close()


def request(text: str, port: int, key: str = KEY, tool: str = "echo", **more: str) -> bytes:
    """A call of a tool with its headers; `more` are further arguments."""
    params = {"name": tool, "arguments": {"text": text, **more}, "_meta": META}
    body = json.dumps({"jsonrpc": "2.0", "id": text, "method": "tools/call", "params": params}).encode()
    lines = (
        "POST /mcp HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        f"authorization: Bearer {key}",
        f"mcp-protocol-version: {PROTOCOL}",
        "mcp-method: tools/call",
        f"mcp-name: {tool}",
        f"content-length: {len(body)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


async def response(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes], bytes]:
    """The status, the headers in lower case, the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines if line)}
    return int(status.split()[1]), headers, await reader.readexactly(int(headers[b"content-length"]))


def processor_seconds(pid: int) -> float:
    """The processor time of a process and of those it started."""
    process = psutil.Process(pid)
    used = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(times.user + times.system for times in used)


async def measured(kind: str, workers: int, clients: int, seconds: float) -> tuple[float, Tally]:
    """Calls a second, and what became of them."""
    tally = Tally()
    async with served(kind, workers) as (port, pid):
        used_before = processor_seconds(pid)
        began = time.perf_counter()
        names = [f"client-{number}" for number in range(clients)]
        results = await asyncio.gather(
            *(client(port, name, began + seconds, tally) for name in names), return_exceptions=True
        )
        tally.processor_seconds = processor_seconds(pid) - used_before
        tally.lost = sum(isinstance(result, BaseException) for result in results)
        return tally.answered / (time.perf_counter() - began), tally


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 20, 50, 200])
    parser.add_argument("--workers", type=int, nargs="+", default=[1])
    chosen = parser.parse_args()
    titles = f"{'calls/s':>9} {'CPU ms':>7} {'p50 ms':>8} {'p99 ms':>8} {'lost':>5} {'crossed':>8}  refused"
    print(f"{'clients':>8} {'server':14} {titles}")
    for clients in chosen.clients:
        bare = await shown("bare SDK", "bare", 1, clients, chosen.seconds)
        for workers in chosen.workers:
            name = "Toolroll" if workers == 1 else f"{workers} workers"
            rate, cost = await shown(name, "full", workers, clients, chosen.seconds)
            print(f"{clients:8} {'ratio':14} {rate / bare[0]:9.2f} {cost / bare[1]:7.2f}")


async def shown(name: str, kind: str, workers: int, clients: int, seconds: float) -> tuple[float, float]:
    """Measure one contender and print its line; calls per second, and processor time per call in milliseconds."""
    rate, tally = await measured(kind, workers, clients, seconds)
    cost = 1000 * tally.processor_seconds / max(1, tally.answered)
    cuts = statistics.quantiles(tally.seconds, n=100)
    refused = f"{dict(tally.refused)}, {tally.untimed} without a time" if tally.refused else "-"
    times = f"{cuts[49] * 1000:8.1f} {cuts[98] * 1000:8.1f} {tally.lost:5} {tally.crossed:8}"
    print(f"{clients:8} {name:14} {rate:9.0f} {cost:7.3f} {times}  {refused}", flush=True)
    return rate, cost


if __name__ == "__main__":
    asyncio.run(main())
