"""One server at one path: the checks of a request before it reaches the server's pipeline."""

import contextlib
import functools
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anyio
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import Failure, OutcomeUnknown, PermissionDenied, Unavailable
from mcp_chassis.pipeline.narrowing import narrowed
from mcp_chassis.pipeline.subscriptions import Listening
from mcp_chassis.remote.auth.authenticate import Authentication, by_oauth, of_kind, own_rate
from mcp_chassis.remote.auth.scopes import COMPLETION, PROTOCOL, Scopes
from mcp_chassis.remote.exchange import CLIENT_CLOSED_REQUEST, Exchange
from mcp_chassis.remote.http import cors, rejections, request_body
from mcp_chassis.remote.http.connection import CONNECTION
from mcp_chassis.remote.http.narrow_requests import narrowing_of, serve_private_lists
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rate_limiter import Limiter, RequestRate
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.remote.in_flight import Caps, InFlightRequests
from mcp_chassis.remote.upstream_probe import UpstreamProbe
from mcp_chassis.remote.watching import check_watching
from mcp_chassis.server import Probe
from mcp_chassis.telemetry.logs import AUDIT, log_event
from mcp_chassis.telemetry.metrics import serving_as
from mcp_chassis.tools import PROMPTS, RESOURCES

if TYPE_CHECKING:
    from mcp_chassis.pipeline.dispatch import Dispatch

_audit = logging.getLogger(AUDIT)

LISTEN = "subscriptions/listen"
NEEDS = {"resources/read": RESOURCES, "prompts/get": PROMPTS}
"""The permission a method needs; that of `tools/call` is the tool's."""
LIMITED = {**NEEDS, "completion/complete": COMPLETION}
"""The kind under which the calls of a method are rate limited; that of `tools/call` is the tool's permission, and that
of any other message is `PROTOCOL`."""
OVERLOADED_BODY = 64 * 1024
"""Bytes that are read of a request that will be rejected, so that the rejection can carry its id."""
OVERLOADED_SECONDS = 2.0
CUT_OFF_SECONDS = 0.5


@dataclass(frozen=True)
class Call:
    """The operation that a message asks for, and the permission it needs.

    Args:
        needed: the permission.
        limited_as: its kind for the rate limit.
        tool: the tool called.
    """

    needed: str | None
    limited_as: str = PROTOCOL
    tool: str | None = None

    def cut_off_failure(self) -> Failure:
        """The failure of a call that was cancelled because the server stopped."""
        if self.tool and self.needed != "read":
            return OutcomeUnknown(f"The server was stopped while {self.tool} was running.")
        return Unavailable("The server was stopped before this was answered.", retry_after_seconds=1)


@dataclass(frozen=True)
class Guard:
    """Configuration of the checks before a server.

    Args:
        origins: the accepted Host and Origin headers.
        authentication: None if callers need no credential.
        limiter: rate limit per principal and kind of call.
        rate: the rate of tool calls.
        challenge: `WWW-Authenticate` for an OAuth caller whose token lacks the scopes named.
        max_body: maximum size of a body in bytes.
        requests: limits of the requests in flight.
        streams: limits of the listen streams.
    """

    origins: Origins
    authentication: Authentication | None
    limiter: Limiter
    rate: RequestRate
    challenge: Callable[[str], str]
    max_body: int
    requests: Caps
    streams: Caps


