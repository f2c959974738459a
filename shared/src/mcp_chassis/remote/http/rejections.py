"""Responses to requests that are rejected before a tool runs: a status, and a JSON-RPC error with a remedy."""

import json
import math
from collections.abc import Mapping
from typing import Any

from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR
from starlette.types import Send

from mcp_chassis.failures import (
    AuthenticationFailed,
    Failure,
    InvalidInput,
    PermissionDenied,
    RateLimited,
    Unavailable,
)


class Rejection(Exception):
    """The response to a request that is not admitted.

    Args:
        status: the HTTP status.
        failure: becomes `data` of the JSON-RPC error.
        headers: further headers.
        code: the JSON-RPC error code.
    """

    def __init__(
        self, status: int, failure: Failure, headers: Mapping[str, str] | None = None, code: int = INVALID_REQUEST
    ) -> None:
        super().__init__(failure.message)
        self.status = status
        self.failure = failure
        self.headers = dict(headers or {})
        self.code = code

    def body(self, rpc_id: str | int | None = None) -> dict[str, Any]:
        """The JSON-RPC error; `rpc_id` is the id of the message, None if it could not be read."""
        error = {"code": self.code, "message": self.failure.message, "data": self.failure.wire()}
        return {"jsonrpc": "2.0", "id": rpc_id, "error": error}

    async def send(self, send: Send, rpc_id: str | int | None = None) -> None:
        """Send it as the response."""
        await send_json(send, self.status, self.body(rpc_id), self.headers)


async def send_json(send: Send, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
    """Send a response with one JSON object."""
    await send_body(send, status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})


async def send_body(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a response with a status, headers and one body."""
    lines = {"cache-control": "no-store", **headers, **({} if status == 204 else {"content-length": str(len(body))})}
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def wrong_host() -> Rejection:
    return Rejection(
        421, PermissionDenied("This server does not accept this Host header.", remedy="See MCP_ALLOWED_HOSTS.")
    )


def wrong_origin() -> Rejection:
    return Rejection(
        403, PermissionDenied("This server does not accept this Origin header.", remedy="See MCP_ALLOWED_ORIGINS.")
    )


def wrong_method(allowed: str = "POST") -> Rejection:
    reason = "Send a POST: this server keeps no session." if allowed == "POST" else f"Only {allowed} is served here."
    return Rejection(405, InvalidInput(reason), {"allow": allowed})


def wrong_type() -> Rejection:
    return Rejection(415, InvalidInput("The body must be application/json."))


def too_large(max_bytes: int) -> Rejection:
    return Rejection(413, InvalidInput(f"The body may have at most {max_bytes} bytes."), {"connection": "close"})


def too_slow() -> Rejection:
    return Rejection(
        408,
        InvalidInput("The body of the HTTP request did not arrive in time.", remedy="Send the request again."),
        {"connection": "close"},
    )


def not_json() -> Rejection:
    return Rejection(400, InvalidInput("The body is not JSON."), code=PARSE_ERROR)


def not_one_message() -> Rejection:
    return Rejection(400, InvalidInput("The body must be one JSON-RPC message."))


def wrong_parameters() -> Rejection:
    return Rejection(400, InvalidInput("Send each parameter once, and at most 100 of them."))


def unauthorized(challenge: str, reason: str) -> Rejection:
    return Rejection(401, AuthenticationFailed(reason, remedy=""), {"www-authenticate": challenge})


def insufficient(challenge: str, failure: PermissionDenied) -> Rejection:
    return Rejection(403, failure, {"www-authenticate": challenge})


def limited(reason: str, seconds: float) -> Rejection:
    """429 with `Retry-After` in whole seconds, as HTTP requires.

    The connection is closed, since requests pipelined after this one would be read and refused one by one.
    """
    wait = math.ceil(seconds)
    failure = RateLimited(reason, remedy=f"Wait {wait} s before the next call.", retry_after_seconds=wait)
    return Rejection(429, failure, {"retry-after": str(wait), "connection": "close"})


def too_many(reason: str, remedy: str, headers: Mapping[str, str] | None = None) -> Rejection:
    """429 for a caller who has too much open at the same time."""
    failure = RateLimited(reason, remedy=remedy, retry_after_seconds=1)
    return Rejection(429, failure, {"retry-after": "1", **(headers or {})})


def unavailable(reason: str, seconds: float) -> Rejection:
    """503 with `Retry-After`."""
    wait = math.ceil(seconds)
    failure = Unavailable(reason, remedy=f"Try again in {wait} s.", retry_after_seconds=wait)
    return Rejection(503, failure, {"retry-after": str(wait)}, INTERNAL_ERROR)
