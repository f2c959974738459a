"""Talking to servers over HTTP, in this process without a port or in one of their own: raw, and as the SDK does."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from forked import SUPPORTED, ForkedServer
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_chassis.remote.app import Application
from mcp_chassis.remote.assembly import application
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.server import Server

SUPPORT = Path(__file__).parent
MAX_LINE_BYTES = 1 << 22
MODERN, LEGACY = "2026-07-28", "2025-06-18"
ERAS = {"modern": MODERN, "legacy": LEGACY}
BASE = "http://localhost:8080"
ADMIN_KEY = "the-administrator-of-these-tests"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@asynccontextmanager
async def living(app: Application) -> AsyncGenerator[None]:
    """The application between its start-up and its shutdown, as uvicorn would run it."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan"}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    started = asyncio.create_task(outbox.get())
    await asyncio.wait([life, started], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await life
        started.cancel()


@asynccontextmanager
async def served(
    servers: Mapping[str, Server[Any]],
    environment: Mapping[str, str],
    *,
    flight: InFlightRequests | None = None,
    **client: Any,
) -> AsyncGenerator[httpx2.AsyncClient]:
    """An HTTP client of `servers` in this process."""
    env = {"MCP_IDEMPOTENCY_STORE": "memory", "MCP_RATE_LIMIT": "0", **environment}
    app = application(servers, env, flight or InFlightRequests())
    transport = httpx2.ASGITransport(app)
    async with living(app), httpx2.AsyncClient(transport=transport, base_url=BASE, **client) as http:
        http.headers["accept"] = "application/json, text/event-stream"
        yield http


def headers(era: str, method: str, name: str | None = None) -> dict[str, str]:
    """The headers that a client of this era sends with a message."""
    if era == "legacy":
        return {"mcp-protocol-version": LEGACY}
    return {"mcp-protocol-version": MODERN, "mcp-method": method, **({"mcp-name": name} if name else {})}


def message(era: str, method: str, params: Mapping[str, Any] | None = None, identifier: int = 1) -> dict[str, Any]:
    meta = {"_meta": META} if era == "modern" else {}
    return {"jsonrpc": "2.0", "id": identifier, "method": method, "params": {**(params or {}), **meta}}


async def post(
    http: httpx2.AsyncClient,
    era: str,
    method: str,
    params: Mapping[str, Any] | None = None,
    extra: Mapping[str, str] | None = None,
    path: str = "/mcp",
    more: Sequence[tuple[str, bytes]] = (),
) -> httpx2.Response:
    """One message, sent as a client of this era sends it; `more` are headers that may come twice."""
    name = (params or {}).get("name") or (params or {}).get("uri")
    sent = {**http.headers, **headers(era, method, name), **(extra or {})}
    pairs = [*((key.encode(), value.encode()) for key, value in sent.items()), *((key.encode(), v) for key, v in more)]
    return await http.post(path, json=message(era, method, params), headers=pairs)


def answer(response: httpx2.Response) -> dict[str, Any]:
    """The JSON-RPC message of a response, whether it came as JSON or as an event."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        lines = [line.removeprefix("data:") for line in response.text.splitlines() if line.startswith("data:")]
        return json.loads(lines[-1])
    return response.json()


@asynccontextmanager
async def session(
    url: str, era: str, *, key: str | None = None, extra: Mapping[str, str] | None = None, **client: Any
) -> AsyncGenerator[Client]:
    """The SDK's client at `url`; `extra` headers go with every request."""
    sent = {**({"authorization": f"Bearer {key}"} if key else {}), **(extra or {})}
    mode = "legacy" if era == "legacy" else MODERN
    async with (
        httpx2.AsyncClient(headers=sent, timeout=120, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode, **client) as session,
    ):
        yield session


class Process:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process | ForkedServer) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.url = ""
        self._reading: asyncio.Task[None] | None = None
        self._more = asyncio.Event()

    async def listening(self) -> None:
        """Until it says where it listens; it may end before that."""
        found = asyncio.Event()
        self._reading = asyncio.create_task(self._read(found))
        await found.wait()

    async def said(self, text: str, times: int = 1) -> None:
        """Until so many log lines begin with `text`."""
        while sum(message.startswith(text) for message in self.messages) < times:
            self._more.clear()
            await self._more.wait()

    async def line(self, **fields: object) -> dict[str, Any]:
        """The first log line with these fields, once it is there."""
        while True:
            for line in self.lines:
                if all(line.get(name) == value for name, value in fields.items()):
                    return line
            self._more.clear()
            await self._more.wait()

    @property
    def messages(self) -> list[str]:
        return [str(line.get("message", "")) for line in self.lines]

    @property
    def journal(self) -> list[str]:
        """What reached the server, in order."""
        return [message.removeprefix("journal: ") for message in self.messages if message.startswith("journal: ")]

    def end(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)

    async def ended(self) -> int:
        """The exit code."""
        code = await self.process.wait()
        if self._reading:
            await self._reading
        return code

    async def _read(self, found: asyncio.Event) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"message": line.decode(errors="replace").rstrip()}
            self.lines.append(entry)
            if "listening" in entry:
                self.url = f"http://{entry['listening']}"
                found.set()
            self._more.set()
        found.set()


@asynccontextmanager
async def process(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    module: str = "remote_sample",
    command: Sequence[str] = (),
) -> AsyncGenerator[Process]:
    """`remote_sample.py` (or another module) on a free port, until the end of the block at the latest.

    It is forked from a process that has imported it; a `command` of Python's is started as a program.
    """
    env = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/nowhere"),
        "MCP_PORT": "0",
        "MCP_IDEMPOTENCY_STORE": "memory",
        "MCP_RATE_LIMIT": "0",
        **(environment or {}),
    }
    if SUPPORTED and not command:
        server = Process(await ForkedServer([module, *arguments], env, MAX_LINE_BYTES).reading())
    else:
        program = [sys.executable, *(command or ["-m", module]), *arguments]
        env.setdefault("PYTHONPATH", str(SUPPORT))
        stderr = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*program, env=env, stderr=stderr, limit=MAX_LINE_BYTES)
        server = Process(child)
    try:
        await server.listening()
        yield server
    finally:
        if server.process.returncode is None:
            server.process.kill()
        await server.ended()
