"""Tokens of a GitHub App's installations: kept until shortly before they end, made anew after a 401."""

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
    """The token of one owner's installation; `lock` lets one request for it at a time."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    installation_id: int | None = None
    value: str = ""
    made: float = 0.0
    until: float = 0.0


class InstallationTokens:
    """The credential of a server that acts as a GitHub App: a token for the owner that a request is for.

    Args:
        apps: asks GitHub as the app.
        clock: seconds that only grow.
    """

    variable = "GITHUB_APP_PRIVATE_KEY"

    def __init__(self, apps: Apps, clock: Callable[[], float] = time.monotonic) -> None:
        self.apps = apps
        self._clock = clock
        self._tokens: dict[str, _Token] = {}

    async def ready(self) -> None:
        """Make sure that there is a token for the current owner that does not end soon.

        Raises:
            Failure: when there is none; the request that wants it has not been sent then.
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
        """Drop the current owner's token after a 401, so that `ready` makes another.

        One of the last seconds is kept: another call has just made it, or a new one would be refused as well.
        """
        token = self._current()
        is_old = self._clock() - token.made >= MIN_AGE_SECONDS
        if is_old:
            token.value = ""
        return is_old

    def reveal(self) -> str:
        """The current owner's token, to be put into a request and nowhere else."""
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
            raise AuthenticationFailed(f"This server's GitHub App has no installation {gone} (any more).") from exc
        register_secret(value)
        token.value, token.made = value, self._clock()
        token.until = token.made + seconds - min(EARLY_SECONDS, seconds / 4)

    async def _installation(self, owner: str) -> int:
        """The installation of an owner; without an owner the only one there is."""
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
                "This server's GitHub App is installed nowhere.", remedy="Ask its owner to install it; do not retry."
            )
        if len(there) > 1:
            names = ", ".join(each.owner for each in there[:MAX_OWNERS_NAMED])
            more = f" and {len(there) - MAX_OWNERS_NAMED} more" if len(there) > MAX_OWNERS_NAMED else ""
            raise InvalidInput(
                f"This server's GitHub App is installed for several owners ({names}{more}), and this names none.",
                remedy="Name one: owner, or repo:OWNER/NAME or org:OWNER in a query.",
            )
        return there[0].id
