"""The command that serves over HTTP: settings, application, listening socket, graceful shutdown."""

import gc
import logging
import socket
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

from mcp_chassis.environment import full_environment
from mcp_chassis.process_limits import forbid_core_dumps, raise_file_limit
from mcp_chassis.remote.assembly import Servers, application, mount_of, name_of
from mcp_chassis.remote.http.connection_limits import ConnectionCaps, ConnectionLimits
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.shutdown import DrainingServer, config
from mcp_chassis.server import ENTRY_POINTS, EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import BadSettings, is_loopback
from mcp_chassis.telemetry import logs, otlp

EXIT_OCCUPIED = 3
RESERVED_FILES = 64
logger = logging.getLogger(__name__)


def serve_one(server: Server[Any], host: str | None = None, port: int | None = None) -> int:
    """Serve one server at `/mcp` until SIGTERM or SIGINT; return the process's exit code."""
    return serve({"": server}, host, port)


def serve_several(names: Sequence[str] = (), host: str | None = None, port: int | None = None) -> int:
    """Serve the installed servers called `names` (all but drafts if none is named) at `/NAME/mcp`; the exit code."""
    known = installed()
    chosen = names or [name for name, server in known.items() if not server.draft]
    if unknown := [name for name in chosen if name.removesuffix("-mcp") not in known]:
        sys.stderr.write(f"There is no server called {unknown[0]}; installed are {', '.join(sorted(known))}.\n")
        return EXIT_BAD_SETTINGS
    mounts = [name.removesuffix("-mcp") for name in chosen]
    return serve({f"/{mount}": known[mount] for mount in mounts}, host, port)


def installed() -> dict[str, Server[Any]]:
    """Every installed server by its short name."""
    entries = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    return {mount_of(server): server for server in (entry.load() for entry in entries)}


def serve(servers: Servers, host: str | None = None, port: int | None = None) -> int:
    """Serve `servers` by the path before `/mcp` until SIGTERM or SIGINT; return the process's exit code.

    It is 0 after a signal, 2 for an invalid setting, 3 if the address cannot be used.
    """
    forbid_core_dumps()
    try:
        environment = _environment(host, port)
    except BadSettings as exc:
        return _refused(exc)
    with otlp.exporting(environment, name_of(servers)):
        return _serve(servers, environment)


def _serve(servers: Servers, environment: Mapping[str, str]) -> int:
    try:
        remote = RemoteSettings.load(environment)
        _configure_logs(servers, remote, environment)
        flight = InFlightRequests()
        limits = ConnectionLimits(connection_caps(remote, raise_file_limit()))
        flight.overloads.append(lambda: limits.is_full)
        app = application(servers, environment, flight)
    except BadSettings as exc:
        return _refused(exc)
    try:
        listener = bound(remote.host, remote.port)
    except OSError as exc:
        sys.stderr.write(f"The server cannot listen on {remote.host}:{remote.port}: {exc.strerror}.\n")
        return EXIT_OCCUPIED
    server = DrainingServer(
        config(app, remote.trusted_proxies, limits),
        flight,
        limits,
        end_streams=app.end_streams,
        drain_seconds=remote.drain_seconds,
    )
    where = f"{remote.host}:{listener.getsockname()[1]}"
    logger.info("Listening on %s: %s", where, ", ".join(app.endpoints), extra={"fields": {"listening": where}})
    gc.freeze()  # objects from start-up stay, so that the collector need not scan them during calls
    server.run(sockets=[listener])
    logs.flush()
    return 0


def _refused(problem: BadSettings) -> int:
    sys.stderr.write(f"The server cannot start:\n{problem}\n")
    return EXIT_BAD_SETTINGS


def connection_caps(remote: RemoteSettings, files: int) -> ConnectionCaps:
    """Limits of connections, below the limit of open files, a part of which upstreams and stores need."""
    total = max(1, min(remote.max_connections, files - max(RESERVED_FILES, files // 4)))
    return ConnectionCaps(total, min(total, remote.max_connections_per_caller) if remote.authenticated else total)


def _environment(host: str | None, port: int | None) -> Mapping[str, str]:
    given = {"MCP_HOST": host, "MCP_PORT": None if port is None else str(port)}
    return {**full_environment(), **{name: value for name, value in given.items() if value is not None}}


def _configure_logs(servers: Servers, remote: RemoteSettings, environment: Mapping[str, str]) -> None:
    """Configure logging before anything is built, so that no secret of any server can be logged."""
    logs.configure(remote)
    for server in servers.values():
        settings = server.settings.load(environment)
        logs.own(type(settings).__module__.partition(".")[0], remote)
        for secret in (*settings.secrets(), *RemoteSettings.of(mount_of(server), environment).secrets()):
            logs.register_secret(secret)
    if is_loopback(remote.host) and not remote.authenticated:
        logger.warning("There is no authentication: whoever reaches %s may call every tool.", remote.host)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Its protocol is explicit, since asyncio then sends at once instead of 40 ms later.

    Raises:
        OSError: when the address is in use, or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform == "win32":  # there SO_REUSEADDR would let another program bind the same port and take its callers
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
