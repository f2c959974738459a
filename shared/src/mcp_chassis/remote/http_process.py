"""One process that serves over HTTP: logs, application, connection limits, listening socket, graceful shutdown."""

import gc
import logging
import socket
import sys
from collections.abc import Callable, Mapping

from mcp_chassis.process_limits import forbid_core_dumps, raise_file_limit
from mcp_chassis.remote.assembly import Servers, application, mount_of
from mcp_chassis.remote.http.connection_limits import ConnectionCaps, ConnectionLimits
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.shutdown import DrainingServer, config
from mcp_chassis.remote.workers.metrics_files import MetricsFiles
from mcp_chassis.settings import is_loopback
from mcp_chassis.telemetry import logs

RESERVED_FILES = 64
logger = logging.getLogger(__name__)


class AddressUnusable(Exception):
    """The server cannot listen at its address; the text says why."""


class HttpProcess:
    """The application of this process with its limits; nothing is opened or connected yet.

    Args:
        servers: by the path before `/mcp`.
        environment: the variables.
        remote: the settings of the process.
        output: standard error, if other processes write to it too.
        metrics: the metrics pages of all workers, if this is one of several.

    Raises:
        BadSettings: naming each invalid variable.
    """

    def __init__(
        self,
        servers: Servers,
        environment: Mapping[str, str],
        remote: RemoteSettings,
        *,
        output: logs.SharedOutput | None = None,
        metrics: MetricsFiles | None = None,
    ) -> None:
        forbid_core_dumps()
        configure_logs(servers, remote, environment, output)
        self.remote = remote
        self.flight = InFlightRequests()
        self.limits = ConnectionLimits(connection_caps(remote, raise_file_limit()))
        self.flight.overloads.append(lambda: self.limits.is_full)
        self.app = application(servers, environment, self.flight, metrics)

    def listening(self) -> socket.socket:
        """A socket that listens at the address of the settings.

        Raises:
            AddressUnusable: the address is in use, or is not one of this machine.
        """
        try:
            listener = bound(self.remote.host, self.remote.port)
        except OSError as exc:
            where = f"{self.remote.host}:{self.remote.port}"
            raise AddressUnusable(f"The server cannot listen on {where}: {exc.strerror}.") from exc
        where = f"{self.remote.host}:{listener.getsockname()[1]}"
        logger.info("Listening on %s: %s", where, ", ".join(self.app.endpoints), extra={"fields": {"listening": where}})
        return listener

    def run(self, listener: socket.socket, server_of: Callable[..., DrainingServer] = DrainingServer) -> None:
        """Serve until SIGTERM or SIGINT, or until the server that `server_of` makes ends."""
        server = server_of(
            config(self.app, self.remote.trusted_proxies, self.limits),
            self.flight,
            self.limits,
            end_streams=self.app.end_streams,
            drain_seconds=self.remote.drain_seconds,
        )
        gc.freeze()  # objects from start-up stay, so that the collector need not scan them during calls
        server.run(sockets=[listener])
        logs.flush()


def connection_caps(remote: RemoteSettings, files: int) -> ConnectionCaps:
    """Limits of connections, below the limit of open files, a part of which upstreams and stores need."""
    total = max(1, min(remote.max_connections, files - max(RESERVED_FILES, files // 4)))
    return ConnectionCaps(total, min(total, remote.max_connections_per_caller) if remote.authenticated else total)


def configure_logs(
    servers: Servers, remote: RemoteSettings, environment: Mapping[str, str], output: logs.SharedOutput | None = None
) -> None:
    """Configure logging before anything is built, so that no secret of any server can be logged."""
    logs.configure(remote, output)
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
