"""Connections through asyncpg, and the translation of its exceptions to failures."""

import asyncio
import dataclasses
import re
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from mcp_chassis.failures import AuthenticationFailed, Effect, Failure, Unavailable
from mcp_chassis.secret_command import CommandSecret
from pydantic import SecretStr

from database_mcp.client.connection_url import ConnectionOptions, read_connection_options
from database_mcp.client.protocols import Connection
from database_mcp.client.type_lookup import connection_class
from database_mcp.errors import failure_for

CONNECT_TIMEOUT_SECONDS = 5.0
MAX_HOSTS_TIMED = 4  # Each of this many hosts in a URL gets the whole connect timeout.

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
    """The database role that this server connects as, with the rights read at connect."""

    version: str
    number: int
    name: str
    superuser: bool
    memberships: tuple[str, ...]

    @property
    def privileged(self) -> str | None:
        """Reason why free SQL is dangerous with this role; None if it is not dangerous."""
        if self.superuser:
            return f"The role {self.name} is a superuser"
        if self.memberships:
            return f"The role {self.name} belongs to {', '.join(self.memberships)}"
        return None


def _asyncpg() -> Any:
    """The module asyncpg, imported on first use since that takes time; `Connection` declares its missing types."""
    return import_module("asyncpg")


async def connect(dsn: str, password: SecretStr | None = None) -> tuple[Connection, Role]:
    """Open a connection, also through a pooler in transaction mode, and read the rights of its role.

    Args:
        password: replaces the one in the DSN; one from a command is read again, since it may have expired, and once
            more if it is refused, since it may have changed meanwhile.

    Raises:
        Failure: when the connection fails; the message contains no value of the DSN.
    """
    options = read_connection_options(dsn)
    if options.problem is not None:
        raise _unusable(options.problem)
    if password is None:
        return await _opened(options)
    options.arguments["password"] = refused = await asyncio.to_thread(_fresh_value, password)
    try:
        return await _opened(options)
    except AuthenticationFailed:
        options.arguments["password"] = changed = await asyncio.to_thread(_fresh_value, password)
        if changed == refused:
            raise
    return await _opened(options)


async def _opened(options: ConnectionOptions) -> tuple[Connection, Role]:
    seconds = options.connect_timeout or CONNECT_TIMEOUT_SECONDS
    with _connecting(options):
        async with asyncio.timeout(seconds * min(options.host_count, MAX_HOSTS_TIMED)):
            connection: Connection = await _asyncpg().connect(
                options.dsn,
                **options.arguments,
                **({"ssl": ssl.create_default_context()} if options.system_certificates else {}),
                timeout=seconds,
                connection_class=connection_class(),
                statement_cache_size=0,
                server_settings={"application_name": "database-mcp", **options.server_settings},
            )
            try:
                row = (await connection.fetch(_EXAMINE_SQL))[0]
            except BaseException as exc:
                connection.terminate()
                if isinstance(
                    exc, _asyncpg().InterfaceError
                ):  # The connection was closed before the role could be read.
                    raise _broken() from exc
                raise
    memberships = tuple(row["memberships"])
    return connection, Role(row["version"], row["number"], row["role"], row["superuser"], memberships)


def _fresh_value(password: SecretStr) -> str:
    if isinstance(password, CommandSecret):
        password.forget()
    return password.get_secret_value()


@contextmanager
def translated_errors() -> Generator[None]:
    """Context that converts asyncpg's exceptions to failures; after a lost connection the effect is ambiguous."""
    try:
        yield
    except _asyncpg().PostgresError as exc:
        raise failure_for(exc) from exc
    except (_asyncpg().InterfaceError, _asyncpg().InternalClientError, OSError) as exc:
        raise connection_lost() from exc


def connection_lost() -> Unavailable:
    """Failure for a connection that broke during a statement; the effect is unknown."""
    return Unavailable(
        "The connection to the database broke during the statement.", retry_after_seconds=5, effect=Effect.AMBIGUOUS
    )


@contextmanager
def _connecting(options: ConnectionOptions) -> Generator[None]:
    asyncpg = _asyncpg()
    try:
        yield
    except asyncpg.PostgresError as exc:
        if (option := _refused_option(exc, options)) is not None:
            raise _unusable(f"the server does not accept the option {option}") from exc
        raise failure_for(exc, connecting=True) from exc
    except ssl.SSLError as exc:
        raise _distrusted() from exc
    except TimeoutError as exc:
        seconds = options.connect_timeout or CONNECT_TIMEOUT_SECONDS
        message = f"The database cannot be reached: no response within {seconds:g} s (timeout)."
        raise Unavailable(message, retry_after_seconds=5, effect=Effect.NEVER_SENT) from exc
    except OSError as exc:
        raise _unreachable(exc) from exc
    except asyncpg.TargetServerAttributeNotMatched as exc:
        raise _no_matching_host(options) from exc
    except asyncpg.InternalClientError as exc:
        raise _broken() from exc
    except (asyncpg.InterfaceError, ValueError) as exc:
        raise _unusable(_configuration_problem(str(exc))) from exc


def _refused_option(error: Exception, options: ConnectionOptions) -> str | None:
    """Option of the URL that the server, or a pooler before it, names in its error."""
    named = re.search(r'(?:parameter:? |setting )"?([A-Za-z_][\w.]*)"?', str(error))
    known = {word.lower(): word for word in options.server_settings}
    if named is None:
        return None
    return known.get(named[1].lower(), "options" if "options" in known else None)


def _configuration_problem(text: str) -> str:
    """Reason of asyncpg's configuration error, without any value."""
    if "root certificate" in text or "root.crt" in text:
        return "sslmode verifies the server, and no CA file exists: set sslrootcert= to a file or to system"
    return "asyncpg does not support one of its options"


def _no_matching_host(options: ConnectionOptions) -> Unavailable:
    wanted = options.arguments.get("target_session_attrs", "any")
    message = f"No host of the database's URL is {wanted}, which its target_session_attrs requires."
    return Unavailable(message, retry_after_seconds=5, effect=Effect.SETTLED)


def _unreachable(error: OSError) -> Failure:
    if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error):
        return Unavailable(
            "The database server does not support TLS, which the database's URL requires.",
            remedy="Ask the person who runs this server to set sslmode=disable in the URL if the network is trusted.",
            effect=Effect.SETTLED,
        )
    effect = Effect.NEVER_SENT
    if isinstance(error, socket.gaierror):
        reason = "its host name cannot be resolved (DNS)"
        effect = Effect.NEVER_SENT if error.errno == socket.EAI_AGAIN else Effect.SETTLED
    elif isinstance(error, FileNotFoundError):
        reason = "no server listens on its Unix socket"
    elif isinstance(error, ConnectionRefusedError) or "111" in str(error):
        reason = "it refused the connection (no server listens on the port)"
    else:
        reason = "its network is unreachable, or it closed the connection"
    return Unavailable(f"The database server cannot be reached: {reason}.", retry_after_seconds=5, effect=effect)


def _broken() -> Unavailable:
    return Unavailable(
        "The connection to the database broke while it was being opened.",
        retry_after_seconds=5,
        effect=Effect.NEVER_SENT,
    )


def _distrusted() -> Failure:
    return AuthenticationFailed(
        "The database server's certificate is not trusted.",
        remedy="Ask the person who runs this server to name the CA file with sslrootcert= in the database's URL.",
    )


def _unusable(problem: str) -> Failure:
    return AuthenticationFailed(
        f"The database's URL cannot be used: {problem}.",
        remedy="Ask the person who runs this server to correct the URL.",
    )
