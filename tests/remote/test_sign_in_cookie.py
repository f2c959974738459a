"""The cookie that ties a sign-in to one browser: never sent in the clear by a server that is public over https."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from remote_acting import HOUSE, environment, house
from remote_http import answer, post, served
from remote_issuer import issuing


@asynccontextmanager
async def _sent_on(folder: Path, public_url: str) -> AsyncGenerator[tuple[httpx2.AsyncClient, httpx2.Response]]:
    """The answer to a person's click on the page of a server that is reached at `public_url`."""
    async with issuing() as issuer, house() as upstream:
        env = {**environment(issuer, upstream, folder), "MCP_PUBLIC_URL": public_url}
        async with served({"": HOUSE}, env) as http:
            caller = {"authorization": f"Bearer {issuer.token(sub='alice')}"}
            called = await post(http, "modern", "tools/call", {"name": "whose", "arguments": {}}, caller)
            refused = json.loads(answer(called)["result"]["content"][0]["text"])
            url = refused["error"]["details"]["authorize_url"]
            [ticket] = parse_qs(urlsplit(url).query)["ticket"]
            origin = {"host": urlsplit(public_url).netloc, "origin": public_url}
            yield http, await http.post("/oauth/first-server/start", data={"ticket": ticket}, headers=origin)


def _cookie(response: httpx2.Response) -> Morsel[Any]:
    [cookie] = SimpleCookie(response.headers["set-cookie"]).values()
    return cookie


@pytest.mark.parametrize(("url", "secure"), [("https://tools.example.com", True), ("http://localhost:8080", "")])
async def test_the_cookie_is_secure_where_the_server_is_public_over_https(
    url: str, secure: object, tmp_path: Path
) -> None:
    async with _sent_on(tmp_path, url) as (_, response):
        cookie = _cookie(response)
    assert response.status_code == 303
    assert cookie["secure"] == secure


async def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_ends_soon(tmp_path: Path) -> None:
    async with _sent_on(tmp_path, "https://tools.example.com") as (_, response):
        cookie = _cookie(response)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie.key == "__Host-toolroll_first-server"  # browsers take it from this host alone, over https
    assert 0 < int(cookie["max-age"]) <= 3600
    assert len(cookie.value) >= 32
