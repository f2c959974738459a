"""Signed tokens (JWT, RS256) that authenticate a GitHub App, made from its private key."""

import time
from collections.abc import Callable

from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.settings import Credential

LIFETIME_SECONDS = 540  # GitHub accepts at most ten minutes
BACKDATED_SECONDS = 60  # as GitHub recommends, against clocks that differ
RENEWED_BEFORE_SECONDS = 60


class AppKey:
    """Private key of one GitHub App, which signs its tokens. After a 401 a changed key file is read again.

    Args:
        app_id: number or client id of the app.
        clock: returns the seconds since 1970.
    """

    def __init__(self, app_id: str, private_key: Credential, clock: Callable[[], float] = time.time) -> None:
        self.variable = private_key.variable
        self._app_id = app_id
        self._private_key = private_key
        self._clock = clock
        self._signed, self._until = "", 0.0

    async def ready(self) -> None:
        """Load the private key by running the command in the settings that prints it, if there is one."""
        await self._private_key.ready()

    def reload(self) -> bool:
        """Read the private key again after a 401, and return whether it has changed."""
        changed = self._private_key.reload()
        if changed:
            self._until = 0.0
        return changed

    def signed(self) -> str:
        """A signed token that is valid for at least another minute.

        Raises:
            AuthenticationFailed: if the key is not set or not an RSA key.
        """
        now = self._clock()
        if now >= self._until:
            self._signed = _signed(self._app_id, self._private_key.reveal(), now)
            self._until = now + LIFETIME_SECONDS - RENEWED_BEFORE_SECONDS
        return self._signed


def _signed(app_id: str, private_key: str, now: float) -> str:
    import jwt

    claims = {"iss": app_id, "iat": int(now) - BACKDATED_SECONDS, "exp": int(now) + LIFETIME_SECONDS}
    try:
        return jwt.encode(claims, private_key.replace("\\n", "\n"), algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        raise AuthenticationFailed("GITHUB_APP_PRIVATE_KEY cannot be read as an RSA private key in PEM form.") from None
