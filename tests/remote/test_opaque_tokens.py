"""Tokens that the authorization server is asked about: what is asked, what is believed, and for how long."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from mcp.server.auth.provider import AccessToken
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.tokens import OpaqueTokens
from remote_clock import Clock
from remote_issuer import AUDIENCE, documents

ISSUER = "https://as.example"
ACTIVE = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "exp": 2000,
    "sub": "alice",
    "client_id": "a-client",
    "scope": "read",
}


class Introspection:
    """An authorization server that says the same of every token, and what it was asked."""

    def __init__(self, **changed: Any) -> None:
        self.says = {name: value for name, value in {**ACTIVE, **changed}.items() if value is not None}
        self.asked: list[httpx2.Request] = []
        self.clock = Clock()
        self.tokens = OpaqueTokens(
            f"{ISSUER}/introspect",
            ISSUER,
            AUDIENCE,
            client=("id", "secret"),
            documents=documents(self._answer),
            clock=self.clock,
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(200, content=json.dumps(self.says))

    async def verify(self, token: str = "opaque") -> AccessToken | None:
        return await self.tokens.verify(token)


async def test_the_server_is_asked_for_an_access_token_by_a_client_it_knows() -> None:
    server = Introspection()
    await server.verify("the token")
    (request,) = server.asked
    assert (request.method, str(request.url)) == ("POST", f"{ISSUER}/introspect")
    assert parse_qs(request.content.decode()) == {"token": ["the token"], "token_type_hint": ["access_token"]}
    assert request.headers["authorization"] == "Basic aWQ6c2VjcmV0"


async def test_a_valid_token_becomes_issuer_client_subject_and_scopes_and_is_not_stored() -> None:
    assert await Introspection(scope="write read").verify() == AccessToken(
        token="withheld",
        client_id="a-client",
        scopes=["read", "write"],
        resource=AUDIENCE,
        subject=f"oauth:user:{ISSUER}#alice",
        claims={"iss": ISSUER},
    )


async def test_a_token_is_asked_about_once_in_half_a_minute() -> None:
    server = Introspection()
    asked: list[int] = []
    for passed in (0, 29.9, 0.1, 29.9):
        server.clock.now += passed
        assert await server.verify() is not None
        asked.append(len(server.asked))
    assert asked == [1, 1, 2, 2]


async def test_no_introspection_is_cached_beyond_the_tokens_expiry() -> None:
    server = Introspection(exp=1010)
    assert await server.verify() is not None
    server.clock.now = 1010
    assert await server.verify() is None
    assert len(server.asked) == 2


async def test_the_introspection_of_one_token_is_not_used_for_another() -> None:
    server = Introspection()
    assert await server.verify("one") is not None
    server.says = {"active": False}
    assert await server.verify("two") is None
    assert await server.verify("one") is not None


@pytest.mark.slow
async def test_the_latest_ten_thousand_introspections_are_cached() -> None:
    server = Introspection()
    for number in range(10_000):
        await server.verify(f"token-{number}")
    await server.verify("token-0")
    assert len(server.asked) == 10_000
    await server.verify("one more")
    for token in ("one more", "token-1"):
        await server.verify(token)
    assert len(server.asked) == 10_001
    await server.verify("token-0")
    assert len(server.asked) == 10_002


GOOD: dict[str, dict[str, Any]] = {
    "several audiences": {"aud": ["https://other.example", AUDIENCE]},
    "no issuer, for it was asked itself": {"iss": None},
    "valid from now on": {"nbf": 1000},
    "a clock ten seconds ahead": {"nbf": 1010},
    "an end beyond what a float holds": {"exp": 10**400},
}


@pytest.mark.parametrize("kind", GOOD)
async def test_a_valid_opaque_token_of_any_kind_is_accepted(kind: str) -> None:
    assert await Introspection(**GOOD[kind]).verify() is not None


BAD: dict[str, dict[str, Any]] = {
    "inactive": {"active": False},
    "active as text": {"active": "true"},
    "nothing said": {"active": None},
    "another audience": {"aud": "https://other.example"},
    "an audience that only begins alike": {"aud": [AUDIENCE + "/more"]},
    "an audience that holds it": {"aud": [[AUDIENCE]]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 900},
    "expiring now": {"exp": 1000},
    "no expiry": {"exp": None},
    "an expiry that is true": {"exp": True},
    "an expiry that is text": {"exp": "2000"},
    "valid in eleven seconds": {"nbf": 1011},
    "valid at a time that is text": {"nbf": "900"},
    "nobody": {"sub": None, "client_id": None},
    "a subject that is a number": {"sub": 7},
    "a subject without end": {"sub": "a" * 256},
}


@pytest.mark.parametrize("kind", BAD)
async def test_an_invalid_opaque_token_is_refused(kind: str) -> None:
    assert await Introspection(**BAD[kind]).verify() is None


CALLERS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "a person through a client": ({}, ("user", "alice", "a-client")),
    "a client by itself": ({"sub": None}, ("client", "a-client", "a-client")),
    "a client by its other name": ({"client_id": None, "azp": "an-app"}, ("user", "alice", "an-app")),
    "the first of both names": ({"azp": "an-app"}, ("user", "alice", "a-client")),
    "a client under its other name by itself": (
        {"sub": None, "client_id": None, "azp": "app"},
        ("client", "app", "app"),
    ),
    "a person alone": ({"client_id": None}, ("user", "alice", "alice")),
    "a client that is a number": ({"client_id": 7}, ("user", "alice", "alice")),
    "a client that is its own subject": ({"sub": "a-client"}, ("client", "a-client", "a-client")),
    "the shortest name": ({"sub": "a"}, ("user", "a", "a-client")),
    "the longest name": ({"sub": "a" * 255}, ("user", "a" * 255, "a-client")),
}


@pytest.mark.parametrize("kind", CALLERS)
async def test_the_caller_is_a_person_or_a_client_of_its_issuer(kind: str) -> None:
    changed, (is_a, name, client) = CALLERS[kind]
    found = await Introspection(**changed).verify()
    assert found is not None
    assert (found.subject, found.client_id) == (f"oauth:{is_a}:{ISSUER}#{name}", client)


async def test_a_token_without_subject_and_client_is_refused() -> None:
    assert await Introspection(sub="", client_id="", azp="").verify() is None


SCOPES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text": ({"scope": "write read"}, ["read", "write"]),
    "a list": ({"scope": None, "scp": ["read", 7, None, "write"]}, ["read", "write"]),
    "both": ({"scope": "read", "scp": ["write", "read"]}, ["read", "write"]),
    "none": ({"scope": None}, []),
    "a number": ({"scope": 7}, []),
}


@pytest.mark.parametrize("kind", SCOPES)
async def test_scopes_are_taken_from_text_or_a_list_and_from_nothing_else(kind: str) -> None:
    changed, granted = SCOPES[kind]
    found = await Introspection(**changed).verify()
    assert found is not None
    assert found.scopes == granted


async def test_a_failed_introspection_raises_verification_unavailable() -> None:
    failing = documents(lambda _: httpx2.Response(500, json=ACTIVE))
    tokens = OpaqueTokens(f"{ISSUER}/introspect", ISSUER, AUDIENCE, client=None, documents=failing, clock=Clock())
    with pytest.raises(VerificationUnavailable):
        await tokens.verify("opaque")
