"""Stores of idempotency records: in memory, or in a SQLite file that all servers of a user share."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread
from cachetools import FIFOCache

from mcp_chassis.failures import Unavailable
from mcp_chassis.storage.idempotency import Record, RecordKey
from mcp_chassis.storage.sqlite_file import open_sqlite

if TYPE_CHECKING:
    import sqlite3

Given = TypeVar("Given")

MAX_RECORDS = 10_000
LOCK_TIMEOUT_SECONDS = 5.0

_TABLE = """CREATE TABLE IF NOT EXISTS records (
    principal TEXT, tool TEXT, key TEXT, arguments TEXT NOT NULL, expires REAL NOT NULL, outcome TEXT,
    PRIMARY KEY (principal, tool, key)
) WITHOUT ROWID"""
_FIND = "SELECT arguments, expires, outcome FROM records WHERE principal = ? AND tool = ? AND key = ?"
_DROP = "DELETE FROM records WHERE principal = ? AND tool = ? AND key = ?"
_EXPIRED = "DELETE FROM records WHERE outcome IS NOT NULL AND expires <= ?"
_PUT = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)"


class MemoryRecordStore:
    """Store of the newest `max_records` in memory, lost when the process exits."""

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self._records: FIFOCache[RecordKey, Record] = FIFOCache(max_records)

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        found = await self.find(name, now)
        if found is None:
            await self.keep(name, record)
        return found

    async def find(self, name: RecordKey, now: float) -> Record | None:
        found = self._records.get(name)
        return None if found is not None and found.outcome is not None and found.expires <= now else found

    async def keep(self, name: RecordKey, record: Record) -> None:
        self._records[name] = record

    async def drop(self, name: RecordKey) -> None:
        self._records.pop(name, None)

    async def aclose(self) -> None:
        return None


class FileRecordStore:
    """Store in a SQLite file that only its owner may read. Opened on first use; queries run in a thread.

    Args:
        path: the file; `default_file()` when left out.
        lock_timeout: seconds to wait for another process that has locked the file.
    """

    def __init__(self, path: Path | None = None, *, lock_timeout: float = LOCK_TIMEOUT_SECONDS) -> None:
        self._path = path
        self._lock_timeout = lock_timeout
        self._connection: sqlite3.Connection | None = None
        self._thread_limit = anyio.CapacityLimiter(1)

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        return await self._in_thread(self._claim, name, record, now)

    async def find(self, name: RecordKey, now: float) -> Record | None:
        return await self._in_thread(self._find, name, now)

    async def keep(self, name: RecordKey, record: Record) -> None:
        await self._in_thread(self._keep, name, record)

    async def drop(self, name: RecordKey) -> None:
        await self._in_thread(self._drop, name)

    async def aclose(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _in_thread(self, step: Callable[..., Given], *arguments: object) -> Given:
        """Run one step in the thread.

        Raises:
            Unavailable: when the file cannot be used.
        """
        import sqlite3

        call = functools.partial(step, *arguments)
        try:
            return await anyio.to_thread.run_sync(call, limiter=self._thread_limit)
        except (sqlite3.Error, OSError, ValueError) as exc:
            raise Unavailable(
                "This server cannot use its store of idempotency keys; nothing was sent.",
                remedy="Call without idempotency_key, or ask the person who runs this server.",
            ) from exc

    def _claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute(_EXPIRED, (now,))
            row = database.execute(_FIND, name).fetchone()
            if row is not None:
                return _record(*row)
            self._write(database, name, record)
            return None

    def _find(self, name: RecordKey, now: float) -> Record | None:
        with self._open() as database:
            row = database.execute(_FIND, name).fetchone()
        record = None if row is None else _record(*row)
        return None if record is not None and record.outcome is not None and record.expires <= now else record

    def _keep(self, name: RecordKey, record: Record) -> None:
        with self._open() as database:
            self._write(database, name, record)

    def _drop(self, name: RecordKey) -> None:
        with self._open() as database:
            database.execute(_DROP, name)

    def _write(self, database: "sqlite3.Connection", name: RecordKey, record: Record) -> None:
        outcome: Any = None if record.outcome is None else json.dumps(record.outcome)
        row = (*name, record.arguments_hash, record.expires, outcome)
        database.execute(_PUT, row)

    def _open(self) -> "sqlite3.Connection":
        """The connection, opened on first use. Its context manager commits or rolls back, and does not close it."""
        if self._connection is None:
            self._connection = open_sqlite(self._path or default_file(), _TABLE, patience_seconds=self._lock_timeout)
        return self._connection


def _record(arguments: str, expires: float, outcome: str | None) -> Record:
    return Record(arguments, expires, None if outcome is None else json.loads(outcome))


def default_file() -> Path:
    """Path of the file in the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("toolroll") / "idempotency.sqlite3"
