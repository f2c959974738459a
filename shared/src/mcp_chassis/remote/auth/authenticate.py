"""Authentication of callers: a key or a token becomes a principal with scopes, or the request is rejected."""

import ipaddress
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.types import Scope

from mcp_chassis.remote.auth.api_keys import ApiKey, ApiKeyStore
from mcp_chassis.remote.auth.scopes import PROTOCOL
from mcp_chassis.remote.http import rejections
from mcp_chassis.remote.http.rate_limiter import RequestRate, SlidingWindow
from mcp_chassis.remote.http.rejections import Rejection
from mcp_chassis.telemetry.logs import AUDIT, log_event

_audit = logging.getLogger(AUDIT)

BAD_TOKENS = RequestRate(20, 10.0)
PROTOCOL_FACTOR = 10
"""Lists, pings and handshakes that are allowed for each tool call of a rate; a host makes six when it connects."""
LONGEST_CREDENTIAL = 16_384
UNKNOWN_ADDRESS = "unknown"
WITHHELD = "withheld"
"""Replaces the token in the SDK's `AccessToken`, so that no tool can pass it on; none needs it."""
KEY, OAUTH = "key", "oauth"
CREDENTIAL_HEADERS = (b"authorization", b"x-api-key")
WITHOUT = "This server needs an API key or a token: send it as `Authorization: Bearer`."
BAD = "The key or token is not valid here: it is unknown, expired, revoked or meant for another server."


class VerificationUnavailable(Exception):
    """A token cannot be verified at the moment; it is refused."""


class Verifier(Protocol):
    """Verifies OAuth tokens."""

    async def verify(self, token: str, *, may_ask: bool = True) -> AccessToken | None:
        """The principal and scopes of a token; None if it is invalid, or would have to be asked about and may not.

        Args:
            token: as it was sent.
            may_ask: whether the authorization server may be asked about this token.

        Raises:
            VerificationUnavailable: when it cannot be verified at the moment.
        """
        ...


class KeyHolder(AuthenticatedUser):
    """A caller with an API key, which may have rates of its own by kind of call."""

    def __init__(self, token: AccessToken, limits: Mapping[str, RequestRate]) -> None:
        super().__init__(token)
        self.limits = limits


def own_rate(user: AuthenticatedUser | None, kind: str) -> RequestRate | None:
    """The rate that a caller's key has for a kind of call; None if the server's rate applies."""
    if not isinstance(user, KeyHolder):
        return None
    return user.limits.get(kind) or of_kind(user.limits.get(""), kind)


def of_kind(rate: RequestRate | None, kind: str) -> RequestRate | None:
    """The rate of a kind of call, derived from the rate of tool calls."""
    return rate.times(PROTOCOL_FACTOR) if rate and kind == PROTOCOL else rate


class Authentication:
    """Authentication of one server's callers.

    Args:
        keys: API keys.
        verifier: verifies OAuth tokens; None if they are not accepted.
        challenge: returns `WWW-Authenticate` for an OAuth error code, which is empty if no credential was sent.
        bad_tokens: counts bad credentials per address.
        today: returns the day in UTC.
    """

    def __init__(
        self,
        keys: ApiKeyStore,
        verifier: Verifier | None,
        challenge: Callable[[str], str],
        bad_tokens: SlidingWindow | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._keys = keys
        self._verifier = verifier
        self._challenge = challenge
        self._bad_tokens = bad_tokens or SlidingWindow(BAD_TOKENS)
        self._today = today
        self._known: dict[ApiKey, AuthenticatedUser] = {}

    async def caller(self, scope: Scope) -> AuthenticatedUser:
        """The caller of a request. A valid credential is accepted even if its address has sent too many bad ones.

        Raises:
            Rejection: 401 without a valid credential, 429 after too many bad ones from one address, 503 when it cannot
                be verified.
        """
        credential = self._credential(scope)
        network = network_of(address_of(scope))
        wait = self._bad_tokens.wait(network)
        try:
            user = await self._user(credential, may_ask=not wait)
        except VerificationUnavailable:
            raise rejections.unavailable("Tokens cannot be checked at the moment.", 5) from None
        if user is None:
            if wait:
                raise rejections.limited("Too many invalid keys or tokens were sent from your address.", wait)
            self._count_bad(network)
            raise self._refused(BAD, "invalid_token")
        return user

    def _count_bad(self, network: str) -> None:
        self._bad_tokens.count(network)
        if self._bad_tokens.wait(network):
            log_event(_audit, logging.WARNING, "locked out", address=network, outcome="too many bad credentials")

    def _credential(self, scope: Scope) -> str:
        """The credential of a request; empty if several different ones or a malformed one were sent."""
        sent = [(name, value.decode("latin-1")) for name, value in scope["headers"] if name in CREDENTIAL_HEADERS]
        if not sent:
            raise self._refused(WITHOUT, "")
        credentials = {value if name == b"x-api-key" else _bearer(value) for name, value in sent}
        return credentials.pop() if len(credentials) == 1 else ""

    async def _user(self, credential: str, *, may_ask: bool) -> AuthenticatedUser | None:
        if not credential or len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
            return None
        if key := self._keys.find(credential):
            if key.has_expired(self._today()):
                raise self._refused(
                    f"Your key {key.name} expired after {key.expires}: ask for a new one.", "invalid_token"
                )
            return self._known.get(key) or self._remember(key)
        token = await self._verifier.verify(credential, may_ask=may_ask) if self._verifier else None
        return AuthenticatedUser(token) if token else None

    def _remember(self, key: ApiKey) -> AuthenticatedUser:
        token = AccessToken(
            token=WITHHELD, client_id=f"{KEY}:{key.name}", scopes=sorted(key.scopes), subject=f"{KEY}:{key.name}"
        )
        if len(self._known) > 10_000:
            self._known.clear()
        return self._known.setdefault(key, KeyHolder(token, dict(key.limits)))

    def _refused(self, reason: str, error: str) -> Rejection:
        return rejections.unauthorized(self._challenge(error), reason)


def _bearer(value: str) -> str:
    kind, _, token = value.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def address_of(scope: Scope) -> str:
    """The caller's IP address, IPv4 unmapped from IPv6; `unknown` if a proxy sent something else."""
    return _address((scope.get("client") or ("", 0))[0])


@lru_cache(maxsize=4096)
def _address(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN_ADDRESS
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The address; for IPv6 its /64 network, because a household can use any address in it."""
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def by_oauth(user: AuthenticatedUser) -> bool:
    """Whether the caller uses an OAuth token, so that it can be asked for one with more scopes."""
    return (user.access_token.subject or "").startswith(f"{OAUTH}:")
