"""Tokens of callers: which are refreshed, which are still used, and what the upstream's token endpoint may say."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp_chassis.failures import PermissionDenied, Unavailable
from mcp_chassis.remote.accounts.connections import Connections
from mcp_chassis.remote.accounts.encryption import DecryptionFailed, TokenCipher
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.remote.accounts.grants import Grants
from mcp_chassis.remote.accounts.setup import actors
from mcp_chassis.remote.accounts.token_client import Token, TokenClient, TokenRefused
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.sign_in import OAuthApp, SignIn, SignInNeeded
from remote_acting import HOUSE, HouseSettings

NOW = 1_000_000.0
SIGN_IN = SignIn("House", "https://house.example/authorize", "https://house.example/token", ("read",))
CIPHER = TokenCipher(["k" * 40])


class Endpoint:
    """The token endpoint of an upstream."""

    def __init__(self) -> None:
        self.forms: list[str] = []
        self.status = 200
        self.reply: dict[str, Any] = {"access_token": "fresh"}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.forms.append(request.content.decode())
        return httpx2.Response(self.status, json=self.reply)

    @property
    def client(self) -> TokenClient:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        return TokenClient(SIGN_IN, OAuthApp("app", "hush"), IssuerClient(http))


@asynccontextmanager
async def granted(folder: Path, endpoint: Endpoint, refresh: str | None, seconds: float | None) -> AsyncGenerator[Any]:
    """The grants of a server, with one of alice whose token expires after so many seconds."""

    async def take_back(token: str) -> None:
        return None

    def connect(token: str) -> Any:
        raise AssertionError(token)

    grants = Grants(
        "house",
        client=endpoint.client,
        store=FileGrantStore(folder / "grants"),
        cipher=CIPHER,
        start_url="https://tools.example.com/start",
        connections=Connections(connect),
        take_back=take_back,
        clock=lambda: NOW,
    )
    await grants.keep("alice", Token("first", refresh, None if seconds is None else NOW + seconds))
    yield grants
    await grants.store.aclose()


@pytest.mark.parametrize(
    ("refresh", "seconds", "used", "requests"),
    [
        ("r", None, "first", 0),
        ("r", 60.5, "first", 0),
        ("r", 60, "fresh", 1),
        ("r", -5, "fresh", 1),
        (None, 60, "first", 0),
        (None, 0.5, "first", 0),
    ],
)
async def test_a_token_is_refreshed_a_minute_before_it_expires_if_that_is_possible(
    tmp_path: Path, refresh: str | None, seconds: float | None, used: str, requests: int
) -> None:
    endpoint = Endpoint()
    async with granted(tmp_path, endpoint, refresh, seconds) as grants:
        assert await grants.token("alice") == used
    assert len(endpoint.forms) == requests


@pytest.mark.parametrize("seconds", [0, -1])
async def test_an_expired_token_that_cannot_be_refreshed_needs_a_new_sign_in(tmp_path: Path, seconds: float) -> None:
    async with granted(tmp_path, Endpoint(), None, seconds) as grants:
        with pytest.raises(SignInNeeded, match="not yet allowed"):
            await grants.token("alice")
        with pytest.raises(SignInNeeded):
            await grants.token("bob")


async def test_a_refreshed_grant_keeps_its_refresh_token_unless_it_gets_a_new_one(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with granted(tmp_path, endpoint, "r1", 30) as grants:
        endpoint.reply = {"access_token": "second", "expires_in": 0.001}
        assert await grants.token("alice") == "second"
        endpoint.reply = {"access_token": "third", "refresh_token": "r2"}
        kept = CIPHER.open(await grants.store.grant(("house", "alice")))
    assert (kept["access_token"], kept["refresh_token"]) == ("second", "r1")
    assert endpoint.forms == ["client_id=app&client_secret=hush&grant_type=refresh_token&refresh_token=r1"]


@pytest.mark.parametrize(("seconds", "used"), [(0.5, "first"), (0, None)])
async def test_while_the_token_endpoint_fails_a_token_is_used_until_it_expires(
    tmp_path: Path, seconds: float, used: str | None
) -> None:
    endpoint = Endpoint()
    endpoint.status = 500
    async with granted(tmp_path, endpoint, "r", seconds) as grants:
        if used:
            assert await grants.token("alice") == used
        else:
            with pytest.raises(Unavailable, match="cannot be renewed now") as caught:
                await grants.token("alice")
            assert caught.value.retry_after_seconds == 5
        assert await grants.store.grant(("house", "alice")) is not None


async def test_a_grant_stored_for_another_caller_is_not_used(tmp_path: Path) -> None:
    async with granted(tmp_path, Endpoint(), None, None) as grants:
        await grants.store.put(("house", "mallory"), await grants.store.grant(("house", "alice")))
        with pytest.raises(SignInNeeded):
            await grants.token("mallory")


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        ("invalid_grant", True),
        ("bad_refresh_token", True),
        ("invalid_refresh_token", True),
        ("token_revoked", True),
        ("invalid_client", False),
        ("temporarily_unavailable", False),
    ],
)
async def test_only_errors_about_the_grant_itself_end_it(error: str, ended: bool) -> None:
    endpoint = Endpoint()
    endpoint.reply = {"error": error}
    with pytest.raises(TokenRefused) as caught:
        await endpoint.client.token(code="c")
    assert (caught.value.reason, caught.value.grant_ended) == (error, ended)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({}, "its response contains no token"),
        ({"access_token": "t", "error": "slow_down", "error_description": "Wait."}, "slow_down: Wait."),
        ({"access_token": "t", "ok": False}, "its response contains no token"),
        ({"error_description": "Only this."}, "Only this."),
        ({"error": "e" * 300, "error_description": "d" * 300}, f"{'e' * 200}: {'d' * 200}"),
    ],
)
async def test_the_reason_of_a_refused_token_is_the_upstreams(reply: dict[str, Any], reason: str) -> None:
    endpoint = Endpoint()
    endpoint.reply = reply
    with pytest.raises(TokenRefused) as caught:
        await endpoint.client.token(code="c")
    assert caught.value.reason == reason


async def test_a_token_expires_after_the_seconds_that_the_upstream_gives() -> None:
    endpoint, before = Endpoint(), time.time()
    endpoint.reply = {"access_token": "t", "refresh_token": "r", "expires_in": 1000}
    found = await endpoint.client.token(code="c")
    assert (found.access_token, found.refresh_token) == ("t", "r")
    assert found.expires_at is not None
    assert found.expires_at >= before + 1000
    endpoint.reply = {"access_token": "t"}
    assert (await endpoint.client.token(code="c")).expires_at is None


async def test_a_file_that_cannot_be_opened_is_a_temporary_failure(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot look up whether you have signed in") as caught:
        await FileGrantStore(tmp_path).grant(("house", "alice"))
    assert caught.value.retry_after_seconds == 5


def test_a_value_is_decrypted_with_any_key_and_encrypted_again_with_the_first() -> None:
    old, new, both = (TokenCipher(keys) for keys in (["old" * 9], ["new" * 9], ["new" * 9, "old" * 9]))
    sealed = old.seal({"a": 1})
    again = both.sealed_again(sealed)
    assert both.open(sealed) == new.open(again) == {"a": 1}
    for cipher, text in ((new, sealed), (old, again), (new, "nonsense"), (new, "ü")):
        with pytest.raises(DecryptionFailed):
            cipher.open(text)
    with pytest.raises(DecryptionFailed):
        new.sealed_again(sealed)


async def test_a_grant_at_an_upstream_that_cannot_revoke_is_kept_with_an_error(tmp_path: Path) -> None:
    settings = HouseSettings(url="https://house.example")
    remote = RemoteSettings.load(
        {"MCP_PUBLIC_URL": "http://localhost:8080", "MCP_GRANT_KEYS": "k" * 40, "MCP_API_KEY": "k" * 40}
    )
    client = {"HOUSE_CLIENT_ID": "app", "HOUSE_CLIENT_SECRET": "hush"}
    store = FileGrantStore(tmp_path / "grants")
    found = actors("house", HOUSE, settings, remote, environment=client, store=lambda _: store)
    assert found is not None
    await found.grants.keep("alice", Token("t"))
    with pytest.raises(PermissionDenied, match=r"House has no way to revoke this from here\. Revoke the app there\."):
        await found.grants.revoke("alice")
    assert await store.grant(("house", "alice")) is not None
    assert not await found.grants.revoke("bob")
    for resource in found.resources:
        async with resource:
            continue
