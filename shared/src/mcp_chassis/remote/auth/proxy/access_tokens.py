"""Verification of the access tokens that the proxy issued."""

import time
from collections.abc import Callable
from typing import Any

from mcp.server.auth.provider import AccessToken

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.auth.authenticate import WITHHELD, VerificationUnavailable
from mcp_chassis.remote.auth.proxy.sessions import ACCESS, Sessions


class ProxyTokens:
    """Verifies the proxy's access tokens for one server.

    Args:
        cipher: decrypts them.
        sessions: a token is valid as long as its session.
        audience: the resource that a token must be meant for; None for any, at the endpoint that revokes tokens.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self, cipher: TokenCipher, sessions: Sessions, audience: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._cipher = cipher
        self._sessions = sessions
        self._audience = audience
        self._clock = clock

    async def verify(self, token: str, *, may_ask: bool = True) -> AccessToken | None:
        """The principal and scopes of a token; None if it is invalid.

        Args:
            token: as it was sent.
            may_ask: ignored: the store is asked only about tokens that this server issued.

        Raises:
            VerificationUnavailable: when the store of sessions cannot be reached.
        """
        claims = self.claims(token)
        if claims is None or self._audience not in (None, claims["resource"]):
            return None
        try:
            session = await self._sessions.find(claims["session"])
        except Unavailable as exc:
            raise VerificationUnavailable from exc
        if session is None or session.client_id != claims["client_id"]:
            return None
        return AccessToken(
            token=WITHHELD,
            client_id=session.client_id,
            scopes=sorted(claims["scopes"]),
            expires_at=claims["expires_at"],
            resource=claims["resource"],
            subject=session.principal,
            claims={"iss": session.issuer},
        )

    def claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that this server issued and that has not expired; else None."""
        try:
            claims: Any = self._cipher.open(token)
            good = claims.get("for") == ACCESS and claims["expires_at"] > self._clock()
        except (DecryptionFailed, AttributeError):
            return None
        return claims if good else None
