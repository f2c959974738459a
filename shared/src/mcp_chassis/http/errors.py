"""Tables of HTTP statuses and connection errors: the failure, effect and text of each."""

import os
import socket
import ssl
from collections.abc import Mapping
from typing import NamedTuple

import httpx2

from mcp_chassis.failures import (
    AuthenticationFailed,
    Conflict,
    Effect,
    Failure,
    IncompleteResponse,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RateLimited,
    TimedOut,
    Unavailable,
    UpstreamError,
)
from mcp_chassis.http.response import Response
from mcp_chassis.http.retry_after import retry_after_seconds


class Meaning(NamedTuple):
    """The failure class of a status or an error, its possible effect, and its text after the upstream's name."""

    failure: type[Failure]
    effect: Effect
    says: str


MEANING_OF_STATUS: Mapping[int, Meaning] = {
    400: Meaning(InvalidInput, Effect.SETTLED, "rejected the request as invalid; check the arguments."),
    401: Meaning(AuthenticationFailed, Effect.SETTLED, "refused this server's credential."),
    403: Meaning(PermissionDenied, Effect.SETTLED, "does not allow this."),
    404: Meaning(NotFound, Effect.SETTLED, "has nothing there, or hides it; check the names."),
    407: Meaning(Unavailable, Effect.REJECTED, "could not be reached: the proxy refuses this server."),
    408: Meaning(TimedOut, Effect.AMBIGUOUS, "did not get the whole request in time."),
    409: Meaning(Conflict, Effect.SETTLED, "reports a conflict with the current state."),
    410: Meaning(NotFound, Effect.SETTLED, "reports that this was removed permanently."),
    412: Meaning(Conflict, Effect.SETTLED, "reports that this has been changed in the meantime."),
    413: Meaning(InvalidInput, Effect.SETTLED, "rejected the request as too large; send less."),
    422: Meaning(InvalidInput, Effect.SETTLED, "cannot do this with these arguments; check them."),
    423: Meaning(Conflict, Effect.SETTLED, "reports that this is locked."),
    429: Meaning(RateLimited, Effect.REJECTED, "rejected the request because of its rate limit."),
    451: Meaning(PermissionDenied, Effect.SETTLED, "withholds this for legal reasons."),
}
ANY_4XX = Meaning(InvalidInput, Effect.SETTLED, "refused the request.")
ANY_5XX = Meaning(Unavailable, Effect.AMBIGUOUS, "failed with an internal error.")
ANYTHING = Meaning(UpstreamError, Effect.AMBIGUOUS, "responded with a status that this server does not expect.")

MEANING_OF_ERROR: Mapping[type[httpx2.TransportError], Meaning] = {
    httpx2.ConnectTimeout: Meaning(Unavailable, Effect.NEVER_SENT, "could not be reached in time."),
    httpx2.ConnectError: Meaning(Unavailable, Effect.NEVER_SENT, "could not be reached."),
    httpx2.ProxyError: Meaning(Unavailable, Effect.NEVER_SENT, "could not be reached: the proxy refuses this server."),
    httpx2.PoolTimeout: Meaning(Unavailable, Effect.NEVER_SENT, "was not called: all connections to it are in use."),
    httpx2.UnsupportedProtocol: Meaning(UpstreamError, Effect.SETTLED, "has an address that is not HTTP."),
    httpx2.LocalProtocolError: Meaning(UpstreamError, Effect.SETTLED, "was not called: the request is not valid HTTP."),
    httpx2.ReadTimeout: Meaning(TimedOut, Effect.AMBIGUOUS, "did not respond in time."),
    httpx2.WriteTimeout: Meaning(TimedOut, Effect.AMBIGUOUS, "did not accept the request in time."),
    httpx2.TransportError: Meaning(Unavailable, Effect.AMBIGUOUS, "broke off the connection."),
}


