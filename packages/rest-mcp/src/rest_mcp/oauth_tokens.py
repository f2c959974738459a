"""Access tokens from OAuth 2.0 client credentials: fetched at first use and reused until shortly before expiry."""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any, Self, cast
from urllib.parse import quote

import anyio
from mcp_chassis.failures import AuthenticationFailed, Failure, InvalidInput, NotFound, PermissionDenied, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.settings import Credential
from mcp_chassis.telemetry.redaction import register_secret
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

from rest_mcp.authentication import OAuth
from rest_mcp.bridge import Api
from rest_mcp.error_texts import quoted, words
from rest_mcp.settings import RestSettings

DEFAULT_LIFETIME_SECONDS = 300.0  # if the issuer does not send expires_in
EARLY_SECONDS = 30.0  # a token is replaced this long before it expires


class TokenSource:
    """The current access token of one client. Concurrent callers share one request to the issuer."""

    def __init__(
        self,
        name: str,
        oauth: OAuth,
        address: str | None,
        client_id: str | None,
        secret: Credential,
        policy: Policy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._oauth = oauth
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._issuer = (
            JsonApi(
                address,
                upstream=Upstream(f"{name}'s issuer", policy=policy),
                failure_for=_refusal,
                one_origin=True,
            )
            if address
            else None
        )
        self._lock = anyio.Lock()
        self._token, self._until = "", 0.0

    @classmethod
    def configured(cls, name: str, api: Api, settings: RestSettings, policy: Policy) -> Self:
        """Create the token source of the API `name` from the settings that its bridge file declares."""
        oauth = api.oauth or OAuth()
        address, client_id = getattr(settings, f"token_url_of_{name}"), getattr(settings, f"client_id_of_{name}")
        return cls(name, oauth, address, client_id, settings.credential(f"client_secret_of_{name}"), policy)

    async def fetch(self) -> None:
        """Fetch a token if there is none or it expires within 30 seconds (a quarter of its lifetime if that is less).

        Raises:
            AuthenticationFailed: a variable is not set, or the issuer refuses the client.
            Failure: the issuer cannot be reached, or its response has no usable token.
        """
        async with self._lock:
            if not self._token or self._clock() >= self._until:
                self._token, lifetime = await self._asked()
                self._until = self._clock() + lifetime - min(EARLY_SECONDS, lifetime / 4)
                register_secret(self._token)

    def headers(self) -> Mapping[str, str]:
        """The Authorization header with the token; empty before the first token was fetched."""
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def forget(self) -> bool:
        """Drop the token; return whether there was one."""
        known, self._token = self._token, ""
        return bool(known)

    async def aclose(self) -> None:
        if self._issuer is not None:
            await self._issuer.aclose()

    async def _asked(self) -> tuple[str, float]:
        """Request a token; return it and its lifetime in seconds."""
        if self._issuer is None or not self._client_id:
            missing = self._oauth.token_url if self._issuer is None else self._oauth.client_id
            raise AuthenticationFailed(f"This server has no token for {self._name}: {missing} is not set.")
        await self._secret.ready()
        secret = self._secret.reveal()
        pair = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}"
        basic = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        try:
            return await self._granted(self._issuer, basic, {})
        except AuthenticationFailed as in_header:
            try:
                client = {"client_id": self._client_id, "client_secret": secret}
                return await self._granted(self._issuer, {}, client)
            except AuthenticationFailed:
                raise in_header from None

    async def _granted(
        self, issuer: JsonApi, headers: Mapping[str, str], client: Mapping[str, str]
    ) -> tuple[str, float]:
        """Request a token with the client authenticated by HTTP Basic or in the form (RFC 6749, section 2.3.1)."""
        fields = {"grant_type": "client_credentials", "scope": self._oauth.scope, "audience": self._oauth.audience}
        try:
            answer = await issuer.post("", form={**fields, **client}, headers=headers, repeat=Repeat.READ)
        except (AuthenticationFailed, PermissionDenied, InvalidInput, NotFound) as exc:
            said = f" {quoted(exc.reason)}" if isinstance(exc, _Refused) else ""
            raise AuthenticationFailed(
                f"The issuer of {self._name}'s tokens refuses this client: {self._oauth.client_id} or "
                f"{self._oauth.client_secret} is wrong, or {self._oauth.token_url} is another address.{said}"
            ) from exc
        return _token(self._name, answer.json)


class _Refused(AuthenticationFailed):
    """A refusal with the error text that the issuer sent."""


def _refusal(response: Response) -> Failure | None:
    """The issuer's error text as a failure; None if it sent none."""
    said = words(response, ("error_description", "error")) if response.status in {400, 401, 403} else ""
    return _Refused(said) if said else None


def _token(name: str, body: Any) -> tuple[str, float]:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    token, lifetime = fields.get("access_token"), fields.get("expires_in")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise UpstreamError(f"The issuer of {name}'s tokens answered without an access_token.")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
        lifetime = DEFAULT_LIFETIME_SECONDS
    return token, float(lifetime)
