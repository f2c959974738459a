"""Connections to the workers of one server, and a supervisor whose limits tests choose.

Run as a program it supervises two workers of the reference named, and takes one for hung after so many checks.
"""

import contextlib
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from remote_http import Process, post, process

WORKERS = {"MCP_WORKERS": "2", "MCP_IDEMPOTENCY_STORE": "file"}


@contextlib.asynccontextmanager
async def workers(home: Path, environment: Mapping[str, str] | None = None) -> AsyncGenerator[Process]:
    """Two workers that serve, whose files are in a folder of the test."""
    env = {**WORKERS, "HOME": str(home), "XDG_STATE_HOME": str(home), **(environment or {})}
    async with process(environment=env, command=("-m", "remote_sample")) as server:
        yield server


def log_lines(server: Process, logger: str) -> list[dict[str, Any]]:
    return [line for line in server.lines if str(line.get("logger", "")).startswith(logger)]


async def worker_of(server: Process, http: httpx2.AsyncClient) -> int:
    """The number of the worker that a client is connected to, from the log of a ping on the connection."""
    mark = uuid4().hex
    await post(http, "legacy", "ping", extra={"x-request-id": mark})
    return (await server.line(client_request_id=mark))["worker"]


@contextlib.asynccontextmanager
async def connected_to_each(server: Process, count: int, **client: Any) -> AsyncGenerator[list[httpx2.AsyncClient]]:
    """A client with one connection to each of the workers, by their number."""
    accept = {"accept": "application/json, text/event-stream"}
    one = httpx2.Limits(max_connections=1)
    found: dict[int, httpx2.AsyncClient] = {}
    async with contextlib.AsyncExitStack() as stack:
        while len(found) < count:
            options = {"base_url": server.url, "timeout": 240.0, "limits": one, "trust_env": False, **client}
            http = await stack.enter_async_context(httpx2.AsyncClient(**options))
            http.headers.update(accept)
            found.setdefault(await worker_of(server, http), http)
        yield [found[number] for number in sorted(found)]


if __name__ == "__main__":
    from mcp_chassis.remote.http_process import bound
    from mcp_chassis.remote.workers.supervisor import Supervisor, noted_signals
    from mcp_chassis.remote.workers.worker import shared_output
    from mcp_chassis.settings import ServerSettings
    from mcp_chassis.telemetry import logs

    with noted_signals() as signals, tempfile.TemporaryDirectory() as folder:
        logs.configure(ServerSettings.load(), shared_output(Path(folder), None))
        listener = bound("127.0.0.1", 0)
        logs.log_event(
            logs.logging.getLogger("mcp_chassis"),
            logs.logging.INFO,
            "Listening",
            listening=f"127.0.0.1:{listener.getsockname()[1]}",
        )
        reference, checks = sys.argv[1:]
        code = Supervisor({"": reference}, 2, listener, Path(folder), signals, int(checks)).run()
        logs.flush()
    sys.exit(code)
