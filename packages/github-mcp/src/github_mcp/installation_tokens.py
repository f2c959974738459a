"""Tokens of a GitHub App's installations, cached until shortly before they expire and renewed after a 401."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
from mcp_chassis.accounts.signed_in_secret import owner_of_request
from mcp_chassis.failures import AuthenticationFailed, Effect, Failure, InvalidInput, NotFound
from mcp_chassis.telemetry.redaction import register_secret

from github_mcp.client.apps import Apps

EARLY_SECONDS = 300.0
MIN_AGE_SECONDS = 5.0
MAX_OWNERS_NAMED = 5


@dataclass
class _Token:
    """The token of one owner's installation; `lock` prevents concurrent requests for it."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    installation_id: int | None = None
    value: str = ""
    made: float = 0.0
    until: float = 0.0


class InstallationTokens:
    """Credential of a server that acts as a GitHub App: one token for each owner of repositories.

    Args:
        apps: sends requests that the app's private key signs.
        clock: monotonic clock in seconds.
    """

    variable = "GITHUB_APP_PRIVATE_KEY"

    def __init__(self, apps: Apps, clock: Callable[[], float] = time.monotonic) -> None:
        self.apps = apps
        self._clock = clock
        self._tokens: dict[str, _Token] = {}

    async def ready(self) -> None:
        """Request a token for the owner of the current request, unless there is one that does not expire soon.

        Raises:
            Failure: if there is no token; the request that needs it has not been sent.
        """
        token = self._current()
        try:
            async with token.lock:
                if not token.value or self._clock() >= token.until:
                    await self._renew(token)
        except Failure as failure:
            failure.effect = Effect.SETTLED
            raise

    def reload(self) -> bool:
        """Drop the token of the current owner after a 401, and return whether it was dropped.

        A token that is only a few seconds old is kept.
        """
        # Another call has just requested it, or GitHub would refuse a new one as well.
        token = self._current()
        is_old = self._clock() - token.made >= MIN_AGE_SECONDS
        if is_old:
            token.value = ""
        return is_old

    def reveal(self) -> str:
        """The token of the current owner, for use in a request only."""
        return self._current().value

    def _current(self) -> _Token:
        owner = "" if self.apps.installation_id is not None else owner_of_request().lower()
        return self._tokens.setdefault(owner, _Token(installation_id=self.apps.installation_id))

    async def _renew(self, token: _Token) -> None:
        if token.installation_id is None:
            token.installation_id = await self._installation(owner_of_request())
        try:
            value, seconds = await self.apps.token(token.installation_id)
        except NotFound as exc:
            gone, token.installation_id = token.installation_id, self.apps.installation_id
            raise AuthenticationFailed(
                f"This server's GitHub App has no installation {gone}: it was removed, or its id is wrong.",
                remedy="Ask the person who runs this server to check GITHUB_APP_INSTALLATION_ID; do not retry.",
            ) from exc
        register_secret(value)
        token.value, token.made = value, self._clock()
        token.until = token.made + seconds - min(EARLY_SECONDS, seconds / 4)

    async def _installation(self, owner: str) -> int:
        """The id of an owner's installation; without an owner, that of the only installation.

        Raises:
            AuthenticationFailed: if the app is not installed for the owner.
            InvalidInput: if no owner is given and there are several installations.
        """
        if owner:
            try:
                return (await self.apps.installation_of(owner)).id
            except NotFound as exc:
                raise AuthenticationFailed(
                    f"This server's GitHub App is not installed for {owner}.",
                    remedy=f"Ask an owner of {owner} to install it; do not retry.",
                ) from exc
        there = await self.apps.installations()
        if not there:
            raise AuthenticationFailed(
                "This server's GitHub App is not installed for any account.",
                remedy="Ask the app's owner to install it; do not retry.",
            )
        if len(there) > 1:
            names = ", ".join(each.owner for each in there[:MAX_OWNERS_NAMED])
            more = f" and {len(there) - MAX_OWNERS_NAMED} more" if len(there) > MAX_OWNERS_NAMED else ""
            raise InvalidInput(
                f"This server's GitHub App is installed for several owners ({names}{more}), and this call names none.",
                remedy="Name one: give owner, or write repo:OWNER/NAME or org:OWNER in a query.",
            )
        return there[0].id
