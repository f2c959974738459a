"""Sign-in by a browser on this machine: authorization code with PKCE and a loopback redirect (RFC 8252)."""

import hashlib
import hmac
import secrets
import socket
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from mcp_chassis.accounts.oauth_tokens import Granted, SignInFailed, granted
from mcp_chassis.sign_in import SignIn

PATH = "/callback"
TIMEOUT_SECONDS = 300.0
PAGE = "<!doctype html><meta charset=utf-8><title>Toolroll</title><p>{text} You can close this page."


@dataclass(frozen=True)
class Client:
    """The OAuth app that a user signs in with; an app without a secret is a public client."""

    client_id: str
    secret: str = ""

    @property
    def form(self) -> dict[str, str]:
        return {"client_id": self.client_id} | ({"client_secret": self.secret} if self.secret else {})


class CallbackServer(HTTPServer):
    """HTTP server on a loopback address that waits for the redirect; requests without the right state are refused.

    Args:
        port: 0 for any free port; an app whose callback URL has a port needs that one.
        state: the state parameter that the redirect must carry.
    """

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        self.answer: dict[str, str] | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind exclusively on Windows, where another program could otherwise bind the same port and take the code."""
        if sys.platform == "win32":
            self.allow_reuse_address = False
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    def wait(self, seconds: float) -> dict[str, str]:
        """Wait for the redirect and return its query parameters.

        Raises:
            SignInFailed: when there was none within `seconds`.
        """
        until = time.monotonic() + seconds
        while self.answer is None and (left := until - time.monotonic()) > 0:
            self.timeout = left
            self.handle_request()
        if self.answer is None:
            raise SignInFailed(f"The browser did not finish the sign-in within {seconds:g} s. Try again.")
        return self.answer

    def __enter__(self) -> Self:
        return self


class _Handler(BaseHTTPRequestHandler):
    server: CallbackServer  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = 10.0

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        answer = dict(parse_qsl(parts.query))
        if parts.path != PATH or not hmac.compare_digest(answer.get("state", "").encode(), self.server.state.encode()):
            self._tell(400, "This request does not belong to the sign-in that is waiting here.")
            return
        self.server.answer = answer
        self._tell(200, "The sign-in was refused." if "error" in answer else "You are signed in.")

    def _tell(self, status: int, text: str) -> None:
        body = PAGE.format(text=text).encode()
        self.send_response(status)
        for name, value in {
            "content-type": "text/html; charset=utf-8",
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing, because the request line contains the authorization code."""


def sign_in_by_browser(
    sign_in: SignIn,
    client: Client,
    open_browser: Callable[[str], object],
    *,
    port: int = 0,
    seconds: float = TIMEOUT_SECONDS,
) -> Granted:
    """Open the upstream's sign-in page, wait for the redirect, and exchange the code for tokens.

    Raises:
        SignInFailed: when the user refuses or does not finish in time, or the upstream issues no token.
    """
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    with _listening(port, state) as server:
        redirect_uri = server.redirect_uri
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            sign_in.scope_parameter: sign_in.scope_separator.join(sign_in.scopes),
        }
        open_browser(f"{sign_in.authorize_url}?{urlencode(asked)}")
        answer = server.wait(seconds)
    if "code" not in answer:
        words = answer.get("error_description") or answer.get("error") or "it sent no code"
        raise SignInFailed(f"{sign_in.title} did not sign you in: {words.rstrip('.')}.", answer.get("error", ""))
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri}
    return granted(sign_in.token_url, {**client.form, **form, "code_verifier": verifier})


def _listening(port: int, state: str) -> CallbackServer:
    try:
        return CallbackServer(port, state)
    except OSError as exc:
        raise SignInFailed(
            f"This command cannot listen on port {port} of this machine: {exc.strerror}. End the program that uses it, "
            "or register another port in the OAuth app and pass it with --port."
        ) from exc


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
