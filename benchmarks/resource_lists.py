"""The list of resources at size: 100,000 files, 10,000 tables; the time of each page, and the memory of the server.

    .venv/bin/python benchmarks/resource_lists.py [--files 100000] [--tables 10000]

The tables are made in a database of their own on the PostgreSQL of TOOLROLL_TEST_POSTGRES (default: 127.0.0.1:5432),
whose role must be allowed to create one; the files in a temporary folder. Both are removed afterwards.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
from wire import Wire, started

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from postgres_places import script
from services import POSTGRES_DSN

FOLDERS, SCHEMAS = 100, 100
MIB = 2**20


@dataclass
class Listing:
    """Seconds of each page, what was listed, and the memory of the server's processes after each page, in MiB."""

    seconds: list[float] = field(default_factory=list[float])
    uris: set[str] = field(default_factory=set[str])
    memory: list[float] = field(default_factory=list[float])

    def line(self, name: str) -> str:
        first, *others = self.seconds
        pages = f"{len(self.uris):>7} entries {len(self.seconds):>4} pages"
        times = f"first {first * 1000:.0f} ms, others {statistics.median(others or [first]) * 1000:.0f} ms (median)"
        slowest = f"{max(others or [first]) * 1000:.0f} ms (slowest)"
        memory = f"{self.memory[0]:.0f} -> {self.memory[-1]:.0f} MiB, at most {max(self.memory):.0f}"
        return f"{name:<18}{pages}; {times}, {slowest}; {memory}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--tables", type=int, default=10_000)
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), options.files)
        listing = asyncio.run(listed("files-server", {"ALLOWED_DIR": folder}))
        print(listing.line(f"{options.files} files"))
    with tables(options.tables) as dsn:
        listing = asyncio.run(listed("database-mcp", {"DATABASE_URL": dsn}))
        print(listing.line(f"{options.tables} tables"))
        if len(listing.uris) < options.tables:
            sys.exit(f"{options.tables - len(listing.uris)} tables are missing in the list")


async def listed(program: str, environment: Mapping[str, str]) -> Listing:
    """Every page of the list; one that names no entry, since it asks no upstream, is not counted."""
    command = [str(Path(sys.executable).parent / program)]
    listing = Listing()
    async with started(command, {**os.environ, **environment, "MCP_LOG_LEVEL": "WARNING"}) as wire:
        await wire.open()
        cursor = await page(wire, listing, None)
        while cursor is not None:
            cursor = await page(wire, listing, cursor)
    return listing


async def page(wire: Wire, listing: Listing, cursor: str | None) -> str | None:
    """Add one page to the listing; the cursor of the next one."""
    began = time.perf_counter()
    answer = await wire.request("resources/list", {} if cursor is None else {"cursor": cursor})
    seconds = time.perf_counter() - began
    found = {each["uri"] for each in answer["resources"] if not each["uri"].startswith("server://")}
    if found:
        listing.seconds.append(seconds)
        listing.uris |= found
        listing.memory.append(memory(wire))
    return answer.get("nextCursor")


def memory(wire: Wire) -> float:
    process = psutil.Process(wire.process.pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / MIB


def make_files(folder: Path, count: int) -> None:
    for number in range(FOLDERS):
        (folder / f"{number:02}").mkdir()
    for number in range(count):
        (folder / f"{number % FOLDERS:02}" / f"{number}.txt").touch()


@contextmanager
def tables(count: int) -> Generator[str]:
    """The DSN of a new database with as many tables."""
    name = f"bench_{uuid4().hex}"
    script(POSTGRES_DSN, f"CREATE DATABASE {name}")
    dsn = urlsplit(POSTGRES_DSN)._replace(path=f"/{name}").geturl()
    try:
        script(dsn, *(schema_of_tables(number, count) for number in range(SCHEMAS)))
        yield dsn
    finally:
        script(POSTGRES_DSN, f"DROP DATABASE {name} WITH (FORCE)")


def schema_of_tables(schema: int, count: int) -> str:
    """A statement for each schema, because a transaction may hold a limited number of locks."""
    made = [f"CREATE TABLE s{schema:02}.t{number:05} (id int)" for number in range(schema, count, SCHEMAS)]
    return ";".join([f"CREATE SCHEMA s{schema:02}", *made])


if __name__ == "__main__":
    main()
