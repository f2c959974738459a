"""The endpoints of the authorization server: the MCP SDK's handlers behind checks of host, method, rate and form."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.revoke import RevocationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import ClientAuthenticator
from mcp.server.auth.settings import ClientRegistrationOptions
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.app import Page
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable, address_of, network_of
from mcp_chassis.remote.auth.proxy.authorization_server import AuthorizationServer, requested_resource
from mcp_chassis.remote.http import rejections, request_body
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow
from mcp_chassis.remote.http.rejections import Rejection, send_json

MAX_BODY_BYTES = 32 * 1024
PAGE_RATE = RequestRate(120, 60.0)
"""Requests to one page from one network."""
REGISTRATION_RATE = RequestRate(20, 60.0)
FORM = "application/x-www-form-urlencoded"
Handler = Callable[[Request], Awaitable[Response]]


class PageGuard:
    """Checks before each page of the proxy: Host header, method, requests per network.

    Args:
        origins: the accepted Host headers.
        limiter: counts requests per page and network.
    """

    def __init__(self, origins: Origins, limiter: SlidingWindow | None = None) -> None:
        self._origins = origins
        self._limiter = limiter or SlidingWindow(PAGE_RATE)

    def page(self, name: str, page: Page, *methods: str, rate: RequestRate = PAGE_RATE) -> Page:
        """The page behind the checks."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await self._check(scope, name, methods, rate)
                await page(scope, receive, send)
            except Rejection as rejection:
                error = "temporarily_unavailable" if rejection.status == 429 else "invalid_request"
                body = {"error": error, "error_description": rejection.failure.message}
                await send_json(send, rejection.status, body, rejection.headers)
            except (Unavailable, VerificationUnavailable):
                reason = "The sign-in cannot be looked up at the moment: try again in a moment."
                body = {"error": "temporarily_unavailable", "error_description": reason}
                await send_json(send, 503, body, {"retry-after": "5"})
            except ConnectionError:
                return

        return guarded

    async def _check(self, scope: Scope, name: str, methods: tuple[str, ...], rate: RequestRate) -> None:
        if not self._origins.answers_host(request_body.only_header(scope, b"host")):
            raise rejections.wrong_host()
        if scope["method"] not in methods:
            raise rejections.wrong_method(", ".join(methods))
        if wait := await self._limiter.hit(f"{name}:{network_of(address_of(scope))}", rate):
            raise rejections.limited("Your network has sent too many requests to this page.", wait)


def endpoints(server: AuthorizationServer, guard: PageGuard, scopes: tuple[str, ...]) -> dict[str, Page]:
    """The endpoints by path.

    Args:
        server: the authorization server.
        guard: the checks before them.
        scopes: the scopes that a client gets that registers without any.
    """
    authenticator = ClientAuthenticator(server)
    registration = RegistrationHandler(server, ClientRegistrationOptions(enabled=True, default_scopes=list(scopes)))
    revoke = RevocationHandler(server, authenticator).handle
    register, authorize = _handled(registration.handle), _handled(AuthorizationHandler(server).handle)
    return {
        "/authorize": guard.page("authorize", authorize, "GET", "POST"),
        "/token": guard.page("token", _handled(TokenHandler(server, authenticator).handle), "POST"),
        "/revoke": guard.page("revoke", _handled(revoke, missing="client_secret"), "POST"),
        "/register": guard.page("register", register, "POST", rate=REGISTRATION_RATE),
    }


def _handled(handle: Handler, missing: str | None = None) -> Page:
    """The page of an SDK handler: its form has each parameter once, and `resource` is passed on beside it.

    Args:
        handle: the handler.
        missing: a parameter that is added without a value if it was not sent: SDK 2.3 requires `client_secret` of
            public clients too when they revoke a token.
    """

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        body = await request_body.read(scope, receive, MAX_BODY_BYTES)
        fields = _parameters(scope, body)
        if missing and missing not in fields:
            body += f"&{missing}=".encode()
        token = requested_resource.set(fields.get("resource"))
        try:
            response = await handle(Request(scope, request_body.replayed(body, receive)))
        finally:
            requested_resource.reset(token)
        await response(scope, receive, send)

    return page


def _parameters(scope: Scope, body: bytes) -> dict[str, str]:
    """The parameters of a query and form.

    Raises:
        Rejection: when one occurs twice, which RFC 6749 forbids, there are over 100, or the form is not URL-encoded.
    """
    kind = (request_body.header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    is_json = kind == "application/json"
    if body and not is_json and kind != FORM:
        raise rejections.wrong_type()
    texts = [scope["query_string"].decode("latin-1"), "" if is_json else body.decode("latin-1")]
    try:
        pairs = [pair for text in texts for pair in parse_qsl(text, keep_blank_values=True, max_num_fields=100)]
    except ValueError:
        raise rejections.wrong_parameters() from None
    if len(dict(pairs)) != len(pairs):
        raise rejections.wrong_parameters()
    return dict(pairs)
