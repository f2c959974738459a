"""A server on stdio behind HTTP, for a suite that speaks only that: `conformance_bridge.py DESCRIPTOR COMMAND...`.

Each POST is one line to the server with an id of its own; notifications of the server are dropped.
"""

import asyncio
import itertools
import json
import socket
import sys
from asyncio.subprocess import PIPE, Process

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LINE_BYTES = 1 << 22


class Bridge:
    """One server on stdio."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, object]]] = {}

    async def answer(self, request: Request) -> Response:
        message = await request.json()
        if "id" not in message:
            self._send(message)
            return Response(status_code=202)
        number = next(self._ids)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({**message, "id": number})
        return JSONResponse({**await answered, "id": message["id"]})

    async def read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            message = json.loads(line)
            if "method" not in message:
                self._waiting.pop(message["id"]).set_result(message)

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")


async def serve(descriptor: int, command: list[str]) -> None:
    """Serve on a socket that listens already, until the process is told to end."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES)
    bridge = Bridge(process)
    reading = asyncio.create_task(bridge.read())
    app = Starlette(routes=[Route("/mcp", bridge.answer, methods=["POST"])])
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([socket.socket(fileno=descriptor)])
    process.terminate()
    await process.wait()
    await reading


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2:]))
