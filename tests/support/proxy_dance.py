"""Steps of a sign-in through the authorization proxy, one by one, in this process and against a scripted provider."""

import base64
import hashlib
import itertools
import re
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.app import Application
from mcp_chassis.remote.assembly import application
from mcp_chassis.remote.auth.proxy.client_documents import ClientDocuments
from mcp_chassis.remote.auth.proxy.setup import AuthorizationProxy
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from remote_http import BASE, living, post, served
from remote_issuer import EC_KEY, RSA_KEY, jwk
from remote_sample import FIRST

REDIRECT = "http://127.0.0.1:9/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-0123"
ISSUED_SCOPES = "read write destructive resources prompts"
CALL = {"name": "echo", "arguments": {"text": "hello"}}
_REFRESH = re.compile(r'content="0;url=([^"]+)"')
_BOX = re.compile(r'<input type="checkbox" name="([^"]+)" checked>')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class ScriptedProvider:
    """An OpenID provider on a loopback socket; tests change what it issues."""

    def __init__(self, upstream: ScriptedUpstream) -> None:
        self.upstream = upstream
        self.url = upstream.url
        self.nonces: dict[str, str] = {}
        self.issued: list[dict[str, Any]] = []
        self.claims: dict[str, Any] = {}
        self.response: dict[str, Any] = {"refresh_token": "canary-provider-refresh-token"}
        self.key: Any = RSA_KEY
        self.header: dict[str, Any] = {"kid": "one"}
        self.publish()
        upstream.answers("GET /jwks", Reply(json={"keys": [jwk(RSA_KEY, "one"), jwk(EC_KEY, "two")]}))
        upstream.answers("POST /token", self._token)

    def publish(self, **changed: Any) -> None:
        """Publish metadata, of which some differ from the usual ones."""
        metadata = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "scopes_supported": ["openid", "email", "offline_access"],
            **changed,
        }
        self.upstream.answers("GET /.well-known/openid-configuration", Reply(json=metadata))

    def _token(self, request: Request) -> Reply:
        nonce = self.nonces.get(request.form.get("code", ""))
        now = int(time.time())
        usual = {"iss": self.url, "aud": "the-one-client", "sub": "ann", "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
        algorithm = "ES256" if self.key is EC_KEY else "RS256"
        token = jwt.encode(claims, self.key, algorithm=algorithm, headers=self.header)
        sent = {"access_token": "canary-provider-access-token", "token_type": "Bearer", "id_token": token}
        self.issued.append({name: value for name, value in {**sent, **self.response}.items() if value is not None})
        return Reply(json=self.issued[-1])


@dataclass
class Dance:
    """A client, a browser, the proxy and its provider."""

    http: httpx2.AsyncClient
    provider: ScriptedProvider
    environment: Mapping[str, str]
    resource: str = f"{BASE}/mcp"
    client: dict[str, Any] = field(default_factory=dict[str, Any])

    def from_address(self, address: str) -> None:
        """Send further requests from this address."""
        transport = self.http._transport  # pyright: ignore[reportPrivateUsage]
        assert isinstance(transport, httpx2.ASGITransport)
        transport.client = (address, 1)

    async def register(self, **metadata: Any) -> httpx2.Response:
        """Register a public client."""
        usual = {"redirect_uris": [REDIRECT], "client_name": "a client", "token_endpoint_auth_method": "none"}
        response = await self.http.post("/register", json={**usual, **metadata})
        if response.status_code == 201:
            self.client = response.json()
        return response

    async def authorize(self, **changed: str | None) -> httpx2.Response:
        """The response of the authorization endpoint."""
        usual = {
            "response_type": "code",
            "client_id": self.client.get("client_id"),
            "redirect_uri": REDIRECT,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "state": "the-clients-state",
            "resource": self.resource,
        }
        query = {name: value for name, value in {**usual, **changed}.items() if value is not None}
        return await self.http.get("/authorize", params=query)

    async def consent_page(self, **changed: str | None) -> httpx2.Response:
        """The page that asks for consent to a request."""
        response = await self.authorize(**changed)
        assert response.status_code == 302, response.text
        return await self.http.get(response.headers["location"])

    async def answered(self, page: httpx2.Response, answer: str = "allow", **changed: str) -> httpx2.Response:
        """The response to the form of a consent page, with all boxes checked but those that are changed to nothing."""
        fields = {**hidden(page), **dict.fromkeys(_BOX.findall(page.text), "on"), "answer": answer, **changed}
        fields = {name: value for name, value in fields.items() if value}
        return await self.http.post("/oauth/consent", data=fields, headers={"origin": BASE})

    def provider_signs_in(self, sent_on: httpx2.Response, code: str = "provider-code") -> dict[str, str]:
        """The callback's query after the person has signed in at the provider."""
        query = query_of(address(sent_on))
        self.provider.nonces[code] = query["nonce"]
        return {"code": code, "state": query["state"]}

    async def called_back(self, query: Mapping[str, str]) -> dict[str, str]:
        """The parameters with which the client is called back."""
        response = await self.http.get("/oauth/callback", params=dict(query))
        assert response.status_code == 302, f"{response.status_code} {response.text}"
        assert response.headers["location"].startswith(REDIRECT)
        return query_of(response.headers["location"])

    async def code(self, **changed: str | None) -> str:
        """A new authorization code."""
        sent_on = await self.answered(await self.consent_page(**changed))
        return (await self.called_back(self.provider_signs_in(sent_on)))["code"]

    async def exchange(self, code: str, **changed: str | None) -> httpx2.Response:
        """The response of the token endpoint to a code."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client.get("client_id"),
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        return await self.token({**usual, **changed})

    async def refresh(self, refresh_token: str, **changed: str | None) -> httpx2.Response:
        """The response of the token endpoint to a refresh token."""
        usual = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self.client["client_id"]}
        return await self.token({**usual, **changed})

    async def token(self, form: Mapping[str, str | None]) -> httpx2.Response:
        return await self.http.post("/token", data={name: value for name, value in form.items() if value is not None})

    async def tokens(self, **changed: str | None) -> dict[str, Any]:
        """The tokens of a new session."""
        response = await self.exchange(await self.code(**changed))
        assert response.status_code == 200, response.text
        return response.json()

    async def call(self, access_token: str, path: str = "/mcp") -> httpx2.Response:
        """A tool call with a token."""
        headers = {"authorization": f"Bearer {access_token}"}
        return await post(self.http, "modern", "tools/call", CALL, headers, path=path)


def address(response: httpx2.Response) -> str:
    """The address to which a response sends the browser, by a redirect or by a page."""
    if response.is_redirect:
        return response.headers["location"]
    found = _REFRESH.search(response.text)
    assert found, f"{response.status_code} {response.text}"
    return unescape(found[1])


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def hidden(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}


def environment(provider: ScriptedProvider, folder: Path) -> dict[str, str]:
    return {
        "MCP_PUBLIC_URL": BASE,
        "MCP_OAUTH_PROXY_ISSUER": provider.url,
        "MCP_OAUTH_PROXY_CLIENT_ID": "the-one-client",
        "MCP_OAUTH_PROXY_CLIENT_SECRET": "canary-provider-client-secret",
        "MCP_OAUTH_PROXY_PEOPLE": "*",
        "MCP_GRANT_KEYS": "canary-a-key-that-encrypts-the-proxys-records",
        "MCP_GRANTS_FILE": str(folder / "grants.sqlite3"),
    }


@asynccontextmanager
async def pages_alone(
    folder: Path, documents: ClientDocuments | None = None, clock: Callable[[], float] = time.time
) -> AsyncGenerator[Dance]:
    """The pages of the proxy without a server, with other client documents or another clock."""
    async with ScriptedUpstream() as upstream:
        provider = ScriptedProvider(upstream)
        env = environment(provider, folder)
        remote = RemoteSettings.load(env)
        proxy = AuthorizationProxy(remote, FileGrantStore(folder / "grants.sqlite3"), documents, clock)
        proxy.verifier(f"{BASE}/mcp")
        origins = Origins.of((), (), BASE)
        app = Application(
            "proxy",
            endpoints={},
            pages=proxy.pages(),
            flight=InFlightRequests(),
            hint="",
            origins=origins,
            resources=proxy.resources,
        )
        async with living(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http:
            yield Dance(http, provider, env)


@asynccontextmanager
async def dancing(folder: Path, servers: Any = None, **more: str) -> AsyncGenerator[Dance]:
    """A registered client of the proxy in front of a scripted provider."""
    async with ScriptedUpstream() as upstream:
        provider = ScriptedProvider(upstream)
        env = {**environment(provider, folder), **more}
        async with served(servers or {"": FIRST}, env) as http:
            dance = Dance(http, provider, env)
            assert (await dance.register()).status_code == 201
            yield dance


class RoundRobin(httpx2.AsyncBaseTransport):
    """A balancer that sends each request to the next replica."""

    def __init__(self, *replicas: Application) -> None:
        self._turns = itertools.cycle([httpx2.ASGITransport(replica) for replica in replicas])

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await next(self._turns).handle_async_request(request)


@asynccontextmanager
async def replicated(folder: Path, redis_url: str) -> AsyncGenerator[Dance]:
    """A registered client of two replicas that share Redis."""
    async with ScriptedUpstream() as upstream, AsyncExitStack() as stack:
        provider = ScriptedProvider(upstream)
        env = {**environment(provider, folder), "MCP_REDIS_URL": redis_url, "MCP_RATE_LIMIT": "0"}
        replicas = [application({"": FIRST}, env, InFlightRequests()) for _ in range(2)]
        for replica in replicas:
            await stack.enter_async_context(living(replica))
        http = httpx2.AsyncClient(transport=RoundRobin(*replicas), base_url=BASE)
        http.headers["accept"] = "application/json, text/event-stream"
        dance = Dance(await stack.enter_async_context(http), provider, env)
        assert (await dance.register()).status_code == 201
        yield dance
