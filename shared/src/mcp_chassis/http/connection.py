"""HTTP requests to one upstream with redirects and an ETag cache, over a connection pool."""

import contextlib
import logging
import os
import ssl
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx2

from mcp_chassis.failures import Effect, Failure
from mcp_chassis.http import body as bodies
from mcp_chassis.http.errors import failure_for_error, failure_for_setup
from mcp_chassis.http.etag_cache import ETagCache, unchanged
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.telemetry.observer import announce
from mcp_chassis.telemetry.semantic_metrics import recorder
from mcp_chassis.telemetry.trace_context import upstream_headers
from mcp_chassis.upstream.policy import Policy

logger = logging.getLogger(__name__)

CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
MAX_PATH_CHARS = 200
REDIRECTS = {301, 302, 303, 307, 308}
SAFE = {"GET", "HEAD"}
DEFAULT_HEADERS: Mapping[str, str] = {
    "accept": "application/json",
    "accept-encoding": "gzip",
    "user-agent": "toolroll",
}
"""Headers of every request. They carry no credential; after a redirect to another origin they alone are sent."""


@dataclass
class ApiRequest:
    """One HTTP request. `sent` says whether the current attempt may have reached the upstream.

    `tail_bytes` keeps only that many bytes of the end of the response. Without `follow_same_origin` a redirect to the
    upstream's own origin is returned as the response.
    """

    method: str
    url: str
    content: bytes | None = None
    content_type: str = ""
    tail_bytes: int | None = None
    follow_same_origin: bool = True
    sent: bool = True

    def was_sent(self) -> bool:
        return self.sent

    async def trace(self, event: str, _: Mapping[str, Any]) -> None:
        """Trace callback of httpcore2 that sets `sent`: between these two events there is no connection to send on."""
        if event == "connection.connect_tcp.started":
            self.sent = False
        elif event.endswith("send_request_headers.started"):
            self.sent = True


