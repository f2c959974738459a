"""Client of an upstream's OAuth token endpoint (RFC 6749)."""

import time
from collections.abc import Mapping
from typing import Any

from mcp_chassis.http.records import Record, read_record
from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.remote.auth.issuer_client import OK_OR_OAUTH_ERROR, IssuerClient
from mcp_chassis.sign_in import OAuthApp, SignIn
from mcp_chassis.telemetry.redaction import add_call_secret

MAX_REASON_CHARS = 200
OPERATION = "sign in"


class Token(Record, frozen=True):
    """A person's token; `expires_at` is a Unix time in seconds, None for a token that does not expire."""

    access_token: str
    refresh_token: str | None = None
    expires_at: float | None = None


class _Granted(Record, frozen=True):
    access_token: str = ""
    refresh_token: str | None = None
    expires_in: float | None = None


class _Refused(Record, frozen=True):
    error: str | None = None
    error_description: str | None = None
    ok: bool = True


class TokenRefused(Exception):
    """The upstream issued no token.

    Args:
        reason: the upstream's error code and description.
        grant_ended: whether it says that the grant itself is invalid, so that only signing in again helps.
    """

    def __init__(self, reason: str, *, grant_ended: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.grant_ended = grant_ended


class TokenClient:
    """Client of one upstream's token endpoint, with the credentials of `app`."""

    def __init__(self, sign_in: SignIn, app: OAuthApp, documents: IssuerClient) -> None:
        self.sign_in = sign_in
        self.client_id = app.client_id
        self._secret = app.secret
        self._documents = documents

    async def token(self, **form: str) -> Token:
        """Request a token for a code or a refresh token.

        Raises:
            TokenRefused: when the upstream issues none.
            VerificationUnavailable: when it does not respond as expected.
        """
        sent = {"client_id": self.client_id, "client_secret": self._secret, **form}
        answer = await self._documents.post(self.sign_in.token_url, sent, None, OK_OR_OAUTH_ERROR)
        granted = read_record(self.sign_in.granted(answer), _Granted, upstream=self.sign_in.title, operation=OPERATION)
        refused = read_record(answer, _Refused, upstream=self.sign_in.title, operation=OPERATION)
        if not granted.access_token or refused.error or not refused.ok:
            raise self._refusal(refused)
        add_call_secret(granted.access_token)
        add_call_secret(granted.refresh_token)
        ends = time.time() + granted.expires_in if granted.expires_in else None
        return Token(granted.access_token, granted.refresh_token, ends)

    def _refusal(self, refused: _Refused) -> TokenRefused:
        words = [part[:MAX_REASON_CHARS] for part in (refused.error, refused.error_description) if part]
        reason = sanitize(": ".join(words))[0] if words else "its response contains no token"
        return TokenRefused(reason, grant_ended=refused.error in self.sign_in.ended_grant_errors)


def stored_token(fields: Mapping[str, Any]) -> Token:
    """The token of a stored grant."""
    return Token(fields["access_token"], fields.get("refresh_token"), fields.get("expires_at"))
