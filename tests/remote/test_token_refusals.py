"""Tokens that are none of the authorization server's for this server: refused at every server, era and method."""

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import httpx2
import pytest
from remote_http import ERAS, post, served
from remote_issuer import AUDIENCE, OTHER_KEY, RSA_KEY, Issuer, issuing, jwk, pem, unsigned
from remote_sample import FIRST, SECOND

CALL = {"name": "echo", "arguments": {"text": "hello"}}
HS = "a-secret-that-is-long-enough-for-hs256"
BAD: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 60),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 60),
    "issued in the future": lambda issuer: issuer.token(iat=int(time.time()) + 600),
    "without an expiry": lambda issuer: issuer.token(exp=None),
    "an expiry that is text": lambda issuer: unsigned({"alg": "RS256", "kid": "one"}, issuer.claims(exp="soon"), "x"),
    "another audience": lambda issuer: issuer.token(aud="https://other.example/mcp"),
    "an audience of another path": lambda issuer: issuer.token(aud="https://tools.example.com/other/mcp"),
    "an audience that only begins alike": lambda issuer: issuer.token(aud=AUDIENCE + ".evil.example"),
    "without an audience": lambda issuer: issuer.token(aud=None),
    "an empty audience": lambda issuer: issuer.token(aud=[]),
    "another issuer": lambda issuer: issuer.token(iss="https://evil.example"),
    "an issuer with a slash": lambda issuer: issuer.token(iss=issuer.url + "/"),
    "without an issuer": lambda issuer: issuer.token(iss=None),
    "nobody": lambda issuer: issuer.token(sub=None, client_id=None),
    "an empty subject": lambda issuer: issuer.token(sub="", client_id=None),
    "a subject without end": lambda issuer: issuer.token(sub="a" * 300),
    "signed by another key": lambda issuer: issuer.token(OTHER_KEY),
    "an unknown key": lambda issuer: issuer.token(OTHER_KEY, header={"kid": "three"}),
    "a key of another kind": lambda issuer: issuer.token(header={"kid": "two"}),
    "hs256 with the public key": lambda issuer: _signed_by_public_key(issuer.claims()),
    "hs256": lambda issuer: issuer.token(HS, "HS256"),
    "alg none": lambda issuer: unsigned({"alg": "none", "kid": "one"}, issuer.claims()),
    "alg None": lambda issuer: unsigned({"alg": "None", "kid": "one"}, issuer.claims()),
    "alg empty": lambda issuer: unsigned({"alg": "", "kid": "one"}, issuer.claims()),
    "no alg": lambda issuer: unsigned({"kid": "one"}, issuer.claims()),
    "an algorithm not taken": lambda issuer: issuer.token(RSA_KEY, "RS512"),
    "no signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "a changed claim": lambda issuer: _changed(issuer.token(), issuer.claims(scope="*")),
    "a changed signature": lambda issuer: issuer.token()[:-6] + "AAAAAA",
    "a key of its own": lambda issuer: issuer.token(OTHER_KEY, header={"kid": "x", "jwk": jwk(OTHER_KEY, "x")}),
    "a key set of its own": lambda issuer: issuer.token(OTHER_KEY, header={"jku": "https://evil.example/jwks"}),
    "a critical extension": lambda issuer: issuer.token(header={"crit": ["b64"], "b64": True}),
    "an id token": lambda issuer: issuer.token(header={"typ": "id+jwt"}),
    "a logout token": lambda issuer: issuer.token(header={"typ": "logout+jwt"}),
    "a kid that is a path": lambda issuer: issuer.token(OTHER_KEY, header={"kid": "../../etc/passwd"}),
    "a kid that is sql": lambda issuer: issuer.token(OTHER_KEY, header={"kid": "' OR 1=1 --"}),
    "two parts": lambda issuer: issuer.token().rpartition(".")[0],
    "four parts": lambda issuer: issuer.token() + ".x",
    "no base64": lambda issuer: "!!.!!.!!",
    "a header that is no object": lambda issuer: f"WzFd.{issuer.token().split('.', 1)[1]}",
    "encrypted, it says": lambda issuer: unsigned({"alg": "RSA-OAEP", "enc": "A128GCM"}, {}, "x") + ".x.x",
    "in lower case": lambda issuer: issuer.token().lower(),
}


def _signed_by_public_key(claims: dict[str, Any]) -> str:
    head = unsigned({"alg": "HS256", "kid": "one", "typ": "at+jwt"}, claims).rstrip(".")
    mac = hmac.new(pem(RSA_KEY), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _changed(token: str, claims: dict[str, Any]) -> str:
    head, _, signature = token.split(".")
    return ".".join([head, unsigned({}, claims).split(".")[1], signature])


METHODS = {
    "tools/call": CALL,
    "tools/list": {},
    "resources/read": {"uri": "sample://thing"},
    "prompts/get": {"name": "greeting", "arguments": {"name": "you"}},
    "server/discover": {},
}


SERVERS = {"/first": FIRST, "/second": SECOND}


@pytest.mark.slow
async def test_invalid_tokens_of_every_kind_are_refused_on_every_path_before_any_tool(
    caplog: pytest.LogCaptureFixture,
) -> None:
    let_in: list[str] = []
    attempts = 0
    caplog.set_level(logging.WARNING)
    async with issuing() as issuer:
        env = {**issuer.environment(), "MCP_OAUTH_AUDIENCE": AUDIENCE}
        for kind, make in BAD.items():
            sent = {"authorization": f"Bearer {make(issuer)}"}
            async with served(SERVERS, env) as http:  # each a new one: the address would be blocked
                for path, era, (method, params) in product(SERVERS, ERAS, METHODS.items()):
                    response = await post(http, era, method, params, sent, f"{path}/mcp")
                    attempts += 1
                    if not _is_refused(response):
                        let_in.append(f"{kind} {era} {method} {path}: {response.status_code} {response.text[:100]}")
    assert let_in == []
    assert attempts >= 800
    assert _reached_a_tool(caplog) == []


def _is_refused(response: httpx2.Response) -> bool:
    challenge = response.headers.get("www-authenticate", "")
    return response.status_code == 401 and 'error="invalid_token"' in challenge


def _reached_a_tool(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [entry.message for entry in caplog.records if entry.name == "journal" and "closed" not in entry.message]


@pytest.mark.parametrize("era", ERAS)
async def test_a_token_meant_for_one_server_is_refused_at_the_other(era: str, caplog: pytest.LogCaptureFixture) -> None:
    found: dict[tuple[str, str], int] = {}
    caplog.set_level(logging.WARNING)
    async with issuing() as issuer, served(SERVERS, issuer.environment()) as http:
        for meant, asked in product(SERVERS, SERVERS):
            sent = {"authorization": f"Bearer {issuer.token(aud=f'https://tools.example.com{meant}/mcp')}"}
            response = await post(http, era, "tools/call", CALL, sent, f"{asked}/mcp")
            found[meant, asked] = response.status_code
    assert found == {(meant, asked): 200 if meant == asked else 401 for meant, asked in found}
    assert len(_reached_a_tool(caplog)) == 2
