"""One run, one machine: github-mcp, the bare SDK, and npm's archived server-github, over the same scripted GitHub.

    .venv/bin/python benchmarks/github.py --starts 9 --calls 500

server-github is measured where `make node` has installed it; its one address in the source is sent elsewhere.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from wire import Wire, started

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from github_seed import TOKEN, seeded
from scripted_github import ScriptedGitHub
from tokens import count, for_model

PEER = ROOT / ".tools/node/node_modules/@modelcontextprotocol/server-github/dist/index.js"
REDIRECT = """
const real = globalThis.fetch;
globalThis.fetch = (target, how) => real(String(target).replace("https://api.github.com", process.env.SCRIPTED), how);
"""
IN_FLIGHT = 32
GANTRY = {"owner": "acme", "repo": "gantry"}
FILE, FOLDER = "src/gantry/engine.py", "src/gantry"
Job = tuple[str, dict[str, Any]]


@dataclass
class Contender:
    """One server: how it is started, and what each job is in its own words."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    jobs: Mapping[str, Job] = field(default_factory=dict[str, Job])
    ends_by_itself: bool = True
    starts: list[float] = field(default_factory=list[float])
    tool_tokens: int = 0
    idle: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--calls", type=int, default=500)
    options = parser.parse_args()
    asyncio.run(measure(options.starts, options.calls))


async def measure(starts: int, calls: int) -> None:
    github = ScriptedGitHub(seeded())
    async with github.serving():
        contenders = [bare(), ours(github.url), *peer(github.url)]
        await start_times(contenders, starts)
        print(f"{'':16}{'start ms':>10}{'/ bare':>8}{'idle MB':>9}{'tool tokens':>13}")
        for contender in contenders:
            await at_rest(contender)
            start, floor = statistics.median(contender.starts), statistics.median(contenders[0].starts)
            figures = f"{start:10.0f}{start / floor:8.2f}{contender.idle:9.0f}{contender.tool_tokens:13,}"
            print(f"{contender.name:16}{figures}")
        for contender in contenders[1:]:
            await do_jobs(contender, github)
    await beside_the_request_itself(calls)


def bare() -> Contender:
    return Contender("bare SDK", [sys.executable, str(ROOT / "benchmarks" / "bare_server.py")])


def ours(url: str) -> Contender:
    jobs: dict[str, Job] = {
        "30 repositories": ("search_repositories", {"query": "user:acme", "max_results": 30}),
        "30 issues": ("list_issues", {**GANTRY, "max_results": 30}),
        "a folder of 30": ("get_file", {**GANTRY, "path": FOLDER}),
        "a 3.5 kB file": ("get_file", {**GANTRY, "path": FILE}),
        "an overview": ("get_repository_info", GANTRY),
    }
    return Contender("github-mcp", [str(Path(sys.executable).with_name("github-mcp"))], environment(url), jobs)


def environment(url: str) -> dict[str, str]:
    quick = {"MCP_OUTBOUND_RATE": "1e6", "LOG_LEVEL": "WARNING"}
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": url, **quick}


def peer(url: str) -> list[Contender]:
    if not PEER.exists():
        print("server-github is not installed here (make node): left out")
        return []
    redirect = Path(tempfile.mkdtemp()) / "redirect.mjs"
    redirect.write_text(REDIRECT)
    jobs: dict[str, Job] = {
        "30 repositories": ("search_repositories", {"query": "user:acme", "perPage": 30}),
        "30 issues": ("list_issues", {**GANTRY, "per_page": 30}),
        "a folder of 30": ("get_file_contents", {**GANTRY, "path": FOLDER}),
        "a 3.5 kB file": ("get_file_contents", {**GANTRY, "path": FILE}),
    }
    told = {"GITHUB_PERSONAL_ACCESS_TOKEN": TOKEN, "SCRIPTED": url}
    return [Contender("server-github", ["node", "--import", str(redirect), str(PEER)], told, jobs, False)]


