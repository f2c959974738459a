"""Calls of one key while another key holds 500 streams, 500 unread connections and 2,000 idle ones.

    python benchmarks/http_hostile.py --runs 3 --seconds 20

The hostile key is a process of its own, which opens again after half a second what the server refuses or closes. The
other key calls every 10 ms, in turns on a connection that it keeps and on a new one. Its median is compared with that
of the same calls before and after, those made while it opens included; a call not answered with its own text within
10 s has failed. The exit code is 1 where the median was more than doubled or a call failed.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import math
import os
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from http_load import KEY, META, request, response, served

HOSTILE_KEY = "tr_a-hostile-key-of-this-benchmark-and-nothing-else"
STREAMS, UNREAD, IDLE = 500, 500, 2000
CALL_SECONDS = 10.0
PAUSE_SECONDS = 0.01
REOPEN_SECONDS = 0.5
MAX_RATIO = 2.0
held: Counter[str] = Counter()


def listen(port: int) -> bytes:
    """A request for a subscription stream."""
    params = {"notifications": {"toolsListChanged": True}, "_meta": META}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params}).encode()
    head = request("", port, HOSTILE_KEY).partition(b"mcp-method:")[0]
    return head + b"mcp-method: subscriptions/listen\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def attack(port: int) -> None:
    """Hold everything until the process is ended; a line each second says how much that is."""
    unread = request("x" * 900, port, HOSTILE_KEY) * 40
    kinds: list[tuple[str, int, bytes, Callable[[socket.socket], Awaitable[None]]]] = [
        ("streams", STREAMS, listen(port), _read_to_the_end),
        ("unread", UNREAD, unread, _until_closed),
        ("idle", IDLE, b"", _read_to_the_end),
    ]
    async with asyncio.TaskGroup() as group:
        for kind, count, sent, wait in kinds:
            for _ in range(count):
                group.create_task(_hold(port, kind, sent, wait))
        while True:
            await asyncio.sleep(1)
            print(json.dumps(held), flush=True)


async def _hold(port: int, kind: str, sent: bytes, wait: Callable[[socket.socket], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        with contextlib.suppress(OSError), socket.socket() as connection:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(connection, ("127.0.0.1", port))
            held[kind] += 1
            try:
                await loop.sock_sendall(connection, sent)
                await wait(connection)
            finally:
                held[kind] -= 1
        await asyncio.sleep(REOPEN_SECONDS)


async def _read_to_the_end(connection: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(connection, 65536):
        pass


async def _until_closed(connection: socket.socket) -> None:
    """Read nothing; only look whether the server has closed."""
    while True:
        await asyncio.sleep(1)
        if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return


async def calls(port: int, seconds: float, kind: str) -> tuple[list[float], int]:
    """How long each call of the other key took, and how many failed."""
    took: list[float] = []
    failed = number = 0
    kept = await asyncio.open_connection("127.0.0.1", port)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        number += 1
        text, began = f"{kind}-{number}", time.perf_counter()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                streams = kept if number % 2 else await asyncio.open_connection("127.0.0.1", port)
                streams[1].write(request(text, port))
                status, _, body = await response(streams[0])
            took.append(time.perf_counter() - began)
            failed += status != 200 or json.loads(body)["result"]["structuredContent"]["text"] != text
            if streams is not kept:
                streams[1].close()
        except (OSError, EOFError, TimeoutError) as exc:
            print(f"  {kind}: call {number} failed: {exc!r}")
            failed += 1
            kept = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(PAUSE_SECONDS)
    kept[1].close()
    return took, failed


async def run(seconds: float) -> bool:
    """One run; whether it holds."""
    async with served("full") as (port, _):
        await calls(port, 1, "warm-up")
        before, lost = await calls(port, seconds, "before")
        hostile = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--attack", str(port), stdout=asyncio.subprocess.PIPE
        )
        assert hostile.stdout is not None
        first = time.perf_counter()
        (while_opening, lost_opening), line = await asyncio.gather(
            calls(port, 5, "opening"), _nth_line(hostile.stdout, 5)
        )
        print(f"  after {time.perf_counter() - first:.0f} s the hostile key holds {line}")
        under, lost_under = await calls(port, seconds, "under attack")
        hostile.kill()
        await hostile.wait()
        after, lost_after = await calls(port, seconds, "after")
    ratio = _median(while_opening + under) / _median(before + after)
    failed = lost + lost_opening + lost_under + lost_after
    for name, took in {"before": before, "opening": while_opening, "under attack": under, "after": after}.items():
        print(
            f"  {name:12} {len(took):6} calls, median {_median(took) * 1000:6.1f} ms, max {max(took, default=0):.2f} s"
        )
    print(f"  ratio {ratio:.2f}, {failed} failed")
    return ratio <= MAX_RATIO and not failed


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) if seconds else math.inf


async def _nth_line(stream: asyncio.StreamReader, count: int) -> str:
    return [await stream.readline() for _ in range(count)][-1].decode().strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--attack", type=int, metavar="PORT")
    chosen = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if chosen.attack:
        asyncio.run(attack(chosen.attack))
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder, "keys")
        digests = {
            name: hashlib.sha256(key.encode()).hexdigest() for name, key in (("good", KEY), ("bad", HOSTILE_KEY))
        }
        limits = {"good": "", "bad": " limit=60/60"}  # the default rate; that of the other key is out of the way
        lines = (f"{name} sha256:{digest} tools{limits[name]}\n" for name, digest in digests.items())
        keys.write_text("".join(lines))
        os.environ["MCP_API_KEYS_FILE"] = str(keys)
        held_in_all: list[bool] = []
        for number in range(chosen.runs):
            print(f"run {number + 1}, load of the machine {os.getloadavg()[0]:.1f}")
            held_in_all.append(asyncio.run(run(chosen.seconds)))
    return 0 if all(held_in_all) else 1


if __name__ == "__main__":
    sys.exit(main())
