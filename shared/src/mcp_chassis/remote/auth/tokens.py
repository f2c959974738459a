"""Verification of access tokens: signed ones by their signature, opaque ones by asking the authorization server.

A token that cannot be checked is not accepted: a failing check is 401, a check that cannot be made is 503.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import jwt
from mcp.server.auth.provider import AccessToken

from mcp_chassis.remote.auth.authenticate import OAUTH, WITHHELD
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.auth.jwks import Jwks, forms_of_issuer

LEEWAY = 10  # seconds that clocks may differ
ACCESS_TOKENS = ("", "jwt", "at+jwt", "application/at+jwt")
_REQUIRED = ["exp", "iss", "aud"]
CACHE_SECONDS = 30.0  # seconds for which the result of an introspection is used
MAX_CACHED_TOKENS = 10_000
MAX_SUBJECT_CHARS = 255


class SignedTokens:
    """Verifies JWT access tokens (RFC 9068).

    Args:
        issuer: the issuer whose tokens are accepted.
        audience: the resource they must be meant for (RFC 8707).
        algorithms: accepted algorithms of signatures; asymmetric ones only.
        keys: the keys of the issuer.
    """

    def __init__(self, issuer: str, audience: str, algorithms: Sequence[str], keys: Jwks) -> None:
        self._issuer = issuer
        self._audience = audience
        self._algorithms = tuple(algorithms)
        self._keys = keys

    async def verify(self, token: str, *, may_ask: bool = True) -> AccessToken | None:
        """The principal and scopes of a token; None if it is invalid.

        Args:
            token: as it was sent.
            may_ask: ignored: the issuer is asked for its keys, never about one token.

        Raises:
            VerificationUnavailable: when the issuer's keys cannot be fetched.
        """
        header = self._header(token)
        key = await self._keys.find(header.get("kid"), header["alg"]) if header else None
        if key is None:
            return None
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=forms_of_issuer(self._issuer),
                leeway=LEEWAY,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            return None
        return access_token(claims, self._issuer, self._audience)

    def _header(self, token: str) -> dict[str, Any] | None:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            return None
        kind = header.get("typ", "")
        well = (
            header.get("alg") in self._algorithms
            and isinstance(kind, str)
            and kind.lower() in ACCESS_TOKENS
            and isinstance(header.get("kid", ""), str)
            and "crit" not in header
        )
        return header if well else None


class OpaqueTokens:
    """Verifies opaque tokens by introspection (RFC 7662); a result is used for half a minute.

    Args:
        url: the introspection endpoint.
        issuer: the issuer whose tokens are accepted.
        audience: the resource they must be meant for.
        client: id and secret of this server there.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        url: str,
        issuer: str,
        audience: str,
        *,
        client: tuple[str, str] | None,
        documents: IssuerClient,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._issuer = issuer
        self._audience = audience
        self._client = client
        self._documents = documents
        self._clock = clock
        self._cached: OrderedDict[bytes, tuple[float, AccessToken | None]] = OrderedDict()

    async def verify(self, token: str, *, may_ask: bool = True) -> AccessToken | None:
        """The principal and scopes of a token; None if it is invalid, or would have to be asked about and may not.

        Raises:
            VerificationUnavailable: when the authorization server does not respond.
        """
        name = hashlib.sha256(token.encode()).digest()
        until, known = self._cached.get(name, (0.0, None))
        if self._clock() < until or not may_ask:
            return known if self._clock() < until else None
        claims = await self._documents.post(
            self._url, {"token": token, "token_type_hint": "access_token"}, self._client
        )
        found = access_token(claims, self._issuer, self._audience) if self._good(claims) else None
        self._cached[name] = (min(self._clock() + CACHE_SECONDS, _expiry(claims)), found)
        self._cached.move_to_end(name)
        while len(self._cached) > MAX_CACHED_TOKENS:
            self._cached.popitem(last=False)
        return found

    def _good(self, claims: dict[str, Any]) -> bool:
        audience = claims.get("aud")
        audiences = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        begins = claims.get("nbf", 0)
        return (
            claims.get("active") is True
            and claims.get("iss", self._issuer) in forms_of_issuer(self._issuer)
            and self._audience in audiences
            and self._clock() < _expiry(claims)
            and isinstance(begins, int | float)
            and begins <= self._clock() + LEEWAY
        )


def access_token(claims: dict[str, Any], issuer: str, audience: str) -> AccessToken | None:
    """The caller that verified claims name; None if they name none. The token itself is not stored."""
    client = claims.get("client_id") or claims.get("azp")
    subject = claims.get("sub") or client
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARS:
        return None
    return AccessToken(
        token=WITHHELD,
        client_id=client if isinstance(client, str) else subject,
        scopes=sorted(_scopes(claims)),
        resource=audience,
        subject=principal_of(issuer, subject, is_client=subject == client),
        claims={"iss": claims.get("iss")},
    )


def principal_of(issuer: str, subject: str, *, is_client: bool) -> str:
    """The principal of a token: its kind (a user, or a client by itself), issuer and subject.

    So a client with the name of a user, and a user of the same name at another issuer, are other principals. An issuer
    has no fragment (RFC 8414), so that the first `#` ends it. A slash at its end is not part of the principal.
    """
    return f"{OAUTH}:{'client' if is_client else 'user'}:{issuer.rstrip('/')}#{subject}"


def _scopes(claims: dict[str, Any]) -> Iterable[str]:
    """`scope` as text (RFC 9068) or `scp` as a list, as some servers have it; anything else grants nothing."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        value = claims.get(name)
        if isinstance(value, str):
            found.update(value.split())
        elif isinstance(value, list):
            found.update(part for part in cast("list[object]", value) if isinstance(part, str))
    return found


def _expiry(claims: dict[str, Any]) -> float:
    """Unix time in seconds at which a token expires; 0 if it has none, so that it counts as expired."""
    expires = claims.get("exp")
    return expires if isinstance(expires, int | float) and not isinstance(expires, bool) else 0.0
