"""A person at a browser who signs in and agrees, and an authorization server for that."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import services
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

CALLBACK = "http://127.0.0.1:9/callback"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"', re.IGNORECASE)
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', re.IGNORECASE)
_MOST_STEPS = 20


class Storage:
    """Where the SDK's client keeps what it got."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Browser:
    """Follows redirects, fills in forms, and stops where the program awaits its callback."""

    def __init__(self, person: str, callback: str = CALLBACK) -> None:
        self.person = person
        self.came_back: dict[str, str] = {}
        self.visited: list[str] = []
        self._callback = callback
        self.http = httpx2.AsyncClient(trust_env=False)

    async def open(self, url: str) -> None:
        request = self.http.build_request("GET", url)
        for _ in range(_MOST_STEPS):
            self.visited.append(f"{request.method} {urlsplit(str(request.url)).path}")
            response = await self.http.send(request)
            if address := self.next_address(response):
                where = urljoin(str(request.url), address)
                if where.startswith(self._callback):
                    self.came_back = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
                    return
                request = self.http.build_request("GET", where)
            else:
                request = self.filled_in(response)
        raise AssertionError(f"{self.person} went in circles: {self.visited}")

    def next_address(self, response: httpx2.Response) -> str | None:
        """The address to which a response sends the browser on; None for a page."""
        return response.headers["location"] if response.is_redirect else None

    def filled_in(self, page: httpx2.Response) -> httpx2.Request:
        forms = [part for part in page.text.split("</form>") if "<form" in part]
        assert forms, f"nothing to fill in at {page.url}: {page.status_code} {page.text[:500]}"
        chosen = next((form for form in forms if self.person in form), forms[0])
        form = _FORM.search(chosen)
        assert form
        fields = {name: unescape(value) for name, value in _HIDDEN.findall(chosen)}
        fields |= {"login": self.person, "password": "anything"} if "login" in page.text.lower() else {}
        return self.http.build_request("POST", urljoin(str(page.url), unescape(form[1])), data=fields)


def signing_in(server_url: str, person: str, scope: str | None = None) -> tuple[OAuthClientProvider, Storage, Browser]:
    """The SDK's own OAuth client with a person behind it."""
    storage, browser = Storage(), Browser(person)

    async def came_back() -> AuthorizationCodeResult:
        found = browser.came_back
        return AuthorizationCodeResult(code=found["code"], state=found.get("state"), iss=found.get("iss"))

    metadata = OAuthClientMetadata.model_validate({"redirect_uris": [CALLBACK], "client_name": "tests", "scope": scope})
    return OAuthClientProvider(server_url, metadata, storage, browser.open, came_back), storage, browser


def known_client(issuer: str) -> OAuthClientInformationFull:
    """A client that the authorization server knows already."""
    told = {"client_id": "known-client", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
    return OAuthClientInformationFull.model_validate({**told, "issuer": issuer})


@contextlib.asynccontextmanager
async def oidc_provider(tokens: str = "jwt") -> AsyncGenerator[str]:
    """npm's `oidc-provider`, with `jwt` or `opaque` tokens; its issuer."""
    packages = services.npm_package("oidc-provider").parent.parent
    script = Path(__file__).with_name("oidc_provider.mjs")
    process = await asyncio.create_subprocess_exec(
        services.node(),
        str(script),
        str(packages),
        tokens,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        issuer = (await process.stdout.readline()).decode().strip()
        assert issuer, "oidc-provider ended before it listened"
        yield issuer
    finally:
        process.kill()
        await process.wait()
