"""SQLite files on their first opening: by a process while another reads, and by several processes at once."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_chassis.storage.sqlite_file import open_sqlite

SCHEMA = "CREATE TABLE IF NOT EXISTS opened (by INTEGER)"
PROCESSES, FILES = 4, 10
OPENER = f"""
import os, sys
from pathlib import Path
from mcp_chassis.storage.sqlite_file import open_sqlite
print("ready", flush=True)
for line in sys.stdin:
    with open_sqlite(Path(line.strip()), {SCHEMA!r}, patience_seconds=60) as connection:
        connection.execute("INSERT INTO opened VALUES (?)", (os.getpid(),))
    print("opened", flush=True)
"""


def reading(path: Path) -> sqlite3.Connection:
    """A connection that holds a read lock, as one has in the moment in which it opens the file."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE other (x)")
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM other").fetchall()
    return connection


def test_a_file_that_another_connection_is_opening_is_opened_when_that_one_is_done(tmp_path: Path):
    other = reading(tmp_path / "file.sqlite3")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            other.execute("COMMIT")

    connection = open_sqlite(tmp_path / "file.sqlite3", SCHEMA, patience_seconds=60, wait=wait)
    assert connection.execute("SELECT count(*) FROM opened").fetchone() == (0,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert len(waits) == 3


def test_a_file_locked_by_another_connection_for_too_long_is_an_error(tmp_path: Path):
    reading(tmp_path / "file.sqlite3")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        open_sqlite(tmp_path / "file.sqlite3", SCHEMA, patience_seconds=0.05)


def test_processes_that_open_a_new_file_at_once_all_write_to_it(tmp_path: Path):
    command = [sys.executable, "-c", OPENER]
    pipe = subprocess.PIPE
    openers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) for _ in range(PROCESSES)]
    answers = [opener.stdout and opener.stdout.readline() for opener in openers]
    for number in range(FILES):
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write(f"{tmp_path / str(number)}\n")
        answers += [opener.stdout and opener.stdout.readline() for opener in openers]
    assert [opener.communicate()[0] for opener in openers] == [""] * PROCESSES
    assert answers == ["ready\n"] * PROCESSES + ["opened\n"] * PROCESSES * FILES
    for number in range(FILES):
        rows = sqlite3.connect(tmp_path / str(number)).execute("SELECT count(DISTINCT by) FROM opened").fetchall()
        assert rows == [(PROCESSES,)]
