"""One HTTP server for a long time, and what it holds meanwhile: memory and descriptors.

    python benchmarks/http_soak.py --calls 100000

Of every hundred calls 80 use connections that stay open, 10 a connection of their own, 5 a wrong key, and 5 clients
leave before they are answered. Ends with code 1 where an answer is lost or another caller's, memory grows, or a
descriptor is not given back.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator

import psutil
from http_load import request, response, served

CLIENTS = 32
GUESSING = "127.0.0.2"  # an address of its own: whoever guesses keys is refused for a while, whatever is sent
ROUNDS = 10  # the first is the warm-up
GROWTH = 30.0  # MB after the warm-up
SETTLING = 5.0  # seconds until the connections of those who left must be gone


class Soak:
    """The calls of all clients, numbered, and what became of them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._number = 0

    async def round(self, calls: int) -> None:
        """So many calls, by all clients together."""
        numbers = iter(range(self._number, self._number + calls))
        self._number += calls
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(self._client(numbers))

    async def _client(self, numbers: Iterator[int]) -> None:
        kept = await self._connection()
        for number in numbers:
            kind = number % 100
            if kind < 80:
                await self._call(kept, number)
            elif kind < 90:
                await self._alone(number)
            elif kind < 95:
                await self._refused(number)
            else:
                await self._left(number)
        kept[1].close()

    async def _connection(self, source: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))

    async def _call(self, through: tuple[asyncio.StreamReader, asyncio.StreamWriter], number: int) -> None:
        text = f"call {number}"
        through[1].write(request(text, self.port))
        status, _, body = await response(through[0])
        told = json.loads(body)["result"]["structuredContent"]["text"] if status == 200 else f"status {status}"
        self._note("answered", told == text, f"{text} was answered {told}")

    async def _alone(self, number: int) -> None:
        reader, writer = await self._connection()
        await self._call((reader, writer), number)
        writer.close()

    async def _refused(self, number: int) -> None:
        reader, writer = await self._connection(GUESSING)
        writer.write(request(f"refused {number}", self.port, key="tr_a-key-that-nobody-was-given"))
        status, _, _ = await response(reader)
        self._note("refused", status in (401, 429), f"a wrong key was answered {status}")
        writer.close()

    async def _left(self, number: int) -> None:
        _, writer = await self._connection()
        writer.write(request(f"left {number}", self.port))
        await writer.drain()
        writer.close()
        self._note("left", True, "")

    def _note(self, outcome: str, right: bool, fault: str) -> None:
        self.outcomes[outcome] += 1
        if not right:
            self.wrong.append(fault)


async def soak(calls: int) -> bool:
    """Whether every answer was right, and memory and descriptors stayed where they were after the warm-up."""
    memory: list[float] = []
    descriptors: list[int] = []
    async with served("full") as (port, pid):
        process, work, began = psutil.Process(pid), Soak(port), time.perf_counter()
        for _ in range(ROUNDS):
            await work.round(calls // ROUNDS)
            descriptors.append(await settled(process))
            memory.append(process.memory_info().rss / 1e6)
        seconds = time.perf_counter() - began
    growth = max(memory) - memory[0]
    print(f"{calls} calls in {seconds:.0f} s, {CLIENTS} in flight: {dict(work.outcomes)}, {len(work.wrong)} wrong")
    print(*work.wrong[:20], sep="\n", end="\n" if work.wrong else "")
    print(f"memory after the warm-up {memory[0]:.1f} MB, then at most {growth:.1f} MB more (at most {GROWTH:g})")
    print(f"descriptors after each round: {descriptors}")
    return not work.wrong and growth < GROWTH and max(descriptors[1:]) <= descriptors[0]


async def settled(process: psutil.Process) -> int:
    """The descriptors once the connections of this round are gone, or when the time for that is over."""
    for _ in range(int(SETTLING / 0.05)):
        if all(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp")):
            break
        await asyncio.sleep(0.05)
    return process.num_fds()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000)
    return 0 if asyncio.run(soak(parser.parse_args().calls)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
