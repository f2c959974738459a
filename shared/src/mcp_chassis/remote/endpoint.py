"""One server at one path: everything a request passes before the server's own pipeline."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.subscriptions import ListenHandler
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Message, Receive, Scope, Send

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.pipeline.narrowing import narrowed
from mcp_chassis.remote.auth.authenticate import Authentication, by_oauth
from mcp_chassis.remote.auth.scopes import Scopes
from mcp_chassis.remote.http import rejections as refusals
from mcp_chassis.remote.http import request_body as body
from mcp_chassis.remote.http.narrow_requests import narrowing_of, serve_private_lists
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rate_limiter import Limiter
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.remote.shutdown import InFlightRequests
from mcp_chassis.server import Probe
from mcp_chassis.tools import PROMPTS, RESOURCES

if TYPE_CHECKING:
    from mcp_chassis.pipeline.dispatch import Dispatch

_access = logging.getLogger("mcp_chassis.access")

LISTEN = "subscriptions/listen"
NEEDS = {"resources/read": RESOURCES, "prompts/get": PROMPTS}
"""The permission a method needs; that of `tools/call` is the tool's."""


@dataclass(frozen=True)
class Guard:
    """What stands before a server.

    Args:
        origins: the Host and Origin headers answered.
        authentication: None where nobody has to say who they are.
        limiter: of tool calls, per principal and class of tool.
        challenge: `WWW-Authenticate` for an OAuth caller whose token lacks the scopes named.
        max_body: bytes.
        max_in_flight: requests answered at once.
    """

    origins: Origins
    authentication: Authentication | None
    limiter: Limiter
    challenge: Callable[[str], str]
    max_body: int
    max_in_flight: int


class Endpoint:
    """The ASGI application of one server.

    Args:
        dispatch: the built server.
        scopes: its permissions.
        guard: what stands before it.
        flight: what is under way in this process.
    """

    def __init__(self, dispatch: "Dispatch", scopes: Scopes, guard: Guard, flight: InFlightRequests) -> None:
        self.dispatch = dispatch
        self.scopes = scopes
        self.guard = guard
        self._flight = flight
        serve_private_lists(dispatch)
        dispatch.streamable_http_app(
            stateless_http=True,
            max_request_body_size=guard.max_body,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # Origins is stricter
        )
        self.manager: StreamableHTTPSessionManager = dispatch.session_manager
        self._serve = AuthContextMiddleware(self.manager.handle_request)

    @property
    def authenticated(self) -> bool:
        """Whether callers have to say who they are."""
        return self.guard.authentication is not None

    async def probes(self) -> Sequence[Probe]:
        """What the server stands on, and whether it can be reached; who acts for others needs nothing of its own."""
        probe = self.dispatch.server.probe if self.dispatch.acting is None else None
        return await probe(self.dispatch.connection) if probe else ()

    def end_streams(self) -> None:
        """End the listen streams with their last result."""
        entry = self.dispatch.lowlevel.get_request_handler(LISTEN)
        if entry and isinstance(entry.handler, ListenHandler):
            entry.handler.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(scope, send)
        try:
            await self._answer(exchange, scope, receive)
        except Rejection as refusal:
            await refusal.send(exchange.send, exchange.request_id)
        except ConnectionError:
            exchange.status = 499
        finally:
            self._flight.answers[scope["path"], exchange.status] += 1
            exchange.log()

    async def _answer(self, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        self._check_headers(scope)
        if self.guard.authentication:
            scope["user"] = exchange.user = await self.guard.authentication.caller(scope)
        whole = await body.read(scope, receive, self.guard.max_body)
        message = body.message_of(whole)
        exchange.understood(message)
        await self._admit(exchange, message)
        with self._flight.under_way(), narrowed(narrowing_of(scope, self.dispatch.server)):
            await self._serve(scope, body.replayed(whole, receive), exchange.send)

    def _check_headers(self, scope: Scope) -> None:
        if not self.guard.origins.answers_host(body.only_header(scope, b"host")):
            raise refusals.wrong_host()
        if not self.guard.origins.answers_origin(body.header(scope, b"origin")):
            raise refusals.wrong_origin()
        if scope["method"] != "POST":
            raise refusals.wrong_method()
        kind = (body.header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json" or body.header(scope, b"content-encoding"):
            raise refusals.wrong_type()

    async def _admit(self, exchange: "_Exchange", message: dict[str, Any]) -> None:
        """What can be said before any work: too much at once, too often, or a token that does not reach so far."""
        if message.get("method") == LISTEN:
            return
        if self._flight.count >= self.guard.max_in_flight:
            raise refusals.unavailable("This server is answering as many calls as it can.", 1)
        needed, tool = self._needed(message)
        if tool is not None:
            who = exchange.principal
            if wait := await self.guard.limiter.hit(f"{self.scopes.mount}:{who}:{needed}"):
                raise refusals.limited(f"You have used up your {needed} calls for now.", wait)
        if needed and exchange.user and by_oauth(exchange.user):
            self._check_scope(exchange.user, needed, tool)

    def _needed(self, message: dict[str, Any]) -> tuple[str | None, str | None]:
        """The permission that a message needs, and the tool it calls."""
        method = message.get("method")
        if method != "tools/call":
            return NEEDS.get(str(method)), None
        params = message.get("params")
        name = cast("dict[str, Any]", params).get("name") if isinstance(params, dict) else None
        return self.dispatch.inventory.permission(str(name)), str(name)

    def _check_scope(self, user: AuthenticatedUser, needed: str, tool: str | None) -> None:
        if not self.scopes.allow(user.scopes, needed, tool):
            told = f"Your token does not allow {tool or needed}: it needs the scope {needed}."
            failure = PermissionDenied(
                told, remedy="Sign in again and grant it.", details={"required_scopes": [needed]}
            )
            raise refusals.insufficient(self.guard.challenge(needed), failure)


class _Exchange:
    """One request and its answer, for the access line."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.user: AuthenticatedUser | None = None
        self.status = 0
        self.request_id: str | int | None = None
        self._method = ""
        self._send = send
        self._began = time.perf_counter()

    @property
    def principal(self) -> str:
        return self.user.access_token.subject or self.user.username if self.user else "local"

    def understood(self, message: dict[str, Any]) -> None:
        identifier = message.get("id")
        self.request_id = identifier if isinstance(identifier, str | int) else None
        method = message.get("method")
        self._method = method[:64] if isinstance(method, str) else ""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    def log(self) -> None:
        fields = {
            "path": self.scope["path"][:200],
            "status": self.status,
            "rpc_method": self._method or None,
            "principal": self.user.access_token.subject if self.user else None,
            "address": (self.scope.get("client") or ("unknown",))[0],
            "request_id": self.request_id,
            "duration_ms": round((time.perf_counter() - self._began) * 1000, 1),
        }
        _access.info("request", extra={"fields": fields})
