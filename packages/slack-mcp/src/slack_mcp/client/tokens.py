"""The token that calls are made with: a setting, or one that is refreshed when it has expired."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import anyio.to_thread
from mcp_chassis.settings import Credential
from mcp_chassis.telemetry.redaction import register_secret

from slack_mcp.records.workspace import RotatedTokenRecord

Refresh = Callable[[str], Awaitable[RotatedTokenRecord]]


class Token:
    """One token. With a refresh token, an expired one is replaced; without, it is only read again from its file.

    Args:
        credential: the setting that holds the token.
        refresh_credential: the setting that holds the refresh token, if any.
        refresh: exchanges a refresh token for a new pair.
        refresh_file: where the next refresh token is written, since each can be used once.
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
        """Whether it can be refreshed."""
        return self._refresh is not None and self._refresh_credential is not None and self._refresh_credential.present

    @property
    def source(self) -> str:
        """Identifies the account: another one that signs in gives another text; a refreshed token does not."""
        return self._credential.source

    async def ready(self) -> None:
        """Have the values at hand; commands that print them run off the event loop."""
        for credential in filter(None, (self._credential, self._refresh_credential)):
            await credential.ready()

    def reveal(self) -> str:
        """The value, to be put into a request and nowhere else; empty where only a refresh can give one."""
        if self._access_token is not None:
            return self._access_token
        return "" if not self._credential.present and self.rotates else self._credential.reveal()

    def reload(self) -> bool:
        """Read the setting's file again; true when it has changed."""
        return self._access_token is None and self._credential.reload()

    async def renew(self, used: str) -> bool:
        """Replace the token that was refused, unless another call has done so; true when there is a new one."""
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
                await _replace(self._refresh_file, answer.refresh_token)
            return True


async def _replace(path: Path, secret: str) -> None:
    """Write a secret so that a reader sees the old or the new one, readable by its owner alone."""
    fresh = anyio.Path(path.with_name(path.name + ".new"))
    await fresh.unlink(missing_ok=True)
    await fresh.touch(mode=0o600)
    await fresh.write_text(secret + "\n")
    await fresh.replace(path)
