"""Processes, connections and Redis requests that a number of callers needs.

    python benchmarks/capacity.py --callers 5000 --calls-per-minute 2

The costs are those that http_load.py and http_costs.py measured (docs/scaling.md): measure them on your machines and
pass what you found. The waiting time of a call is simulated: callers call at random moments, each at the worker of its
connection, and a worker computes one call at a time.
"""

import argparse
import heapq
import math
import random
import statistics
from dataclasses import dataclass

PLANNED_SHARE = 0.5
"""Share of each limit that is planned for, so that a worker may fail and load may double."""
MAX_IN_FLIGHT = 100
MAX_CONNECTIONS = 4000
"""The defaults of `MCP_MAX_IN_FLIGHT` and `MCP_MAX_CONNECTIONS`, which hold for each worker."""
SIMULATED_SECONDS = 120.0
POOL_CONNECTIONS = 16
"""Connections to Redis that a process may open for requests; one more for each server carries events."""


@dataclass(frozen=True)
class Costs:
    """Measured costs.

    Args:
        call_seconds: processor time of one call that asks an upstream.
        message_seconds: that of any other message: lists, pings, handshakes.
        other_messages: their number for each call.
        connection_bytes: memory of one idle connection.
        process_bytes: memory of a process without connections.
        redis_requests: requests to Redis of one call.
        redis_seconds: processor time of Redis for one call.
    """

    call_seconds: float = 0.006
    message_seconds: float = 0.0015
    other_messages: float = 0.5
    connection_bytes: int = 12 * 1024
    process_bytes: int = 85 * 2**20
    redis_requests: float = 2.0
    redis_seconds: float = 0.0001


@dataclass(frozen=True)
class Need:
    """What is needed for a load, and the waiting times that are to be expected."""

    messages_per_second: float
    workers: int
    limit: str
    connections_per_worker: int
    worker_bytes: int
    redis_requests_per_second: float
    redis_share: float
    redis_connections: int
    waits: tuple[float, float]


def need(callers: int, calls_per_minute: float, upstream_seconds: float, costs: Costs, servers: int = 1) -> Need:
    """The workers, connections and Redis requests for a load."""
    calls = callers * calls_per_minute / 60
    messages = calls * (1 + costs.other_messages)
    by_limit = {
        "processor": calls * (costs.call_seconds + costs.other_messages * costs.message_seconds),
        "in flight": calls * (upstream_seconds + costs.call_seconds) / MAX_IN_FLIGHT,
        "connections": callers / MAX_CONNECTIONS,
    }
    limit = max(by_limit, key=lambda name: by_limit[name])
    workers = max(1, math.ceil(by_limit[limit] / PLANNED_SHARE))
    connections = math.ceil(callers / workers)
    return Need(
        messages_per_second=messages,
        workers=workers,
        limit=limit,
        connections_per_worker=connections,
        worker_bytes=costs.process_bytes + connections * costs.connection_bytes,
        redis_requests_per_second=calls * costs.redis_requests + (messages - calls),
        redis_share=messages * costs.redis_seconds,
        redis_connections=workers * (POOL_CONNECTIONS + servers),
        waits=simulated(calls / workers, costs.call_seconds, upstream_seconds),
    )


def simulated(calls_per_second: float, call_seconds: float, upstream_seconds: float) -> tuple[float, float]:
    """Median and 99th percentile of the time that a call waits for its worker, in seconds.

    Half of a call's processor time is used before it waits for its upstream, and half after that.
    """
    chance = random.Random(1)
    events: list[tuple[float, int, bool]] = []
    at, number = 0.0, 0
    while at < SIMULATED_SECONDS:
        at += chance.expovariate(calls_per_second)
        number += 1
        heapq.heappush(events, (at, number, True))
    free, waits = 0.0, dict[int, float]()
    while events:
        at, number, first = heapq.heappop(events)
        begun = max(at, free)
        free = begun + call_seconds / 2
        waits[number] = waits.get(number, 0.0) + begun - at
        if first:
            heapq.heappush(events, (free + chance.expovariate(1 / upstream_seconds), number, False))
    cuts = statistics.quantiles(waits.values(), n=100)
    return cuts[49], cuts[98]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, nargs="+", default=[10, 100, 1000, 5000, 20000])
    parser.add_argument("--calls-per-minute", type=float, default=2.0)
    parser.add_argument("--upstream-seconds", type=float, default=0.3)
    parser.add_argument("--call-ms", type=float, default=1000 * Costs.call_seconds, help="processor time of one call")
    chosen = parser.parse_args()
    costs = Costs(call_seconds=chosen.call_ms / 1000)
    titles = f"{'callers':>8} {'messages/s':>10} {'workers':>8} {'by':11} {'connections':>12} {'MiB':>6}"
    print(f"{titles} {'Redis req/s':>12} {'Redis core':>10} {'Redis conn.':>11} {'wait p50 ms':>11} {'p99 ms':>7}")
    for callers in chosen.callers:
        found = need(callers, chosen.calls_per_minute, chosen.upstream_seconds, costs)
        print(
            f"{callers:8} {found.messages_per_second:10.1f} {found.workers:8} {found.limit:11}",
            f"{found.connections_per_worker:12} {found.worker_bytes / 2**20:6.0f}",
            f"{found.redis_requests_per_second:12.0f} {found.redis_share:10.2f} {found.redis_connections:11}",
            f"{1000 * found.waits[0]:11.1f} {1000 * found.waits[1]:7.1f}",
        )


if __name__ == "__main__":
    main()
