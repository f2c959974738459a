"""Grants in a SQLite file on this machine."""

import asyncio
import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.store import LOCK_SECONDS, Owner, unavailable
from mcp_chassis.storage.sqlite_file import open_sqlite

_TABLES = """
CREATE TABLE IF NOT EXISTS grants (mount TEXT, principal TEXT, sealed TEXT NOT NULL, PRIMARY KEY (mount, principal));
CREATE TABLE IF NOT EXISTS once (name TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires REAL NOT NULL);
"""
_POLL_SECONDS = 0.05


class FileGrantStore:
    """`GrantStore` in a SQLite file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._one_thread = anyio.CapacityLimiter(1)
        self._locks: dict[Owner, asyncio.Lock] = {}

    async def grant(self, owner: Owner) -> str | None:
        rows = await self._rows("SELECT sealed FROM grants WHERE mount = ? AND principal = ?", *owner)
        return rows[0][0] if rows else None

    async def put(self, owner: Owner, sealed: str) -> None:
        await self._rows("INSERT OR REPLACE INTO grants VALUES (?, ?, ?)", *owner, sealed)

    async def replace(self, owner: Owner, old: str, new: str) -> bool:
        update = "UPDATE grants SET sealed = ? WHERE mount = ? AND principal = ? AND sealed = ? RETURNING 1"
        return bool(await self._rows(update, new, *owner, old))

    async def drop(self, owner: Owner) -> bool:
        return bool(await self._rows("DELETE FROM grants WHERE mount = ? AND principal = ? RETURNING 1", *owner))

    async def all(self) -> Mapping[Owner, str]:
        rows = await self._rows("SELECT mount, principal, sealed FROM grants ORDER BY mount, principal")
        return {(mount, principal): sealed for mount, principal, sealed in rows}

    async def put_once(self, name: str, sealed: str, seconds: int) -> bool:
        await self._rows("DELETE FROM once WHERE expires < ?", time.time())
        insert = "INSERT OR IGNORE INTO once VALUES (?, ?, ?) RETURNING 1"
        return bool(await self._rows(insert, name, sealed, time.time() + seconds))

    async def put_for(self, name: str, sealed: str, seconds: int) -> None:
        await self._rows("DELETE FROM once WHERE expires < ?", time.time())
        await self._rows("INSERT OR REPLACE INTO once VALUES (?, ?, ?)", name, sealed, time.time() + seconds)

    async def put_again(self, name: str, sealed: str, seconds: int) -> bool:
        now = time.time()
        update = "UPDATE once SET sealed = ?, expires = ? WHERE name = ? AND expires > ? RETURNING 1"
        return bool(await self._rows(update, sealed, now + seconds, name, now))

    async def replace_text(self, name: str, old: str, new: str) -> bool:
        update = "UPDATE once SET sealed = ? WHERE name = ? AND sealed = ? RETURNING 1"
        return bool(await self._rows(update, new, name, old))

    async def texts(self, prefix: str) -> Mapping[str, str]:
        select = "SELECT name, sealed FROM once WHERE substr(name, 1, ?) = ? AND expires > ? ORDER BY name"
        return dict(await self._rows(select, len(prefix), prefix, time.time()))

    async def read(self, name: str) -> str | None:
        rows = await self._rows("SELECT sealed FROM once WHERE name = ? AND expires > ?", name, time.time())
        return rows[0][0] if rows else None

    async def take(self, name: str) -> str | None:
        rows = await self._rows("DELETE FROM once WHERE name = ? RETURNING sealed, expires", name)
        return rows[0][0] if rows and rows[0][1] > time.time() else None

    @contextlib.asynccontextmanager
    async def locked(self, owner: Owner) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(owner, asyncio.Lock())  # within a process only one waits for the lock in the file
        async with lock, self._locked_in_file(owner):
            yield

    @contextlib.asynccontextmanager
    async def _locked_in_file(self, owner: Owner) -> AsyncGenerator[None]:
        name, mine = f"alone:{json.dumps(owner)}", secrets.token_hex(8)
        while True:
            if await self.put_once(name, mine, LOCK_SECONDS):
                break
            await asyncio.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            with contextlib.suppress(Unavailable), anyio.CancelScope(shield=True):
                await self._rows("DELETE FROM once WHERE name = ? AND sealed = ?", name, mine)

    async def aclose(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    async def _rows(self, statement: str, *values: object) -> list[Any]:
        def run() -> list[Any]:
            with self._opened() as database:
                return database.execute(statement, values).fetchall()

        try:
            return await anyio.to_thread.run_sync(run, limiter=self._one_thread)
        except (sqlite3.Error, OSError) as exc:
            raise unavailable() from exc

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = open_sqlite(self._path, _TABLES)
        return self._database
