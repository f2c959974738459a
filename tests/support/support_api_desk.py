"""The support desk on a loopback port of its own, in this process."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from support_api.application import Desk
from support_api.store import Store

TOKEN = "the-token-of-these-tests"


@dataclass
class Seen:
    """One request as it reached the desk."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""


class Recorder:
    """Notes every request on its way to an application."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.seen: list[Seen] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        seen = Seen(scope["method"], scope["path"], scope["query_string"].decode(), headers)
        self.seen.append(seen)

        async def noted() -> Any:
            message = await receive()
            seen.body += message.get("body", b"")
            return message

        await self._application(scope, noted, send)


@dataclass(frozen=True)
class Running:
    """The desk, where it is, and what it was asked."""

    url: str
    seen: list[Seen]

    @property
    def environment(self) -> dict[str, str]:
        """What a server that asks it is told."""
        return {"API_BASE_URL": self.url, "API_TOKEN": TOKEN}

    def asked(self, method: str, path: str) -> int:
        """How often it was asked this."""
        return sum((seen.method, seen.path) == (method, path) for seen in self.seen)


@asynccontextmanager
async def running() -> AsyncGenerator[Running]:
    recorder = Recorder(Desk(Store(), TOKEN, faults=True).application)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(recorder, log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", recorder.seen)
        server.should_exit = True
        await serving
