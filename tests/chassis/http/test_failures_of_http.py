"""Failures of HTTP statuses and of broken exchanges: class, effect, text and wait, as tables."""

import socket
import ssl
from typing import Any

import httpx2
import pytest
from mcp_chassis.failures import Effect
from mcp_chassis.http.errors import failure_for_error, failure_for_setup, failure_for_status
from mcp_chassis.http.response import Response

SETTLED, REJECTED, AMBIGUOUS, NEVER_SENT = Effect.SETTLED, Effect.REJECTED, Effect.AMBIGUOUS, Effect.NEVER_SENT

STATUSES: dict[int, tuple[str, Effect, str]] = {
    199: ("UPSTREAM_ERROR", AMBIGUOUS, "Acme responded with a status that this server does not expect."),
    300: ("UPSTREAM_ERROR", AMBIGUOUS, "Acme responded with a status that this server does not expect."),
    399: ("UPSTREAM_ERROR", AMBIGUOUS, "Acme responded with a status that this server does not expect."),
    400: ("INVALID_INPUT", SETTLED, "Acme rejected the request as invalid; check the arguments."),
    401: ("AUTHENTICATION_FAILED", SETTLED, "Acme refused this server's credential."),
    402: ("INVALID_INPUT", SETTLED, "Acme refused the request."),
    403: ("PERMISSION_DENIED", SETTLED, "Acme does not allow this."),
    404: ("RESOURCE_NOT_FOUND", SETTLED, "Acme has nothing there, or hides it; check the names."),
    407: ("SERVICE_UNAVAILABLE", REJECTED, "Acme could not be reached: the proxy refuses this server."),
    408: ("TIMEOUT", AMBIGUOUS, "Acme did not get the whole request in time."),
    409: ("CONFLICT", SETTLED, "Acme reports a conflict with the current state."),
    410: ("RESOURCE_NOT_FOUND", SETTLED, "Acme reports that this was removed permanently."),
    412: ("CONFLICT", SETTLED, "Acme reports that this has been changed in the meantime."),
    413: ("INVALID_INPUT", SETTLED, "Acme rejected the request as too large; send less."),
    422: ("INVALID_INPUT", SETTLED, "Acme cannot do this with these arguments; check them."),
    423: ("CONFLICT", SETTLED, "Acme reports that this is locked."),
    429: ("RATE_LIMITED", REJECTED, "Acme rejected the request because of its rate limit."),
    451: ("PERMISSION_DENIED", SETTLED, "Acme withholds this for legal reasons."),
    499: ("INVALID_INPUT", SETTLED, "Acme refused the request."),
    500: ("SERVICE_UNAVAILABLE", AMBIGUOUS, "Acme failed with an internal error."),
    599: ("SERVICE_UNAVAILABLE", AMBIGUOUS, "Acme failed with an internal error."),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_the_failure_of_the_table(status: int) -> None:
    failure = failure_for_status(Response("Acme", status, {}, b""))
    assert failure is not None
    assert (failure.code.value, failure.effect, failure.reason) == STATUSES[status]


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_success_is_not_a_failure(status: int) -> None:
    assert failure_for_status(Response("Acme", status, {}, b"")) is None


@pytest.mark.parametrize(
    ("status", "wait", "text"),
    [
        (429, 7.0, "Acme rejected the request because of its rate limit. Wait 7 s before the next call."),
        (503, 7.0, "Acme failed with an internal error."),
        (403, None, "Acme does not allow this."),
    ],
)
def test_a_requested_wait_is_part_of_failures_that_a_retry_can_mend(status: int, wait: float | None, text: str) -> None:
    failure = failure_for_status(Response("Acme", status, {"retry-after": "7"}, b""))
    assert failure is not None
    assert (failure.requested_retry_after_seconds, failure.reason) == (wait, text)


def caused(error: httpx2.TransportError, *causes: BaseException) -> httpx2.TransportError:
    """The error with a chain of causes."""
    below: BaseException = error
    for cause in causes:
        below.__cause__ = cause
        below = cause
    return error


def in_context(error: httpx2.TransportError, cause: BaseException) -> httpx2.TransportError:
    error.__context__ = cause
    return error


CONNECT = httpx2.ConnectError
UNREACHED: dict[str, tuple[httpx2.TransportError, bool, str]] = {
    "without a cause": (CONNECT("x"), False, "Acme could not be reached."),
    "through a proxy": (CONNECT("x"), True, "Acme could not be reached through the proxy."),
    "in time": (httpx2.ConnectTimeout("x"), False, "Acme could not be reached in time."),
    "through a proxy in time": (
        httpx2.ConnectTimeout("x"),
        True,
        "Acme could not be reached through the proxy in time.",
    ),
    "by its name": (
        caused(CONNECT("x"), OSError(), socket.gaierror()),
        False,
        "Acme could not be reached: its name cannot be resolved (DNS).",
    ),
    "with its certificate": (
        caused(CONNECT("x"), ssl.SSLCertVerificationError()),
        False,
        "Acme could not be reached: its certificate is not trusted here (TLS).",
    ),
    "by TLS": (
        in_context(CONNECT("x"), ssl.SSLEOFError()),
        False,
        "Acme could not be reached: the secure connection (TLS) could not be made.",
    ),
    "at its port": (
        caused(CONNECT("x"), ConnectionRefusedError()),
        True,
        "Acme could not be reached through the proxy: the connection was refused.",
    ),
    "for a proxy without a password": (
        httpx2.ProxyError("407 Proxy Authentication Required"),
        True,
        "Acme could not be reached: the proxy requires another name and password than HTTPS_PROXY has (407).",
    ),
    "for a proxy with a status": (
        httpx2.ProxyError("403 Forbidden"),
        True,
        "Acme could not be reached: the proxy refuses this server (403).",
    ),
    "for a proxy without a status": (
        httpx2.ProxyError("Forbidden"),
        True,
        "Acme could not be reached: the proxy refuses this server.",
    ),
}


@pytest.mark.parametrize("kind", UNREACHED)
def test_the_failure_of_a_connection_gives_its_reason(kind: str) -> None:
    error, proxied, text = UNREACHED[kind]
    failure = failure_for_error("Acme", error, answering=False, proxied=proxied)
    assert (failure.reason, failure.effect, failure.retryable) == (text, NEVER_SENT, True)


BROKEN: list[tuple[httpx2.TransportError, bool, str, Effect]] = [
    (httpx2.ReadError("x"), False, "Acme broke off the connection.", AMBIGUOUS),
    (httpx2.ReadError("x"), True, "Acme's response was cut off in the middle.", AMBIGUOUS),
    (httpx2.ReadTimeout("x"), False, "Acme did not respond in time.", AMBIGUOUS),
    (httpx2.ReadTimeout("x"), True, "Acme did not respond in time.", AMBIGUOUS),
    (httpx2.WriteTimeout("x"), False, "Acme did not accept the request in time.", AMBIGUOUS),
    (httpx2.PoolTimeout("x"), False, "Acme was not called: all connections to it are in use.", NEVER_SENT),
    (httpx2.UnsupportedProtocol("x"), False, "Acme has an address that is not HTTP.", SETTLED),
    (httpx2.LocalProtocolError("x"), False, "Acme was not called: the request is not valid HTTP.", SETTLED),
]


@pytest.mark.parametrize(("error", "answering", "text", "effect"), BROKEN)
def test_a_broken_exchange_is_the_failure_of_the_table(
    error: httpx2.TransportError, answering: bool, text: str, effect: Effect
) -> None:
    failure = failure_for_error("Acme", error, answering=answering, proxied=False)
    assert (failure.reason, failure.effect) == (text, effect)


PROXY = "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not a valid proxy address, which begins with http:// or https://"
SOCKS = "the proxy in HTTPS_PROXY or ALL_PROXY is a SOCKS proxy, and only HTTP proxies can be used"
UNUSABLE: list[tuple[Exception, dict[str, str], str]] = [
    (ValueError(), {}, PROXY),
    (ImportError(), {}, SOCKS),
    (OSError(), {}, "the system names no certificate authorities that can be read"),
    (OSError(), {"SSL_CERT_FILE": "/x"}, "SSL_CERT_FILE names no certificate authorities that can be read"),
    (OSError(), {"SSL_CERT_DIR": "/x"}, "SSL_CERT_DIR names no certificate authorities that can be read"),
    (
        OSError(),
        {"SSL_CERT_FILE": "/x", "SSL_CERT_DIR": "/x"},
        "SSL_CERT_FILE or SSL_CERT_DIR names no certificate authorities that can be read",
    ),
]


@pytest.mark.parametrize(("error", "variables", "text"), UNUSABLE)
def test_the_failure_of_unusable_network_variables_names_them_and_is_not_retryable(
    error: Exception, variables: dict[str, str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, variables.get(name, ""))
    failure: Any = failure_for_setup("Acme", error)
    assert failure.message == (
        f"Acme could not be reached: {text}. Ask the person who runs this server to correct it; do not retry."
    )
    assert (failure.code.value, failure.effect, failure.retryable) == ("SERVICE_UNAVAILABLE", NEVER_SENT, False)
