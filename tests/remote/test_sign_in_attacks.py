"""Attacks on signing in: other methods, hosts, servers, issuers and browsers, and links that are used twice."""

import dataclasses
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.testing.replies import Reply
from remote_acting import HOUSE, House, environment, house
from remote_http import answer, post, served
from remote_issuer import Issuer, issuing

START, CALLBACK = "/oauth/first-server/start", "/oauth/first-server/callback"
AUDIT = "mcp_chassis.audit"
OTHER = dataclasses.replace(HOUSE, name="mcp-chassis", distribution="toolroll-core")


@dataclass
class Door:
    """A served house, and a caller of it."""

    http: httpx2.AsyncClient
    issuer: Issuer
    house: House
    path: str = "/mcp"

    async def whose(self, person: str = "alice") -> dict[str, Any]:
        caller = {"authorization": f"Bearer {self.issuer.token(sub=person)}"}
        called = await post(
            self.http, "modern", "tools/call", {"name": "whose", "arguments": {}}, caller, path=self.path
        )
        result = answer(called)["result"]
        return result.get("structuredContent") or json.loads(result["content"][0]["text"])

    async def ticket(self, person: str = "alice") -> str:
        url = (await self.whose(person))["error"]["details"]["authorize_url"]
        return parse_qs(urlsplit(url).query)["ticket"][0]

    async def click(self, ticket: str) -> httpx2.Response:
        return await self.http.post(START, data={"ticket": ticket}, headers={"origin": "http://localhost:8080"})

    async def sent_back(self, clicked: httpx2.Response, person: str = "Alice") -> tuple[dict[str, str], dict[str, str]]:
        """The query and the headers with which the upstream sends a person's browser back."""
        async with httpx2.AsyncClient(trust_env=False, cookies={"person": person}) as browser:
            back = await browser.get(clicked.headers["location"])
        query = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
        return query, {"cookie": clicked.headers["set-cookie"].partition(";")[0]}


@asynccontextmanager
async def door(folder: Path, servers: Any = None, path: str = "/mcp", **env: str) -> AsyncGenerator[Door]:
    async with issuing() as issuer, house() as upstream:
        settings = {**environment(issuer, upstream, folder), **env}
        async with served(servers or {"": HOUSE}, settings) as http:
            yield Door(http, issuer, upstream, path)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "PATCH"])
async def test_a_callback_is_accepted_only_by_get(tmp_path: Path, method: str) -> None:
    async with door(tmp_path) as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        refused = await at.http.request(method, CALLBACK, params=query, headers=headers)
        taken = await at.http.get(CALLBACK, params=query, headers=headers)
    assert (refused.status_code, refused.headers["allow"], taken.status_code) == (405, "GET", 200)


