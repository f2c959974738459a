"""The authorization proxy in a process of its own, in front of npm's `oidc-provider` like known ones."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import services
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from ports import reserved_port
from remote_http import Process, process
from remote_signing_in import CALLBACK, Browser, Storage

GRANT_KEY = "canary-a-key-that-encrypts-the-proxys-records"
CLIENT_SECRET = "canary-provider-client-secret"
PROFILES: dict[str, dict[str, str]] = {
    "entra": {"MCP_OAUTH_PROXY_PEOPLE": "tid=9188040d-6c67-4c5b-b112-36a304b66dad"},
    "okta": {"MCP_OAUTH_PROXY_PEOPLE": "groups=team-*"},
    "google": {
        "MCP_OAUTH_PROXY_PEOPLE": "hd=example.com",
        "MCP_OAUTH_PROXY_PARAMETERS": "access_type=offline,prompt=consent",
    },
    "auth0": {
        "MCP_OAUTH_PROXY_PEOPLE": "email=*@example.com",
        "MCP_OAUTH_PROXY_PARAMETERS": "audience=https://api.example.com",
    },
}
_BOX = re.compile(r'<input type="checkbox" name="([^"]+)" checked>')
_REFRESH = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')


class ConsentingBrowser(Browser):
    """A browser whose person also answers the consent page of the proxy."""

    def __init__(self, person: str, answer: str = "allow", callback: str = CALLBACK) -> None:
        super().__init__(person, callback)
        self.answer = answer
        self.pages: list[str] = []

    def next_address(self, response: httpx2.Response) -> str | None:
        found = _REFRESH.search(response.text)
        return unescape(found[1]) if found else super().next_address(response)

    def filled_in(self, page: httpx2.Response) -> httpx2.Request:
        self.pages.append(page.text)
        request = super().filled_in(page)
        if "form_token" not in page.text:
            return request
        boxes = "".join(f"&{name}=on" for name in _BOX.findall(page.text))
        body = f"{request.content.decode()}{boxes}&answer={self.answer}"
        return self.http.build_request(
            "POST", request.url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )


@dataclass
class Proxied:
    """A running server behind the proxy, and its provider."""

    url: str
    issuer: str
    running: Process
    environment: Mapping[str, str]

    @property
    def mcp(self) -> str:
        return f"{self.url}/mcp"

    async def issued(self) -> list[dict[str, Any]]:
        """The token responses of the provider."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            return (await http.get(f"{_origin(self.issuer)}/-/issued")).json()

    async def remove(self, person: str) -> None:
        """Make the provider refuse a person from now on."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.post(f"{_origin(self.issuer)}/-/remove/{person}")


def signing_in(
    server_url: str, person: str, scope: str | None = None, answer: str = "allow"
) -> tuple[OAuthClientProvider, Storage, ConsentingBrowser]:
    """The SDK's own OAuth client, with a person who consents."""
    storage, browser = Storage(), ConsentingBrowser(person, answer)

    async def came_back() -> AuthorizationCodeResult:
        found = browser.came_back
        return AuthorizationCodeResult(code=found["code"], state=found.get("state"), iss=found.get("iss"))

    metadata = OAuthClientMetadata.model_validate({"redirect_uris": [CALLBACK], "client_name": "tests", "scope": scope})
    return OAuthClientProvider(server_url, metadata, storage, browser.open, came_back), storage, browser


@contextlib.asynccontextmanager
async def provider_like(profile: str, redirect_uri: str) -> AsyncGenerator[str]:
    """npm's `oidc-provider` configured like `profile`; its issuer."""
    packages = services.npm_package("oidc-provider").parent.parent
    script = Path(__file__).with_name("provider_like.mjs")
    command = [services.node(), str(script), str(packages), profile, redirect_uri]
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert child.stdout is not None
    try:
        issuer = (await child.stdout.readline()).decode().strip()
        assert issuer, "oidc-provider ended before it listened"
        yield issuer
    finally:
        child.kill()
        await child.wait()


@contextlib.asynccontextmanager
async def proxied(profile: str, folder: Path, *servers: str, **more: str) -> AsyncGenerator[Proxied]:
    """The sample servers behind the proxy, in front of a provider like `profile`."""
    port = reserved_port()
    url = f"http://127.0.0.1:{port}"
    async with provider_like(profile, f"{url}/oauth/callback") as issuer:
        environment = {
            "MCP_PORT": str(port),
            "MCP_PUBLIC_URL": url,
            "MCP_OAUTH_PROXY_ISSUER": issuer,
            "MCP_OAUTH_PROXY_CLIENT_ID": "the-one-client",
            "MCP_OAUTH_PROXY_CLIENT_SECRET": CLIENT_SECRET,
            "MCP_GRANT_KEYS": GRANT_KEY,
            "MCP_GRANTS_FILE": str(folder / "grants.sqlite3"),
            "NO_PROXY": "127.0.0.1",
            "LOG_LEVEL": "DEBUG",
            **PROFILES[profile],
            **more,
        }
        async with process(*servers, environment=environment) as running:
            assert running.url, running.messages
            yield Proxied(url, issuer, running, environment)


def _origin(url: str) -> str:
    parts = urlsplit(urljoin(url, "/"))
    return f"{parts.scheme}://{parts.netloc}"
