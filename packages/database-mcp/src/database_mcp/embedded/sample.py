"""Creation of the sample shop and its least-privilege role in the embedded PostgreSQL."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from mcp_chassis.failures import Failure

from database_mcp.client.driver import connect, translated_errors
from database_mcp.client.protocols import Connection

DATABASE = "shop"
ROLE = "mcp_ro"
SHIPPED = files("database_mcp") / "sql"
_LOCK = 7_404_130_901  # Arbitrary number of the advisory lock that concurrent servers take.
_CREATED_MEANWHILE = (
    "42P04",
    "23505",
)  # Created by another server: duplicate_database, or a violated unique index of the catalogue.

Report = Callable[[int], None]
"""Callback for the progress in percent."""


async def fill(superuser_uri: str, report: Report) -> None:
    """Create the database, its role and its rows, unless they exist.

    The rows are created and analyzed in one transaction that has the lock, so an interrupted start leaves no rows
    and no lock behind.
    """
    keeper, _ = await connect(superuser_uri)
    try:
        await _create_database(keeper)
    finally:
        keeper.terminate()
    report(55)
    shop, _ = await connect(dsn(superuser_uri, "postgres", DATABASE))
    try:
        with translated_errors():
            await shop.execute(f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK})")
            if not await shop.fetch("SELECT FROM pg_namespace WHERE nspname = 'analytics'"):
                await shop.execute(_shipped("shop.sql"))
                report(85)
                await shop.execute(f"{_shipped('role.sql')}; ANALYZE; COMMIT")
            await shop.execute("COMMIT")
    finally:
        shop.terminate()
    report(100)


async def _create_database(keeper: Connection) -> None:
    with translated_errors():
        if await keeper.fetch("SELECT FROM pg_database WHERE datname = $1", DATABASE):
            return
    try:
        with translated_errors():
            await keeper.execute(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
    except Failure as failure:
        if failure.details.get("sqlstate") not in _CREATED_MEANWHILE:
            raise


def dsn(superuser_uri: str, role: str, database: str) -> str:
    """The DSN of a role and database on the server of `superuser_uri`."""
    parts: Any = urlsplit(superuser_uri)
    host = parse_qs(parts.query).get("host")
    if host:
        return f"postgresql://{role}@/{database}?host={quote(host[0], safe='/')}"
    return f"postgresql://{role}@{parts.hostname}:{parts.port}/{database}"


def _shipped(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")
