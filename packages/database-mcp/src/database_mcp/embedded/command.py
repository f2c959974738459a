"""The command `database-mcp data`: show, stop or remove the embedded database."""

import shutil
import sys
from pathlib import Path

from mcp_chassis.settings import BadSettings

from database_mcp.embedded.folder import data_folder, size_bytes
from database_mcp.embedded.process import is_in_use, is_running, stop
from database_mcp.settings import DatabaseSettings

EXIT_USAGE = 2
EXIT_IN_USE = 1
USAGE = "usage: database-mcp data [stop | remove]"


def main(arguments: list[str]) -> int:
    """Run `data`, `data stop` or `data remove`; returns the exit code."""
    word = arguments[0] if arguments else "show"
    if len(arguments) > 1 or word not in ("show", "stop", "remove"):
        sys.stderr.write(f"{USAGE}\n")
        return EXIT_USAGE
    try:
        folder = DatabaseSettings.load().data_dir or data_folder()
    except BadSettings as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_USAGE
    if word == "show" or not folder.exists():
        sys.stdout.write(_shown(folder))
        return 0
    return _stopped_or_removed(folder, remove=word == "remove")


def _shown(folder: Path) -> str:
    if not folder.exists():
        return f"{folder}: no embedded database exists here.\n"
    running = "running, not in use" if is_running(folder) else "not running"
    state = "in use by a server" if is_in_use(folder) else running
    return f"{folder}: {size_bytes(folder) / 1024**2:.0f} MB, {state}.\n"


def _stopped_or_removed(folder: Path, *, remove: bool) -> int:
    if is_in_use(folder):
        sys.stderr.write(f"{folder}: a server uses the embedded database; stop that server first.\n")
        return EXIT_IN_USE
    stop(folder)
    if remove:
        if not (folder / "PG_VERSION").exists():
            sys.stderr.write(f"{folder}: this is not a PostgreSQL data folder; nothing was removed.\n")
            return EXIT_IN_USE
        shutil.rmtree(folder)
    sys.stdout.write(f"{folder}: {'removed' if remove else 'stopped'}.\n")
    return 0
