"""Acting for each user: the sign-in of a server's upstream, and the failure of a caller without a grant."""

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
"""The first is from RFC 6749; the others are used by services that send errors with status 200."""


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
    """The OAuth server of an upstream. Over HTTP it needs `<PREFIX>CLIENT_ID` and `<PREFIX>CLIENT_SECRET`.

    Args:
        title: the upstream's name.
        authorize_url: the authorization endpoint, where a person signs in.
        token_url: the token endpoint.
        scopes: the scopes that are requested.
        device_url: the device authorization endpoint; empty if the upstream has none.
        by_owner: whether a person's accounts are chosen by the owner of what a call is about.
        credential: the field of the server's settings that a person's token replaces.
        scope_parameter: the name of the parameter with the scopes of a person's token.
        scope_separator: the separator of scopes.
        ended_grant_errors: error codes of `token_url` that mean that the grant itself is invalid.
        granted: returns the part of the response of `token_url` that contains the person's token.
        revoke: revokes a grant at the upstream, given the server's settings, the app and the person's token; raises a
            `Failure` if that fails, and nothing if the grant is no longer valid anyway.
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
    by_owner: bool = False


class CallerConnections(Protocol):
    """Connections of callers by their grants."""

    def connected(self, principal: str) -> AbstractAsyncContextManager[Any]:
        """The connection that the server's `connect` yields for this caller's own credential.

        Raises:
            SignInNeeded: when the caller has granted no access.
        """
        ...

    async def token(self, principal: str) -> str:
        """The caller's own current credential.

        Raises:
            SignInNeeded: when the caller has granted no access.
        """
        ...


class SignInNeeded(AuthenticationFailed):
    """The caller has to sign in to the upstream first; `reason` says why, if it had signed in before."""

    def __init__(self, title: str, url: str, reason: str | None = None) -> None:
        super().__init__(
            reason or f"You have not yet allowed this server to act for you at {title}.",
            remedy="Ask the person to open details.authorize_url and to sign in, then call again.",
            details={"authorize_url": url, "auth_required": True},
        )
        self.title = title
        self.url = url

    def question(self, context: Context[Any, Any]) -> InputRequiredResult | None:
        """A result that asks the host to open the URL; None if it cannot, or was asked already."""
        capabilities = context.client_capabilities
        can = capabilities and capabilities.elicitation and capabilities.elicitation.url is not None
        if not can or context.protocol_version not in MODERN_PROTOCOL_VERSIONS or context.input_responses:
            return None
        text = f"Sign in to {self.title}, so that this server can act for you there."
        params = ElicitRequestURLParams(message=text, url=self.url)
        return InputRequiredResult(input_requests={QUESTION: ElicitRequest(params=params)})
