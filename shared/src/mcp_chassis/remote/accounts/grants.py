"""Grants of callers: look-up, refresh with single flight, and removal of those that the upstream no longer accepts."""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from mcp_chassis.failures import AuthenticationFailed, Unavailable
from mcp_chassis.remote.accounts.connections import Connections
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.accounts.token_client import Token, TokenClient, TokenRefused, stored_token
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.sign_in import SignInNeeded
from mcp_chassis.telemetry.logs import AUDIT, log_event
from mcp_chassis.telemetry.redaction import add_call_secret

_audit = logging.getLogger(AUDIT)

TICKET_SECONDS = 600
REFRESH_EARLY_SECONDS = 60.0
"""A token is refreshed this many seconds before it expires, so that none expires in the middle of a call."""


class Grants:
    """The grants of one server's callers.

    Args:
        mount: the server's name.
        client: client of the upstream's token endpoint.
        store: stores encrypted grants.
        cipher: encrypts them; an encrypted grant names its owner, so that it is not accepted for another one.
        start_url: page on which a person begins to sign in.
        connections: pool with one connection per caller and token.
        take_back: revokes a token at the upstream.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        mount: str,
        *,
        client: TokenClient,
        store: GrantStore,
        cipher: TokenCipher,
        start_url: str,
        connections: Connections,
        take_back: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.mount = mount
        self.client = client
        self.store = store
        self.cipher = cipher
        self.connections = connections
        self._start_url = start_url
        self._take_back = take_back
        self._clock = clock

    @contextlib.asynccontextmanager
    async def connected(self, principal: str) -> AsyncGenerator[Any]:
        """The connection that the server's `connect` makes with this caller's own token.

        Raises:
            SignInNeeded: when the caller has granted no access, or the upstream refuses its token inside the block.
            Unavailable: when the grant cannot be looked up, or has expired and cannot be refreshed.
        """
        used: list[str] = []

        async def token() -> str:
            used.append(await self.token(principal))
            return used[-1]

        async with self.connections.lent(principal, token) as connection:
            try:
                yield connection
            except SignInNeeded:
                raise
            except AuthenticationFailed as refused:
                await self._drop_refused(principal, used[-1])
                raise self._sign_in_again(principal) from refused

    async def _drop_refused(self, principal: str, token: str) -> None:
        """Delete a grant whose token the upstream refused, unless it has another token meanwhile."""
        async with self.store.locked((self.mount, principal)):
            grant = await self._grant(principal)
            if grant is not None and grant.access_token == token:
                await self._drop(principal, "refused by the upstream")

    async def _drop(self, principal: str, reason: str) -> None:
        await self.store.drop((self.mount, principal))
        self._record("grant ended", principal, reason)

    def _record(self, event: str, principal: str, outcome: str) -> None:
        log_event(_audit, logging.INFO, event, principal=principal, server=self.mount, outcome=outcome)

    def _sign_in_again(self, principal: str) -> SignInNeeded:
        title = self.client.sign_in.title
        reason = f"{title} no longer accepts the access that you granted to this server."
        return SignInNeeded(title, self.start_url(principal), reason)

    async def token(self, principal: str) -> str:
        """The caller's token. One of many concurrent calls refreshes it before it expires (single flight)."""
        grant = await self._grant(principal)
        if grant is not None and self._ending(grant):
            async with self.store.locked((self.mount, principal)):
                grant = await self._grant(principal)
                if grant is not None and self._ending(grant):
                    grant = await self._refreshed(principal, grant)
        if grant is None:
            raise SignInNeeded(self.client.sign_in.title, self.start_url(principal))
        add_call_secret(grant.access_token)
        add_call_secret(grant.refresh_token)
        return grant.access_token

    def start_url(self, principal: str) -> str:
        """The URL on which this caller begins to sign in; valid for ten minutes."""
        ticket = self.cipher.seal({"for": "start", "mount": self.mount, "principal": principal})
        return f"{self._start_url}?{urlencode({'ticket': ticket})}"

    async def keep(self, principal: str, token: Token) -> None:
        """Store the caller's grant."""
        sealed = self.cipher.seal({**msgspec.structs.asdict(token), "mount": self.mount, "principal": principal})
        await self.store.put((self.mount, principal), sealed)
        self._record("granted", principal, "stored")

    async def revoke(self, principal: str) -> bool:
        """Revoke the caller's grant at the upstream, then delete it; return False if there is none.

        Raises:
            DecryptionFailed: when the grant cannot be decrypted; it is kept.
            Failure: when the upstream did not revoke it; it is kept.
        """
        sealed = await self.store.grant((self.mount, principal))
        if sealed is None:
            return False
        self.cipher.open(sealed)
        with contextlib.suppress(SignInNeeded):  # it is not valid there any more
            await self._take_back(await self.token(principal))
        await self._drop(principal, "revoked")
        return True

    async def _grant(self, principal: str) -> Token | None:
        sealed = await self.store.grant((self.mount, principal))
        if sealed is None:
            return None
        try:
            grant: Mapping[str, Any] = self.cipher.open(sealed)
        except DecryptionFailed:
            return None
        return stored_token(grant) if (grant["mount"], grant["principal"]) == (self.mount, principal) else None

    def _ending(self, grant: Token) -> bool:
        return grant.expires_at is not None and grant.expires_at - REFRESH_EARLY_SECONDS <= self._clock()

    async def _refreshed(self, principal: str, grant: Token) -> Token | None:
        ends = grant.expires_at or 0.0
        if grant.refresh_token is None:
            return grant if ends > self._clock() else None
        try:
            fresh = await self.client.token(grant_type="refresh_token", refresh_token=grant.refresh_token)
        except (VerificationUnavailable, TokenRefused) as exc:
            if isinstance(exc, TokenRefused) and exc.grant_ended:
                await self._drop(principal, exc.reason)
                return None
            if ends > self._clock():
                return grant
            said = f" It says: {exc.reason}." if isinstance(exc, TokenRefused) else ""
            reason = f"Your access to {self.client.sign_in.title} has expired and cannot be renewed now.{said}"
            raise Unavailable(reason, retry_after_seconds=5) from exc
        kept = Token(fresh.access_token, fresh.refresh_token or grant.refresh_token, fresh.expires_at)
        await self.keep(principal, kept)
        return kept
