"""Secrets of the authorization proxy: in no log line, no file in the clear, and in nothing a host is given."""

from pathlib import Path

import httpx2
import pytest
from canaries import sightings
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from remote_proxy import CLIENT_SECRET, GRANT_KEY, Proxied, proxied, signing_in

pytestmark = pytest.mark.slow


def _written(proxy: Proxied, folder: Path) -> dict[str, str]:
    """What the process wrote: its log lines, and every file of its folder."""
    files = {path.name: path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()}
    return {"log": "\n".join(str(line) for line in proxy.running.lines), **files}


@pytest.mark.parametrize("profile", ["entra", "auth0"])
async def test_no_secret_of_a_sign_in_is_written_anywhere(profile: str, tmp_path: Path) -> None:
    async with proxied(profile, tmp_path) as proxy:
        auth, storage, browser = signing_in(proxy.mcp, "ann")
        async with (
            httpx2.AsyncClient(auth=auth, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(proxy.mcp, http_client=http)) as client,
        ):
            await client.call_tool("echo", {"text": "the-control-that-is-found"})
            auth.context.token_expiry_time = 1.0
            await client.call_tool("erase", {})
            await http.get(f"{proxy.url}/oauth/callback?state=unknown&code={browser.came_back['code']}")
        assert storage.tokens
        assert storage.tokens.refresh_token
        secrets = {"client secret": CLIENT_SECRET, "key": GRANT_KEY, "code": browser.came_back["code"]}
        secrets |= {"access token": storage.tokens.access_token, "refresh token": storage.tokens.refresh_token}
        for number, response in enumerate(await proxy.issued()):
            kinds = ("access_token", "id_token", "refresh_token")
            secrets |= {f"provider's {kind} {number}": response[kind] for kind in kinds if response.get(kind)}
        written = _written(proxy, tmp_path)
    assert len(secrets) >= 10
    assert sightings(secrets, written) == []
    assert sightings({"control": "the-control-that-is-found"}, written) != []
    assert {"grants.sqlite3", "log"} <= set(written)


async def test_the_providers_tokens_are_not_given_to_the_host(tmp_path: Path) -> None:
    async with proxied("auth0", tmp_path) as proxy:
        auth, storage, browser = signing_in(proxy.mcp, "ann")
        async with httpx2.AsyncClient(auth=auth, trust_env=False, timeout=60) as http:
            await http.post(proxy.mcp, json={})
        issued = await proxy.issued()
    assert storage.tokens
    given = {"tokens": storage.tokens.model_dump_json(), "callback": str(browser.came_back), "page": browser.pages[0]}
    secrets = {kind: issued[0][kind] for kind in ("access_token", "id_token", "refresh_token")}
    assert sightings(secrets, given) == []
