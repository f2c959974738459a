"""Access tokens of OAuth issuers: how long each is used, which answers are none, which refusals are told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.failures import AuthenticationFailed, Failure, UpstreamError
from mcp_chassis.testing import Reply, ScriptedUpstream
from rest_mcp.assembly import server_of
from rest_mcp.authentication import OAuth
from rest_mcp.oauth_tokens import TokenSource

BRIDGE = (
    'instructions = "Things."\n[apis.a]\nattempts = 1\noauth = {}\n'
    '[[tools]]\nname = "get_x"\ndescription = "Get x."\nrequest = "GET /x"\n'
)


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    return server_of(tmp_path / "bridge.toml").settings.load(
        {"API_CLIENT_SECRET": "s3cret", "MCP_RETRY_ATTEMPTS": "1", "MCP_OUTBOUND_RATE": "1000"}
    )


@asynccontextmanager
async def issuing(
    settings: Any, *replies: Reply, present: list[float] | None = None, oauth: OAuth | None = None
) -> AsyncGenerator[tuple[TokenSource, ScriptedUpstream]]:
    clock = present if present is not None else [0.0]
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", *replies)
        secret = settings.credential("client_secret_of_a")
        tokens = TokenSource("a", oauth or OAuth(), upstream.url, "me", secret, settings, clock=lambda: clock[0])
        try:
            yield tokens, upstream
        finally:
            await tokens.aclose()


LIFETIMES: list[tuple[Any, float]] = [
    (3_600, 3_570),
    (120, 90),
    (119, 89.25),
    (40, 30),
    (2.0, 1.5),
    (0, 270),
    (-5, 270),
    (True, 270),
    ("3600", 270),
    (None, 270),
]


async def test_a_token_is_fetched_anew_30_seconds_or_a_quarter_before_its_end_at_the_latest(settings: Any) -> None:
    for lifetime, used in LIFETIMES:
        present = [0.0]
        reply = Reply(json={"access_token": "t", "expires_in": lifetime})
        async with issuing(settings, reply, present=present) as (tokens, upstream):
            for present[0] in (0.0, used - 0.01):
                await tokens.fetch()
            before = len(upstream.requests)
            present[0] = used
            await tokens.fetch()
            assert (before, len(upstream.requests)) == (1, 2), lifetime


NO_TOKENS: list[Any] = [
    {},
    [],
    "t",
    {"access_token": ""},
    {"access_token": 5},
    {"access_token": "tö"},
    {"access_token": "a\nb"},
]


async def test_an_answer_without_a_token_that_a_header_can_carry_is_a_failure(settings: Any) -> None:
    for body in NO_TOKENS:
        async with issuing(settings, Reply(json=body)) as (tokens, _):
            with pytest.raises(UpstreamError, match="The issuer of a's tokens answered without an access_token"):
                await tokens.fetch()
            assert tokens.headers() == {}


async def test_a_token_is_sent_until_it_is_dropped(settings: Any) -> None:
    async with issuing(settings, Reply(json={"access_token": "t"})) as (tokens, upstream):
        assert (tokens.headers(), tokens.forget()) == ({}, False)
        await tokens.fetch()
        assert (tokens.headers(), tokens.forget()) == ({"Authorization": "Bearer t"}, True)
        assert (tokens.headers(), tokens.forget()) == ({}, False)
        await tokens.fetch()
        assert len(upstream.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_each_refusal_of_the_client_names_the_variables(settings: Any, status: int) -> None:
    reply = Reply(status, json={"error": "invalid_client", "error_description": "No such client."})
    async with issuing(settings, reply) as (tokens, upstream):
        with pytest.raises(AuthenticationFailed) as refused:
            await tokens.fetch()
    told = str(refused.value)
    assert told.startswith(
        "The issuer of a's tokens refuses this client: API_CLIENT_ID or API_CLIENT_SECRET is wrong, or"
    )
    assert "API_TOKEN_URL is another address." in told
    assert ('It says: "No such client: invalid_client".' in told) is (status != 404)
    assert [request.headers.get("authorization") for request in upstream.requests] == ["Basic bWU6czNjcmV0", None]


@pytest.mark.parametrize(("status", "code"), [(500, "SERVICE_UNAVAILABLE"), (429, "RATE_LIMITED")])
async def test_an_outage_of_the_issuer_is_no_refusal(settings: Any, status: int, code: str) -> None:
    async with issuing(settings, Reply(status, json={"error": "x"})) as (tokens, upstream):
        with pytest.raises(Failure) as refused:
            await tokens.fetch()
    assert (refused.value.code.value, len(upstream.requests)) == (code, 1)


async def test_scope_and_audience_are_asked_for(settings: Any) -> None:
    oauth = OAuth(scope="read write", audience="https://api.example")
    async with issuing(settings, Reply(json={"access_token": "t"}), oauth=oauth) as (tokens, upstream):
        await tokens.fetch()
    asked = b"grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi.example"
    assert upstream.requests[0].body == asked


@pytest.mark.parametrize(
    ("address", "client", "missing"), [(None, "me", "API_TOKEN_URL"), ("http://127.0.0.1:9", None, "API_CLIENT_ID"),
                                       ("http://127.0.0.1:9", "", "API_CLIENT_ID")],
)  # fmt: skip
async def test_a_variable_that_is_not_set_is_named(
    settings: Any, address: str | None, client: str | None, missing: str
) -> None:
    secret = settings.credential("client_secret_of_a")
    tokens = TokenSource("a", OAuth(), address, client, secret, settings)
    with pytest.raises(AuthenticationFailed, match=f"This server has no token for a: {missing} is not set"):
        await tokens.fetch()
    await tokens.aclose()
