"""One run, one machine: slack-mcp, the bare SDK, and npm's Slack servers where they are, over a scripted Slack.

    .venv/bin/python benchmarks/slack.py --starts 9 --calls 300 --npm FOLDER

FOLDER holds `node_modules` with @modelcontextprotocol/server-slack and slack-mcp-server; left out, they are too.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
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

from scripted_slack import BOT_TOKEN, ScriptedSlack
from slack_seed import seeded
from tokens import count, for_model

REDIRECT = """
const real = globalThis.fetch;
globalThis.fetch = (target, how = {}) => {
  const url = new URL(target);
  const body = how.body ? new URLSearchParams(JSON.parse(how.body)) : url.searchParams;
  const headers = { Authorization: how.headers.Authorization, "Content-Type": "application/x-www-form-urlencoded" };
  const method = url.pathname.replace("/api/", "");
  return real(process.env.SCRIPTED + method, { method: "POST", headers, body: String(body) });
};
"""


@dataclass
class Contender:
    """One server: how it is started, and how it is asked for a channel's history."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    history: tuple[str, dict[str, Any]] | None = None
    ends_by_itself: bool = True
    figures: dict[str, float] = field(default_factory=dict[str, float])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--npm", type=Path)
    asyncio.run(measure(parser.parse_args()))


async def measure(options: argparse.Namespace) -> None:
    slack = ScriptedSlack()
    channels = seeded(slack.workspace)
    async with slack.running():
        published = npm(options.npm, slack, channels["release"].id)
        answering = [contender for contender in published if await answers(contender)]
        contenders = [bare(), ours(slack, channels["release"].id), *answering]
        starts = await start_times(contenders, options.starts)
        for contender in contenders:
            contender.figures["start ms"] = statistics.median(starts[contender.name])
            await one(contender, slack, options.calls)
        report(contenders)
        print(
            f"\nover an upstream of 0 ms, in ms: {await added(contenders[1], slack, options.calls):.2f} added (median)"
        )
        print(f"requests for a page of 200 messages by 60 people: {await requests_of_a_large_page(slack)}")


def bare() -> Contender:
    return Contender("bare SDK", [sys.executable, str(ROOT / "benchmarks" / "bare_server.py")])


def ours(slack: ScriptedSlack, channel: str) -> Contender:
    asked = ("get_channel_history", {"channel": channel, "limit": 50})
    return Contender("slack-mcp", [str(Path(sys.executable).with_name("slack-mcp"))], environment(slack), asked)


def environment(slack: ScriptedSlack) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": slack.url.rstrip("/"),
        "SLACK_RATE_LIMIT_SCALE": "1e6",
        "MCP_OUTBOUND_RATE": "1e6",
        "LOG_LEVEL": "WARNING",
    }


def npm(folder: Path | None, slack: ScriptedSlack, channel: str) -> list[Contender]:
    """The published ones: one has Slack's address in its source, so that its `fetch` is sent elsewhere."""
    if folder is None:
        return []
    packages = folder / "node_modules"
    redirect = folder / "redirect.mjs"
    redirect.write_text(REDIRECT)
    typescript = packages / "@modelcontextprotocol" / "server-slack" / "dist" / "index.js"
    go = next(packages.glob("slack-mcp-server-*/bin/*"), None)
    told = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_TEAM_ID": "T0TEAM001", "SCRIPTED": slack.url}
    asked = ("slack_get_channel_history", {"channel_id": channel, "limit": 50})
    found = [Contender("server-slack", ["node", "--import", str(redirect), str(typescript)], told, asked, False)]
    demo = {"SLACK_MCP_XOXP_TOKEN": "demo"}
    return found + ([Contender("slack-mcp-server", [str(go)], demo, None, False)] if go else [])


async def answers(contender: Contender) -> bool:
    """Whether it shakes hands at all: without the real Slack not every one does."""
    async with running(contender) as wire:
        try:
            async with asyncio.timeout(10):
                await wire.open()
        except TimeoutError:
            print(f"{contender.name} does not answer here: left out")
            return False
    return True