async def test_a_callback_at_another_host_grants_nothing(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        refused = await at.http.get(CALLBACK, params=query, headers={**headers, "host": "evil.example"})
        taken = await at.http.get(CALLBACK, params=query, headers=headers)
    assert (refused.status_code, taken.status_code) == (421, 200)


async def test_a_state_is_refused_by_another_server_and_stays_valid_at_its_own(tmp_path: Path) -> None:
    async with door(tmp_path, {"/one": HOUSE, "/two": OTHER}, "/one/mcp") as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        cookie = headers["cookie"].replace("first-server", "mcp-chassis")
        crossed = await at.http.get("/oauth/mcp-chassis/callback", params=query, headers={"cookie": cookie})
        taken = await at.http.get(CALLBACK, params=query, headers=headers)
    assert (crossed.status_code, taken.status_code) == (400, 200)


async def test_a_callback_of_another_authorization_server_is_refused(tmp_path: Path) -> None:
    statuses: list[int] = []
    async with door(tmp_path) as at:
        for issuer in ("https://evil.example", at.house.upstream.url):
            query, headers = await at.sent_back(await at.click(await at.ticket()))
            page = await at.http.get(CALLBACK, params={**query, "iss": issuer}, headers=headers)
            statuses.append(page.status_code)
    assert statuses == [400, 200]


@pytest.mark.parametrize("twice", ["state", "code"])
async def test_a_repeated_parameter_is_refused(tmp_path: Path, twice: str) -> None:
    async with door(tmp_path) as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        page = await at.http.get(CALLBACK, params=[*query.items(), (twice, query[twice])], headers=headers)
        told = await at.whose()
    assert page.status_code == 400
    assert told["error"]["details"]["auth_required"] is True


async def test_a_link_leads_to_one_grant_and_begins_three_sign_ins_at_a_time(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        ticket = await at.ticket()
        clicks = [await at.click(ticket) for _ in range(4)]
        query, headers = await at.sent_back(clicks[0])
        taken = await at.http.get(CALLBACK, params=query, headers=headers)
        again = await at.click(ticket)
    assert [click.status_code for click in clicks] == [303, 303, 303, 429]
    assert (taken.status_code, again.status_code) == (200, 429)
    assert "Max-Age=0" in taken.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:3000"},
        {"origin": "https://localhost:8080"},
        {"origin": "http://localhost:8080", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_only_the_servers_own_page_begins_a_sign_in(tmp_path: Path, headers: dict[str, str]) -> None:
    async with door(tmp_path) as at:
        forged = await at.http.post(START, data={"ticket": await at.ticket()}, headers=headers)
    assert forged.status_code == 400


async def test_the_page_sends_its_form_to_itself_and_the_upstream_alone(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        page = await at.http.get(START, params={"ticket": await at.ticket()})
        upstream = at.house.upstream.url
    assert f"form-action http://localhost:8080 {upstream}" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


async def test_a_grant_and_its_removal_write_audit_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    async with door(tmp_path) as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        await at.http.get(CALLBACK, params=query, headers=headers)
        at.house.revoke("Alice")
        await at.whose()
        principal = f"oauth:user:{at.issuer.url}#alice"
    events = [(record.getMessage(), record.__dict__["fields"]) for record in caplog.records if record.name == AUDIT]
    told = [(event, fields["principal"], fields["server"]) for event, fields in events if "server" in fields]
    assert told == [("granted", principal, "first-server"), ("grant ended", principal, "first-server")]


async def test_a_token_that_the_upstream_refuses_ends_the_grant_and_asks_to_sign_in_again(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        await at.http.get(CALLBACK, params=query, headers=headers)
        at.house.revoke("Alice")
        refused = await at.whose()
        kept = await at_rest(tmp_path, f"oauth:user:{at.issuer.url}#alice")
    assert refused["error"]["details"]["auth_required"] is True
    assert "no longer accepts the access that you granted" in refused["error"]["message"]
    assert kept is None


REFUSALS: dict[str, tuple[Reply, bool]] = {
    "the grant is invalid, as RFC 6749 says it": (Reply(status=400, json={"error": "invalid_grant"}), False),
    "the grant is invalid, with status 200": (Reply(json={"error": "bad_refresh_token"}), False),
    "the client is wrong": (Reply(status=401, json={"error": "invalid_client"}), True),
    "the server is busy": (Reply(status=400, json={"error": "temporarily_unavailable"}), True),
    "an error without a code": (Reply(status=400, json={"message": "no"}), True),
    "no JSON": (Reply(status=502, json=None), True),
    "an error that is a list": (Reply(json={"error": ["invalid_grant"]}), True),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_grant_is_kept_unless_the_upstream_says_that_it_is_invalid(tmp_path: Path, kind: str) -> None:
    reply, kept = REFUSALS[kind]
    async with door(tmp_path) as at:
        at.house.lifetime = 0.001
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        await at.http.get(CALLBACK, params=query, headers=headers)
        at.house.upstream.answers("POST /token", reply)
        told = await at.whose()
        found = await at_rest(tmp_path, f"oauth:user:{at.issuer.url}#alice")
    assert (told["error"]["code"], found is not None) == (
        ("SERVICE_UNAVAILABLE", True) if kept else ("AUTHENTICATION_FAILED", False)
    )


CALLBACKS: dict[str, tuple[dict[str, str], Reply | None, int, str]] = {
    "an error": (
        {"error": "access_denied"},
        None,
        400,
        "House refused the sign-in (access_denied). Nothing was stored.",
    ),
    "an error with markup": ({"error": "<b>"}, None, 400, "House refused the sign-in (&lt;b&gt;). Nothing was stored."),
    "a long error": ({"error": "e" * 201}, None, 400, f"House refused the sign-in ({'e' * 200}). Nothing was stored."),
    "neither code nor error": ({}, None, 400, "House refused the sign-in (it sent no code). Nothing was stored."),
    "a code that is refused": (
        {"code": "c"},
        Reply(400, json={"error": "invalid_grant"}),
        400,
        "House refused the sign-in (invalid_grant). Nothing was stored.",
    ),
    "a code while the upstream is down": (
        {"code": "c"},
        Reply(500),
        503,
        "House cannot be reached. Try again in a moment.",
    ),
}


@pytest.mark.parametrize("kind", CALLBACKS)
async def test_the_page_of_a_failed_sign_in_says_why_and_nothing_is_stored(tmp_path: Path, kind: str) -> None:
    query, reply, status, text = CALLBACKS[kind]
    async with door(tmp_path) as at:
        sent, headers = await at.sent_back(await at.click(await at.ticket()))
        if reply:
            at.house.upstream.answers("POST /token", reply)
        page = await at.http.get(CALLBACK, params={"state": sent["state"], **query}, headers=headers)
        assert await at_rest(tmp_path, f"oauth:user:{at.issuer.url}#alice") is None
    assert (page.status_code, f"<p>{text}</p>" in page.text) == (status, True)


async def test_the_failure_of_a_refused_refresh_quotes_the_upstream(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        at.house.lifetime = 0.001
        query, headers = await at.sent_back(await at.click(await at.ticket()))
        await at.http.get(CALLBACK, params=query, headers=headers)
        says = {"error": "slow_down", "error_description": "too many refreshes"}
        at.house.upstream.answers("POST /token", Reply(status=400, json=says))
        told = await at.whose()
    assert "slow_down: too many refreshes" in told["error"]["message"]


async def at_rest(folder: Path, principal: str) -> str | None:
    store = FileGrantStore(folder / "grants.sqlite3")
    try:
        return await store.grant(("first-server", principal))
    finally:
        await store.aclose()
