"""Tokens of an authorization server over HTTP: which are taken, and what is told where one is not enough."""

import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from mcp.server.auth.provider import AccessToken
from mcp_chassis.remote.auth.issuer_client import IssuerClient
from mcp_chassis.remote.auth.jwks import Jwks
from mcp_chassis.remote.auth.tokens import SignedTokens
from mcp_chassis.testing.replies import Reply
from remote_http import ERAS, answer, post, served
from remote_issuer import AUDIENCE, EC_KEY, RSA_KEY, Issuer, issuing
from remote_sample import FIRST, TOOLS

CALL = {"name": "echo", "arguments": {"text": "hello"}}
GOOD: dict[str, Callable[[Issuer], str]] = {
    "rs256": lambda issuer: issuer.token(),
    "es256": lambda issuer: issuer.token(EC_KEY, "ES256", {"kid": "two"}),
    "ps256": lambda issuer: issuer.token(RSA_KEY, "PS256"),
    "typ in capitals": lambda issuer: issuer.token(header={"typ": "AT+JWT"}),
    "no typ": lambda issuer: issuer.token(header={"typ": ""}),
    "no kid where one key fits": lambda issuer: issuer.token(header={"kid": None}),
    "typ JWT": lambda issuer: issuer.token(header={"typ": "JWT"}),
    "several audiences": lambda issuer: issuer.token(aud=["https://other.example", AUDIENCE]),
    "scp as a list": lambda issuer: issuer.token(scope=None, scp=["read"]),
    "an alias": lambda issuer: issuer.token(scope="openid mcp:read"),
    "no subject but a client": lambda issuer: issuer.token(sub=None),
    "a clock five seconds off": lambda issuer: issuer.token(exp=int(time.time()) - 5),
}


