"""Replies of a scripted upstream, and the ways in which sending them can fail."""

import asyncio
import gzip
import json as jsonlib
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, Protocol

Ending = Literal["whole", "truncated", "cut chunk", "reset", "close"]
Headers = Mapping[str, str] | Sequence[tuple[str, str]]
BODYLESS = (204, 304)
PIECE = 65_536


class Wire(Protocol):
    """A connection to a client; `write` waits until the client reads."""

    transport: asyncio.Transport

    async def write(self, data: bytes) -> None: ...


@dataclass(frozen=True)
class Reply:
    """A status, headers and one body (`json`, `text` or `body`), and how they are sent.

    Args:
        headers: a mapping, or pairs if a name is repeated; `content-length` is added unless it is given here.
        until: nothing is sent before this event.
        delay: seconds before the first byte.
        drip: seconds between single bytes of the body.
        ending: `truncated` and `cut chunk` stop in the middle of the body, `reset` and `close` before the first byte.
    """

    status: int = 200
    headers: Headers = ()
    json: Any = None
    text: str | None = None
    body: bytes = b""
    until: asyncio.Event | None = None
    delay: float = 0.0
    drip: float = 0.0
    ending: Ending = "whole"

    @property
    def content(self) -> bytes:
        if self.json is not None:
            return jsonlib.dumps(self.json).encode()
        return self.body if self.text is None else self.text.encode()

    async def send(self, wire: "Wire", *, body: bool = True) -> None:
        """Send the reply; `body` is False for a response to HEAD."""
        if self.until is not None:
            await self.until.wait()
        await asyncio.sleep(self.delay)
        if self.ending == "reset":
            return _reset(wire.transport)
        if self.ending != "close":
            await wire.write(self._head())
            await self._send_body(wire, self.content if body and self.status not in BODYLESS else b"")
        if self.ending != "whole":
            wire.transport.close()
        return None

    def _head(self) -> bytes:
        headers = [*(self.headers.items() if isinstance(self.headers, Mapping) else self.headers)]
        given = {name.lower() for name, _ in headers}
        if self.ending == "cut chunk":
            headers.append(("transfer-encoding", "chunked"))
        elif not given & {"content-length", "transfer-encoding"} and self.status not in BODYLESS:
            headers.append(("content-length", str(len(self.content))))
        if "content-type" not in given:
            headers.append(("content-type", "application/json" if self.json is not None else "text/plain"))
        lines = [f"HTTP/1.1 {self.status} {_reason(self.status)}", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    async def _send_body(self, wire: "Wire", content: bytes) -> None:
        if self.ending == "cut chunk":
            await wire.write(b"%x\r\n" % len(content) + content[: len(content) // 2])
        elif self.ending == "truncated":
            await wire.write(content[: len(content) // 2])
        else:
            step = 1 if self.drip else PIECE
            for place in range(0, len(content), step):
                await wire.write(content[place : place + step])
                if self.drip:
                    await asyncio.sleep(self.drip)


def hang() -> Reply:
    """A reply that is never sent, although the request is accepted."""
    return Reply(until=asyncio.Event())


def redirect(to: str, status: int = 302) -> Reply:
    """A redirect to another URL."""
    return Reply(status, headers={"location": to})


def gzip_bomb(size: int) -> Reply:
    """A gzipped reply with `size` spaces in a JSON text, about a thousandth of that compressed."""
    packed = gzip.compress(b"[" + b" " * size + b"]")
    return Reply(body=packed, headers={"content-encoding": "gzip", "content-type": "application/json"})


def _reset(transport: asyncio.Transport) -> None:
    """Close a connection with RST instead of FIN, as a crashed peer or a firewall does."""
    peer = transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else "Unknown"
