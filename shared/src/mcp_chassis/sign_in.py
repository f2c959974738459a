"""Acting for each user: how a server's upstream lets a person sign in, and what a caller without a grant is told."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from mcp.server.mcpserver import Context
from mcp_types import ElicitRequest, ElicitRequestURLParams, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_chassis.failures import AuthenticationFailed

QUESTION = "sign_in"
ENDED_GRANT_ERRORS = frozenset({"invalid_grant", "bad_refresh_token", "invalid_refresh_token", "token_revoked"})
"""RFC 6749 has the first; the others are used by services that answer errors with status 200."""


def _whole(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return answer


@dataclass(frozen=True)
class OAuthApp:
    """Client id and secret of this server at an upstream's OAuth server."""

    client_id: str
    secret: str = field(repr=False)


Revoke = Callable[[Any, OAuthApp, str], Awaitable[None]]


@dataclass(frozen=True)
class SignIn:
    """The OAuth of an upstream. Whoever serves over HTTP sets `<PREFIX>CLIENT_ID` and `<PREFIX>CLIENT_SECRET`.

    Args:
        title: what the upstream is called.
        authorize_url: where a person signs in.
        token_url: where codes become tokens.
        scopes: asked for.
        device_url: where a device code is asked for, if the upstream has device codes.
        credential: the field of the server's settings that a person's token takes the place of.
        scope_parameter: what the upstream calls the scopes of a person's token.
        scope_separator: what stands between them.
        ended_grant_errors: error codes of `token_url` which say that the grant itself is invalid.
        granted: finds the part with the person's token in the answer of `token_url`.
        revoke: ends at the upstream what a person has granted, from the server's settings, the app and the person's
            token; raises a `Failure` where it did not, and nothing where it had ended before.
    """

    title: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    credential: str = "token"
    scope_parameter: str = "scope"
    scope_separator: str = " "
    granted: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _whole
    ended_grant_errors: frozenset[str] = ENDED_GRANT_ERRORS
    revoke: Revoke | None = None
    device_url: str = ""


class CallerConnections(Protocol):
    """Connections of callers by their grants."""

    def connected(self, principal: str) -> AbstractAsyncContextManager[Any]:
        """What the server's `connect` yields for this caller's own credential.

        Raises:
            SignInNeeded: when the caller has granted nothing.
        """
        ...

    async def token(self, principal: str) -> str:
        """The caller's own credential of now.

        Raises:
            SignInNeeded: when the caller has granted nothing.
        """
        ...


class SignInNeeded(AuthenticationFailed):
    """The caller has to sign in to the upstream first; `reason` says why, where it has signed in before."""

    def __init__(self, title: str, url: str, reason: str | None = None) -> None:
        super().__init__(
            reason or f"{title} does not know yet that you may act there through this server.",
            remedy="Ask the person to open details.authorize_url and to sign in, then call again.",
            details={"authorize_url": url, "auth_required": True},
        )
        self.title = title
        self.url = url

    def question(self, context: Context[Any, Any]) -> InputRequiredResult | None:
        """Asks the host to open the address; None where it cannot, or was asked already."""
        capabilities = context.client_capabilities
        can = capabilities and capabilities.elicitation and capabilities.elicitation.url is not None
        if not can or context.protocol_version not in MODERN_PROTOCOL_VERSIONS or context.input_responses:
            return None
        told = f"Sign in to {self.title}, so that this server can act for you there."
        params = ElicitRequestURLParams(message=told, url=self.url)
        return InputRequiredResult(input_requests={QUESTION: ElicitRequest(params=params)})
