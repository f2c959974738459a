"""Client of the OpenID provider at which people sign in: discovery, authorization URL, tokens, ID token."""

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import Record, read_record
from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.issuer_client import OK_OR_OAUTH_ERROR, IssuerClient
from mcp_chassis.remote.auth.jwks import Jwks, metadata_urls
from mcp_chassis.remote.auth.tokens import LEEWAY
from mcp_chassis.telemetry.redaction import add_call_secret

METADATA_SECONDS = 600.0
USUAL_SCOPES = ("openid", "profile", "email", "offline_access")
BASIC, POST = "client_secret_basic", "client_secret_post"
MAX_REASON_CHARS = 200
OPERATION = "sign a person in"
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


class SignInFailed(Exception):
    """The provider signed nobody in.

    Args:
        error: its OAuth error code.
        reason: its description.
    """

    def __init__(self, error: str, reason: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.reason = sanitize(reason[:MAX_REASON_CHARS])[0]


class ProviderMetadata(Record, frozen=True):
    """The parts of a provider's metadata (OpenID Connect Discovery, RFC 8414) that are used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    revocation_endpoint: str = ""
    scopes_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = (BASIC,)
    authorization_response_iss_parameter_supported: bool = False


class _TokenResponse(Record, frozen=True):
    access_token: str | None = None
    id_token: str | None = None
    refresh_token: str | None = None
    error: str | None = None
    error_description: str | None = None


@dataclass(frozen=True)
class ProviderClient:
    """The client that is registered at the provider.

    Args:
        client_id, secret: its credentials; no secret for a public client.
        redirect_uri: its redirect URI.
        scopes: the scopes to request; the usual ones that the provider supports if empty.
        parameters: further parameters of the authorization request.
        algorithms: accepted signatures of ID tokens.
    """

    client_id: str
    secret: str | None
    redirect_uri: str
    scopes: tuple[str, ...]
    parameters: Mapping[str, str]
    algorithms: Sequence[str]


@dataclass(frozen=True)
class SignedIn:
    """A person whom the provider signed in: the claims of the ID token, and the refresh token if it issued one."""

    claims: Mapping[str, Any]
    refresh_token: str | None


class IdentityProvider:
    """Client of one OpenID provider.

    Args:
        issuer: its issuer; a trailing slash makes no difference here, but does in its tokens.
        client: the client that is registered there.
        documents: HTTP client.
        clock: returns monotonic seconds.
    """

    def __init__(
        self,
        issuer: str,
        client: ProviderClient,
        documents: IssuerClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._client = client
        self._documents = documents
        self._clock = clock
        self._found: tuple[ProviderMetadata, Jwks] | None = None
        self._found_at = float("-inf")
        self._lock = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """The provider's metadata, fetched at most every ten minutes.

        Raises:
            VerificationUnavailable: when they cannot be fetched, or are those of another issuer.
        """
        return (await self._discovered())[0]

    async def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        """The URL to which the person's browser is sent to sign in."""
        metadata = await self.metadata()
        supported = [scope for scope in USUAL_SCOPES if scope in metadata.scopes_supported or scope == "openid"]
        query = {
            **self._client.parameters,
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": " ".join(self._client.scopes or supported),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        separator = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        return f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"

    async def sign_in(self, code: str, verifier: str, nonce: str) -> SignedIn:
        """Exchange the provider's code for the person's identity.

        Raises:
            SignInFailed: when the provider refuses the code, or its ID token is not valid for this sign-in.
            VerificationUnavailable: when the provider does not respond as expected.
        """
        response = await self._token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._client.redirect_uri,
            code_verifier=verifier,
        )
        claims = await self._claims(response.id_token)
        sent = claims.get("nonce")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), nonce.encode()):
            raise SignInFailed("access_denied", "The provider's ID token was issued for another sign-in.")
        return SignedIn(claims, response.refresh_token)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Ask whether the person may still use the client; the claims are empty if no ID token is issued again.

        Raises:
            SignInFailed, VerificationUnavailable: as `sign_in`.
        """
        response = await self._token(grant_type="refresh_token", refresh_token=refresh_token)
        claims: Mapping[str, Any] = await self._claims(response.id_token) if response.id_token else {}
        return SignedIn(claims, response.refresh_token or refresh_token)

    async def revoke(self, refresh_token: str) -> bool:
        """Revoke a refresh token (RFC 7009); return False if the provider has no way to, or cannot be reached."""
        try:
            metadata = await self.metadata()
            if not metadata.revocation_endpoint:
                return False
            body, auth = self._authenticated(metadata, {"token": refresh_token, "token_type_hint": "refresh_token"})
            return await self._documents.send_form(metadata.revocation_endpoint, body, auth) == HTTPStatus.OK
        except VerificationUnavailable:
            return False

    def _authenticated(
        self, metadata: ProviderMetadata, form: dict[str, str]
    ) -> tuple[dict[str, str], tuple[str, str] | None]:
        """The form of a request of the client, and its credentials for HTTP Basic if the provider wants them there."""
        client = self._client
        body = {**form, "client_id": client.client_id}
        if client.secret is None:
            return body, None
        if POST in metadata.token_endpoint_auth_methods_supported:
            return {**body, "client_secret": client.secret}, None
        return body, (client.client_id, client.secret)

    async def _token(self, **form: str) -> _TokenResponse:
        metadata = await self.metadata()
        body, auth = self._authenticated(metadata, form)
        answer = await self._documents.post(metadata.token_endpoint, body, auth, OK_OR_OAUTH_ERROR)
        try:
            response = read_record(answer, _TokenResponse, upstream=self.issuer, operation=OPERATION)
        except UpstreamError as exc:
            raise VerificationUnavailable from exc
        for secret in (response.access_token, response.refresh_token, response.id_token):
            add_call_secret(secret)
        if response.error:
            raise SignInFailed(response.error, response.error_description or "")
        return response

    async def _claims(self, id_token: str | None) -> Mapping[str, Any]:
        """The claims of a verified ID token (OpenID Connect Core, section 3.1.3.7)."""
        metadata, keys = await self._discovered()
        key = await self._key(id_token or "", keys)
        try:
            claims = jwt.decode(
                id_token or "",
                key.key,
                algorithms=[key.algorithm_name],
                audience=self._client.client_id,
                issuer=metadata.issuer,
                leeway=LEEWAY,
                options={"require": _REQUIRED},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            raise SignInFailed("access_denied", "The provider's ID token is not valid for this server.") from None
        client_id = self._client.client_id
        if claims.get("azp", client_id if claims["aud"] in (client_id, [client_id]) else None) != client_id:
            raise SignInFailed("access_denied", "The provider's ID token was issued to another client.")
        return claims

    async def _key(self, id_token: str, keys: Jwks) -> jwt.PyJWK:
        try:
            header = jwt.get_unverified_header(id_token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise SignInFailed("server_error", "The provider sent no ID token that can be read.") from None
        algorithm, kid = header.get("alg"), header.get("kid")
        known = algorithm in self._client.algorithms and isinstance(kid, str | None) and "crit" not in header
        key = await keys.find(kid, algorithm) if known and algorithm else None
        if key is None:
            raise SignInFailed("access_denied", "The provider's ID token is signed in a way that is not accepted.")
        return key

    async def _discovered(self) -> tuple[ProviderMetadata, Jwks]:
        async with self._lock:
            if self._found is None or self._clock() - self._found_at > METADATA_SECONDS:
                try:
                    metadata = await self._discover()
                except VerificationUnavailable:
                    if self._found is None:
                        raise
                    return self._found
                if self._found is None or self._found[0] != metadata:
                    self._found = metadata, Jwks(self.issuer, metadata.jwks_uri, self._documents)
                self._found_at = self._clock()
            return self._found

    async def _discover(self) -> ProviderMetadata:
        for url in metadata_urls(self.issuer):
            try:
                document = await self._documents.get(url)
                found = read_record(document, ProviderMetadata, upstream=self.issuer, operation="read its metadata")
            except (VerificationUnavailable, UpstreamError):
                continue
            if found.issuer.rstrip("/") == self.issuer and self._is_safe(found):
                return found
        raise VerificationUnavailable

    def _is_safe(self, found: ProviderMetadata) -> bool:
        """Whether all endpoints are https, or http like those of a provider on this machine."""
        allowed = {"https", urlsplit(self.issuer).scheme}
        urls = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.revocation_endpoint)
        return all(urlsplit(url).scheme in allowed for url in urls if url)
