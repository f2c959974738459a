"""The authorization proxy in front of npm's `oidc-provider`, configured like four providers without registration."""

from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from remote_proxy import PROFILES, proxied, signing_in

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
