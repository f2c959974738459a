"""Sessions of the authorization proxy: rotation of refresh tokens, expiry, revocation, and the provider's say."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from mcp_chassis.remote.accounts.encryption import TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.auth.proxy.access_tokens import ProxyTokens
from mcp_chassis.remote.auth.proxy.records import ProxyRecords
from mcp_chassis.remote.auth.proxy.sessions import (
    ACCESS_TOKEN_SECONDS,
    REUSE_LEEWAY_SECONDS,
    UNCONFIRMED_SESSION_SECONDS,
    Session,
    Sessions,
)
from mcp_chassis.testing.replies import Reply
from proxy_dance import ISSUED_SCOPES, dancing
from remote_acting import HOUSE, house, sign_in
from remote_clock import Clock
from remote_http import answer, post


async def test_tokens_are_short_lived_bearer_tokens_with_the_granted_scopes(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        narrow = await dance.tokens(scope="read offline_access")
        called = await dance.call(tokens["access_token"])
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 600, ISSUED_SCOPES)
    assert narrow["scope"] == "read"
    assert called.status_code == 200


async def test_a_refresh_returns_new_tokens_and_a_replaced_one_ends_the_session(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        first = await dance.tokens()
        second = (await dance.refresh(first["refresh_token"])).json()
        third = (await dance.refresh(second["refresh_token"])).json()
        works = await dance.call(third["access_token"])
        reused = await dance.refresh(first["refresh_token"])
        after = await dance.call(third["access_token"])
        latest = await dance.refresh(third["refresh_token"])
    assert len({each["refresh_token"] for each in (first, second, third)}) == 3
    assert works.status_code == 200
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert after.status_code == 401
    assert latest.json()["error"] == "invalid_grant"


async def test_a_refresh_may_narrow_the_scopes_and_not_widen_them(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens(scope="read write")
        wider = await dance.refresh(tokens["refresh_token"], scope="read destructive")
        narrower = await dance.refresh(tokens["refresh_token"], scope="read")
        other = await dance.refresh(narrower.json()["refresh_token"], resource="https://other.example/mcp")
    assert wider.json()["error"] == "invalid_scope"
    assert narrower.json()["scope"] == "read"
    assert other.json()["error"] == "invalid_target"


async def test_a_refresh_token_of_another_client_is_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        owner = dance.client["client_id"]
        await dance.register()
        refused = await dance.refresh(tokens["refresh_token"])
        accepted = await dance.refresh(tokens["refresh_token"], client_id=owner)
    assert refused.json()["error"] == "invalid_grant"
    assert accepted.status_code == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_a_revoked_token_ends_its_session(kind: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        form = {"token": tokens[kind], "client_id": dance.client["client_id"]}
        revoked = await dance.http.post("/revoke", data=form)
        called = await dance.call(tokens["access_token"])
        refreshed = await dance.refresh(tokens["refresh_token"])
    assert [revoked.status_code, called.status_code, refreshed.status_code] == [200, 401, 400]


@pytest.mark.parametrize("endpoint", [True, False], ids=["with an endpoint for it", "without one"])
async def test_a_revoked_token_revokes_the_providers_refresh_token_where_it_can(endpoint: bool, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        dance.provider.upstream.answers("POST /revoke", Reply(200))
        if endpoint:
            dance.provider.publish(revocation_endpoint=f"{dance.provider.url}/revoke")
        tokens = await dance.tokens()
        form = {"token": tokens["refresh_token"], "client_id": dance.client["client_id"]}
        responses = [await dance.http.post("/revoke", data=form) for _ in range(2)]
        sent = [request.form for request in dance.provider.upstream.asked("POST /revoke")]
    assert [response.status_code for response in responses] == [200, 200]
    client = {"client_id": "the-one-client"}
    expected = {"token": "canary-provider-refresh-token", "token_type_hint": "refresh_token", **client}
    assert sent == ([expected] if endpoint else [])


async def test_a_session_that_is_revoked_during_a_refresh_stays_ended(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        released = asyncio.Event()
        dance.provider.upstream.answers("POST /token", Reply(json={"access_token": "x"}, until=released))
        refreshing = asyncio.create_task(dance.refresh(tokens["refresh_token"]))
        await dance.provider.upstream.seen(2, "POST /token")
        form = {"token": tokens["access_token"], "client_id": dance.client["client_id"]}
        revoking = asyncio.create_task(dance.http.post("/revoke", data=form))
        await asyncio.wait([revoking], timeout=0.2)  # it waits for the refresh, or has ended the session already
        released.set()
        await revoking
        response = await refreshing
        called = await dance.call(response.json().get("access_token", "none"))
    assert called.status_code == 401


async def test_a_token_is_revoked_here_even_if_the_provider_cannot_be_reached(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        dance.provider.publish(revocation_endpoint=f"{dance.provider.url}/revoke")
        tokens = await dance.tokens()
        await dance.provider.upstream.refuse()
        form = {"token": tokens["refresh_token"], "client_id": dance.client["client_id"]}
        revoked = await dance.http.post("/revoke", data=form)
        called = await dance.call(tokens["access_token"])
    assert [revoked.status_code, called.status_code] == [200, 401]


async def test_a_person_whom_the_provider_no_longer_signs_in_loses_the_session_at_the_next_refresh(
    tmp_path: Path,
) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        dance.provider.upstream.answers("POST /token", Reply(400, json={"error": "invalid_grant"}))
        refused = await dance.refresh(tokens["refresh_token"])
        called = await dance.call(tokens["access_token"])
    assert refused.json() == {
        "error": "invalid_grant",
        "error_description": "The provider ended the sign-in: sign in again.",
    }
    assert called.status_code == 401


@pytest.mark.parametrize("claims", [{"hd": "other.example"}, {"sub": "bob"}], ids=["no longer admitted", "another"])
async def test_a_refresh_for_a_person_who_may_no_longer_sign_in_ends_the_session(
    claims: dict[str, str], tmp_path: Path
) -> None:
    async with dancing(tmp_path, MCP_OAUTH_PROXY_PEOPLE="hd=example.com") as dance:
        dance.provider.claims = {"hd": "example.com"}
        tokens = await dance.tokens()
        dance.provider.claims |= claims
        refused = await dance.refresh(tokens["refresh_token"])
        called = await dance.call(tokens["access_token"])
    assert [refused.status_code, called.status_code] == [400, 401]


@pytest.mark.parametrize(
    ("rule", "claims", "status"),
    [
        ("email=*@example.com", {"email": "ann@example.com", "email_verified": True}, 200),
        ("hd=example.com", {"hd": "example.com"}, 200),
        ("groups=staff", {"groups": ["staff"]}, 400),  # whoever is in no group has no such claim
    ],
)
async def test_an_id_token_at_a_refresh_may_lack_single_claims_but_not_groups(
    rule: str, claims: dict[str, object], status: int, tmp_path: Path
) -> None:
    async with dancing(tmp_path, MCP_OAUTH_PROXY_PEOPLE=rule) as dance:
        dance.provider.claims = claims
        tokens = await dance.tokens()
        dance.provider.claims = {}
        refreshed = await dance.refresh(tokens["refresh_token"])
    assert refreshed.status_code == status


async def test_while_the_provider_cannot_be_reached_a_refresh_may_be_tried_again(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        await dance.provider.upstream.refuse()
        failed = await dance.refresh(tokens["refresh_token"])
        await dance.provider.upstream.listen()
        refreshed = await dance.refresh(tokens["refresh_token"])
    assert (failed.status_code, failed.json()["error"]) == (503, "temporarily_unavailable")
    assert int(failed.headers["retry-after"]) > 0
    assert refreshed.status_code == 200


async def test_the_providers_rotated_refresh_token_is_used_at_the_next_refresh(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        dance.provider.response = {"refresh_token": "the-second"}
        tokens = (await dance.refresh(tokens["refresh_token"])).json()
        dance.provider.response = {}
        tokens = (await dance.refresh(tokens["refresh_token"])).json()
        await dance.refresh(tokens["refresh_token"])
        sent = [request.form.get("refresh_token") for request in dance.provider.upstream.asked("POST /token")[1:]]
    assert sent == ["canary-provider-refresh-token", "the-second", "the-second"]


class Ledger:
    """Sessions with a clock of their own."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.cipher = TokenCipher(["a-key-of-thirty-two-characters-or-more"])
        self.sessions = Sessions(ProxyRecords(FileGrantStore(folder / "grants"), self.cipher), self.clock)
        self.tokens = ProxyTokens(self.cipher, self.sessions, "https://a.example/mcp", self.clock)

    async def begun(self, provider_token: str | None = "from the provider") -> Session:
        principal = "oauth:user:https://issuer.example#ann"
        session = Session("client", ["read"], "https://a.example/mcp", principal, "https://issuer.example", "ann")
        return await self.sessions.begin(
            Session(**{**vars(session), "provider_token": provider_token}), "the-identifier"
        )