def failure_for_status(answer: Response) -> Failure | None:
    """The failure that the status of a response means by itself; None for 2xx."""
    if 200 <= answer.status < 300:
        return None
    meaning = MEANING_OF_STATUS.get(answer.status) or _family(answer)
    wait = retry_after_seconds(answer.headers)
    text = f"{answer.upstream} {meaning.says}"
    if wait is not None and meaning.failure is RateLimited:
        text += f" Wait {wait:.0f} s before the next call."
    return meaning.failure(text, effect=meaning.effect, retry_after_seconds=wait if meaning.failure.retryable else None)


CONNECT_ERRORS = (httpx2.ConnectError, httpx2.ConnectTimeout)
REASON_OF_ERROR: Mapping[type[BaseException], str] = {
    socket.gaierror: "its name cannot be resolved (DNS)",
    ssl.SSLCertVerificationError: "its certificate is not trusted here (TLS)",
    ssl.SSLError: "the secure connection (TLS) could not be made",
    ConnectionRefusedError: "the connection was refused",
}
"""Reasons of failed connections, by the error of the operating system or of OpenSSL."""


def failure_for_error(upstream: str, error: httpx2.TransportError, *, answering: bool, proxied: bool) -> Failure:
    """The failure of a broken HTTP exchange.

    Args:
        answering: whether the head of the response had already arrived.
        proxied: whether a proxy is used between this server and the upstream.
    """
    if answering and not isinstance(error, httpx2.TimeoutException):
        return IncompleteResponse(f"{upstream}'s response was cut off in the middle.", effect=Effect.AMBIGUOUS)
    meaning = next(MEANING_OF_ERROR[kind] for kind in type(error).__mro__ if kind in MEANING_OF_ERROR)
    says = meaning.says
    if isinstance(error, CONNECT_ERRORS):
        says = _out_of_reach(error, proxied=proxied)
    elif isinstance(error, httpx2.ProxyError):
        says = _proxy_refuses(error)
    return meaning.failure(f"{upstream} {says}", effect=meaning.effect)


def failure_for_setup(upstream: str, error: Exception) -> Failure:
    """The failure when the proxy or the certificate authorities set in the environment cannot be used."""
    if isinstance(error, OSError):
        named = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        says = f"{' or '.join(named) or 'the system'} names no certificate authorities that can be read"
    elif isinstance(error, ImportError):
        says = "the proxy in HTTPS_PROXY or ALL_PROXY is a SOCKS proxy, and only HTTP proxies can be used"
    else:
        says = (
            "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not a valid proxy address, which begins with http:// or https://"
        )
    failure = Unavailable(
        f"{upstream} could not be reached: {says}.",
        remedy="Ask the person who runs this server to correct it; do not retry.",
        effect=Effect.NEVER_SENT,
    )
    failure.retryable = False
    return failure


def _proxy_refuses(error: httpx2.TransportError) -> str:
    """Text of a proxy's refusal, from the status line in the error's message."""
    status = str(error).partition(" ")[0]
    if status == "407":
        return "could not be reached: the proxy requires another name and password than HTTPS_PROXY has (407)."
    return f"could not be reached: the proxy refuses this server{f' ({status})' if status.isdigit() else ''}."


def _out_of_reach(error: BaseException, *, proxied: bool) -> str:
    reached = "could not be reached through the proxy" if proxied else "could not be reached"
    if isinstance(error, httpx2.ConnectTimeout):
        return f"{reached} in time."
    cause: BaseException | None = error
    while cause is not None:
        reason = next((REASON_OF_ERROR[kind] for kind in type(cause).__mro__ if kind in REASON_OF_ERROR), None)
        if reason is not None:
            return f"{reached}: {reason}."
        cause = cause.__cause__ or cause.__context__
    return f"{reached}."


def _family(answer: Response) -> Meaning:
    if answer.status >= 500:
        return ANY_5XX
    return ANY_4XX if answer.status >= 400 else ANYTHING
