"""A stdio client that costs next to nothing, so that what is measured is the server.

To read 260 kB of JSON takes a client half a millisecond; `Wire.answer` leaves it to whoever wants to.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic_core import from_json

LINE_LIMIT = 64 * 1024 * 1024
PROTOCOL = "2025-06-18"


class Wire:
    """One server process, and the answers still awaited by their ids."""

    def __init__(self, process: asyncio.subprocess.Process, began: float) -> None:
        self.process = process
        self.began = began
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._last_id = 0

    async def request(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer's result.

        Raises:
            RuntimeError: the server answered with an error, or a failed tool result.
        """
        return result_of(await self.answer(method, params))

    async def answer(self, method: str, params: Mapping[str, Any] | None = None) -> bytes:
        """The answer's line, as soon as its last byte is there."""
        self._last_id += 1
        answered = self._waiting[self._last_id] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params or {}})
        return await answered

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The result of one tool call."""
        return await self.request("tools/call", {"name": tool, "arguments": arguments})

    async def open(self) -> list[dict[str, Any]]:
        """Shake hands; the tools."""
        client = {"name": "benchmark", "version": "1"}
        await self.request("initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return (await self.request("tools/list"))["tools"]

    async def listen(self) -> None:
        """Hand each answer to who waits for it, until the server closes its output."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            if waiting := self._waiting.pop(_id_of(line), None):
                waiting.set_result(line)
        for waiting in self._waiting.values():
            waiting.set_exception(RuntimeError("the server has gone"))

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")


def result_of(line: bytes) -> dict[str, Any]:
    """What an answer's line says.

    Raises:
        RuntimeError: an error, or a failed tool result.
    """
    answer = from_json(line)
    if "result" not in answer or answer["result"].get("isError"):
        raise RuntimeError(line[:1000].decode())
    return answer["result"]


def _id_of(line: bytes) -> int | None:
    """From the line's beginning or its end, where every server writes it."""
    ahead = re.match(rb'\{"jsonrpc":"2.0","id":(\d+),', line) or re.search(rb',"id":(\d+)\}\s*$', line[-40:])
    return int(ahead[1]) if ahead else from_json(line).get("id")


@asynccontextmanager
async def started(command: Sequence[str], environment: Mapping[str, str]) -> AsyncGenerator[Wire]:
    """A server's process with its pipes; ended by closing them."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=null, limit=LINE_LIMIT, env=dict(environment)
    )
    wire = Wire(process, began)
    listening = asyncio.create_task(wire.listen())
    try:
        yield wire
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await listening
        await process.wait()
