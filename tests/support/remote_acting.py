"""A server whose callers act with accounts of their own at an upstream on a loopback socket."""

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar
from urllib.parse import urlencode

import httpx2
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import Secret, ServerSettings, SettingsConfigDict
from mcp_chassis.sign_in import SignIn
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.tools import Connected, reads
from pydantic import Field
from remote_issuer import Issuer
from remote_signing_in import Browser

GRANT_KEY = "a-key-that-seals-the-grants-of-these-tests"


class HouseSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="HOUSE_")

    url: str = Field(description="Of the upstream.")
    token: Secret | None = Field(default=None, description="The server's own.")


class Houses:
    """The upstream as one credential sees it; `kept` is what a careless cache would mix up."""

    def __init__(self, settings: HouseSettings) -> None:
        self.kept: str | None = None
        self._url = settings.url
        self._token = settings.credential("token")

    async def whose(self) -> str:
        if self.kept is None:
            async with httpx2.AsyncClient(trust_env=False) as http:
                answer = await http.get(f"{self._url}/me", headers={"authorization": f"Bearer {self._token.reveal()}"})
            if answer.status_code == 401:
                raise AuthenticationFailed("The upstream refused the token.")
            self.kept = answer.json()["name"]
        return self.kept


class Whose(Result):
    name: str


@reads("Whose")
async def whose(houses: Annotated[Houses, Connected]) -> Whose:
    """Say whose account this is at the upstream."""
    return Whose(name=await houses.whose())


@asynccontextmanager
async def connect(settings: HouseSettings) -> AsyncGenerator[Houses]:
    yield Houses(settings)


HOUSE = Server(
    name="first-server",
    settings=HouseSettings,
    connect=connect,
    instructions="For tests.",
    tools=(whose,),
    sign_in=SignIn("House", "https://house.example/authorize", "https://house.example/token", ("read",)),
    draft=True,
)


class House:
    """The upstream: people sign in by their cookie, codes are good once and only with their verifier."""

    def __init__(self, upstream: ScriptedUpstream, lifetime: float | None) -> None:
        self.upstream = upstream
        self.refreshed: Counter[str] = Counter()
        self.lifetime = lifetime
        self._codes: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, str] = {}
        self._refreshing: dict[str, str] = {}
        upstream.answers("GET /authorize", self._authorize)
        upstream.answers("POST /token", self._token)
        upstream.answers("GET /me", self._me)

    def revoke(self, person: str) -> None:
        for kept in (self._tokens, self._refreshing):
            for token in [token for token, owner in kept.items() if owner == person]:
                del kept[token]

    def _authorize(self, request: Request) -> Reply:
        query = request.query
        person = request.headers.get("cookie", "person=nobody").partition("person=")[2].partition(";")[0]
        code = secrets.token_hex(8)
        self._codes[code] = person, query["code_challenge"]
        where = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        return Reply(status=302, headers={"location": where})

    def _token(self, request: Request) -> Reply:
        form = request.form
        if form["grant_type"] == "refresh_token":
            person = self._refreshing.pop(form["refresh_token"], None)
            if person is None:
                return Reply(json={"error": "bad_refresh_token"})
            self.refreshed[person] += 1
            return self._granted(person)
        person, challenge = self._codes.pop(form["code"], ("", ""))
        if not person or challenge != _challenge(form["code_verifier"]):
            return Reply(json={"error": "bad_verification_code"})
        return self._granted(person)

    def _granted(self, person: str) -> Reply:
        token, refresh = secrets.token_hex(16), secrets.token_hex(16)
        self._tokens[token] = person
        self._refreshing[refresh] = person
        more = {"refresh_token": refresh, "expires_in": self.lifetime} if self.lifetime else {}
        return Reply(json={"access_token": token, **more})

    def person_of(self, request: Request) -> str | None:
        """Whose token a request was sent with."""
        return self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _me(self, request: Request) -> Reply:
        person = self.person_of(request)
        return Reply(json={"name": person}) if person else Reply(status=401, json={})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@asynccontextmanager
async def house(lifetime: float | None = None) -> AsyncGenerator[House]:
    async with ScriptedUpstream() as upstream:
        yield House(upstream, lifetime)


async def sign_in_there(app: httpx2.AsyncClient, url: str, person: str) -> httpx2.Response:
    """As `sign_in`, at an upstream that has pages of its own."""
    ticket = (await app.get(url)).text.partition('name="ticket" value="')[2].partition('"')[0]
    start = url.partition("?")[0]
    sent_on = await app.post(start, data={"ticket": ticket})
    callback = start.replace("/start", "/callback")
    browser = Browser(person, callback)
    await browser.open(sent_on.headers["location"])
    cookie = sent_on.headers["set-cookie"].partition(";")[0]
    return await app.get(callback, params=browser.came_back, headers={"cookie": cookie})


async def sign_in(app: httpx2.AsyncClient, url: str, person: str) -> httpx2.Response:
    """A person opens the address, agrees, signs in at the upstream, and comes back; the last page."""
    page = await app.get(url)
    if page.status_code != 200:
        return page
    ticket = page.text.partition('name="ticket" value="')[2].partition('"')[0]
    sent_on = await app.post(url.partition("?")[0], data={"ticket": ticket})
    if not sent_on.is_redirect:
        return sent_on
    async with httpx2.AsyncClient(trust_env=False, cookies={"person": person}) as upstream:
        back = await upstream.get(sent_on.headers["location"])
    return await app.get(back.headers["location"], headers={"cookie": sent_on.headers["set-cookie"].partition(";")[0]})


def environment(issuer: Issuer, upstream: House, folder: object) -> dict[str, str]:
    return {
        **issuer.environment(),
        "MCP_PUBLIC_URL": "http://localhost:8080",
        "MCP_OAUTH_AUDIENCE": "https://tools.example.com/mcp",
        "MCP_GRANT_KEYS": GRANT_KEY,
        "MCP_GRANTS_FILE": f"{folder}/grants.sqlite3",
        "HOUSE_URL": upstream.upstream.url,
        "HOUSE_CLIENT_ID": "toolroll",
        "HOUSE_CLIENT_SECRET": "house-secret",
        "HOUSE_AUTHORIZE_URL": f"{upstream.upstream.url}/authorize",
        "HOUSE_TOKEN_URL": f"{upstream.upstream.url}/token",
    }
