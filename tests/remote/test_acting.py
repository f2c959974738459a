"""Acting for each user: signing in once, refreshed by one of many, and never with another's account."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.context import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.redis.client import RedisClient
from mcp_chassis.remote.redis.grant_store import RedisGrantStore
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import data
from mcp_chassis.testing.replies import Reply
from mcp_types import ElicitRequestURLParams, ElicitResult
from remote_acting import GRANT_KEY, HOUSE, House, environment, house, sign_in
from remote_http import ERAS, MODERN, answer, post, served
from remote_issuer import Issuer, issuing
from remote_redis import own_redis
from volume import in_volume, volume

WHOSE = {"name": "whose", "arguments": {}}


@contextlib.asynccontextmanager
async def acting(
    folder: Path, lifetime: float | None = None, **more: str
) -> AsyncGenerator[tuple[httpx2.AsyncClient, Issuer, House]]:
    async with issuing() as issuer, house(lifetime) as upstream:
        env = {**environment(issuer, upstream, folder), **more}
        async with served({"": HOUSE}, env) as http:
            yield http, issuer, upstream


def _as(issuer: Issuer, person: str) -> dict[str, str]:
    return {"authorization": f"Bearer {issuer.token(sub=person)}"}


async def _whose(http: httpx2.AsyncClient, issuer: Issuer, person: str, era: str = "modern") -> dict[str, Any]:
    """The result of the call, or the error it failed with."""
    result = answer(await post(http, era, "tools/call", WHOSE, _as(issuer, person)))["result"]
    return json.loads(result["content"][0]["text"])


async def _signed_in(http: httpx2.AsyncClient, issuer: Issuer, caller: str, person: str) -> httpx2.Response:
    asked = await _whose(http, issuer, caller)
    return await sign_in(http, asked["error"]["details"]["authorize_url"], person)


@pytest.mark.parametrize("era", ERAS)
async def test_a_caller_without_a_grant_gets_the_sign_in_url_and_then_acts_with_its_own_account(
    era: str, tmp_path: Path
) -> None:
    async with acting(tmp_path) as (http, issuer, upstream):
        before = await _whose(http, issuer, "alice", era)
        page = await sign_in(http, before["error"]["details"]["authorize_url"], "Alice at the house")
        after = await _whose(http, issuer, "alice", era)
        other = await _whose(http, issuer, "bob", era)
        asked = len(upstream.upstream.asked("GET /me"))
    assert before["error"]["code"] == other["error"]["code"] == "AUTHENTICATION_FAILED"
    assert before["error"]["details"]["auth_required"] is True
    assert "You are signed in" in page.text
    assert after == {"name": "Alice at the house"}
    assert asked == 1


async def test_a_host_with_url_elicitation_is_asked_to_open_the_sign_in_url(tmp_path: Path) -> None:
    opened: list[str] = []
    async with acting(tmp_path) as (http, issuer, _):

        async def open_address(context: ClientRequestContext, params: ElicitRequestURLParams) -> ElicitResult:
            opened.append(params.url)
            await sign_in(http, params.url, "Alice at the house")
            return ElicitResult(action="accept")

        http.headers.update(_as(issuer, "alice"))
        transport = streamable_http_client("http://localhost:8080/mcp", http_client=http)
        async with Client(transport, mode=MODERN, elicitation_callback=open_address) as client:
            result = await client.call_tool("whose", {})
    assert data(result) == {"name": "Alice at the house"}
    assert len(opened) == 1


@in_volume
async def test_interleaved_calls_never_use_the_account_of_another_caller(tmp_path: Path) -> None:
    people, each = [f"person-{number}" for number in range(10)], volume(1_000)
    async with acting(tmp_path) as (http, issuer, _):
        for person in people:
            await _signed_in(http, issuer, person, f"account of {person}")
        headers = {person: _as(issuer, person) for person in people}

        async def calls(person: str, count: int) -> list[str]:
            found = []
            for _ in range(count):
                response = await post(http, "modern", "tools/call", WHOSE, headers[person])
                found.append(answer(response)["result"]["structuredContent"]["name"])
            return found

        answers = await asyncio.gather(*(calls(person, each) for person in people))
    crossed = [
        name for person, names in zip(people, answers, strict=True) for name in names if name != f"account of {person}"
    ]
    assert crossed == []
    assert [len(names) for names in answers] == [each] * len(people)


async def test_fifty_concurrent_calls_refresh_an_expiring_token_once(tmp_path: Path) -> None:
    async with acting(tmp_path, lifetime=30) as (http, issuer, upstream):
        await _signed_in(http, issuer, "alice", "Alice")
        upstream.lifetime = 3600
        answers = await asyncio.gather(*(_whose(http, issuer, "alice") for _ in range(50)))
        refreshed = upstream.refreshed["Alice"]
    assert answers == [{"name": "Alice"}] * 50
    assert refreshed == 1


async def test_a_grant_that_was_revoked_leads_to_signing_in_again(tmp_path: Path) -> None:
    async with acting(tmp_path, lifetime=30) as (http, issuer, upstream):
        await _signed_in(http, issuer, "alice", "Alice")
        upstream.revoke("Alice")
        gone = await _whose(http, issuer, "alice")
        upstream.lifetime = 3600
        await sign_in(http, gone["error"]["details"]["authorize_url"], "Alice")
        again = await _whose(http, issuer, "alice")
    assert gone["error"]["details"]["auth_required"] is True
    assert again == {"name": "Alice"}


async def test_a_callback_is_accepted_once_and_only_in_the_browser_that_began(tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, issuer, _):
        asked = await _whose(http, issuer, "alice")
        url = asked["error"]["details"]["authorize_url"]
        ticket = (await http.get(url)).text.partition('name="ticket" value="')[2].partition('"')[0]
        begun = [await http.post("/oauth/first-server/start", data={"ticket": ticket}) for _ in range(2)]
        async with httpx2.AsyncClient(trust_env=False, cookies={"person": "Mallory"}) as browser:
            backs = [(await browser.get(page.headers["location"])).headers["location"] for page in begun]
        cookies = [{"cookie": page.headers["set-cookie"].partition(";")[0]} for page in begun]
        another_browser = await http.get(backs[0], headers={"cookie": "toolroll_signing_in=x"})
        right_but_spent = await http.get(backs[0], headers=cookies[0])
        http.cookies.clear()
        right = await http.get(backs[1], headers=cookies[1])
        twice = await http.get(backs[1], headers=cookies[1])
    statuses = [page.status_code for page in (another_browser, right_but_spent, right, twice)]
    assert statuses == [400, 400, 200, 400]


BAD_TICKETS = {
    "none": "",
    "nonsense": "nonsense",
    "of another key": TokenCipher(["another-key-of-at-least-32-characters"]).seal(
        {"for": "start", "mount": "first-server", "principal": "oauth:alice"}
    ),
    "of another server": TokenCipher([GRANT_KEY]).seal({"for": "start", "mount": "github", "principal": "oauth:alice"}),
    "no ticket but a grant": TokenCipher([GRANT_KEY]).seal(
        {"for": "x", "mount": "first-server", "principal": "oauth:alice"}
    ),
}


@pytest.mark.parametrize("kind", BAD_TICKETS)
async def test_an_invalid_ticket_is_refused(kind: str, tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, _, _):
        page = await http.get("/oauth/first-server/start", params={"ticket": BAD_TICKETS[kind]})
        sent = await http.post("/oauth/first-server/start", data={"ticket": BAD_TICKETS[kind]})
    assert (page.status_code, sent.status_code) == (400, 400)


async def test_a_page_of_another_origin_cannot_begin_a_sign_in(tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, issuer, _):
        asked = await _whose(http, issuer, "alice")
        ticket = asked["error"]["details"]["authorize_url"].partition("ticket=")[2]
        evil = {"origin": "https://evil.example"}
        page = await http.post("/oauth/first-server/start", data={"ticket": ticket}, headers=evil)
        shown = await http.get(asked["error"]["details"]["authorize_url"])
    assert page.status_code == 400
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert f"<b>alice</b> of {issuer.url}" in shown.text


async def test_an_encrypted_grant_is_not_accepted_for_another_principal(tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, issuer, _):
        await _signed_in(http, issuer, "alice", "Alice")
        async with contextlib.aclosing(FileGrantStore(tmp_path / "grants.sqlite3")) as shelf:
            stolen = await shelf.grant(("first-server", f"oauth:user:{issuer.url}#alice"))
            assert stolen is not None
            await shelf.put(("first-server", f"oauth:user:{issuer.url}#mallory"), stolen)
        found = await _whose(http, issuer, "mallory")
    assert found["error"]["details"]["auth_required"] is True


async def test_a_callers_token_that_the_upstream_repeats_is_in_no_result(tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, issuer, upstream):
        await _signed_in(http, issuer, "alice", "Alice")
        upstream.upstream.answers("GET /me", lambda request: Reply(json={"name": request.headers["authorization"]}))
        found = await _whose(http, issuer, "alice")
    assert found == {"name": "Bearer [secret removed]"}


async def test_grants_are_encrypted_at_rest(tmp_path: Path) -> None:
    async with acting(tmp_path) as (http, issuer, upstream):
        await _signed_in(http, issuer, "alice", "Alice")
        tokens = list(upstream._tokens)
        kept, mode = _at_rest(tmp_path)
    assert [token for token in tokens if token.encode() in kept] == []
    assert f"oauth:user:{issuer.url}#alice".encode() in kept
    assert mode & 0o077 == 0


def _at_rest(folder: Path) -> tuple[bytes, int]:
    """Everything in the files, and who may read the file of grants."""
    return b"".join(path.read_bytes() for path in folder.iterdir()), (folder / "grants.sqlite3").stat().st_mode


def test_a_new_first_key_encrypts_and_the_old_one_decrypts_until_all_are_encrypted_again() -> None:
    old, both, new = TokenCipher(["o" * 32]), TokenCipher(["n" * 32, "o" * 32]), TokenCipher(["n" * 32])
    sealed = old.seal({"a": 1})
    assert both.open(sealed) == {"a": 1}
    with pytest.raises(DecryptionFailed):
        new.open(sealed)
    assert new.open(both.sealed_again(sealed)) == {"a": 1}


async def test_settings_missing_for_the_sign_in_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="HOUSE_CLIENT_ID: needs MCP_GRANT_KEYS too"):
        async with acting(tmp_path, MCP_GRANT_KEYS=""):
            pass


@pytest.mark.services
async def test_over_redis_replicas_share_grants_and_refresh_once() -> None:
    async with own_redis() as redis, issuing() as issuer, house(30) as upstream:
        env = {**environment(issuer, upstream, "/nowhere"), "MCP_REDIS_URL": redis.url}
        async with served({"": HOUSE}, env) as one, served({"": HOUSE}, env) as two:
            await _signed_in(one, issuer, "alice", "Alice")
            upstream.lifetime = 3600
            answers = await asyncio.gather(*(_whose(http, issuer, "alice") for http in (one, two) for _ in range(50)))
            refreshed = upstream.refreshed["Alice"]
            await redis.kill()
            gone = await _whose(one, issuer, "alice")
    assert answers == [{"name": "Alice"}] * 100
    assert refreshed == 1
    assert gone["error"]["code"] == "SERVICE_UNAVAILABLE"


@pytest.mark.services
async def test_grants_and_unfinished_sign_ins_survive_an_outage_of_redis(
    tmp_path: Path,
) -> None:
    async with own_redis(tmp_path) as redis, issuing() as issuer, house() as upstream:
        env = {**environment(issuer, upstream, "/nowhere"), "MCP_REDIS_URL": redis.url}
        async with served({"": HOUSE}, env) as http:
            await _signed_in(http, issuer, "alice", "Alice")
            begun = (await _whose(http, issuer, "bob"))["error"]["details"]["authorize_url"]
            await redis.kill()
            codes = [(await _whose(http, issuer, person))["error"]["code"] for person in ("alice", "bob")]
            meanwhile = await sign_in(http, begun, "Bob")
            await redis.start()
            async with asyncio.timeout(10):
                while "error" in (alice := await _whose(http, issuer, "alice")):  # it is left alone for a second
                    codes.append(alice["error"]["code"])
            page = await sign_in(http, begun, "Bob")
            bob = await _whose(http, issuer, "bob")
    assert set(codes) == {"SERVICE_UNAVAILABLE"}
    assert meanwhile.status_code == 503
    assert page.status_code == 200
    assert (alice, bob) == ({"name": "Alice"}, {"name": "Bob"})


@pytest.mark.services
@pytest.mark.parametrize("kind", ["file", "redis"])
async def test_every_grant_store_stores_deletes_lists_and_takes_once(kind: str, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        if kind == "file":
            shelf = await stack.enter_async_context(contextlib.aclosing(FileGrantStore(tmp_path / "grants")))
        else:
            redis = await stack.enter_async_context(own_redis())
            shelf = RedisGrantStore(await stack.enter_async_context(contextlib.aclosing(RedisClient(redis.url))))
        alice, bob = ("house", "oauth:alice"), ("house", "oauth:bob")
        await shelf.put(alice, "one")
        await shelf.put(bob, "two")
        await shelf.put(alice, "three")
        assert await shelf.grant(alice) == "three"
        assert dict(await shelf.all()) == {alice: "three", bob: "two"}
        assert (await shelf.drop(alice), await shelf.drop(alice), await shelf.grant(alice)) == (True, False, None)
        await shelf.put_once("state", "sealed", 60)
        assert (await shelf.take("state"), await shelf.take("state")) == ("sealed", None)
