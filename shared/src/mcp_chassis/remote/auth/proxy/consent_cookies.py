"""Cookies of the consent page: one that identifies the browser, and one that remembers what was agreed to in it."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

from starlette.types import Scope

from mcp_chassis.remote.accounts.begun_sign_ins import digest_of
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.auth.proxy.redirect_uris import without_loopback_port
from mcp_chassis.remote.http import request_body

BROWSER_SECONDS = 3600
CONSENT_SECONDS = 30 * 24 * 3600
MAX_CONSENTS = 30
CONSENTS = "proxy consents"
_BROWSER = re.compile(r"[\w-]{43}", re.ASCII)


class ConsentCookies:
    """Reads and writes the cookies.

    Args:
        cipher: encrypts what was agreed to.
        secure: whether the pages are served over https.
    """

    def __init__(self, cipher: TokenCipher, *, secure: bool) -> None:
        self._cipher = cipher
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self._browser, self._consents = f"{prefix}toolroll_browser", f"{prefix}toolroll_consents"

    def browser(self, scope: Scope) -> str:
        """The secret of the browser that sent the request; empty if it has none."""
        value = cookie(scope, self._browser)
        return value if _BROWSER.fullmatch(value) else ""

    def browser_line(self, browser: str) -> str:
        """The `Set-Cookie` header that stores the browser's secret."""
        return self._line(self._browser, browser, BROWSER_SECONDS)

    def form_token(self, browser: str, request_key: str) -> str:
        """The hidden value that proves that a form was loaded in this browser, for this request."""
        return digest_of(f"{browser}.{request_key}")

    def agreed(self, scope: Scope, request: Mapping[str, Any]) -> bool:
        """Whether the person agreed in this browser to a request of the same client, address, server and scopes."""
        return _agreement(request) in self._agreements(scope)

    def agreed_line(self, scope: Scope, request: Mapping[str, Any]) -> str:
        """The `Set-Cookie` header that remembers a request that the person agreed to."""
        others = [each for each in self._agreements(scope) if each != _agreement(request)]
        value = {"for": CONSENTS, "agreed": [_agreement(request), *others][:MAX_CONSENTS]}
        return self._line(self._consents, self._cipher.seal(value), CONSENT_SECONDS)

    def _agreements(self, scope: Scope) -> list[str]:
        try:
            value = self._cipher.open(cookie(scope, self._consents), CONSENT_SECONDS)
        except DecryptionFailed:
            return []
        return cast("list[str]", value["agreed"]) if value.get("for") == CONSENTS else []

    def _line(self, name: str, value: str, seconds: int) -> str:
        secure = "; Secure" if self._secure else ""
        return f"{name}={value}; HttpOnly; SameSite=Lax; Max-Age={seconds}; Path=/{secure}"


def new_browser() -> str:
    """A new secret of a browser: 256 random bits."""
    return secrets.token_urlsafe(32)


def cookie(scope: Scope, name: str) -> str:
    """The value of a cookie; empty if it was not sent."""
    pairs = (pair.strip().partition("=") for pair in (request_body.header(scope, b"cookie") or "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _agreement(request: Mapping[str, Any]) -> str:
    parts = [request["client_id"], without_loopback_port(request["redirect_uri"]), request["resource"]]
    return hashlib.sha256("\n".join([*parts, *sorted(request["scopes"])]).encode()).hexdigest()[:32]