class Connection:
    """Connection pool of one upstream. It opens on first use and stores no cookies."""

    def __init__(
        self,
        name: str,
        policy: Policy,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        one_origin: bool = False,
    ) -> None:
        self._one_origin = one_origin
        self._name = name
        self._policy = policy
        self._transport = transport

    async def ask(self, question: ApiRequest, headers: Mapping[str, str]) -> Response:
        """Send the request and follow redirects; the response, whatever its status.

        Raises:
            Failure: the connection breaks, the response is too large, or a redirect is not followed.
        """
        request, redirected_by = self._request(question, headers), None
        for _ in range(self._policy.max_redirects + 1):
            answer = await self._fetch_after(redirected_by, request, question)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            url = self._target(request, answer)
            if url.origin == request.url.origin and not question.follow_same_origin:
                return answer
            request = self._redirected(request, url, answer.status)
            redirected_by = None if question.method in SAFE else 303 if redirected_by == 303 else answer.status
        raise self._invalid("redirected more often than the limit allows.")

    async def _fetch_after(self, redirected_by: int | None, request: httpx2.Request, question: ApiRequest) -> Response:
        """Send one request. A failure after a write was redirected is ambiguous: the write may have had its effect."""
        try:
            answer = await self._fetch(request, question.tail_bytes)
        except Failure as failure:
            if redirected_by is not None:
                failure.effect = Effect.AMBIGUOUS
            raise
        return answer if redirected_by is None else replace(answer, redirected_by=redirected_by)

    def prepare(self) -> None:
        """Create the HTTP client before a call waits for its rate limit, because loading certificates takes long."""
        _ = self._client

    async def aclose(self) -> None:
        """Close the pool."""
        if "_client" in self.__dict__:
            await self._client.aclose()

    @cached_property
    def _etags(self) -> ETagCache:
        return ETagCache(self._policy.etag_bytes)

    @cached_property
    def _client(self) -> httpx2.AsyncClient:
        """The HTTP client. Proxies and CA certificates come from HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE.

        Raises:
            Unavailable: when these cannot be used.
        """
        policy = self._policy
        timeout = httpx2.Timeout(
            connect=policy.connect_timeout,
            read=policy.read_timeout,
            write=policy.write_timeout,
            pool=policy.pool_timeout,
        )
        limits = httpx2.Limits(max_connections=policy.connections, max_keepalive_connections=20)
        cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        try:
            trusted = True if self._transport else _trusted(*map(os.environ.get, CERTIFICATE_VARIABLES))
            return httpx2.AsyncClient(
                transport=self._transport, verify=trusted, timeout=timeout, limits=limits, cookies=cookies
            )
        except (OSError, ValueError, ImportError, httpx2.InvalidURL) as exc:
            raise failure_for_setup(self._name, exc) from exc

    def _request(self, question: ApiRequest, headers: Mapping[str, str]) -> httpx2.Request:
        kind = {"content-type": question.content_type} if question.content_type else {}
        lower = {name.lower(): value for name, value in headers.items()}
        return self._client.build_request(
            question.method,
            question.url,
            content=question.content,
            headers={**DEFAULT_HEADERS, **upstream_headers(), **kind, **lower},
            extensions={} if question.method in SAFE else {"trace": question.trace},
        )

    async def _fetch(self, request: httpx2.Request, tail_bytes: int | None) -> Response:
        if tail_bytes is not None:
            return await self._whole(request, tail_bytes)
        known = self._etags.known(request)
        if known is not None:
            request.headers["if-none-match"] = known.headers["etag"]
        answer = await self._whole(request)
        if known is not None and answer.status == 304:
            path = request.url.path[:MAX_PATH_CHARS]
            await announce("info", f"{self._name}: {path} has not changed; the cached response is used.")
            return unchanged(known, answer.headers)
        self._etags.keep(request, answer)
        return answer

    async def _whole(self, request: httpx2.Request, tail_bytes: int | None = None) -> Response:
        begun = time.monotonic()
        try:
            with _measured(request) as statuses:
                answer = await self._exchanged(request, tail_bytes)
                statuses.append(answer.status)
        except Failure:
            await self._report(request, None, begun)
            raise
        await self._report(request, answer.status, begun)
        return answer

    async def _report(self, request: httpx2.Request, status: int | None, begun: float) -> None:
        """Write a request to the log and to the host of the call: method, path without query, status, duration."""
        milliseconds = round((time.monotonic() - begun) * 1000, 1)
        if logger.isEnabledFor(logging.DEBUG):
            fields = {"upstream": self._name, "method": request.method, "path": request.url.path}
            fields |= {"status": status, "duration_ms": milliseconds}
            logger.debug("upstream request", extra={"fields": fields})
        ended = "got no response after" if status is None else f"returned {status} in"
        path = request.url.path[:MAX_PATH_CHARS]
        await announce("debug", f"{self._name}: {request.method} {path} {ended} {milliseconds:g} ms.")

    async def _exchanged(self, request: httpx2.Request, tail_bytes: int | None) -> Response:
        response: httpx2.Response | None = None
        skipped = 0
        try:
            response = await self._client.send(request, stream=True)
            try:
                if tail_bytes is None:
                    body = await bodies.read(response, self._policy.max_answer_bytes)
                else:
                    body, skipped = await bodies.read_tail(response, tail_bytes)
            finally:
                await response.aclose()
        except (bodies.TooLarge, bodies.Packed, httpx2.TransportError) as exc:
            if response is None or response.status_code < 500:
                raise self._broken(request, exc, answering=response is not None) from exc
            body = b""  # an outage is reported as one even if its error page is incomplete
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(self._name, response.status_code, headers, body, skipped_bytes=skipped)

    def _broken(self, request: httpx2.Request, error: Exception, *, answering: bool) -> Failure:
        if isinstance(error, httpx2.TransportError):
            return failure_for_error(self._name, error, answering=answering, proxied=_is_proxied(request.url))
        if isinstance(error, bodies.TooLarge):
            most = self._policy.max_answer_bytes // 1024 // 1024
            return self._invalid(f"responded with more than {most} MiB; request less.")
        return self._invalid("compressed its response in a way that cannot be decompressed.")

    def _target(self, request: httpx2.Request, answer: Response) -> httpx2.URL:
        try:
            url = request.url.join(answer.headers["location"])
        except httpx2.InvalidURL as exc:
            raise self._invalid("redirected to an invalid URL.") from exc
        # A user name in the URL would replace our credential.
        if not url.host or url.userinfo or url.scheme not in {"https", request.url.scheme}:
            raise self._invalid("redirected to another scheme or to a URL with credentials; not followed.")
        return url

    def _redirected(self, request: httpx2.Request, url: httpx2.URL, status: int) -> httpx2.Request:
        """The request to the new address. Another origin receives no credential, no body and no custom header."""
        if url.origin == request.url.origin:
            return self._moved(request, url, status)
        if request.method not in SAFE or self._one_origin:
            raise self._invalid("redirected to another origin; not followed.")
        return self._client.build_request(request.method, url, headers=DEFAULT_HEADERS)

    def _moved(self, request: httpx2.Request, url: httpx2.URL, status: int) -> httpx2.Request:
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "if-none-match"}}
        if status == 303 and request.method not in SAFE:
            headers = {name: value for name, value in headers.items() if not name.startswith("content-")}
            return self._client.build_request("GET", url, headers=headers)
        return self._client.build_request(
            request.method, url, content=request.content or None, headers=headers, extensions=request.extensions
        )

    def _invalid(self, what: str) -> InvalidResponse:
        return InvalidResponse(f"{self._name} {what}")


@contextlib.contextmanager
def _measured(request: httpx2.Request) -> Generator[list[int]]:
    """Record the duration of the request made in the block, if metrics are exported; the block appends its status."""
    statuses: list[int] = []
    metrics, began = recorder(), time.monotonic()
    error = ""
    try:
        yield statuses
    except BaseException as exc:
        error = exc.code.lower() if isinstance(exc, Failure) else type(exc).__qualname__
        raise
    finally:
        if metrics:
            url, status, seconds = request.url, next(iter(statuses), 0), time.monotonic() - began
            metrics.upstream_request(
                seconds, request.method, url.scheme, url.host, url.port, status=status, error=error
            )


@lru_cache(maxsize=8)
def _trusted(file: str | None, directory: str | None) -> ssl.SSLContext:
    """The TLS settings with the CA certificates of these variables; loading them takes about 20 ms, so once."""
    return httpx2.create_ssl_context()


def _is_proxied(url: httpx2.URL) -> bool:
    """Whether the environment sets a proxy for this URL."""
    proxies = getproxies()
    return bool(proxies.get(url.scheme) or proxies.get("all")) and not proxy_bypass(url.host)
