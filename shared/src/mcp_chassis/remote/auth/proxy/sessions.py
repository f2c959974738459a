"""Sessions of signed-in people: short access tokens, and refresh tokens that change with each use.

A session ends when a refresh token is used twice, when the provider no longer accepts the person, and when it expires.
"""

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mcp_chassis.remote.auth.proxy.records import SESSION, ProxyRecords
from mcp_chassis.telemetry.logs import AUDIT, log_event

_audit = logging.getLogger(AUDIT)

ACCESS_TOKEN_SECONDS = 600
SESSION_SECONDS = 30 * 24 * 3600
"""Seconds after its last use for which a session lives, if the provider is asked again at each refresh."""
UNCONFIRMED_SESSION_SECONDS = 8 * 3600
"""Seconds for which a session lives if the provider issued no refresh token, so that it cannot be asked again."""
REUSE_LEEWAY_SECONDS = 10.0
"""Seconds in which a replaced refresh token still returns its successor: several windows of one host share a token, and
a response may get lost. After that, its use ends the session."""
ACCESS = "proxy access"
_LOCKS = 3  # hexadecimal digits: 4,096 locks, since the store keeps each one that was ever used


class SessionEnded(Exception):
    """The session has ended meanwhile, so that it cannot be continued."""


@dataclass(frozen=True)
class Session:
    """The access that a person gave a client.

    Args:
        client_id: the client.
        scopes, resource: what its tokens are valid for.
        principal: the person, with the provider's issuer.
        issuer: the provider's issuer.
        subject: the person's identifier there.
        claims: claims of the person that stay true if a later ID token lacks them.
        refresh_token: the valid refresh token.
        replaced_token: the one before it, replaced at `rotated_at`.
        provider_token: the provider's refresh token.
        until: Unix time in seconds after which a session that the provider cannot confirm ends.
    """

    client_id: str
    scopes: list[str]
    resource: str
    principal: str
    issuer: str
    subject: str
    claims: dict[str, str | bool] = field(default_factory=dict[str, str | bool])
    refresh_token: str = ""
    replaced_token: str = ""
    rotated_at: float = 0.0
    provider_token: str | None = None
    until: float = 0.0


class Sessions:
    """The sessions of the proxy.

    Args:
        records: stores them.
        clock: returns the Unix time in seconds.
    """

    def __init__(self, records: ProxyRecords, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self._clock = clock

    async def begin(self, session: Session, identifier: str) -> Session:
        """Store a new session under an identifier, with a refresh token."""
        begun = self._rotated(identifier, replace(session, until=self._clock() + UNCONFIRMED_SESSION_SECONDS))
        await self._records.put(SESSION, identifier, asdict(begun), self._seconds(begun))
        return begun

    async def find(self, identifier: str) -> Session | None:
        """The session; None if it has ended."""
        fields = await self._records.find(SESSION, identifier)
        return self._living(fields) if fields else None

    async def all(self) -> tuple[list[Session], int]:
        """The sessions that have not ended, ordered by principal, and the number of those that no key decrypts."""
        records = (await self._records.all(SESSION)).values()
        sessions = [session for fields in records if fields and (session := self._living(fields))]
        unknown = sum(fields is None for fields in records)
        return sorted(sessions, key=lambda session: (session.principal, session.rotated_at)), unknown

    async def end_all(self, principal: str, reason: str) -> list[str | None]:
        """End all sessions of a person; return the provider's refresh token of each, None where it had none."""
        ended = [
            await self._records.take_stored(SESSION, name)
            for name, fields in (await self._records.all(SESSION)).items()
            if fields and fields["principal"] == principal
        ]
        return [self._ended(fields, reason) for fields in ended if fields]

    def _living(self, fields: dict[str, Any]) -> Session | None:
        session = Session(**{name: value for name, value in fields.items() if name != "kind"})
        unconfirmed = session.provider_token is None and session.until < self._clock()
        return None if unconfirmed else session

    async def of_refresh_token(self, token: str) -> tuple[str, Session] | None:
        """The identifier and session of a valid refresh token, or of one that was replaced a moment ago; else None."""
        identifier = token.partition(".")[0]
        session = await self.find(identifier)
        if session is None:
            return None
        replaced_now = self._clock() - session.rotated_at <= REUSE_LEEWAY_SECONDS
        valid = _same(token, session.refresh_token) or (replaced_now and _same(token, session.replaced_token))
        return (identifier, session) if valid else None

    async def end_if_reused(self, token: str) -> None:
        """End the session of a refresh token that is no longer valid (RFC 9700, 4.14); call it inside the lock."""
        identifier = token.partition(".")[0]
        if await self.find(identifier) and not await self.of_refresh_token(token):
            await self.end(identifier, "a refresh token was used twice")

    async def rotate(self, identifier: str, session: Session) -> Session:
        """Replace the refresh token of a session.

        Raises:
            SessionEnded: when it has ended since it was read, as by an operator's command.
        """
        rotated = self._rotated(identifier, session)
        if not await self._records.put_again(SESSION, identifier, asdict(rotated), self._seconds(rotated)):
            raise SessionEnded
        return rotated

    def _rotated(self, identifier: str, session: Session) -> Session:
        token = f"{identifier}.{secrets.token_urlsafe(32)}"
        return replace(session, refresh_token=token, replaced_token=session.refresh_token, rotated_at=self._clock())

    def _seconds(self, session: Session) -> int:
        return SESSION_SECONDS if session.provider_token else max(1, int(session.until - self._clock()))

    async def end(self, identifier: str, reason: str) -> str | None:
        """End a session, so that its tokens are invalid; return the provider's refresh token, if it had one."""
        fields = await self._records.take(SESSION, identifier)
        return self._ended(fields, reason) if fields else None

    def _ended(self, fields: dict[str, Any], reason: str) -> str | None:
        log_event(_audit, logging.INFO, "session ended", principal=fields["principal"], outcome=reason)
        return fields["provider_token"]

    def locked(self, identifier: str) -> AbstractAsyncContextManager[None]:
        """Lock for one session across replicas."""
        return self._records.store.locked(("proxy", hashlib.sha256(identifier.encode()).hexdigest()[:_LOCKS]))

    def access_token(self, identifier: str, session: Session, scopes: list[str]) -> str:
        """A new access token: its claims, encrypted."""
        return self._records.cipher.seal(
            {
                "for": ACCESS,
                "session": identifier,
                "client_id": session.client_id,
                "scopes": scopes,
                "resource": session.resource,
                "expires_at": int(self._clock()) + ACCESS_TOKEN_SECONDS,
            }
        )


def new_identifier() -> str:
    """A new identifier of a session: 192 random bits."""
    return secrets.token_urlsafe(24)


def _same(token: str, other: str) -> bool:
    return hmac.compare_digest(token.encode(), other.encode())
