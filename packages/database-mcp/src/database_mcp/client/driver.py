"""The border to asyncpg: connecting, and what its exceptions mean."""

import asyncio
import dataclasses
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from mcp_chassis.failures import AuthenticationFailed, Effect, Failure, Unavailable

from database_mcp.client.protocols import Connection
from database_mcp.client.type_lookup import connection_class
from database_mcp.errors import failure_for

CONNECT_TIMEOUT = 5.0

_EXAMINE_SQL = """
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
       current_user::text AS role, r.rolsuper AS superuser,
       array(SELECT g.rolname::text FROM pg_catalog.pg_roles g
             WHERE g.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
               AND pg_catalog.pg_has_role(current_user, g.oid, 'MEMBER')) AS memberships
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""


@dataclasses.dataclass(frozen=True)
class Role:
    """Who this server is to the database, as examined at each connect."""

    version: str
    number: int
    name: str
    superuser: bool
    memberships: tuple[str, ...]

    @property
    def privileged(self) -> str | None:
        """Why free SQL is dangerous with this role; None when it is not."""
        if self.superuser:
            return f"The role {self.name} is a superuser"
        if self.memberships:
            return f"The role {self.name} belongs to {', '.join(self.memberships)}"
        return None


def _asyncpg() -> Any:
    """asyncpg, imported when it is first needed because it is heavy; it ships no types, `Connection` has them."""
    return import_module("asyncpg")


async def connect(dsn: str) -> tuple[Connection, Role]:
    """Open one connection that works through a pooler in transaction mode too, and examine its role.

    Raises:
        Failure: without any part of the DSN in its text.
    """
    with _connecting():
        async with asyncio.timeout(CONNECT_TIMEOUT):
            connection: Connection = await _asyncpg().connect(
                dsn,
                timeout=CONNECT_TIMEOUT,
                connection_class=connection_class(),
                statement_cache_size=0,
                server_settings={"application_name": "database-mcp"},
            )
            try:
                row = (await connection.fetch(_EXAMINE_SQL))[0]
            except BaseException as exc:
                connection.terminate()
                if isinstance(exc, _asyncpg().InterfaceError):  # it was ended before it could be asked
                    raise _broken() from exc
                raise
    memberships = tuple(row["memberships"])
    return connection, Role(row["version"], row["number"], row["role"], row["superuser"], memberships)


@contextmanager
def speaking() -> Generator[None]:
    """Turn what asyncpg raises inside into the failures of this project; lost connections are ambiguous."""
    try:
        yield
    except _asyncpg().PostgresError as exc:
        raise failure_for(exc) from exc
    except (_asyncpg().InterfaceError, _asyncpg().InternalClientError, OSError) as exc:
        raise lost() from exc


def lost() -> Unavailable:
    """The connection broke in the middle."""
    return Unavailable("The connection to the database broke.", retry_after_seconds=5, effect=Effect.AMBIGUOUS)


@contextmanager
def _connecting() -> Generator[None]:
    try:
        yield
    except _asyncpg().PostgresError as exc:
        raise failure_for(exc, connecting=True) from exc
    except ssl.SSLError as exc:
        raise _distrusted() from exc
    except TimeoutError as exc:
        message = f"The database did not answer within {CONNECT_TIMEOUT:g} s of connecting."
        raise Unavailable(message, retry_after_seconds=5, effect=Effect.NEVER_SENT) from exc
    except OSError as exc:
        raise _unreachable(exc) from exc
    except _asyncpg().InternalClientError as exc:
        raise _broken() from exc
    except (_asyncpg().InterfaceError, ValueError) as exc:
        raise _misconfigured() from exc


def _unreachable(error: OSError) -> Failure:
    if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error):
        return Unavailable(
            "The database server speaks no TLS, and the database's URL demands it.",
            remedy="Who runs this server can set sslmode=disable in it where the network is trusted.",
            effect=Effect.SETTLED,
        )
    return Unavailable(
        "The database server cannot be reached: it refused the connection, or its name is not known.",
        retry_after_seconds=5,
        effect=Effect.NEVER_SENT,
    )


def _broken() -> Unavailable:
    return Unavailable(
        "The connection to the database broke as it was made.", retry_after_seconds=5, effect=Effect.NEVER_SENT
    )


def _distrusted() -> Failure:
    return AuthenticationFailed(
        "The database server's certificate is not trusted.",
        remedy="Who runs this server can name the CA's file with sslrootcert= in the database's URL.",
    )


def _misconfigured() -> Failure:
    return AuthenticationFailed(
        "The database's URL holds something that PostgreSQL's client does not understand.",
        remedy="Ask the person who runs this server to check its sslmode, sslrootcert and other options.",
    )
