"""Assembly of the proxy: its authorization server, pages and verifiers."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.store import GrantStore
from mcp_chassis.remote.app import Page, page_of
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.auth.proxy.access_tokens import ProxyTokens
from mcp_chassis.remote.auth.proxy.authorization_server import AuthorizationServer
from mcp_chassis.remote.auth.proxy.client_documents import ClientDocuments
from mcp_chassis.remote.auth.proxy.clients import Clients
from mcp_chassis.remote.auth.proxy.consent import ConsentPages
from mcp_chassis.remote.auth.proxy.consent_cookies import ConsentCookies
from mcp_chassis.remote.auth.proxy.consent_page import CONSENT_PATH
from mcp_chassis.remote.auth.proxy.endpoints import PageGuard, endpoints
from mcp_chassis.remote.auth.proxy.identity_provider import IdentityProvider, ProviderClient
from mcp_chassis.remote.auth.proxy.people import People
from mcp_chassis.remote.auth.proxy.records import ProxyRecords
from mcp_chassis.remote.auth.proxy.sessions import Sessions
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.settings import RemoteSettings

METADATA_PATH = "/.well-known/oauth-authorization-server"


class AuthorizationProxy:
    """The authorization server of a process, in front of one client at an OpenID provider.

    Args:
        remote: the settings of the process.
        store: stores clients, requests, codes and sessions.
        documents: fetches client metadata documents.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        remote: RemoteSettings,
        store: GrantStore,
        documents: ClientDocuments | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = remote.public_url or ""
        self._scopes = remote.grantable_scopes
        self._clock = clock
        cipher = TokenCipher([key.get_secret_value() for key in remote.grant_keys])
        records, issuers = ProxyRecords(store, cipher), IssuerClient()
        self.documents = documents or ClientDocuments()
        self._cipher, self._sessions = cipher, Sessions(records, clock)
        self.server = AuthorizationServer(
            records,
            Clients(records, self.documents, self._scopes, remote.oauth_proxy_schemes),
            self._sessions,
            IdentityProvider(remote.oauth_proxy_issuer or "", _provider_client(remote), issuers),
            People(remote.oauth_proxy_people),
            f"{self._issuer}{CONSENT_PATH}",
            clock,
        )
        self._guard = PageGuard(Origins.of(remote.allowed_hosts, (), self._issuer))
        closing: list[Any] = [issuers, store, self.documents]
        self.resources: list[contextlib.AbstractAsyncContextManager[object]] = [
            contextlib.aclosing(each) for each in closing
        ]

    def verifier(self, audience: str) -> ProxyTokens:
        """The verifier of the tokens of one server, which can be requested from now on."""
        if audience not in self.server.resources:
            self.server.resources.append(audience)
        return ProxyTokens(self._cipher, self._sessions, audience, self._clock)

    def pages(self) -> dict[str, Page]:
        """The pages by path."""
        cookies = ConsentCookies(self._cipher, secure=self._issuer.startswith("https:"))
        consent = ConsentPages(self.server, self._issuer, cookies)
        metadata = page_of(json.dumps(self.metadata()).encode(), "application/json")
        return {
            METADATA_PATH: self._guard.page("metadata", metadata, "GET", "HEAD"),
            **endpoints(self.server, self._guard, self._scopes),
            CONSENT_PATH: self._guard.page("consent", consent.consent, "GET", "POST"),
            "/oauth/callback": self._guard.page("callback", consent.callback, "GET"),
        }

    def metadata(self) -> dict[str, Any]:
        """The authorization server's metadata (RFC 8414)."""
        methods = ["none", "client_secret_post", "client_secret_basic"]
        return {
            "issuer": self._issuer,
            "authorization_endpoint": f"{self._issuer}/authorize",
            "token_endpoint": f"{self._issuer}/token",
            "registration_endpoint": f"{self._issuer}/register",
            "revocation_endpoint": f"{self._issuer}/revoke",
            "scopes_supported": list(self._scopes),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }


def _provider_client(remote: RemoteSettings) -> ProviderClient:
    secret = remote.oauth_proxy_client_secret
    return ProviderClient(
        remote.oauth_proxy_client_id or "",
        secret.get_secret_value() if secret else None,
        f"{remote.public_url}/oauth/callback",
        remote.oauth_proxy_scopes,
        dict(entry.split("=", 1) for entry in remote.oauth_proxy_parameters),
        remote.oauth_algorithms,
    )
