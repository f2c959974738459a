"""A server on a real socket in this process, whose limits of connections a test chooses, and raw sockets to it."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from mcp_chassis.remote.assembly import application
from mcp_chassis.remote.http.connection import Connection
from mcp_chassis.remote.http.connection_limits import ConnectionCaps, ConnectionLimits
from mcp_chassis.remote.http_process import bound
from mcp_chassis.remote.in_flight import InFlightRequests, OpenCount
from mcp_chassis.remote.shutdown import DrainingServer, config
from mcp_chassis.server import Server
from remote_http import headers, message
from remote_sample import FIRST

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ReportedCount(OpenCount):
    """A count that a test can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    @contextmanager
    def holding(self, principal: str) -> Generator[None]:
        try:
            with super().holding(principal):
                self._changed.set()
                yield
        finally:
            self._changed.set()

    async def reaches(self, count: int) -> None:
        while self.count != count:
            self._changed.clear()
            await self._changed.wait()


class ReportedLimits(ConnectionLimits):
    """Limits of connections that tell when one has gone."""

    def __init__(self, caps: ConnectionCaps) -> None:
        super().__init__(caps)
        self.gone = asyncio.Event()

    def forget(self, connection: Connection) -> None:
        super().forget(connection)
        self.gone.set()


@dataclass
class Listening:
    """The server, its address and what it counts."""

    port: int
    limits: ReportedLimits
    flight: InFlightRequests
    requests: ReportedCount
    end_streams: Callable[[], None]

    async def connect(self, limit: int = 2**16) -> Streams:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=limit)


@asynccontextmanager
async def listening(
    environment: Mapping[str, str] | None = None,
    caps: ConnectionCaps | None = None,
    servers: Mapping[str, Server[Any]] | None = None,
) -> AsyncGenerator[Listening]:
    """The sample server, or others, on a port of their own."""
    flight, limits = InFlightRequests(), ReportedLimits(caps or ConnectionCaps())
    flight.requests = requests = ReportedCount()
    env = {"MCP_IDEMPOTENCY_STORE": "memory", "MCP_RATE_LIMIT": "0", **(environment or {})}
    app = application(servers or {"": FIRST}, env, flight)
    remote = tuple(part for part in env.get("MCP_TRUSTED_PROXIES", "").split(",") if part)
    server = DrainingServer(config(app, remote, limits), flight, limits, end_streams=app.end_streams, drain_seconds=0)
    listener = bound("127.0.0.1", 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # so that little is written ahead of the reader
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Listening(listener.getsockname()[1], limits, flight, requests, app.end_streams)
    finally:
        server.force_exit = server.should_exit = True
        flight.cancel_all()
        await serving


def request(
    era: str,
    method: str,
    params: Mapping[str, object] | None = None,
    *,
    key: str | None = None,
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of one request."""
    body = json.dumps(message(era, method, params)).encode()
    name = (params or {}).get("name") or (params or {}).get("uri")
    lines = {
        "host": "localhost",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "content-length": str(len(body)),
        **headers(era, method, str(name) if name else None),
        **({"authorization": f"Bearer {key}"} if key else {}),
        **(extra or {}),
    }
    head = "".join(f"{header}: {value}\r\n" for header, value in lines.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


async def response_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of a response with a length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    found = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), found, await reader.readexactly(int(found.get("content-length", "0")))
