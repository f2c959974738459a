"""A scripted upstream on a real socket, whose replies can be delayed, slow, missing, reset or truncated.

    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things/1", Reply(503), Reply(json={"id": 1}))

Replies of one route are sent in turn, the last one repeatedly. A route may end in `*`. `requests` has all requests.
"""

import asyncio
import contextlib
import fnmatch
import socket
import ssl
import time
from collections.abc import Callable
from typing import Self, cast

from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request, read_request

Script = Reply | Callable[[Request], Reply]


class ScriptedUpstream:
    """An HTTP/1.1 server on a loopback port; with `listening=False` it refuses connections until `listen()`."""

    def __init__(self, *, listening: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connections: set[_Connection] = set()
        self._routes: dict[str, list[Script]] = {}
        self._server: asyncio.Server | None = None
        self._listening = listening
        self._tls = tls
        self._port = 0
        self._arrival = asyncio.Event()
        self._reserved: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def answers(self, route: str, *replies: Script) -> None:
        """Set the replies of a route such as `GET /things/1`: each is sent once, the last one repeatedly."""
        self._routes[route] = list(replies)

    def asked(self, route: str = "*") -> list[Request]:
        """The requests received so far that match `METHOD /path`, in their order."""
        return [request for request in self.requests if fnmatch.fnmatchcase(request.route, route)]

    async def seen(self, count: int, route: str = "*") -> None:
        """Wait until `count` matching requests have been received."""
        while len(self.asked(route)) < count:
            await self._arrival.wait()

    def arrived(self, request: Request) -> None:
        self.requests.append(request)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def most_at_once(self, route: str = "*") -> int:
        """The maximum number of matching requests that were in progress at the same time."""
        turns = [(seen.began, 1) for seen in self.asked(route)]
        turns += [(seen.ended, -1) for seen in self.asked(route) if seen.ended is not None]
        now = most = 0
        for _, step in sorted(turns):
            now += step
            most = max(most, now)
        return most

    async def listen(self) -> None:
        """Start to accept connections on the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), sock=self._socket(self._port), ssl=self._tls)

    async def refuse(self) -> None:
        """Close every connection and refuse new ones, until `listen()`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self.connections):
            connection.drop()
        await asyncio.sleep(0)

    def script_for(self, request: Request) -> Reply:
        """The next reply for a request; 404 for a route without replies."""
        replies = self._routes.get(request.route) or self._matching(request)
        if not replies:
            return Reply(404, json={"message": "nothing is scripted here"})
        script = replies.pop(0) if len(replies) > 1 else replies[0]
        return script if isinstance(script, Reply) else script(request)

    async def __aenter__(self) -> Self:
        self._reserved = self._socket(0)
        self._port = self._reserved.getsockname()[1]
        if self._listening:
            await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        if self._reserved is not None:
            self._reserved.close()

    def _matching(self, request: Request) -> list[Script]:
        patterns = (route for route in self._routes if fnmatch.fnmatchcase(request.route, route))
        return self._routes[route] if (route := next(patterns, None)) else []

    def _socket(self, port: int) -> socket.socket:
        """A bound socket. The one that reserves the port never listens, so that connections are refused."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(("127.0.0.1", port))
        return bound


class _Connection(asyncio.Protocol):
    """One client's connection; its task is cancelled when the client disconnects."""

    def __init__(self, upstream: ScriptedUpstream) -> None:
        self._upstream = upstream
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._answering: Request | None = None
        self._taken = asyncio.Event()
        self._taken.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._upstream.connections.add(self)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._upstream.connections.discard(self)
        if self._answering is not None:
            self._end(self._answering)
            self._answering.disconnected.set()
        self._task.cancel()

    def pause_writing(self) -> None:
        self._taken.clear()

    def resume_writing(self) -> None:
        self._taken.set()

    async def write(self, data: bytes) -> None:
        self.transport.write(data)
        await self._taken.wait()

    def drop(self) -> None:
        self.transport.abort()

    async def _serve(self) -> None:
        with contextlib.suppress(ConnectionError):
            while not self.transport.is_closing():
                await self._answer(await read_request(self._more))

    async def _answer(self, request: Request) -> None:
        self._answering = request
        self._upstream.arrived(request)
        await self._upstream.script_for(request).send(self, body=request.method != "HEAD")
        self._answering = None
        self._end(request)

    def _end(self, request: Request) -> None:
        request.ended = time.monotonic()

    async def _more(self) -> bytes:
        """Wait for data, and return everything received since the last call."""
        await self._arrived.wait()
        self._arrived.clear()
        taken = bytes(self._received)
        self._received.clear()
        return taken
