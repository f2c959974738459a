"""Who is calling: a key or a token becomes a principal with scopes, or the request is turned away."""

import ipaddress
from collections.abc import Callable
from typing import Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.types import Scope

from mcp_chassis.remote.auth.api_keys import ApiKey, ApiKeyStore
from mcp_chassis.remote.http import rejections as refusals
from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow
from mcp_chassis.remote.http.rejections import Rejection

BAD_TOKENS = RequestRate(20, 10.0)
LONGEST_CREDENTIAL = 16_384
WITHHELD = "withheld"
"""Stands where the SDK keeps the token itself: no tool needs it, so none can pass it on."""
KEY, OAUTH = "key", "oauth"
CREDENTIAL_HEADERS = (b"authorization", b"x-api-key")
WITHOUT = "This server needs an API key or a token: send it as `Authorization: Bearer`."
BAD = "The key or token is not valid here: it is unknown, expired, revoked or meant for another server."


class VerificationUnavailable(Exception):
    """Whether a token is good cannot be found out now; it is refused, not let in."""


class Verifier(Protocol):
    """Tells whose a token is."""

    async def verify(self, token: str) -> AccessToken | None:
        """Its principal and scopes; None when it is not good.

        Raises:
            CannotTell: when that cannot be found out.
        """
        ...


class Authentication:
    """The checks of one server's callers.

    Args:
        keys: API keys.
        verifier: of OAuth tokens.
        challenge: `WWW-Authenticate` for an OAuth error code (empty where no credential came).
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        keys: ApiKeyStore,
        verifier: Verifier | None,
        challenge: Callable[[str], str],
        bad_tokens: SlidingWindow | None = None,
    ) -> None:
        self._keys = keys
        self._verifier = verifier
        self._challenge = challenge
        self._bad_tokens = bad_tokens or SlidingWindow(BAD_TOKENS)
        self._known: dict[ApiKey, AuthenticatedUser] = {}

    async def caller(self, scope: Scope) -> AuthenticatedUser:
        """Who sends this request.

        Raises:
            Refusal: 401 without a good credential, 429 after too many bad ones from one address, 503 when it cannot
                be checked.
        """
        address = network(scope)
        if wait := self._bad_tokens.wait(address):
            raise refusals.limited("Too many bad keys or tokens came from your address.", wait)
        credential = self._credential(scope)
        try:
            user = await self._user(credential)
        except VerificationUnavailable:
            raise refusals.unavailable("Tokens cannot be checked at the moment.", 5) from None
        if user is None:
            self._bad_tokens.count(address)
            raise self._refused(BAD, "invalid_token")
        return user

    def _credential(self, scope: Scope) -> str:
        """The one credential sent; empty where what was sent cannot be one."""
        sent = [(name, value.decode("latin-1")) for name, value in scope["headers"] if name in CREDENTIAL_HEADERS]
        if not sent:
            raise self._refused(WITHOUT, "")
        credentials = {value if name == b"x-api-key" else _bearer(value) for name, value in sent}
        return credentials.pop() if len(credentials) == 1 else ""

    async def _user(self, credential: str) -> AuthenticatedUser | None:
        if not credential or len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
            return None
        if key := self._keys.find(credential):
            return self._known.get(key) or self._remember(key)
        token = await self._verifier.verify(credential) if self._verifier else None
        return AuthenticatedUser(token) if token else None

    def _remember(self, key: ApiKey) -> AuthenticatedUser:
        token = AccessToken(
            token=WITHHELD, client_id=f"{KEY}:{key.name}", scopes=sorted(key.scopes), subject=f"{KEY}:{key.name}"
        )
        if len(self._known) > 10_000:
            self._known.clear()
        return self._known.setdefault(key, AuthenticatedUser(token))

    def _refused(self, told: str, error: str) -> Rejection:
        return refusals.unauthorized(self._challenge(error), told)


def _bearer(value: str) -> str:
    kind, _, token = value.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def network(scope: Scope) -> str:
    """The caller's address; of IPv6 the network a household has, which can change the rest at will."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{host}/64", strict=False)) if address.version == 6 else host


def by_oauth(user: AuthenticatedUser) -> bool:
    """Whether the caller came with an OAuth token, and so can be asked for a better one."""
    return (user.access_token.subject or "").startswith(f"{OAUTH}:")
