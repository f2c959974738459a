"""A thousand tasks that wait, and what they cost: memory of the server, and the time of other calls meanwhile.

    python benchmarks/tasks.py --tasks 1000 --calls 300 [--redis]

One server over HTTP with a key for each twenty tasks. Ends with code 1 if a task is lost.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import psutil

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from mcp_chassis.remote.auth.api_keys import ApiKey
from remote_http import Process, process
from remote_redis import own_redis
from task_storm import PROGRAM, Caller

TASKS_OF_ONE = 20
OTHER = "other"
MB = 1024 * 1024


@contextlib.asynccontextmanager
async def served(owners: list[str], redis: str | None) -> AsyncGenerator[tuple[Process, httpx2.AsyncClient]]:
    """The server, and a client of it."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", ["*"]).line() for name in (*owners, OTHER)))
        environment = {"MCP_API_KEYS_FILE": str(keys), "MCP_TASK_AFTER": "0.5", "MCP_DRAIN_SECONDS": "0"}
        environment |= {"MCP_REDIS_URL": redis} if redis else {}
        limits = httpx2.Limits(max_connections=80)
        async with (
            process(command=PROGRAM, environment=environment) as server,
            httpx2.AsyncClient(base_url=server.url, timeout=60, limits=limits, trust_env=False) as http,
        ):
            http.headers["accept"] = "application/json, text/event-stream"
            yield server, http


async def latencies(caller: Caller, calls: int) -> list[float]:
    """The milliseconds of so many calls, one after the other."""
    found: list[float] = []
    for number in range(calls):
        began = time.perf_counter()
        await caller.ask(
            "tools/call", {"name": "put_soon", "arguments": {"name": f"{number}", "seconds": 0}}, "put_soon"
        )
        found.append((time.perf_counter() - began) * 1000)
    return found


async def begin(http: httpx2.AsyncClient, owner: str, number: int) -> tuple[Caller, str]:
    """A task that waits: its caller and its id, which is empty where there is none."""
    caller = Caller(http, owner)
    call = {"name": "put_soon", "arguments": {"name": f"{owner} {number}", "seconds": 100}}
    told = await caller.ask("tools/call", call, "put_soon")
    return caller, told.get("result", {}).get("taskId", "")


async def tell(what: str, server: psutil.Process, caller: Caller, calls: int) -> None:
    """Make so many calls, and tell what they took and what the server holds."""
    before = sum(server.cpu_times()[:2])
    found = sorted(await latencies(caller, calls))
    cpu = (sum(server.cpu_times()[:2]) - before) / calls * 1000
    times = f"median {statistics.median(found):.2f} ms, p99 {found[int(len(found) * 0.99)]:.2f} ms"
    resident = server.memory_info().rss / MB
    sys.stdout.write(f"{what}: {times}, {cpu:.2f} ms of CPU a call, {resident:.1f} MB\n")


async def measure(tasks: int, calls: int, redis: str | None) -> int:
    """Measure and tell; how many tasks were lost."""
    owners = [f"owner-{number}" for number in range((tasks + TASKS_OF_ONE - 1) // TASKS_OF_ONE)]
    async with served(owners, redis) as (server, http):
        program = psutil.Process(server.process.pid)
        other = Caller(http, OTHER)
        await latencies(other, calls)
        await tell("without tasks", program, other, calls)
        begun = await asyncio.gather(*(begin(http, owners[number // TASKS_OF_ONE], number) for number in range(tasks)))
        await tell(f"{tasks} tasks wait", program, other, calls)
        states = [await caller.about("tasks/get", name) for caller, name in begun if name]
        working = sum(told.get("result", {}).get("status") == "working" for told in states)
        began = time.perf_counter()
        await asyncio.gather(*(caller.about("tasks/cancel", name) for caller, name in begun if name))
        sys.stdout.write(f"{working} of {tasks} work; all cancelled in {time.perf_counter() - began:.2f} s\n")
        return tasks - working


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--redis", action="store_true", help="records in a Redis of its own")
    given = parser.parse_args()
    if not given.redis:
        return await measure(given.tasks, given.calls, None)
    async with own_redis() as redis:
        return await measure(given.tasks, given.calls, redis.url)


if __name__ == "__main__":
    sys.exit(int(asyncio.run(main()) > 0))
