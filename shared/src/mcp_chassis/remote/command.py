"""The command that serves over HTTP, in one process or by several workers."""

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

from mcp_chassis.environment import full_environment
from mcp_chassis.remote.assembly import Servers, mount_of, name_of
from mcp_chassis.remote.http_process import AddressUnusable, HttpProcess
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.server import ENTRY_POINTS, EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import BadSettings
from mcp_chassis.telemetry import otlp

EXIT_OCCUPIED = 3


def serve_one(server: Server[Any], host: str | None = None, port: int | None = None, workers: int | None = None) -> int:
    """Serve one server at `/mcp` until SIGTERM or SIGINT; return the process's exit code."""
    return serve({"": server}, host, port, workers)


def serve_several(
    names: Sequence[str] = (), host: str | None = None, port: int | None = None, workers: int | None = None
) -> int:
    """Serve the installed servers called `names` (all but drafts if none is named) at `/NAME/mcp`; the exit code."""
    known = installed()
    chosen = names or [name for name, server in known.items() if not server.draft]
    if unknown := [name for name in chosen if name.removesuffix("-mcp") not in known]:
        sys.stderr.write(f"There is no server called {unknown[0]}; installed are {', '.join(sorted(known))}.\n")
        return EXIT_BAD_SETTINGS
    mounts = [name.removesuffix("-mcp") for name in chosen]
    return serve({f"/{mount}": known[mount] for mount in mounts}, host, port, workers)


def installed() -> dict[str, Server[Any]]:
    """Every installed server by its short name."""
    entries = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    return {mount_of(server): server for server in (entry.load() for entry in entries)}


def serve(servers: Servers, host: str | None = None, port: int | None = None, workers: int | None = None) -> int:
    """Serve `servers` by the path before `/mcp` until SIGTERM or SIGINT; return the process's exit code.

    It is 0 after a signal, 2 for an invalid setting, 3 if the address cannot be used, 1 if a worker cannot start.
    """
    try:
        environment = _environment(host, port, workers)
        remote = RemoteSettings.load(environment)
    except BadSettings as exc:
        return _refused(exc)
    if remote.workers > 1:
        from mcp_chassis.remote.workers.command import serve_by_workers

        serving = serve_by_workers
    else:
        serving = serve_alone
    try:
        return serving(servers, environment, remote)
    except BadSettings as exc:
        return _refused(exc)
    except AddressUnusable as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_OCCUPIED


def serve_alone(servers: Servers, environment: Mapping[str, str], remote: RemoteSettings) -> int:
    """Serve in this process.

    Raises:
        BadSettings: naming each invalid variable.
        AddressUnusable: the server cannot listen.
    """
    with otlp.exporting(environment, name_of(servers)):
        process = HttpProcess(servers, environment, remote)
        process.run(process.listening())
    return 0


def _refused(problem: BadSettings) -> int:
    sys.stderr.write(f"The server cannot start:\n{problem}\n")
    return EXIT_BAD_SETTINGS


def _environment(host: str | None, port: int | None, workers: int | None) -> Mapping[str, str]:
    given = {"MCP_HOST": host, "MCP_PORT": port, "MCP_WORKERS": workers}
    return {**full_environment(), **{name: str(value) for name, value in given.items() if value is not None}}
