"""The authorization proxy in front of npm's `oidc-provider`, configured like four providers without registration."""

import contextlib
from pathlib import Path

import httpx2
import jwt
import pytest
from mcp.client import Client
from mcp.client.auth import OAuthFlowError
from mcp.client.streamable_http import streamable_http_client
from remote_proxy import PROFILES, Proxied, proxied, signing_in
from remote_signing_in import Storage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_sdks_client_registers_signs_in_calls_a_tool_and_refreshes(profile: str, tmp_path: Path) -> None:
    async with proxied(profile, tmp_path) as proxy:
        auth, storage, browser = signing_in(proxy.mcp, "ann")
        async with (
            httpx2.AsyncClient(auth=auth, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(proxy.mcp, http_client=http)) as client,
        ):
            result = await client.call_tool("echo", {"text": "hello"})
            assert storage.tokens
            first = storage.tokens
            auth.context.token_expiry_time = 1.0  # expired as far as the client knows: it refreshes
            again = await client.call_tool("echo", {"text": "again"})
        from_provider = await proxy.issued()
    assert not result.is_error
    assert not again.is_error
    assert first.scope == "read write destructive resources prompts"
    assert [bool(each.get("refresh_token")) for each in from_provider][:1] == [True]
    assert len(from_provider) == 2  # the proxy asked again whether the person may still use it
    assert storage.tokens.access_token != first.access_token
    assert storage.tokens.refresh_token != first.refresh_token
    assert [step for step in browser.visited if "/oauth/" in step] == [
        "GET /oauth/consent",
        "POST /oauth/consent",
        "GET /oauth/callback",
    ]


async def _signed_in(proxy: Proxied, person: str) -> tuple[dict[str, str], Storage]:
    """The parameters of the client's callback, and its tokens."""
    auth, storage, browser = signing_in(proxy.mcp, person)
    async with httpx2.AsyncClient(auth=auth, trust_env=False, timeout=60) as http:
        with contextlib.suppress(KeyError, OAuthFlowError):  # the SDK's client is called back with an error
            await http.post(proxy.mcp, json={})
    return browser.came_back, storage


@pytest.mark.parametrize(
    ("profile", "people", "person"),
    [
        ("entra", "email=*@example.com", "ann"),  # Entra does not say whether an address is verified
        ("entra", "tid=another-tenant", "ann"),
        ("okta", "groups=admins", "ann"),
        ("google", "hd=other.example", "ann"),
        ("auth0", "email=*@example.com", "unverified"),
    ],
)
async def test_a_person_who_matches_no_rule_is_refused_by_name_of_the_error(
    profile: str, people: str, person: str, tmp_path: Path
) -> None:
    async with proxied(profile, tmp_path, MCP_OAUTH_PROXY_PEOPLE=people) as proxy:
        came_back, storage = await _signed_in(proxy, person)
    assert came_back["error"] == "access_denied"
    assert storage.tokens is None


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_providers_own_tokens_are_refused(profile: str, tmp_path: Path) -> None:
    async with proxied(profile, tmp_path) as proxy, httpx2.AsyncClient(trust_env=False) as http:
        _, storage = await _signed_in(proxy, "ann")
        [issued] = await proxy.issued()
        sent = [issued["access_token"], issued["id_token"], issued["refresh_token"]]
        headers = [{"authorization": f"Bearer {token}"} for token in sent]
        found = [(await http.post(proxy.mcp, json={}, headers=each)).status_code for each in headers]
    assert storage.tokens
    assert found == [401, 401, 401]


async def test_without_a_refresh_token_of_the_provider_the_session_goes_on_without_asking_it(tmp_path: Path) -> None:
    async with proxied("google", tmp_path, MCP_OAUTH_PROXY_PARAMETERS="") as proxy:
        refreshed = await _refreshed(proxy)
        issued = await proxy.issued()
    assert refreshed.status_code == 200
    assert [each.get("refresh_token") for each in issued] == [None]


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_person_who_is_removed_at_the_provider_is_out_at_the_next_refresh(profile: str, tmp_path: Path) -> None:
    async with proxied(profile, tmp_path) as proxy:
        refreshed = await _refreshed(proxy, removed="ann")
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def _refreshed(proxy: Proxied, removed: str = "") -> httpx2.Response:
    """The response to Ann's refresh token, after a person was removed at the provider."""
    _, storage = await _signed_in(proxy, "ann")
    assert storage.tokens
    assert storage.client
    if removed:
        await proxy.remove(removed)
    form = {"grant_type": "refresh_token", "refresh_token": storage.tokens.refresh_token}
    form |= {"client_id": storage.client.client_id, "client_secret": storage.client.client_secret}
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(f"{proxy.url}/token", data={name: value for name, value in form.items() if value})


async def test_auth0_issues_a_signed_token_for_the_audience_of_the_settings_and_an_opaque_one_without(
    tmp_path: Path,
) -> None:
    audiences: list[object] = []
    for parameters in ("audience=https://api.example.com", ""):
        async with proxied("auth0", tmp_path, MCP_OAUTH_PROXY_PARAMETERS=parameters) as proxy:
            _, storage = await _signed_in(proxy, "ann")
            [issued] = await proxy.issued()
        assert storage.tokens
        signed = issued["access_token"].count(".") == 2
        claims = jwt.decode(issued["access_token"], options={"verify_signature": False}) if signed else {}
        audiences.append(claims.get("aud"))
    assert audiences == ["https://api.example.com", None]
