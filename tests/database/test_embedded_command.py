"""Commands for the embedded database: `data` shows, stops and removes it; `call` finds it running."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STARTED = '{"query": "SELECT pg_postmaster_start_time()::text"}'


@pytest.fixture
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="toolroll-embedded-"))
    place.chmod(0o755)
    yield place / "data"
    command(place / "data", "data", "stop")
    shutil.rmtree(place, ignore_errors=True)


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `database-mcp` with a separate data folder."""
    environment = {**os.environ, "DATABASE_DATA_DIR": str(folder)}
    program = [sys.executable, "-m", "database_mcp", *words]
    return subprocess.run(program, env=environment, text=True, capture_output=True, check=False)


def started_at(folder: Path) -> str:
    return json.loads(command(folder, "call", "execute_query", STARTED).stdout)["rows"][0][0]


def test_the_embedded_database_keeps_running_between_calls_and_data_remove_deletes_it(folder: Path):
    absent = command(folder, "data").stdout
    first, second = started_at(folder), started_at(folder)
    running = command(folder, "data").stdout
    stopped = command(folder, "data", "stop").stdout
    still_there = command(folder, "data").stdout
    removed = command(folder, "data", "remove").stdout
    assert "no embedded database exists here" in absent
    assert first == second
    assert running.endswith("MB, running, not in use.\n")
    assert (stopped, removed) == (f"{folder}: stopped.\n", f"{folder}: removed.\n")
    assert still_there.endswith("MB, not running.\n")
    assert not folder.exists()


def test_data_remove_does_not_delete_a_folder_without_a_database(folder: Path):
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    ended = command(folder, "data", "remove")
    assert (ended.returncode, (folder / "letter.txt").exists()) == (1, True)
    assert "nothing was removed" in ended.stderr


def test_an_unknown_argument_of_data_prints_the_usage(folder: Path):
    ended = command(folder, "data", "delete")
    assert (ended.returncode, ended.stderr) == (2, "usage: database-mcp data [stop | remove]\n")
