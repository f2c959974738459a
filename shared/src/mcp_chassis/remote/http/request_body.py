"""The body of a request: read completely, within limits of size and time, and parsed as one JSON-RPC message."""

import asyncio
import json
from typing import Any, cast

from starlette.types import Message, Receive, Scope

from mcp_chassis.remote.http import rejections

BODY_SECONDS = 30.0
"""Seconds after which an incomplete body is rejected; otherwise half-open requests would accumulate."""


async def read(scope: Scope, receive: Receive, max_bytes: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body.

    Raises:
        Rejection: 413 when it is larger than `max_bytes` bytes, 408 when it takes longer than `seconds`.
        ConnectionError: when the caller has disconnected.
    """
    if int(header(scope, b"content-length") or "0") > max_bytes:  # h11 lets nothing but digits through
        raise rejections.too_large(max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise ConnectionError
                body += message.get("body", b"")
                if len(body) > max_bytes:
                    raise rejections.too_large(max_bytes)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise rejections.too_slow() from None


def message_of(body: bytes) -> dict[str, Any]:
    """Parse one JSON-RPC request or notification. Responses are not accepted, as servers over HTTP send no requests.

    Raises:
        Rejection: 400 when it is not JSON, or is not one message, such as a batch.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise rejections.not_json() from None
    if not isinstance(message, dict) or not _well_formed(cast("dict[str, Any]", message)):
        raise rejections.not_one_message()
    return cast("dict[str, Any]", message)


def _well_formed(message: dict[str, Any]) -> bool:
    identifier = message.get("id", 0)
    return (
        message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and isinstance(message.get("params", {}), dict)
        and isinstance(identifier, str | int)
        and not isinstance(identifier, bool)
    )


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that first returns the body that was already read."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def headers(scope: Scope, name: bytes) -> list[str]:
    """The values of a header, in the order they were sent."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header; None if it is missing."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def only_header(scope: Scope, name: bytes) -> str | None:
    """The value of a header; None if it is missing or occurs twice."""
    values = headers(scope, name)
    return values[0] if len(values) == 1 else None
