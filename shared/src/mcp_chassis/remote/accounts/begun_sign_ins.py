"""Unfinished sign-ins: the `state` that the upstream sends back, and the browser that must send it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.grants import TICKET_SECONDS
from mcp_chassis.remote.accounts.store import GrantStore

MAX_BEGUN = 3
"""Sign-ins of one link that may be unfinished at the same time."""


@dataclass(frozen=True)
class BegunSignIn:
    """A sign-in whose callback has arrived from the upstream.

    Args:
        principal: the caller that is granted access.
        verifier: the PKCE verifier.
        ticket: the digest of the link's ticket.
    """

    principal: str
    verifier: str
    ticket: str


class BegunSignIns:
    """The unfinished sign-ins of one server.

    Args:
        mount: the server's name.
        store: stores them encrypted until they expire.
        cipher: encrypts them.
    """

    def __init__(self, mount: str, store: GrantStore, cipher: TokenCipher) -> None:
        self._mount = mount
        self._store = store
        self._cipher = cipher

    async def begin(self, principal: str, ticket: str) -> tuple[str, str, str] | None:
        """Store a new sign-in; return its state, PKCE verifier and browser secret.

        None if too many sign-ins of this ticket are unfinished, or one has led to a grant.
        """
        state, verifier, browser = (secrets.token_urlsafe(32) for _ in range(3))
        digest = digest_of(ticket)
        slot = await self._free_slot(digest)
        if slot is None:
            return None
        fields = {"mount": self._mount, "principal": principal, "verifier": verifier, "ticket": digest, "slot": slot}
        sealed = self._cipher.seal({**fields, "browser": digest_of(browser)})
        await self._store.put_once(self._state_name(state), sealed, TICKET_SECONDS)
        return state, verifier, browser

    async def finish(self, state: str, browser: str) -> BegunSignIn:
        """Remove and return the sign-in that began with `state` in this browser.

        Raises:
            DecryptionFailed: when there is none, or it began in another browser or at another server.
        """
        sealed = await self._store.take(self._state_name(state))
        if sealed is None:
            raise DecryptionFailed
        begun = self._cipher.open(sealed, TICKET_SECONDS)
        await self._store.take(begun["slot"])
        if begun["mount"] != self._mount or not hmac.compare_digest(begun["browser"], digest_of(browser)):
            raise DecryptionFailed
        return BegunSignIn(begun["principal"], begun["verifier"], begun["ticket"])

    async def spend(self, ticket_digest: str) -> None:
        """Use up a ticket that has led to a grant, so that it begins no further sign-in."""
        while await self._free_slot(ticket_digest) is not None:
            pass

    async def _free_slot(self, ticket_digest: str) -> str | None:
        for number in range(MAX_BEGUN):
            slot = f"{self._mount}:begun:{ticket_digest}:{number}"
            if await self._store.put_once(slot, "begun", TICKET_SECONDS):
                return slot
        return None

    def _state_name(self, state: str) -> str:
        return f"{self._mount}:state:{digest_of(state)}"


def digest_of(text: str) -> str:
    """SHA-256 in base64url without padding, as PKCE uses it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
