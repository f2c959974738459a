"""Records of the proxy in the store of grants: encrypted, expiring, each accepted only as the kind it was stored as."""

import hashlib
from typing import Any

from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore

REGISTRATION, REQUEST, STATE, CODE, SPENT_CODE, SESSION = "client", "request", "state", "code", "spent", "session"


class ProxyRecords:
    """Expiring records by kind and key; a key is stored as its digest, since it may be a secret.

    Args:
        store: stores encrypted texts, in Redis or in a file.
        cipher: encrypts them.
    """

    def __init__(self, store: GrantStore, cipher: TokenCipher) -> None:
        self.store = store
        self.cipher = cipher

    async def put(self, kind: str, key: str, fields: dict[str, Any], seconds: int) -> None:
        """Store a record for some seconds, replacing one of the same key."""
        await self.store.put_for(_name(kind, key), self.cipher.seal({**fields, "kind": kind}), seconds)

    async def find(self, kind: str, key: str) -> dict[str, Any] | None:
        """The record; None if there is none."""
        return self._opened(kind, await self.store.read(_name(kind, key)))

    async def take(self, kind: str, key: str) -> dict[str, Any] | None:
        """Remove and return the record in one atomic step; None if there is none."""
        return self._opened(kind, await self.store.take(_name(kind, key)))

    def _opened(self, kind: str, sealed: str | None) -> dict[str, Any] | None:
        try:
            fields = self.cipher.open(sealed) if sealed else None
        except DecryptionFailed:
            return None
        return fields if fields and fields.get("kind") == kind else None


def _name(kind: str, key: str) -> str:
    return f"proxy:{kind}:{hashlib.sha256(key.encode()).hexdigest()}"