async def _call(http: httpx2.AsyncClient, era: str, token: str, call: dict[str, Any] = CALL) -> httpx2.Response:
    return await post(http, era, "tools/call", call, {"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("era", ERAS)
async def test_valid_tokens_of_every_kind_are_accepted(era: str) -> None:
    refused: list[str] = []
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        for kind, make in GOOD.items():
            response = await _call(http, era, make(issuer))
            if response.status_code != 200 or "hello" not in response.text:
                refused.append(f"{kind}: {response.status_code} {response.text[:200]}")
    assert refused == []


async def test_a_valid_token_becomes_issuer_client_subject_and_scopes_and_is_not_stored() -> None:
    async with issuing() as issuer:
        tokens = SignedTokens(issuer.url, AUDIENCE, ["RS256"], Jwks(issuer.url, f"{issuer.url}/jwks", IssuerClient()))
        found = await tokens.verify(issuer.token(scope="write read"))
    assert found == AccessToken(
        token="withheld",
        client_id="a-client",
        scopes=["read", "write"],
        resource=AUDIENCE,
        subject=f"oauth:user:{issuer.url}#alice",
        claims={"iss": issuer.url},
    )


async def test_an_issuer_whose_name_ends_with_a_slash_is_configured_with_it() -> None:
    async with issuing() as issuer:
        metadata = {"issuer": f"{issuer.url}/", "jwks_uri": f"{issuer.url}/jwks"}  # as Auth0's
        issuer.upstream.answers("GET /.well-known/oauth-authorization-server", Reply(json=metadata))
        environment = {**issuer.environment(), "MCP_OAUTH_ISSUER": f"{issuer.url}/"}
        async with served({"": FIRST}, environment) as http:
            accepted = [
                (await _call(http, "modern", issuer.token(iss=name))).status_code
                for name in (f"{issuer.url}/", issuer.url)
            ]
            refused = [
                (await _call(http, "modern", issuer.token(iss=name))).status_code
                for name in (f"{issuer.url}//", f"{issuer.url}/x", f"{issuer.url}.evil.example/", "/", "")
            ]
    assert (accepted, refused) == ([200] * 2, [401] * 5)


async def test_a_refusal_names_the_metadata_and_the_metadata_names_the_issuer() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        refused = await post(http, "modern", "tools/list")
        where = "https://tools.example.com/.well-known/oauth-protected-resource/mcp"
        metadata = (await http.get("/.well-known/oauth-protected-resource/mcp")).json()
        at_root = (await http.get("/.well-known/oauth-protected-resource")).json()
    assert refused.status_code == 401
    assert f'resource_metadata="{where}"' in refused.headers["www-authenticate"]
    assert (
        metadata
        == at_root
        == {
            "resource": AUDIENCE,
            "authorization_servers": [issuer.url],
            "scopes_supported": ["read", "write", "destructive", "resources", "prompts"],
            "bearer_methods_supported": ["header"],
        }
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_token_without_the_scope_of_the_call_returns_403_with_that_scope(era: str) -> None:
    found: dict[str, Any] = {}
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        for tool, (needed, arguments) in TOOLS.items():
            response = await _call(http, era, issuer.token(scope="openid"), {"name": tool, "arguments": arguments})
            challenge = response.headers.get("www-authenticate", "")
            found[tool] = (
                response.status_code,
                'error="insufficient_scope"' in challenge,
                f'scope="{needed}"' in challenge,
                response.json()["error"]["data"].get("details"),
            )
        read = await post(
            http, era, "resources/read", {"uri": "sample://thing"}, {"authorization": f"Bearer {issuer.token()}"}
        )
    assert found == {tool: (403, True, True, {"required_scopes": [needed]}) for tool, (needed, _) in TOOLS.items()}
    assert (read.status_code, 'scope="resources"' in read.headers["www-authenticate"]) == (403, True)


@pytest.mark.parametrize("era", ERAS)
async def test_the_missing_scope_has_the_prefix_mcp_if_the_tokens_scopes_have_it(era: str) -> None:
    scopes = ("mcp:read mcp:write", "mcp:read mcp:write mcp:destructive")
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        erase = {"name": "erase", "arguments": {}}
        refused, allowed = [await _call(http, era, issuer.token(scope=scope), erase) for scope in scopes]
    assert (refused.status_code, allowed.status_code) == (403, 200)
    assert 'error="insufficient_scope", scope="mcp:destructive"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize("era", ERAS)
async def test_the_list_shows_what_the_token_may_call(era: str) -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        token = issuer.token(scope="mcp-chassis:write")
        response = await post(http, era, "tools/list", {}, {"authorization": f"Bearer {token}"})
    assert [tool["name"] for tool in answer(response)["result"]["tools"]] == ["hold", "put", "announce"]


async def test_the_issuers_keys_are_fetched_once_for_many_tokens() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        statuses = {(await _call(http, "modern", issuer.token(sub=f"user-{n}"))).status_code for n in range(20)}
        fetched = len(issuer.upstream.asked("GET /jwks"))
    assert (statuses, fetched) == ({200}, 1)


async def test_an_issuer_that_cannot_be_reached_returns_503() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        await issuer.upstream.refuse()
        response = await _call(http, "modern", issuer.token())
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


BAD_KEY_SETS = {
    "html": Reply(text="<html>"),
    "a list": Reply(json=[]),
    "no keys": Reply(json={}),
    "keys that are text": Reply(json={"keys": "all"}),
    "an error": Reply(status=500, json={"keys": []}),
    "two megabytes": Reply(json={"keys": [], "x": "x" * 2_000_000}),
    "a redirect": Reply(status=302, headers={"location": "https://evil.example/jwks"}),
    "cut off": Reply(json={"keys": []}, ending="truncated"),
}


@pytest.mark.parametrize("kind", BAD_KEY_SETS)
async def test_an_invalid_key_set_returns_503(kind: str) -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        issuer.upstream.answers("GET /jwks", BAD_KEY_SETS[kind])
        response = await _call(http, "modern", issuer.token())
    assert response.status_code == 503


async def test_metadata_of_another_issuer_is_refused() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        lie = {"issuer": "https://evil.example", "jwks_uri": f"{issuer.url}/jwks"}
        issuer.upstream.answers("GET /.well-known/oauth-authorization-server", Reply(json=lie))
        response = await _call(http, "modern", issuer.token())
    assert response.status_code == 503
