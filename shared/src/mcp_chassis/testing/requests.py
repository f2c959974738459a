"""Requests received by a scripted upstream."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

More = Callable[[], Awaitable[bytes]]


@dataclass
class Request:
    """One request as received; `began` and `ended` are seconds of the monotonic clock."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def path(self) -> str:
        """The path without the query, percent-encoded as it was sent."""
        return urlsplit(self.target).path

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def read_request(more: More) -> Request:
    """Read one request; header names are converted to lower case."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += await more()
    head, _, body = received.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += await more()
    return Request(method, target, headers, body)
