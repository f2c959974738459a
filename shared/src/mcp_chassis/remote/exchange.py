"""One HTTP request and its response: ids, caller, JSON-RPC method, and the line in the access log."""

import contextlib
import itertools
import json
import logging
import re
import secrets
import time
from collections.abc import Generator
from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.types import Message, Scope, Send

from mcp_chassis.failures import Failure
from mcp_chassis.pipeline.caller import LOCAL_PRINCIPAL
from mcp_chassis.remote.auth.authenticate import address_of
from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.remote.http.response_messages import ResponseMessages
from mcp_chassis.telemetry import logs, semantic_metrics, trace_context
from mcp_chassis.telemetry.protocol_log import PROTOCOL_LOG

_access = logging.getLogger("mcp_chassis.access")

CLIENT_CLOSED_REQUEST = 499
_REQUEST_ID = re.compile(r"[\w.:=+/-]{1,128}", re.ASCII)
MAX_PATH_CHARS = 200
MAX_METHOD_CHARS = 64
_PROCESS = secrets.token_hex(4)
_numbers = itertools.count(1)


class Exchange:
    """One request and its response.

    `id` is unique in the logs, whatever ids callers send; the response carries the caller's own id if it sent one.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.id = f"{_PROCESS}{next(_numbers):08x}"
        sent = request_body.only_header(scope, b"x-request-id") or ""
        self.client_id = sent if _REQUEST_ID.fullmatch(sent) else None
        self.trace = trace_context.parse(
            request_body.only_header(scope, b"traceparent"), request_body.header(scope, b"tracestate")
        )
        self.user: AuthenticatedUser | None = None
        self.status = 0
        self.rpc_id: str | int | None = None
        self._method = ""
        self._complete = False
        self._is_event_stream = False
        self._send = send
        self._messages = ResponseMessages(lambda message: PROTOCOL_LOG.record_parsed("out", message))
        self._began = time.perf_counter()
        self.more_headers = [(b"x-request-id", (self.client_id or self.id).encode())]

    @contextlib.contextmanager
    def current(self) -> Generator[None]:
        """Inside, log lines carry the request's id and its trace, and upstream requests belong to the trace."""
        token = logs.request_id.set(self.id)
        try:
            with trace_context.in_trace(self.trace):
                yield
        finally:
            logs.request_id.reset(token)

    @contextlib.contextmanager
    def measured(self) -> Generator[None]:
        """Record the duration of the request, if metrics are exported."""
        metrics = semantic_metrics.recorder()
        if metrics is None:
            yield
            return
        method, scheme, route = self.scope["method"], self.scope["scheme"], self.scope["path"]
        metrics.request_began(method, scheme)
        try:
            yield
        finally:
            seconds = time.perf_counter() - self._began
            metrics.request_ended(seconds, method, scheme, route=route, status=self.status)

    @property
    def principal(self) -> str:
        """The caller's principal; `local` if callers need no credential."""
        return self.user.access_token.subject or self.user.username if self.user else LOCAL_PRINCIPAL

    def understood(self, message: dict[str, Any]) -> None:
        """Remember the id and the method of the JSON-RPC message."""
        PROTOCOL_LOG.record_parsed("in", message)
        identifier = message.get("id")
        self.rpc_id = identifier if isinstance(identifier, str | int) else None
        method = message.get("method")
        self._method = method[:MAX_METHOD_CHARS] if isinstance(method, str) else ""

    async def send(self, message: Message) -> None:
        """Pass on a part of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            kinds = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
            message = {**message, "headers": [*message.get("headers", ()), *self.more_headers]}
            self._is_event_stream = any(kind.startswith(b"text/event-stream") for kind in kinds)
        else:
            self._complete = not message.get("more_body", False)
            if PROTOCOL_LOG.enabled:
                body = message.get("body", b"")
                self._messages.feed(body, is_event_stream=self._is_event_stream, more=not self._complete)
        await self._send(message)

    async def reject(self, rejection: Rejection) -> None:
        """Send a rejection as the response."""
        await rejection.send(self.send, self.rpc_id)

    async def cut_off(self, failure: Failure) -> None:
        """Send the failure of a cancelled request as its response, or as its last event if its stream has begun."""
        rejection = Rejection(503, failure, {"retry-after": "1", "connection": "close"})
        if not self.status:
            await self.reject(rejection)
        elif not self._complete:
            body = json.dumps(rejection.body(self.rpc_id))
            event = f"event: message\r\ndata: {body}\r\n\r\n" if self._is_event_stream else ""
            await self.send({"type": "http.response.body", "body": event.encode(), "more_body": False})

    def log(self) -> None:
        """Write the line of the access log."""
        fields = {
            "path": self.scope["path"][:MAX_PATH_CHARS],
            "status": self.status,
            "rpc_method": self._method or None,
            "principal": self.user.access_token.subject if self.user else None,
            "address": address_of(self.scope),
            "request_id": self.id,
            "client_request_id": self.client_id,
            "rpc_id": self.rpc_id,
            "duration_ms": round((time.perf_counter() - self._began) * 1000, 1),
        }
        _access.info("request", extra={"fields": fields})
