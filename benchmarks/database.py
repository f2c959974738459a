"""One run, one machine: database-mcp, the bare SDK, bare asyncpg and npm's server-postgres, over one PostgreSQL.

    .venv/bin/python benchmarks/database.py --starts 9 --calls 200 --npm FOLDER --peer "COMMAND {dsn}"

FOLDER holds `node_modules` with @modelcontextprotocol/server-postgres; COMMAND is any other server whose tool
`execute_sql` takes `sql`. Left out, they are too. The result budget is raised, so that all rows come.
"""

import argparse
import asyncio
import os
import shlex
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
from wire import Wire, result_of, started

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "scripts")]

from postgres_places import PROGRAMS, Place, embedded, script, system
from tokens import COUNTER, count, for_model

IN_FLIGHT = 32
ROLE = ROOT / "packages" / "database-mcp" / "src" / "database_mcp" / "sql" / "role.sql"
ONE, ROWS = "SELECT 1", "SELECT * FROM bench ORDER BY id"
TABLE = """
CREATE TABLE bench AS SELECT n AS id, 'customer ' || n AS name, 'city ' || n % 50 AS city, n * 1.25 AS amount,
    n % 7 AS kind, n % 2 = 0 AS active, timestamptz '2026-01-01' + n * interval '1 hour' AS at, md5(n::text) AS code,
    n * 0.1::float8 AS share, CASE WHEN n % 3 = 0 THEN 'note ' || n END AS note
FROM generate_series(1, 1000) n; ANALYZE bench; GRANT SELECT ON bench TO mcp_ro
"""
Ask = Callable[[str], Awaitable[bytes]]


@dataclass
class Contender:
    """One server: how it is started, and which tool and argument take SQL."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    tool: str = ""
    argument: str = "sql"
    ends_by_itself: bool = False
    figures: dict[str, float] = field(default_factory=dict[str, float])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--npm", type=Path)
    parser.add_argument("--peer")
    options = parser.parse_args()
    with system() if PROGRAMS.exists() else embedded() as place:
        script(place.dsn(), ROLE.read_text(encoding="utf-8"), TABLE)
        asyncio.run(measure(place, options))


async def measure(place: Place, options: argparse.Namespace) -> None:
    contenders = [bare(), ours(place), *npm(options.npm, place), *peer(options.peer, place)]
    starts: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(options.starts):
        for contender in contenders:
            async with running(contender) as wire:
                await wire.open()
                starts[contender.name].append(1000 * (time.perf_counter() - wire.began))
    driver = Contender("bare asyncpg", ())
    await beside(place, driver, options.calls)
    for contender in contenders:
        contender.figures["start ms"] = statistics.median(starts[contender.name])
        await judge(contender, options.calls)
    report([driver, *contenders])


def bare() -> Contender:
    return Contender(
        "bare SDK", [sys.executable, str(ROOT / "benchmarks" / "bare_server.py")], dict(os.environ), ends_by_itself=True
    )


def ours(place: Place) -> Contender:
    environment = {
        **os.environ,
        "DATABASE_URL": place.dsn("postgres", "mcp_ro"),
        "MCP_MAX_RESULT_CHARS": "1000000",
        "MCP_LOG_LEVEL": "WARNING",
    }
    command = [str(Path(sys.executable).parent / "database-mcp")]
    return Contender("database-mcp", command, environment, "execute_query", "query", ends_by_itself=True)


def npm(folder: Path | None, place: Place) -> list[Contender]:
    if folder is None:
        return []
    program = folder / "node_modules" / "@modelcontextprotocol" / "server-postgres" / "dist" / "index.js"
    return [
        Contender("server-postgres", ["node", str(program), place.dsn("postgres", "mcp_ro")], dict(os.environ), "query")
    ]


def peer(command: str | None, place: Place) -> list[Contender]:
    if command is None:
        return []
    words = [word.replace("{dsn}", place.dsn("postgres", "mcp_ro")) for word in shlex.split(command)]
    return [Contender(Path(words[0]).name, words, dict(os.environ), "execute_sql")]


async def judge(contender: Contender, calls: int) -> None:
    """Memory when idle, the tool list's tokens, and the two queries."""
    async with running(contender) as wire:
        tools = await wire.open()
        contender.figures["idle MB"] = megabytes(wire.process.pid)
        if COUNTER.exists():
            contender.figures["tool tokens"] = sum(count([for_model(tool) for tool in tools]))
        if contender.tool:
            await asked(contender, through(wire, contender), calls)


@asynccontextmanager
async def running(contender: Contender) -> AsyncGenerator[Wire]:
    """A server's process; not every one ends when its input does."""
    async with started(contender.command, contender.environment) as wire:
        try:
            yield wire
        finally:
            if not contender.ends_by_itself:
                wire.process.terminate()


def through(wire: Wire, contender: Contender) -> Ask:
    async def ask(sql: str) -> bytes:
        return await wire.answer("tools/call", {"name": contender.tool, "arguments": {contender.argument: sql}})

    return ask


async def beside(place: Place, driver: Contender, calls: int) -> None:
    """The driver alone: typed rows, prepared statements, as many connections as our pool has."""
    async with asyncpg.create_pool(place.dsn("postgres", "mcp_ro"), min_size=5, max_size=5) as pool:

        async def ask(sql: str) -> bytes:
            await pool.fetch(sql)
            return b""

        await asked(driver, ask, calls)


async def asked(contender: Contender, ask: Ask, calls: int) -> None:
    figures = contender.figures
    if (line := await ask(ROWS)) and COUNTER.exists():
        figures["row tokens"] = count([result_of(line)["content"][0]["text"]])[0]
    figures["SELECT 1 ms"], figures["SELECT 1 /s"] = await timed(lambda: ask(ONE), calls * 5)
    figures["rows ms"], figures["rows /s"] = await timed(lambda: ask(ROWS), calls)


async def timed(act: Callable[[], Awaitable[bytes]], calls: int) -> tuple[float, float]:
    """The median in ms one after another, and the rate with 32 in flight; answers are read when the clock stands."""
    for _ in range(20):
        await act()
    times: list[float] = []
    answers: list[bytes] = []
    for _ in range(calls):
        began = time.perf_counter()
        answers.append(await act())
        times.append(1000 * (time.perf_counter() - began))

    async def caller() -> None:
        answers.extend([await act() for _ in range(max(1, calls // IN_FLIGHT))])

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(IN_FLIGHT)))
    rate = IN_FLIGHT * max(1, calls // IN_FLIGHT) / (time.perf_counter() - began)
    for answer in filter(None, answers):
        result_of(answer)
    return statistics.median(times), rate


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20


def report(contenders: Sequence[Contender]) -> None:
    columns = ["start ms", "idle MB", "tool tokens", "SELECT 1 ms", "SELECT 1 /s", "rows ms", "rows /s", "row tokens"]
    print("".join([f"{'':18}", *(f"{column:>13}" for column in columns)]))
    for contender in contenders:
        cells = (
            f"{contender.figures[column]:13,.2f}" if column in contender.figures else f"{'-':>13}" for column in columns
        )
        print("".join([f"{contender.name:18}", *cells]))
    driver, floor, mine = contenders[:3]
    print(f"start / bare SDK: {mine.figures['start ms'] / floor.figures['start ms']:.2f}")
    print(f"rows / bare asyncpg: {mine.figures['rows ms'] / driver.figures['rows ms']:.2f}")


if __name__ == "__main__":
    main()
