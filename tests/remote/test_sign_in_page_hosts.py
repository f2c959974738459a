"""Pages of the process that a browser opens: only under allowed hosts and origins, and without naming the software."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from remote_acting import HOUSE, environment, house
from remote_http import answer, post, process, served
from remote_issuer import issuing
from remote_sample import FIRST

START = "/oauth/first-server/start"


@asynccontextmanager
async def _invited(folder: Path) -> AsyncGenerator[tuple[httpx2.AsyncClient, str]]:
    """A client of the server, and the ticket of a sign-in that a caller was asked for."""
    async with (
        issuing() as issuer,
        house() as upstream,
        served({"": HOUSE}, environment(issuer, upstream, folder)) as http,
    ):
        caller = {"authorization": f"Bearer {issuer.token(sub='alice')}"}
        called = await post(http, "modern", "tools/call", {"name": "whose", "arguments": {}}, caller)
        refused = json.loads(answer(called)["result"]["content"][0]["text"])
        url = refused["error"]["details"]["authorize_url"]
        yield http, parse_qs(urlsplit(url).query)["ticket"][0]


async def test_a_sign_in_page_is_shown_under_an_allowed_host_alone(tmp_path: Path) -> None:
    async with _invited(tmp_path) as (http, ticket):
        shown = await http.get(START, params={"ticket": ticket})
        elsewhere = await http.get(START, params={"ticket": ticket}, headers={"host": "evil.example"})
    assert (shown.status_code, elsewhere.status_code) == (200, 421)
    assert ticket in shown.text
    assert ticket not in elsewhere.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example:8080"])
async def test_a_click_that_comes_from_another_page_begins_no_sign_in(tmp_path: Path, origin: str) -> None:
    async with _invited(tmp_path) as (http, ticket):
        forged = await http.post(START, data={"ticket": ticket}, headers={"origin": origin})
        own = await http.post(START, data={"ticket": ticket}, headers={"origin": "http://localhost:8080"})
    assert (forged.status_code, own.status_code) == (400, 303)
    assert "set-cookie" not in forged.headers


async def test_the_metadata_of_a_protected_server_is_json(tmp_path: Path) -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        page = await http.get("/.well-known/oauth-protected-resource")
    assert page.headers["content-type"].partition(";")[0] == "application/json"
    assert page.json()["authorization_servers"] == [issuer.url]


async def test_no_response_names_the_software_that_serves_it() -> None:
    async with process() as server, httpx2.AsyncClient(trust_env=False) as http:
        health = await http.get(f"{server.url}/health")
        wrong = await http.get(f"{server.url}/mcp")
    assert [name for page in (health, wrong) for name in ("server", "x-powered-by") if name in page.headers] == []
