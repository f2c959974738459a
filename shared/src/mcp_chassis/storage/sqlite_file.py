"""SQLite files that several processes open at the same time."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

RETRY_SECONDS = 0.01


def open_sqlite(
    path: Path, schema: str, *, patience_seconds: float = 5.0, wait: Callable[[float], None] = time.sleep
) -> "sqlite3.Connection":
    """Open the file at `path`, which only its owner may read, in autocommit mode, and create `schema` in it.

    SQLite's own timeout does not always cover the change to write-ahead logging: of two connections that request it at
    the same time, one may fail immediately with "database is locked". So this function retries that change itself.

    Raises:
        sqlite3.Error: when the file is not a database, or is locked by another connection for too long.
        OSError: when the file cannot be created.
    """
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        _log_writes_ahead(connection, time.monotonic() + patience_seconds, wait)
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * patience_seconds)}")
        connection.executescript(schema)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _log_writes_ahead(connection: "sqlite3.Connection", until: float, wait: Callable[[float], None]) -> None:
    import sqlite3

    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            wait(RETRY_SECONDS)
        else:
            return
