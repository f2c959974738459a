"""A request that is turned away before any tool runs: the status, and a JSON-RPC error that says what to try."""

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
    """The answer to a request that is not let in.

    Args:
        status: of HTTP.
        failure: what is told, as `data` of the JSON-RPC error.
        headers: besides the usual ones.
        code: of JSON-RPC.
    """

    def __init__(
        self, status: int, failure: Failure, headers: Mapping[str, str] | None = None, code: int = INVALID_REQUEST
    ) -> None:
        super().__init__(failure.message)
        self.status = status
        self.failure = failure
        self.headers = dict(headers or {})
        self.code = code

    async def send(self, send: Send, request_id: str | int | None = None) -> None:
        """Answer with it; `request_id` is that of the message, where it could be read."""
        error = {"code": self.code, "message": self.failure.message, "data": self.failure.wire()}
        await send_json(send, self.status, {"jsonrpc": "2.0", "id": request_id, "error": error}, self.headers)


async def send_json(send: Send, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
    """Answer with one JSON object."""
    await send_body(send, status, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})


async def send_body(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Answer with a status, headers and one body."""
    lines = {"cache-control": "no-store", **headers, "content-length": str(len(body))}
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def wrong_host() -> Rejection:
    return Rejection(
        421, PermissionDenied("This server does not answer to that Host.", remedy="See MCP_ALLOWED_HOSTS.")
    )


def wrong_origin() -> Rejection:
    return Rejection(
        403, PermissionDenied("This server answers no page of that Origin.", remedy="See MCP_ALLOWED_ORIGINS.")
    )


def wrong_method() -> Rejection:
    return Rejection(405, InvalidInput("Send a POST: this server keeps no session."), {"allow": "POST"})


def wrong_type() -> Rejection:
    return Rejection(415, InvalidInput("The body must be application/json."))


def too_large(most: int) -> Rejection:
    return Rejection(413, InvalidInput(f"The body may have at most {most} bytes."), {"connection": "close"})


def too_slow() -> Rejection:
    return Rejection(408, InvalidInput("The body did not arrive in time."), {"connection": "close"})


def not_json() -> Rejection:
    return Rejection(400, InvalidInput("The body is no JSON."), code=PARSE_ERROR)


def not_one_message() -> Rejection:
    return Rejection(400, InvalidInput("The body must be one JSON-RPC message."))


def unauthorized(challenge: str, told: str) -> Rejection:
    return Rejection(401, AuthenticationFailed(told, remedy=""), {"www-authenticate": challenge})


def insufficient(challenge: str, failure: PermissionDenied) -> Rejection:
    return Rejection(403, failure, {"www-authenticate": challenge})


def limited(told: str, seconds: float) -> Rejection:
    """429 with `Retry-After`, in whole seconds as HTTP has it."""
    wait = math.ceil(seconds)
    failure = RateLimited(told, remedy=f"Wait {wait} s before the next call.", retry_after_seconds=wait)
    return Rejection(429, failure, {"retry-after": str(wait)})


def unavailable(told: str, seconds: float) -> Rejection:
    wait = math.ceil(seconds)
    failure = Unavailable(told, remedy=f"Try again in {wait} s.", retry_after_seconds=wait)
    return Rejection(503, failure, {"retry-after": str(wait)}, INTERNAL_ERROR)