async def start_times(contenders: Sequence[Contender], starts: int) -> dict[str, list[float]]:
    """Starts take turns, so that what else the machine does falls on all of them alike."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(starts):
        for contender in contenders:
            async with running(contender) as wire:
                await wire.open()
                seconds[contender.name].append(1000 * (time.perf_counter() - wire.began))
    return seconds


@asynccontextmanager
async def running(contender: Contender) -> AsyncGenerator[Wire]:
    """A server's process; not every one ends when its input does."""
    async with started(contender.command, {**os.environ, **contender.environment}) as wire:
        try:
            yield wire
        finally:
            if not contender.ends_by_itself:
                wire.process.terminate()


async def one(contender: Contender, slack: ScriptedSlack, calls: int) -> None:
    """Tokens of the tools, and of one page; memory after the first call; requests of the second."""
    async with running(contender) as wire:
        tools = await wire.open()
        contender.figures["tools"] = len(tools)
        contender.figures["tool tokens"] = sum(count([for_model({"description": "", **tool}) for tool in tools]))
        if contender.history is not None:
            answer = await wire.call(*contender.history)
            contender.figures["50 messages"] = sum(count([block["text"] for block in answer["content"]]))
            before = len(slack.calls)
            await wire.call(*contender.history)
            contender.figures["requests"] = len(slack.calls) - before
            contender.figures["median ms"] = await median_ms(lambda: wire.call(*contender.history or ("", {})), calls)
        contender.figures["idle MB"] = megabytes(wire.process.pid)


async def added(contender: Contender, slack: ScriptedSlack, calls: int) -> float:
    """Milliseconds of a call beyond what its one request takes by itself, over the same kind of connection."""
    assert contender.history is not None
    channel = contender.history[1]["channel"]
    async with running(contender) as wire:
        await wire.open()
        asked = "get_channel_history", {"channel": channel, "limit": 1}
        await wire.call(*asked)
        whole = await median_ms(lambda: wire.call(*asked), calls)
    reader, writer = await asyncio.open_connection("127.0.0.1", slack.port)

    async def raw() -> None:
        body = f"channel={channel}&limit=1&inclusive=true"
        head = f"POST /api/conversations.history HTTP/1.1\r\nAuthorization: Bearer {BOT_TOKEN}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((head + kind + body).encode())
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(answered.split(b"content-length: ")[1].split(b"\r\n")[0]))

    alone = await median_ms(raw, calls)
    writer.close()
    print(f"\none message: {whole:.2f} ms through slack-mcp, {alone:.2f} ms of it the request itself")
    return whole - alone


async def requests_of_a_large_page(slack: ScriptedSlack) -> str:
    channel = slack.workspace.add_channel("C0LARGE01", "large")
    people = [slack.workspace.add_person(f"U9{number:07d}", f"p{number}", f"Person {number}") for number in range(60)]
    for number in range(200):
        slack.workspace.say(channel, people[number % 60], f"<@{people[number * 7 % 60]}> {number}")
    counts: list[int] = []
    async with running(ours(slack, channel.id)) as wire:
        await wire.open()
        for _ in range(2):
            before = len(slack.calls)
            answer = await wire.call("get_channel_history", {"channel": channel.id, "limit": 200})
            named = {message["user"] for message in json.loads(answer["content"][0]["text"])["messages"]}
            assert len(named) == 60
            assert all(name.startswith("Person ") for name in named)
            counts.append(len(slack.calls) - before)
    return f"{counts[0]} at first, {counts[1]} once names are known"


async def median_ms(act: Callable[[], Awaitable[Any]], times: int) -> float:
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20


def report(contenders: Sequence[Contender]) -> None:
    columns = ["start ms", "idle MB", "tools", "tool tokens", "50 messages", "requests", "median ms"]
    print("".join([f"{'':18}", *(f"{column:>13}" for column in columns)]))
    for contender in contenders:
        shown = (f"{contender.figures[name]:13,.1f}" if name in contender.figures else f"{'-':>13}" for name in columns)
        print("".join([f"{contender.name:18}", *shown]))
    ratio = contenders[1].figures["start ms"] / contenders[0].figures["start ms"]
    print(f"start of slack-mcp / bare SDK: {ratio:.2f}")


if __name__ == "__main__":
    main()
