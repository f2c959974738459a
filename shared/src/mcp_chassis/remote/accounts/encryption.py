"""What must not be read where it is kept: sealed with the keys of `MCP_GRANT_KEYS`, the first of which seals."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class DecryptionFailed(Exception):
    """What was kept was not sealed by these keys, has been changed, or is too old."""


class TokenCipher:
    """Seals and opens JSON.

    Args:
        keys: at least one; the first seals, all open.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
        self._fernets = MultiFernet(fernets)

    def seal(self, value: Any) -> str:
        return self._fernets.encrypt(json.dumps(value).encode()).decode()

    def open(self, sealed: str, seconds: int | None = None) -> Any:
        """What `seal` was given.

        Raises:
            Broken: also when it was sealed more than `seconds` ago.
        """
        try:
            return json.loads(self._fernets.decrypt(sealed.encode(), seconds))
        except (InvalidToken, ValueError) as exc:
            raise DecryptionFailed from exc

    def sealed_again(self, sealed: str) -> str:
        """Decrypt a sealed value and encrypt it again under the first key, which is the current one.

        Raises:
            Broken: as `open`.
        """
        try:
            return self._fernets.rotate(sealed.encode()).decode()
        except (InvalidToken, ValueError) as exc:
            raise DecryptionFailed from exc