async def test_an_access_token_expires(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    token = ledger.sessions.access_token("the-identifier", await ledger.begun(), ["read"])
    ledger.clock.now += ACCESS_TOKEN_SECONDS - 1
    valid = await ledger.tokens.verify(token)
    ledger.clock.now += 1
    expired = await ledger.tokens.verify(token)
    assert valid
    assert (valid.subject, valid.resource) == ("oauth:user:https://issuer.example#ann", "https://a.example/mcp")
    assert expired is None


async def test_a_replaced_refresh_token_returns_the_same_successor_for_ten_seconds(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = await ledger.begun()
    second = await ledger.sessions.rotate("the-identifier", first)
    ledger.clock.now += REUSE_LEEWAY_SECONDS
    found = await ledger.sessions.of_refresh_token(first.refresh_token)
    ledger.clock.now += 0.1
    late = await ledger.sessions.of_refresh_token(first.refresh_token)
    await ledger.sessions.end_if_reused(second.refresh_token)
    before = await ledger.sessions.of_refresh_token(second.refresh_token)
    await ledger.sessions.end_if_reused(first.refresh_token)
    after = await ledger.sessions.of_refresh_token(second.refresh_token)
    assert found
    assert found[1].refresh_token == second.refresh_token
    assert before
    assert [late, after] == [None, None]


async def test_a_session_that_the_provider_cannot_confirm_ends_after_eight_hours(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    session = await ledger.begun(provider_token=None)
    ledger.clock.now += UNCONFIRMED_SESSION_SECONDS
    before = await ledger.sessions.find("the-identifier")
    ledger.clock.now += 1
    after = await ledger.sessions.find("the-identifier")
    assert before == session
    assert after is None


async def test_what_was_encrypted_for_another_purpose_is_no_token_and_no_session(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    await ledger.begun()
    claims = {"session": "the-identifier", "client_id": "client", "scopes": ["admin"], "expires_at": 9e9}
    others = [{"for": "start", **claims, "resource": "https://a.example/mcp"}, ["for"], "proxy access", None]
    found = [await ledger.tokens.verify(ledger.cipher.seal(each)) for each in others]
    assert found == [None] * 4


async def test_a_record_replaces_one_of_its_name_and_is_gone_when_it_has_expired_or_was_taken(tmp_path: Path) -> None:
    store = FileGrantStore(tmp_path / "grants")
    await store.put_for("name", "first", 60)
    await store.put_for("name", "second", 60)
    found = [await store.read("name"), await store.read("name"), await store.take("name"), await store.read("name")]
    await store.put_for("name", "expired", -1)
    expired = [await store.read("name"), await store.take("name")]
    await store.aclose()
    assert found == ["second", "second", "second", None]
    assert expired == [None, None]


async def test_a_person_of_the_proxy_may_act_with_an_account_of_their_own_at_an_upstream(tmp_path: Path) -> None:
    async with house() as upstream:
        url = upstream.upstream.url
        own = {"HOUSE_URL": url, "HOUSE_CLIENT_ID": "toolroll", "HOUSE_CLIENT_SECRET": "house-secret"}
        own |= {"HOUSE_AUTHORIZE_URL": f"{url}/authorize", "HOUSE_TOKEN_URL": f"{url}/token"}
        async with dancing(tmp_path, {"": HOUSE}, **own) as dance:
            headers = {"authorization": f"Bearer {(await dance.tokens())['access_token']}"}
            call = {"name": "whose", "arguments": {}}
            asked = answer(await post(dance.http, "modern", "tools/call", call, headers))["result"]
            details = json.loads(asked["content"][0]["text"])["error"]["details"]
            await sign_in(dance.http, details["authorize_url"], "Ann")
            found = answer(await post(dance.http, "modern", "tools/call", call, headers))["result"]
    assert found["structuredContent"] == {"name": "Ann"}


async def test_a_signed_in_person_is_a_user_of_the_provider(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="mcp_chassis.audit")
    async with dancing(tmp_path) as dance:
        await dance.call((await dance.tokens())["access_token"])
    principals = {getattr(record, "fields", {}).get("principal") for record in caplog.records}
    assert [each for each in principals if str(each).startswith("oauth:")] == [f"oauth:user:{dance.provider.url}#ann"]
