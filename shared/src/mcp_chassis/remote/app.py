"""The ASGI application of a process: its servers by path, and the pages about the process itself."""

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.types import Message, Receive, Scope, Send

from mcp_chassis.failures import NotFound
from mcp_chassis.remote.endpoint import Endpoint
from mcp_chassis.remote.exchange import Exchange
from mcp_chassis.remote.http import cors
from mcp_chassis.remote.http.narrow_requests import BELOW
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.http.rejections import Rejection, send_body, send_json
from mcp_chassis.remote.http.sign_in_hints import SignInHint, is_sign_in_path
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.telemetry.redaction import call_secrets

_ENCODED_SEPARATOR = re.compile(rb"%(?:2f|5c|2e|00)", re.IGNORECASE)
Page = Callable[[Scope, Receive, Send], Awaitable[None]]


class Application:
    """The ASGI application.

    Args:
        name: reported by `/health`.
        endpoints: by path.
        pages: what else is served, by path.
        flight: the requests in flight.
        hint: text for people whose host looks for an authorization server.
        origins: allowed origins of browser clients.
        resources: entered before the servers, exited after them.
    """

    def __init__(
        self,
        name: str,
        *,
        endpoints: Mapping[str, Endpoint],
        pages: Mapping[str, Page],
        flight: InFlightRequests,
        hint: str,
        origins: Origins,
        resources: Sequence[contextlib.AbstractAsyncContextManager[object]] = (),
    ) -> None:
        self.endpoints = endpoints
        self._name = name
        self._flight = flight
        self._hint = SignInHint(hint)
        self._origins = origins
        self._resources = resources
        self._pages: dict[str, Page] = {**pages, **endpoints, "/health": self._health, "/ready": self._readiness}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        send = self._closing(send)
        page = self._page(scope) if is_plain(scope) else None
        with call_secrets():
            if isinstance(page, Endpoint):
                await page(scope, receive, send)
            else:
                await self._serve_page(page or _nowhere, Exchange(scope, send), receive)

    async def _serve_page(self, page: Page, exchange: Exchange, receive: Receive) -> None:
        """Serve a page with the request's id. For allowed origins, pages about signing in get CORS headers."""
        scope = exchange.scope
        allowed = cors.response_headers(scope, self._origins) if is_sign_in_path(scope["path"]) else []
        exchange.more_headers += allowed
        if allowed and cors.is_preflight(scope):
            await send_body(exchange.send, 204, b"", cors.preflight_headers(scope))
        else:
            await page(scope, receive, exchange.send)

    def _page(self, scope: Scope) -> Page | None:
        path = scope["path"].removesuffix("/")
        if page := self._pages.get(path):
            return page
        return self._hint if is_sign_in_path(path) else self._narrowed(scope)

    def _narrowed(self, scope: Scope) -> Page | None:
        """The endpoint whose path begins the request's; the rest, which narrows its tools, is put into the scope."""
        path, _, below = scope["path"].partition("/mcp/")
        endpoint = self.endpoints.get(f"{path}/mcp")
        if endpoint is None or not below.strip("/"):
            return None
        scope.update({"path": f"{path}/mcp", BELOW: below.strip("/").split("/")})
        return endpoint

    def _closing(self, send: Send) -> Send:
        """Add `connection: close` to responses during shutdown, so that clients send no further request on it."""

        async def send_closing(message: Message) -> None:
            if self._flight.draining and message["type"] == "http.response.start":
                others = [header for header in message.get("headers", ()) if header[0] != b"connection"]
                message = {**message, "headers": [*others, (b"connection", b"close")]}
            await send(message)

        return send_closing

    def end_streams(self) -> None:
        """End every listen stream with its final result, as the protocol requires."""
        for endpoint in self.endpoints.values():
            endpoint.end_streams()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with contextlib.AsyncExitStack() as stack:
            for resource in (*self._resources, *(endpoint.running() for endpoint in self.endpoints.values())):
                await stack.enter_async_context(resource)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _health(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_json(send, 200, {"status": "ok", "server": self._name})

    async def _readiness(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Report whether this process accepts calls. An upstream's outage does not count: other servers still work."""
        reason = "draining" if self._flight.draining else "overloaded" if self._flight.is_overloaded() else None
        if reason is None:
            await send_json(send, 200, {"status": "ready"})
        else:
            await send_json(send, 503, {"status": reason}, {"retry-after": "5"})


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await Rejection(404, NotFound("Nothing is served at this path.", remedy="Servers answer at /mcp.")).send(send)


def is_plain(scope: Scope) -> bool:
    """Whether a path is unambiguous: without dot segments, empty segments, encoded separators and controls.

    A proxy that normalises another path differently would check access to another server than the one that responds.
    """
    raw = scope.get("raw_path") or b""
    segments = scope["path"].removesuffix("/").split("/")[1:]
    return not _ENCODED_SEPARATOR.search(raw) and all(
        segment not in {"", ".", ".."} and segment.isprintable() and "\\" not in segment for segment in segments
    )


def page_of(body: bytes, content_type: str) -> Page:
    """A page with constant content."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send_body(send, 200, body, {"content-type": content_type})

    return page
