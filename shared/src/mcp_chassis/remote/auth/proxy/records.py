"""Records of the proxy in the store of grants: encrypted, expiring, each accepted only as the kind it was stored as."""

import hashlib
from typing import Any

from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore

REGISTRATION, REQUEST, STATE, CODE, SPENT_CODE, SESSION = "client", "request", "state", "code", "spent", "session"
PREFIX = "proxy"


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

    async def put_again(self, kind: str, key: str, fields: dict[str, Any], seconds: int) -> bool:
        """Replace a record and its lifetime in one atomic step; return False if there is none to replace."""
        sealed = self.cipher.seal({**fields, "kind": kind})
        return await self.store.put_again(_name(kind, key), sealed, seconds)

    async def find(self, kind: str, key: str) -> dict[str, Any] | None:
        """The record; None if there is none."""
        return self._opened(kind, await self.store.read(_name(kind, key)))

    async def take(self, kind: str, key: str) -> dict[str, Any] | None:
        """Remove and return the record in one atomic step; None if there is none."""
        return self._opened(kind, await self.store.take(_name(kind, key)))

    async def all(self, kind: str) -> dict[str, dict[str, Any] | None]:
        """The records of a kind by the names they are stored under; None for one that the keys do not decrypt."""
        texts = await self.store.texts(f"{PREFIX}:{kind}:")
        return {name: self._opened(kind, sealed) for name, sealed in texts.items()}

    async def take_stored(self, kind: str, name: str) -> dict[str, Any] | None:
        """Remove and return the record with a name that `all` returned; None if it is gone."""
        return self._opened(kind, await self.store.take(name))

    async def seal_again(self) -> tuple[int, int]:
        """Encrypt every record under the first key; return how many were, and how many no key decrypts.

        A record that a server replaces at the same time is left to it.
        """
        sealed_again = unknown = 0
        for name, sealed in (await self.store.texts(f"{PREFIX}:")).items():
            try:
                sealed_again += await self.store.replace_text(name, sealed, self.cipher.sealed_again(sealed))
            except DecryptionFailed:
                unknown += 1
        return sealed_again, unknown

    def _opened(self, kind: str, sealed: str | None) -> dict[str, Any] | None:
        try:
            fields = self.cipher.open(sealed) if sealed else None
        except DecryptionFailed:
            return None
        return fields if fields and fields.get("kind") == kind else None


def _name(kind: str, key: str) -> str:
    return f"{PREFIX}:{kind}:{hashlib.sha256(key.encode()).hexdigest()}"