class Endpoint:
    """The ASGI application of one server.

    Args:
        dispatch: the built server.
        scopes: its permissions.
        guard: the checks before it.
        flight: the requests in flight in this process.
    """

    def __init__(self, dispatch: "Dispatch", scopes: Scopes, guard: Guard, flight: InFlightRequests) -> None:
        self.dispatch = dispatch
        self.scopes = scopes
        self.guard = guard
        self._flight = flight
        flight.tasks.append(lambda: dispatch.long_calls.runner.busy)
        serve_private_lists(dispatch)
        check = functools.partial(check_watching, dispatch.gate, dispatch.inventory)
        self.probe = UpstreamProbe(scopes.mount, self._probes)
        self._listening = Listening(dispatch.bus, streams=guard.streams.total, check=check)
        self._listening.serve(dispatch.lowlevel)
        dispatch.streamable_http_app(
            stateless_http=True,
            max_request_body_size=guard.max_body,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # Origins is stricter
        )
        self.manager: StreamableHTTPSessionManager = dispatch.session_manager
        self._serve = AuthContextMiddleware(self.manager.handle_request)

    @property
    def authenticated(self) -> bool:
        """Whether callers need a credential."""
        return self.guard.authentication is not None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """The server's lifespan."""
        with serving_as(self.scopes.mount):
            async with self.manager.run():
                try:
                    yield
                finally:
                    await self.probe.stop()

    async def _probes(self) -> Sequence[Probe]:
        probe = self.dispatch.server.probe
        return await probe(self.dispatch.connection) if probe else ()

    def end_streams(self) -> None:
        """End the listen streams with their final result."""
        self._listening.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, send)
        exchange.more_headers += cors.response_headers(scope, self.guard.origins)
        with exchange.current(), exchange.measured():
            try:
                await self._answer(exchange, receive)
            except Rejection as rejection:
                await exchange.reject(rejection)
            except ConnectionError:
                exchange.status = CLIENT_CLOSED_REQUEST
            finally:
                self._flight.answers[scope["path"], exchange.status] += 1
                exchange.log()

    async def _answer(self, exchange: Exchange, receive: Receive) -> None:
        scope = exchange.scope
        self._check_origin(scope)
        if cors.is_preflight(scope):
            await rejections.send_body(exchange.send, 204, b"", cors.preflight_headers(scope))
            return
        self._check_headers(scope)
        if self.guard.authentication:
            scope["user"] = exchange.user = await self.guard.authentication.caller(scope)
            self._claim_connection(exchange)
        with contextlib.ExitStack() as slots:
            overloaded = self._overload(exchange.principal)
            slots.enter_context(self._flight.requests.holding(exchange.principal))
            if overloaded:
                await self._read_id(exchange, receive)
                raise overloaded
            whole = await request_body.read(scope, receive, self.guard.max_body)
            message = request_body.message_of(whole)
            exchange.understood(message)
            if message.get("method") == LISTEN:
                slots.close()
                self._check_streams(exchange.principal)
                slots.enter_context(self._flight.streams.holding(exchange.principal))
            call = await self._admit(exchange, message)
            await self._serve_until_cut_off(exchange, call, request_body.replayed(whole, receive))

    async def _read_id(self, exchange: Exchange, receive: Receive) -> None:
        """Read a small body for the id that the rejection carries."""
        with contextlib.suppress(Rejection):
            body = await request_body.read(exchange.scope, receive, OVERLOADED_BODY, OVERLOADED_SECONDS)
            exchange.understood(request_body.message_of(body))

    async def _serve_until_cut_off(self, exchange: Exchange, call: "Call", receive: Receive) -> None:
        """Let the SDK respond; a request that is cancelled because the server stops gets an error as its response."""
        narrowing = narrowing_of(exchange.scope, self.dispatch.server)
        with self._flight.cancellable() as scope, narrowed(narrowing), serving_as(self.scopes.mount):
            await self._serve(exchange.scope, receive, exchange.send)
        if scope.cancelled_caught:
            with anyio.move_on_after(CUT_OFF_SECONDS):
                await exchange.cut_off(call.cut_off_failure())

    def _claim_connection(self, exchange: Exchange) -> None:
        """Count the connection for the caller, unless a proxy shares it among callers."""
        connection = exchange.scope.get("state", {}).get(CONNECTION)
        direct = connection and connection.client == exchange.scope.get("client")
        if direct and not connection.claim(exchange.principal):
            raise rejections.too_many(
                "You have as many connections to this server as one caller may have.",
                "Close some, or send further requests on those that are open.",
                {"connection": "close"},
            )

    def _overload(self, principal: str) -> Rejection | None:
        """The rejection of a request above the caps of requests in flight; None below them."""
        requests, caps = self._flight.requests, self.guard.requests
        if requests.count >= caps.total:
            return rejections.unavailable("This server is answering as many calls as it can.", 1)
        if not requests.fits(principal, caps):
            return rejections.too_many(
                f"You have {caps.per_principal} calls in progress, as many as one caller may have.",
                "Wait for one of them to be answered.",
                {"connection": "close"},  # what is pipelined behind it would be refused one by one
            )
        return None

    def _check_streams(self, principal: str) -> None:
        streams, caps = self._flight.streams, self.guard.streams
        if streams.count >= caps.total:
            raise rejections.unavailable("This server has as many open subscription streams as it can hold.", 10)
        if not streams.fits(principal, caps):
            raise rejections.too_many(
                f"You have {caps.per_principal} open subscription streams, as many as one caller may have.",
                "Close one of them first.",
            )

    def _check_origin(self, scope: Scope) -> None:
        if not self.guard.origins.answers_host(request_body.only_header(scope, b"host")):
            raise rejections.wrong_host()
        if not self.guard.origins.answers_origins(request_body.headers(scope, b"origin")):
            raise rejections.wrong_origin()

    def _check_headers(self, scope: Scope) -> None:
        if scope["method"] != "POST":
            raise rejections.wrong_method()
        kind = (request_body.header(scope, b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json" or request_body.header(scope, b"content-encoding"):
            raise rejections.wrong_type()

    async def _admit(self, exchange: Exchange, message: dict[str, Any]) -> "Call":
        """Check the rate limit and, for an OAuth caller, the scope of a message before any work is done for it."""
        call = self._call(message)
        key = f"{self.scopes.mount}:{exchange.principal}:{call.limited_as}"
        rate = own_rate(exchange.user, call.limited_as) or of_kind(self.guard.rate, call.limited_as)
        if wait := await self.guard.limiter.hit(key, rate):
            used_up = "lists, pings and subscriptions" if call.limited_as == PROTOCOL else f"{call.limited_as} calls"
            raise rejections.limited(f"You have used up your {used_up} for now.", wait)
        if call.needed and exchange.user and by_oauth(exchange.user):
            self._check_scope(exchange.user, call.needed, call.tool)
        return call

    def _call(self, message: dict[str, Any]) -> "Call":
        method = str(message.get("method"))
        if method != "tools/call":
            return Call(NEEDS.get(method), limited_as=LIMITED.get(method, PROTOCOL))
        params = message.get("params")
        name = str(cast("dict[str, Any]", params).get("name") if isinstance(params, dict) else None)
        permission = self.dispatch.inventory.permission(name)
        return Call(permission, limited_as=permission or PROTOCOL, tool=name)

    def _check_scope(self, user: AuthenticatedUser, permission: str, tool: str | None) -> None:
        if not self.scopes.allow(user.scopes, permission, tool):
            needed = self.scopes.missing(user.scopes, permission)
            reason = f"Your token does not allow {tool or permission}: it needs the scope {needed}."
            failure = PermissionDenied(
                reason, remedy="Sign in again and grant it.", details={"required_scopes": [needed]}
            )
            principal = user.access_token.subject
            log_event(_audit, logging.INFO, "scope refused", principal=principal, tool=tool, outcome=needed)
            raise rejections.insufficient(self.guard.challenge(needed), failure)
