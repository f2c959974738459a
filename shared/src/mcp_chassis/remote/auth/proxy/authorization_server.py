"""The authorization server behind the MCP SDK's endpoints: clients, requests, codes, sessions, tokens."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.proxy.access_tokens import ProxyTokens
from mcp_chassis.remote.auth.proxy.clients import Clients, ProxyClient
from mcp_chassis.remote.auth.proxy.identity_provider import IdentityProvider, SignedIn, SignInFailed
from mcp_chassis.remote.auth.proxy.people import People
from mcp_chassis.remote.auth.proxy.records import CODE, REQUEST, SPENT_CODE, ProxyRecords
from mcp_chassis.remote.auth.proxy.sessions import (
    ACCESS_TOKEN_SECONDS,
    Session,
    SessionEnded,
    Sessions,
    new_identifier,
)
from mcp_chassis.remote.auth.tokens import MAX_SUBJECT_CHARS, principal_of

REQUEST_SECONDS = 600
CODE_SECONDS = 60
CHALLENGE_CHARS = 43  # SHA-256 in base64url, the one method that is accepted
MAX_STATE_CHARS = 4_000
requested_resource: ContextVar[str | None] = ContextVar("requested_resource", default=None)
"""The `resource` of the request to the token endpoint (RFC 8707), which the SDK does not pass on."""


class IssuedCode(AuthorizationCode):
    """An authorization code, with the session that it begins."""

    session: dict[str, Any]


class IssuedRefreshToken(RefreshToken):
    """A refresh token, with the identifier of its session."""

    session_id: str


class IssuedAccessToken(AccessToken):
    """An access token, with the identifier of its session."""

    session_id: str


class AuthorizationServer(OAuthAuthorizationServerProvider[IssuedCode, IssuedRefreshToken, IssuedAccessToken]):
    """The proxy's side of the MCP SDK's authorization endpoints.

    Args:
        records: stores requests and codes.
        clients: the clients.
        sessions: the sessions of signed-in people.
        provider: the provider at which people sign in.
        people: who may sign in.
        consent_url: the page that asks for consent.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        records: ProxyRecords,
        clients: Clients,
        sessions: Sessions,
        provider: IdentityProvider,
        people: People,
        consent_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.records = records
        self.clients = clients
        self.sessions = sessions
        self.provider = provider
        self.people = people
        self.resources: list[str] = []
        self._consent_url = consent_url
        self._clock = clock

    async def get_client(self, client_id: str) -> ProxyClient | None:
        return await self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        await self.clients.register(client_info)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Store a valid request; return the page that asks the person for consent to it."""
        if len(params.code_challenge) != CHALLENGE_CHARS:
            raise AuthorizeError("invalid_request", "code_challenge must be the S256 digest of a code_verifier")
        if len(params.state or "") > MAX_STATE_CHARS:
            raise AuthorizeError("invalid_request", f"state must have at most {MAX_STATE_CHARS} characters")
        resource = self._resource(params.resource)
        if resource is None:
            raise AuthorizeError("invalid_target", f"resource must be one of {', '.join(self.resources)}")
        request = params.model_copy(update={"resource": resource}).model_dump(mode="json")
        key = secrets.token_urlsafe(32)
        try:
            await self.records.put(REQUEST, key, {**request, "client_id": client.client_id}, REQUEST_SECONDS)
        except Unavailable as exc:
            raise AuthorizeError("temporarily_unavailable", exc.message) from exc
        return f"{self._consent_url}?{urlencode({'request': key})}"

    def _resource(self, requested: str | None) -> str | None:
        """The server that a token is requested for; None if it is not served here, or not named though needed."""
        if requested is None:
            return self.resources[0] if len(self.resources) == 1 else None
        return next((each for each in self.resources if each.rstrip("/") == requested.rstrip("/")), None)

    async def issue_code(self, request: dict[str, Any], person: SignedIn) -> str:
        """Store a code for a person whom the provider signed in, and who consented to the request.

        Raises:
            SignInFailed: when this person may not use the server.
        """
        issuer, subject = str(person.claims.get("iss")), person.claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARS:
            raise SignInFailed("server_error", "The provider's ID token names nobody.")
        if not self.people.admit(person.claims):
            raise SignInFailed("access_denied", "This account may not use this server.")
        session = {
            "client_id": request["client_id"],
            "scopes": request["scopes"],
            "resource": request["resource"],
            "principal": principal_of(issuer, subject, is_client=False),
            "issuer": issuer,
            "subject": subject,
            "claims": self.people.lasting(person.claims),
            "provider_token": person.refresh_token,
        }
        code = secrets.token_urlsafe(32)
        fields = {**request, "session": session, "expires_at": self._clock() + CODE_SECONDS}
        await self.records.put(CODE, code, fields, CODE_SECONDS)
        return code

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> IssuedCode | None:
        """The code; None if there is none. One that was used before ends the session it began (RFC 6749, 4.1.2)."""
        fields = await self.records.find(CODE, authorization_code)
        if fields is None:
            spent = await self.records.find(SPENT_CODE, authorization_code)
            if spent and spent["client_id"] == client.client_id:
                async with self.sessions.locked(spent["session_id"]):
                    await self.sessions.end(spent["session_id"], "an authorization code was used twice")
            return None
        return IssuedCode.model_validate({**fields, "code": authorization_code})

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: IssuedCode
    ) -> OAuthToken:
        """Begin the session of a code, which can be done once."""
        self._check_resource(authorization_code.resource)
        if await self.records.take(CODE, authorization_code.code) is None:
            raise TokenError("invalid_grant", "authorization code does not exist")
        session, identifier = Session(**authorization_code.session), new_identifier()
        spent = {"session_id": identifier, "client_id": client.client_id}
        async with self.sessions.locked(identifier):  # a second use of the code must not end it before it has begun
            await self.records.put(SPENT_CODE, authorization_code.code, spent, REQUEST_SECONDS)
            session = await self.sessions.begin(session, identifier)
        await self.clients.keep(client)
        return self._tokens(identifier, session, session.scopes)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> IssuedRefreshToken | None:
        found = await self.sessions.of_refresh_token(refresh_token)
        if found is None:
            async with self.sessions.locked(refresh_token.partition(".")[0]):
                await self.sessions.end_if_reused(refresh_token)
            return None
        identifier, session = found
        return IssuedRefreshToken(
            token=refresh_token,
            client_id=session.client_id,
            scopes=session.scopes,
            resource=session.resource,
            subject=session.principal,
            session_id=identifier,
        )

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: IssuedRefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """Issue new tokens if the provider still accepts the person; concurrent requests get the same refresh token."""
        self._check_resource(refresh_token.resource)
        try:
            async with self.sessions.locked(refresh_token.session_id):
                session = await self._refreshed(refresh_token)
        except SignInFailed as refused:
            # `TokenError` is raised outside the lock, as a frozen dataclass cannot pass a context manager.
            raise TokenError("invalid_grant", refused.reason) from refused
        await self.clients.keep(client)
        return self._tokens(refresh_token.session_id, session, scopes)

    async def _refreshed(self, refresh_token: IssuedRefreshToken) -> Session:
        """The session with a new refresh token; as it is if the token was replaced a moment ago.

        Raises:
            SignInFailed: when the session has ended, or the provider no longer accepts the person, which ends it.
            Unavailable: when the provider cannot be asked; the session goes on.
        """
        found = await self.sessions.of_refresh_token(refresh_token.token)
        if found is None:
            await self.sessions.end_if_reused(refresh_token.token)
            raise SignInFailed("invalid_grant", "refresh token does not exist")
        identifier, session = found
        if refresh_token.token != session.refresh_token:
            return session
        try:
            confirmed = await self._confirmed(session)
        except SignInFailed as refused:
            await self.sessions.end(identifier, f"the provider ended the sign-in: {refused.error}")
            raise
        try:
            return await self.sessions.rotate(identifier, confirmed)
        except SessionEnded:
            raise SignInFailed("invalid_grant", "the session has ended: sign in again") from None

    async def _confirmed(self, session: Session) -> Session:
        """The session with the provider's latest refresh token, if the provider still accepts the person.

        Raises:
            SignInFailed, Unavailable: as `_refreshed`.
        """
        if session.provider_token is None:
            return session
        try:
            person = await self.provider.refresh(session.provider_token)
        except VerificationUnavailable as exc:
            raise Unavailable("The provider cannot be asked whether you may still use this server.") from exc
        except SignInFailed as refused:
            raise SignInFailed(refused.error, "The provider ended the sign-in: sign in again.") from refused
        same = person.claims.get("sub", session.subject) == session.subject
        if not same or (person.claims and not self.people.admit({**session.claims, **person.claims})):
            raise SignInFailed("access_denied", "This account may not use this server.")
        return replace(session, provider_token=person.refresh_token)

    def _check_resource(self, granted: str | None) -> None:
        """Refuse a token request that names another resource than the one that was authorized."""
        requested = requested_resource.get()
        if requested is not None and requested.rstrip("/") != (granted or "").rstrip("/"):
            raise TokenError("invalid_target", "resource must be the one of the authorization request")

    def _tokens(self, identifier: str, session: Session, scopes: Sequence[str]) -> OAuthToken:
        return OAuthToken(
            access_token=self.sessions.access_token(identifier, session, list(scopes)),
            expires_in=ACCESS_TOKEN_SECONDS,
            scope=" ".join(scopes),
            refresh_token=session.refresh_token,
        )

    async def load_access_token(self, token: str) -> IssuedAccessToken | None:
        tokens = ProxyTokens(self.records.cipher, self.sessions, audience=None)
        found, claims = await tokens.verify(token), tokens.claims(token)
        return IssuedAccessToken(**found.model_dump(), session_id=claims["session"]) if found and claims else None

    async def revoke_token(self, token: IssuedAccessToken | IssuedRefreshToken) -> None:
        """End the session of a token, and revoke the provider's refresh token too, if the provider lets us."""
        async with self.sessions.locked(token.session_id):
            provider_token = await self.sessions.end(token.session_id, "revoked by the client")
        if provider_token:
            await self.provider.revoke(provider_token)