async def start_times(contenders: Sequence[Contender], starts: int) -> None:
    """Starts take turns, so that what else the machine does falls on all of them alike."""
    for _ in range(starts):
        for contender in contenders:
            async with running(contender) as wire:
                await wire.open()
                contender.starts.append(1000 * (time.perf_counter() - wire.began))


@asynccontextmanager
async def running(contender: Contender) -> AsyncGenerator[Wire]:
    """A server's process; not every one ends when its input does."""
    async with started(contender.command, {**os.environ, **contender.environment}) as wire:
        try:
            yield wire
        finally:
            if not contender.ends_by_itself:
                wire.process.terminate()


async def at_rest(contender: Contender) -> None:
    async with running(contender) as wire:
        tools = await wire.open()
        contender.tool_tokens = sum(count([for_model({"description": "", **tool}) for tool in tools]))
        processes = [psutil.Process(wire.process.pid), *psutil.Process(wire.process.pid).children(recursive=True)]
        contender.idle = sum(each.memory_info().rss for each in processes) / 2**20


async def do_jobs(contender: Contender, github: ScriptedGitHub) -> None:
    """Tokens of each answer; requests and bytes it took at GitHub, first and asked again."""
    print(f"\n{contender.name:20}{'tokens':>8}{'requests':>10}{'bytes':>9}{'again: requests':>17}{'bytes':>9}")
    async with running(contender) as wire:
        await wire.open()
        for name, job in contender.jobs.items():
            before = len(github.requests)
            answer = await wire.call(*job)
            middle = len(github.requests)
            await wire.call(*job)
            first, again = github.requests[before:middle], github.requests[middle:]
            taken = sum(count([block["text"] for block in answer["content"]]))
            sizes = [sum(0 if each.status == 304 else each.bytes_out for each in part) for part in (first, again)]
            print(f"{name:20}{taken:8,}{len(first):10}{sizes[0]:9,}{len(again):17}{sizes[1]:9,}")


async def beside_the_request_itself(calls: int) -> None:
    """What a call takes beyond its one request to a GitHub in a process of its own, one after another and together."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "github_serve.py")]
    upstream = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert upstream.stdout
        url = (await upstream.stdout.readline()).decode().split()[0]
        port = int(url.rpartition(":")[2])
        alone = await timed(lambda: raw_lines(port), calls)
        async with running(ours(url)) as wire:
            await wire.open()
            numbers = iter(range(10**9))

            async def ask() -> None:
                number = next(numbers) % 30 + 1
                await wire.call("get_issue", {**GANTRY, "number": number, "comments": 0})

            whole = await timed(lambda: each_of(ask), calls)
            began = time.perf_counter()
            await asyncio.gather(*(several(ask, calls // IN_FLIGHT) for _ in range(IN_FLIGHT)))
            rate = calls // IN_FLIGHT * IN_FLIGHT / (time.perf_counter() - began)
    finally:
        upstream.terminate()
        await upstream.wait()
    print("\none issue, ms       median     p99")
    for name, figures in (("through the server", whole), ("the request itself", alone)):
        print(f"{name:20}{figures[0]:6.2f}{figures[1]:8.2f}")
    print(f"{'added':20}{whole[0] - alone[0]:6.2f}{whole[1] - alone[1]:8.2f}\n32 in flight: {rate:.0f} calls/s")


async def timed(act: Callable[[], Awaitable[Callable[[], Awaitable[None]]]], times: int) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    ask = await act()
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


async def each_of(ask: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    return ask


async def several(ask: Callable[[], Awaitable[None]], times: int) -> None:
    for _ in range(times):
        await ask()


async def raw_lines(port: int) -> Callable[[], Awaitable[None]]:
    """The same request on one open connection, read and parsed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    numbers = iter(range(10**9))

    async def ask() -> None:
        path = f"/repos/acme/gantry/issues/{next(numbers) % 30 + 1}"
        head = (
            f"GET {path} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nUser-Agent: x\r\nX-GitHub-Api-Version: x\r\n\r\n"
        )
        writer.write(head.encode())
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(answered.split(b"content-length: ")[1].split(b"\r\n")[0])
        json.loads(await reader.readexactly(size))

    return ask


if __name__ == "__main__":
    main()
