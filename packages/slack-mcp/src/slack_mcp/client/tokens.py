"""Access token of Slack, from a setting or a file, refreshed after it has expired."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
from mcp_chassis.settings import Credential
from mcp_chassis.storage.shared_files import when_free
from mcp_chassis.telemetry.redaction import register_secret

from slack_mcp.records.workspace import RotatedTokenRecord

Refresh = Callable[[str], Awaitable[RotatedTokenRecord]]


class Token:
    """An access token. An expired one is replaced with a refresh token if one is set, else read again from its file.

    Args:
        credential: the setting with the token.
        refresh_credential: the setting with the refresh token, if any.
        refresh: exchanges a refresh token for a new pair of tokens.
        refresh_file: file that the next refresh token is written to, since each can be used only once.
    """

    def __init__(
        self,
        credential: Credential,
        refresh_credential: Credential | None = None,
        refresh: Refresh | None = None,
        refresh_file: Path | None = None,
    ) -> None:
        self.variable = credential.variable
        self._credential = credential
        self._refresh_credential = refresh_credential
        self._refresh = refresh
        self._refresh_file = refresh_file
        self._access_token: str | None = None
        self._refresh_token: str | None = None
        self._lock = anyio.Lock()

    @property
    def present(self) -> bool:
        return self._credential.present or self.rotates

    @property
    def rotates(self) -> bool:
        """Whether the token can be refreshed with a refresh token."""
        return self._refresh is not None and self._refresh_credential is not None and self._refresh_credential.present

    @property
    def source(self) -> str:
        """Text that identifies the token's account; a refresh does not change it, another account does."""
        return self._credential.source

    async def ready(self) -> None:
        """Load the token values; commands that print them run in a thread, off the event loop."""
        for credential in filter(None, (self._credential, self._refresh_credential)):
            await credential.ready()

    def reveal(self) -> str:
        """The access token, for use in a request only; empty if the first one has to be obtained by a refresh."""
        if self._access_token is not None:
            return self._access_token
        return "" if not self._credential.present and self.rotates else self._credential.reveal()

    def reload(self) -> bool:
        """Read the token's file again; True if the token has changed."""
        return self._access_token is None and self._credential.reload()

    async def renew(self, used: str) -> bool:
        """Replace a refused token, unless another call has done so; True if a new token is available."""
        async with self._lock:
            if self.reveal() != used:
                return True
            if self._refresh is None or self._refresh_credential is None or not self.rotates:
                return await anyio.to_thread.run_sync(self.reload)
            answer = await self._refresh(self._refresh_token or self._refresh_credential.reveal())
            for secret in filter(None, (answer.access_token, answer.refresh_token)):
                register_secret(secret)
            self._access_token, self._refresh_token = answer.access_token, answer.refresh_token or self._refresh_token
            if self._refresh_file is not None and answer.refresh_token:
                await anyio.to_thread.run_sync(_replace, self._refresh_file, answer.refresh_token)
            return True


def _replace(path: Path, secret: str) -> None:
    """Replace a file's content with a secret atomically; only its owner may read the file."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secret + "\n", encoding="utf-8")
    when_free(lambda: fresh.replace(path))
