"""Authentication of requests to one API: headers, query parameters, cookies, OAuth tokens and client certificates."""

import base64
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import anyio
import httpx2
from mcp_chassis.settings import Credential
from mcp_chassis.upstream.policy import Policy

from rest_mcp.authentication import Auth
from rest_mcp.bridge import Api
from rest_mcp.oauth_tokens import TokenSource
from rest_mcp.settings import RestSettings, credential_field


class Signer:
    """The credentials of one API. An async context manager, closed together with the server."""

    def __init__(self, name: str, api: Api, settings: RestSettings, policy: Policy) -> None:
        self._secrets = [
            (auth, settings.credential(credential_field(name, place))) for place, auth in enumerate(api.secrets)
        ]
        self._tokens = TokenSource.configured(name, api, settings, policy) if api.oauth else None
        self._certificate = None
        if api.client_certificate is not None:
            self._certificate = getattr(settings, f"certificate_of_{name}"), getattr(settings, f"key_of_{name}")

    @property
    def credential(self) -> Credential | None:
        """The secret that is read again after a 401 and named in the failure: that in Authorization, else the first.

        None with OAuth, where a new token is fetched instead.
        """
        if self._tokens is not None:
            return None
        by_header = [secret for auth, secret in self._secrets if auth.is_authorization]
        return next(iter([*by_header, *(secret for _, secret in self._secrets)]), None)

    async def prepare(self) -> None:
        """Load the secrets, and fetch an OAuth token if one is needed and none is valid.

        Raises:
            Failure: the issuer cannot be reached or refuses the client, or a secret's command fails.
        """
        for _, credential in self._secrets:
            await credential.ready()
        if self._tokens is not None:
            await self._tokens.fetch()

    def forget_token(self) -> bool:
        """Drop the token after a 401; return False if there is none."""
        return self._tokens is not None and self._tokens.forget()

    def headers(self) -> Mapping[str, str]:
        """The headers that carry secrets.

        Raises:
            AuthenticationFailed: a variable is not set.
        """
        signed: dict[str, str] = {}
        cookies: list[str] = []
        for auth, credential in self._secrets:
            if auth.cookie is not None:
                cookies.append(f"{auth.cookie}={credential.reveal()}")
            elif auth.query is None:
                signed[auth.header] = _header(auth, credential.reveal())
        if cookies:
            signed["Cookie"] = "; ".join(cookies)
        return {**signed, **(self._tokens.headers() if self._tokens else {})}

    def params(self) -> dict[str, str]:
        """The query parameters that carry secrets."""
        return {auth.query: credential.reveal() for auth, credential in self._secrets if auth.query is not None}

    def transport(self) -> httpx2.AsyncBaseTransport | None:
        """A transport with the client certificate; None without one.

        With a certificate, the environment's proxies are not used: the TLS connection must reach the API itself.
        """
        if self._certificate is None or None in self._certificate:
            return None
        context = ssl.create_default_context()
        context.load_cert_chain(*self._certificate)
        return httpx2.AsyncHTTPTransport(verify=context)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tokens is not None:
            with anyio.CancelScope(shield=True):
                await self._tokens.aclose()


def _header(auth: Auth, secret: str) -> str:
    if auth.basic:
        return f"Basic {base64.b64encode(secret.encode()).decode()}"
    return f"{auth.prefix}{secret}"
