"""Tokens of an authorization server: which are taken, which are refused, and what happens when nobody can tell."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from mcp_chassis.remote.authentication import CannotTell
from mcp_chassis.remote.documents import Documents
from mcp_chassis.remote.jwks import Jwks
from mcp_chassis.remote.oauth import OpaqueTokens
from mcp_chassis.testing.replies import Reply
from remote_http import ERAS, answer, post, served
from remote_issuer import AUDIENCE, EC_KEY, OTHER_KEY, RSA_KEY, Issuer, issuing, jwk
from remote_sample import FIRST, TOOLS

CALL = {"name": "echo", "arguments": {"text": "hello"}}
GOOD: dict[str, Callable[[Issuer], str]] = {
    "rs256": lambda issuer: issuer.token(),
    "es256": lambda issuer: issuer.token(EC_KEY, "ES256", {"kid": "two"}),
    "ps256": lambda issuer: issuer.token(RSA_KEY, "PS256"),
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
async def test_good_tokens_of_every_kind_are_let_in(era: str) -> None:
    refused: list[str] = []
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        for kind, make in GOOD.items():
            response = await _call(http, era, make(issuer))
            if response.status_code != 200 or "hello" not in response.text:
                refused.append(f"{kind}: {response.status_code} {response.text[:200]}")
    assert refused == []


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
async def test_a_token_that_does_not_reach_so_far_is_403_and_names_the_scope_of_this_call(era: str) -> None:
    found: dict[str, Any] = {}
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        for tool, (needed, arguments) in TOOLS.items():
            response = await _call(http, era, issuer.token(scope="openid"), {"name": tool, "arguments": arguments})
            challenge = response.headers.get("www-authenticate", "")
            found[tool] = (
                response.status_code,
                'error="insufficient_scope"' in challenge,
                f'scope="{needed}"' in challenge,
            )
        read = await post(
            http, era, "resources/read", {"uri": "sample://thing"}, {"authorization": f"Bearer {issuer.token()}"}
        )
    assert found == dict.fromkeys(TOOLS, (403, True, True))
    assert (read.status_code, 'scope="resources"' in read.headers["www-authenticate"]) == (403, True)


@pytest.mark.parametrize("era", ERAS)
async def test_the_list_shows_what_the_token_may_call(era: str) -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        token = issuer.token(scope="mcp-chassis:write")
        response = await post(http, era, "tools/list", {}, {"authorization": f"Bearer {token}"})
    assert [tool["name"] for tool in answer(response)["result"]["tools"]] == ["put", "announce"]


async def test_the_issuers_keys_are_fetched_once_for_many_tokens() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        statuses = {(await _call(http, "modern", issuer.token(sub=f"user-{n}"))).status_code for n in range(20)}
        fetched = len(issuer.upstream.asked("GET /jwks"))
    assert (statuses, fetched) == ({200}, 1)


async def test_an_issuer_that_cannot_be_reached_is_503_and_lets_nobody_in() -> None:
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
async def test_a_key_set_that_is_none_lets_nobody_in(kind: str) -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        issuer.upstream.answers("GET /jwks", BAD_KEY_SETS[kind])
        response = await _call(http, "modern", issuer.token())
    assert response.status_code == 503


async def test_metadata_of_another_issuer_is_not_believed() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        lie = {"issuer": "https://evil.example", "jwks_uri": f"{issuer.url}/jwks"}
        issuer.upstream.answers("GET /.well-known/oauth-authorization-server", Reply(json=lie))
        response = await _call(http, "modern", issuer.token())
    assert response.status_code == 503


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _serving(answers: Callable[[httpx2.Request], httpx2.Response]) -> Documents:
    return Documents(httpx2.AsyncClient(transport=httpx2.MockTransport(answers)))


async def test_an_unknown_key_is_looked_for_at_most_once_in_ten_seconds_and_a_new_one_is_found() -> None:
    clock, asked, keys = Clock(), [], [jwk(RSA_KEY, "one")]

    def answers(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        return httpx2.Response(200, json={"keys": keys})

    jwks = Jwks("https://as.example", "https://as.example/jwks", _serving(answers), clock)
    for number in range(100):
        assert await jwks.find(f"unknown-{number}", "RS256") is None
    assert len(asked) == 1
    keys.append(jwk(OTHER_KEY, "two"))
    clock.now += 10.0
    assert await jwks.find("two", "RS256") is not None
    assert len(asked) == 2


async def test_a_withdrawn_key_ends_and_keys_outlive_an_issuer_that_is_down_for_an_hour() -> None:
    clock, keys, up = Clock(), [jwk(RSA_KEY, "one"), jwk(OTHER_KEY, "two")], [True]

    def answers(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200 if up[0] else 500, json={"keys": keys})

    jwks = Jwks("https://as.example", "https://as.example/jwks", _serving(answers), clock)
    assert await jwks.find("two", "RS256") is not None
    keys.pop()
    clock.now += 601
    assert await jwks.find("two", "RS256") is None
    up[0] = False
    clock.now += 3000
    assert await jwks.find("one", "RS256") is not None
    clock.now += 700
    with pytest.raises(CannotTell):
        await jwks.find("one", "RS256")


async def test_a_key_without_a_name_is_used_only_where_it_is_the_only_one_that_fits() -> None:
    keys = [jwk(RSA_KEY, "one"), jwk(EC_KEY, "two")]
    jwks = Jwks(
        "https://as.example", "https://as.example/jwks", _serving(lambda _: httpx2.Response(200, json={"keys": keys}))
    )
    assert await jwks.find(None, "RS256") is not None
    keys.append(jwk(OTHER_KEY, "three"))
    fresh = Jwks(
        "https://as.example", "https://as.example/jwks", _serving(lambda _: httpx2.Response(200, json={"keys": keys}))
    )
    assert await fresh.find(None, "RS256") is None


INACTIVE: dict[str, dict[str, Any]] = {
    "inactive": {"active": False},
    "active as text": {"active": "true"},
    "nothing said": {"active": None},
    "another audience": {"aud": "https://other.example"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 900},
    "no expiry": {"exp": None},
    "an expiry that is true": {"exp": True},
    "not valid yet": {"nbf": 2000},
    "nobody": {"sub": None, "client_id": None},
}
ACTIVE = {
    "active": True,
    "iss": "https://as.example",
    "aud": AUDIENCE,
    "exp": 2000,
    "sub": "alice",
    "client_id": "a-client",
    "scope": "read",
}


def _introspecting(found: dict[str, Any], clock: Clock, asked: list[httpx2.Request]) -> OpaqueTokens:
    def answers(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, content=json.dumps(found))

    url, client = "https://as.example/introspect", ("id", "secret")
    documents = _serving(answers)
    return OpaqueTokens(url, "https://as.example", AUDIENCE, client=client, documents=documents, clock=clock)


async def test_an_opaque_token_is_asked_about_once_in_half_a_minute() -> None:
    clock, asked = Clock(), []
    tokens = _introspecting(ACTIVE, clock, asked)
    found = [await tokens.verify("opaque") for _ in range(5)]
    assert {(token.subject, tuple(token.scopes), token.token) for token in found if token} == {
        ("oauth:alice", ("read",), "withheld")
    }
    assert len(asked) == 1
    assert asked[0].headers["authorization"].startswith("Basic ")
    clock.now += 31
    await tokens.verify("opaque")
    assert len(asked) == 2


@pytest.mark.parametrize("kind", INACTIVE)
async def test_an_opaque_token_that_is_not_good_is_refused(kind: str) -> None:
    found = {name: value for name, value in {**ACTIVE, **INACTIVE[kind]}.items() if value is not None}
    assert await _introspecting(found, Clock(), []).verify("opaque") is None


async def test_an_introspection_that_fails_is_not_taken_for_an_answer() -> None:
    documents = _serving(lambda _: httpx2.Response(500, json={"active": True}))
    tokens = OpaqueTokens("https://as.example/i", "https://as.example", AUDIENCE, client=None, documents=documents)
    with pytest.raises(CannotTell):
        await tokens.verify("opaque")
