"""Costs of one process over HTTP: memory of idle connections, and processor time and Redis requests of calls.

    python benchmarks/http_costs.py --connections 2000 --calls 2000

It starts a Redis of its own. `requests` are those that Redis read, a script being one; `Redis us` is its processor
time.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import shutil
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import psutil
import redis.asyncio
from http_load import processor_seconds, request, response, served
from redis.exceptions import RedisError

NEW = itertools.count()
CALLS: Mapping[str, Callable[[], tuple[str, dict[str, str]]]] = {
    "read": lambda: ("echo", {}),
    "cached read, found": lambda: ("look_up", {}),
    "cached read, not found": lambda: ("look_up", {"text": f"{next(NEW)}"}),
    "write": lambda: ("put", {}),
    "write that invalidates": lambda: ("replace", {}),
    "write with a key": lambda: ("put", {"idempotency_key": f"key-{next(NEW)}"}),
}
WARM_UP = 50


async def memory(connections: int) -> None:
    """Print what a connection costs that has made one call and waits for the next one."""
    os.environ |= {"MCP_MAX_CONNECTIONS": "100000", "MCP_MAX_CONNECTIONS_PER_CALLER": "100000"}
    async with served("full") as (port, pid):
        process = psutil.Process(pid)
        await _opened(port, WARM_UP)
        before = process.memory_info().rss
        opened = await _opened(port, connections)
        after = process.memory_info().rss
        print(f"{connections} idle connections: {(after - before) / connections / 1024:.1f} KiB each; ", end="")
        print(f"the process {before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB")
        for writer in opened:
            writer.close()


async def _opened(port: int, count: int) -> list[asyncio.StreamWriter]:
    writers: list[asyncio.StreamWriter] = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("x", port))
        await response(reader)
        writers.append(writer)
    return writers


async def calls(count: int) -> None:
    """Print the costs of each kind of call, on one connection, with Redis and without."""
    print(f"{'call':24} {'CPU ms':>8} {'with Redis':>11} {'requests':>9} {'Redis us':>9}")
    async with _own_redis() as (url, asking):
        alone = await _each(count, None)
        os.environ["MCP_REDIS_URL"] = url
        shared = await _each(count, asking)
    for kind, (cost, _, _) in alone.items():
        with_redis, requests, microseconds = shared[kind]
        print(f"{kind:24} {cost:8.3f} {with_redis:11.3f} {requests:9.2f} {microseconds:9.1f}")


async def _each(count: int, asking: Any) -> dict[str, tuple[float, float, float]]:
    """Processor milliseconds, Redis requests and microseconds of Redis per call, by kind."""
    found: dict[str, tuple[float, float, float]] = {}
    async with served("full") as (port, pid):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def call(kind: str, times: int) -> None:
            for _ in range(times):
                tool, arguments = CALLS[kind]()
                writer.write(request(port=port, tool=tool, **{"text": "x", **arguments}))
                assert (await response(reader))[0] == 200

        for kind in CALLS:
            await call(kind, WARM_UP)
            before, redis_before = processor_seconds(pid), await _redis_work(asking)
            await call(kind, count)
            used, redis_after = processor_seconds(pid) - before, await _redis_work(asking)
            requests, microseconds = (after - before for after, before in zip(redis_after, redis_before, strict=True))
            found[kind] = (1000 * used / count, requests / count, microseconds / count)
        writer.close()
    return found


async def _redis_work(asking: Any) -> tuple[float, float]:
    """The requests that Redis has read, and the microseconds of processor time it has used."""
    if asking is None:
        return 0.0, 0.0
    stats, cpu = await asking.info("stats"), await asking.info("cpu")
    return stats["total_reads_processed"], 1e6 * (cpu["used_cpu_user"] + cpu["used_cpu_sys"])


@contextlib.asynccontextmanager
async def _own_redis() -> AsyncGenerator[tuple[str, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = shutil.which("redis-server") or "redis-server"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = await asyncio.create_subprocess_exec(program, *options, stdout=asyncio.subprocess.DEVNULL)
    client: Any = redis.asyncio.Redis(port=port)
    try:
        while True:
            with contextlib.suppress(RedisError):
                await client.ping()
                break
            await asyncio.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0", client
    finally:
        await client.aclose()
        process.terminate()
        await process.wait()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--calls", type=int, default=2000)
    chosen = parser.parse_args()
    await memory(chosen.connections)
    await calls(chosen.calls)


if __name__ == "__main__":
    asyncio.run(main())
