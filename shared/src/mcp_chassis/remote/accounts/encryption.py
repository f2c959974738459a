"""Encryption at rest with the keys of `MCP_GRANT_KEYS`; the first one encrypts, all decrypt."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class DecryptionFailed(Exception):
    """The text was not encrypted with these keys, was changed, or is too old."""


class TokenCipher:
    """Encrypts and decrypts JSON values.

    Args:
        keys: at least one; the first encrypts, all decrypt.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
        self._fernets = MultiFernet(fernets)

    def seal(self, value: Any) -> str:
        """Encrypt a JSON value under the first key."""
        return self._fernets.encrypt(json.dumps(value).encode()).decode()

    def open(self, sealed: str, seconds: int | None = None) -> Any:
        """Decrypt the value that `seal` was given.

        Raises:
            DecryptionFailed: also when it was encrypted more than `seconds` ago.
        """
        try:
            return json.loads(self._fernets.decrypt(sealed.encode(), seconds))
        except (InvalidToken, ValueError) as exc:
            raise DecryptionFailed from exc

    def sealed_again(self, sealed: str) -> str:
        """Decrypt a sealed value and encrypt it again under the first key, which is the current one.

        Raises:
            DecryptionFailed: when no key decrypts it.
        """
        try:
            return self._fernets.rotate(sealed.encode()).decode()
        except (InvalidToken, ValueError) as exc:
            raise DecryptionFailed from exc
