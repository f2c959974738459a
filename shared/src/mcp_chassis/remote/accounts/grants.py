"""What each caller has granted: found, refreshed by one of many, and never another's."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlencode

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.connections import Connections
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.sign_in import OAuthApp, SignIn, SignInNeeded
from mcp_chassis.telemetry.redaction import add_call_secret

TICKET_SECONDS = 600
EARLY = 60.0
"""A token is refreshed so many seconds before it ends, so that no call is begun with one that ends in the middle."""
Token = Mapping[str, Any]


class Client:
    """Speaks to the upstream's OAuth as `app`."""

    def __init__(self, sign_in: SignIn, app: OAuthApp, documents: IssuerClient) -> None:
        self.sign_in = sign_in
        self.client_id = app.client_id
        self._secret = app.secret
        self._documents = documents

    async def token(self, **form: str) -> Token | None:
        """A token for a code or a refresh token; None when the upstream refuses.

        Raises:
            CannotTell: when it does not answer.
        """
        told = {"client_id": self.client_id, "client_secret": self._secret, **form}
        answer = await self._documents.post(self.sign_in.token_url, told, None)
        granted = self.sign_in.granted(answer)
        access, seconds = granted.get("access_token"), granted.get("expires_in")
        if not isinstance(access, str) or answer.get("error") or answer.get("ok") is False:
            return None
        add_call_secret(access)
        return {
            "access_token": access,
            "refresh_token": granted.get("refresh_token"),
            "expires_at": time.time() + seconds if isinstance(seconds, int | float) and seconds else None,
        }


class Grants:
    """The grants of one server's callers.

    Args:
        mount: the server's name.
        client: of the upstream's OAuth.
        shelf: where grants are kept.
        vault: seals them; a sealed grant names its owner, so that none can be put in another's place.
        start_url: where a person begins to sign in.
        connections: one per caller and token.
        take_back: ends at the upstream what a token stands for.
        clock: the time of day in seconds.
    """

    def __init__(
        self,
        mount: str,
        *,
        client: Client,
        shelf: GrantStore,
        vault: TokenCipher,
        start_url: str,
        connections: Connections,
        take_back: Callable[[str], Awaitable[None]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.mount = mount
        self.client = client
        self.shelf = shelf
        self.vault = vault
        self.connections = connections
        self._start_url = start_url
        self._take_back = take_back
        self._clock = clock

    def connected(self, principal: str) -> AbstractAsyncContextManager[Any]:
        """What the server's `connect` yields for this caller's own token.

        Raises:
            SignInNeeded: when the caller has granted nothing.
            Unavailable: when that cannot be looked up.
        """
        return self.connections.lent(principal, lambda: self.token(principal))

    async def token(self, principal: str) -> str:
        """The caller's token, refreshed where it is about to end: of many calls at once, by one."""
        grant = await self._grant(principal)
        if grant is not None and self._ending(grant):
            async with self.shelf.alone((self.mount, principal)):
                grant = await self._grant(principal)
                if grant is not None and self._ending(grant):
                    grant = await self._refreshed(principal, grant)
        if grant is None:
            raise SignInNeeded(self.client.sign_in.title, self.start_url(principal))
        add_call_secret(grant["access_token"])
        add_call_secret(grant["refresh_token"])
        return grant["access_token"]

    def start_url(self, principal: str) -> str:
        """Where this caller, and nobody else, begins to sign in; good for ten minutes."""
        ticket = self.vault.seal({"for": "start", "mount": self.mount, "principal": principal})
        return f"{self._start_url}?{urlencode({'ticket': ticket})}"

    async def keep(self, principal: str, token: Token) -> None:
        sealed = self.vault.seal({**token, "mount": self.mount, "principal": principal})
        await self.shelf.put((self.mount, principal), sealed)

    async def revoke(self, principal: str) -> bool:
        """End at the upstream what the caller has granted, then forget it; False where nothing is kept.

        Raises:
            Broken: when what is kept cannot be opened.
            Failure: when the upstream did not end it. Either way it is still kept.
        """
        sealed = await self.shelf.grant((self.mount, principal))
        if sealed is None:
            return False
        self.vault.open(sealed)
        with contextlib.suppress(SignInNeeded):  # it has ended there already
            await self._take_back(await self.token(principal))
        await self.shelf.drop((self.mount, principal))
        return True

    async def _grant(self, principal: str) -> Token | None:
        sealed = await self.shelf.grant((self.mount, principal))
        if sealed is None:
            return None
        try:
            grant: Token = self.vault.open(sealed)
        except DecryptionFailed:
            return None
        return grant if (grant["mount"], grant["principal"]) == (self.mount, principal) else None

    def _ending(self, grant: Token) -> bool:
        return grant["expires_at"] is not None and grant["expires_at"] - EARLY <= self._clock()

    async def _refreshed(self, principal: str, grant: Token) -> Token | None:
        if grant["refresh_token"] is None:
            return grant if grant["expires_at"] > self._clock() else None
        try:
            fresh = await self.client.token(grant_type="refresh_token", refresh_token=grant["refresh_token"])
        except VerificationUnavailable as exc:
            if grant["expires_at"] > self._clock():
                return grant
            told = f"Your access to {self.client.sign_in.title} has ended and cannot be renewed at the moment."
            raise Unavailable(told, retry_after_seconds=5) from exc
        if fresh is None:
            await self.shelf.drop((self.mount, principal))
            return None
        kept = {**fresh, "refresh_token": fresh["refresh_token"] or grant["refresh_token"]}
        await self.keep(principal, kept)
        return kept
