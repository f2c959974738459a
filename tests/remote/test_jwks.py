"""An issuer's keys: which one checks a signature, where they are looked up, and how often they are fetched."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest
from mcp_chassis.remote.auth.authenticate import VerificationUnavailable
from mcp_chassis.remote.auth.jwks import Jwks
from remote_clock import Clock
from remote_issuer import EC_KEY, OTHER_KEY, RSA_KEY, documents, jwk

ISSUER = "https://as.example"
KEYS = f"{ISSUER}/jwks"


class KeySet:
    """An issuer's key set, how often it was asked for, and whether it can be had."""

    def __init__(self, *keys: Any) -> None:
        self.keys = list(keys)
        self.up = True
        self.asked = 0

    def __call__(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(200 if self.up else 500, json={"keys": self.keys})

    def read(self, clock: Callable[[], float]) -> Jwks:
        return Jwks(ISSUER, KEYS, documents(self), clock)


async def test_an_unknown_key_is_looked_for_at_most_once_in_ten_seconds_and_a_new_one_is_found() -> None:
    clock, issuer = Clock(), KeySet(jwk(RSA_KEY, "one"))
    jwks = issuer.read(clock)
    for number in range(100):
        assert await jwks.find(f"unknown-{number}", "RS256") is None
    assert issuer.asked == 1
    issuer.keys.append(jwk(OTHER_KEY, "two"))
    clock.now += 9.9
    assert await jwks.find("two", "RS256") is None
    clock.now += 0.1
    assert await jwks.find("two", "RS256") is not None
    assert issuer.asked == 2


async def test_keys_are_fetched_again_after_ten_minutes_and_not_before() -> None:
    clock, issuer = Clock(), KeySet(jwk(RSA_KEY, "one"))
    jwks = issuer.read(clock)
    asked: list[int] = []
    for passed in (0, 600, 1):
        clock.now += passed
        assert await jwks.find("one", "RS256") is not None
        asked.append(issuer.asked)
    assert asked == [1, 1, 2]


async def test_a_withdrawn_key_is_invalid_after_the_next_fetch() -> None:
    clock, issuer = Clock(), KeySet(jwk(RSA_KEY, "one"), jwk(OTHER_KEY, "two"))
    jwks = issuer.read(clock)
    assert await jwks.find("two", "RS256") is not None
    issuer.keys.pop()
    clock.now += 601
    assert await jwks.find("two", "RS256") is None


async def test_cached_keys_are_valid_for_an_hour_while_the_issuer_is_down() -> None:
    clock, issuer = Clock(), KeySet(jwk(RSA_KEY, "one"))
    jwks = issuer.read(clock)
    assert await jwks.find("one", "RS256") is not None
    issuer.up = False
    clock.now += 3600
    assert await jwks.find("one", "RS256") is not None
    clock.now += 1
    with pytest.raises(VerificationUnavailable):
        await jwks.find("one", "RS256")
    issuer.up = True
    clock.now += 9
    assert await jwks.find("one", "RS256") is not None


async def test_an_issuer_that_is_down_from_the_start_is_asked_once_in_ten_seconds() -> None:
    clock, issuer = Clock(), KeySet()
    issuer.up = False
    jwks = issuer.read(clock)
    for _ in range(5):
        with pytest.raises(VerificationUnavailable):
            await jwks.find("one", "RS256")
    assert issuer.asked == 1


async def test_callers_who_waited_for_one_fetch_take_its_keys_however_long_it_took() -> None:
    clock, asked, found = Clock(), 0, []

    async def slowly(_: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        await anyio.lowlevel.checkpoint()
        clock.now += 11
        return httpx2.Response(200, json={"keys": [jwk(RSA_KEY, "one")]})

    jwks = Jwks(ISSUER, KEYS, documents(slowly), clock)

    async def ask() -> None:
        found.append(await jwks.find("one", "RS256"))

    async with anyio.create_task_group() as callers:
        for _ in range(5):
            callers.start_soon(ask)
    assert (asked, len(found), None in found) == (1, 5, False)


async def test_a_key_without_a_name_is_used_only_where_it_is_the_only_one_that_fits() -> None:
    issuer = KeySet(jwk(RSA_KEY, "one"), jwk(EC_KEY, "two"))
    assert await issuer.read(Clock()).find(None, "RS256") is not None
    issuer.keys.append(jwk(OTHER_KEY, "three"))
    assert await issuer.read(Clock()).find(None, "RS256") is None


async def test_invalid_keys_in_a_key_set_are_ignored() -> None:
    issuer = KeySet("text", None, {}, {"kty": "RSA", "kid": "one"}, jwk(RSA_KEY, "two"))
    found = [await issuer.read(Clock()).find(kid, "RS256") for kid in ("one", "two")]
    assert [key is not None for key in found] == [False, True]


FITTING: dict[str, tuple[dict[str, Any], bool]] = {
    "for signatures": ({"use": "sig"}, True),
    "for anything": ({}, True),
    "for encryption": ({"use": "enc"}, False),
    "of this algorithm": ({"alg": "RS256"}, True),
    "of another algorithm": ({"alg": "PS256"}, False),
    "of another family": ({"kty": "EC"}, False),
}


@pytest.mark.parametrize("kind", FITTING)
async def test_only_a_key_meant_for_signatures_of_the_algorithm_is_used(kind: str) -> None:
    changed, fits = FITTING[kind]
    plain = {name: value for name, value in jwk(RSA_KEY, "one").items() if name != "use"}
    found = await KeySet({**plain, **changed}).read(Clock()).find("one", "RS256")
    assert (found is not None) == fits


PLACES = {
    "https://as.example": [
        "https://as.example/.well-known/oauth-authorization-server",
        "https://as.example/.well-known/openid-configuration",
    ],
    "https://as.example/realms/X/": [
        "https://as.example/.well-known/oauth-authorization-server/realms/X",
        "https://as.example/.well-known/openid-configuration/realms/X",
        "https://as.example/realms/X/.well-known/openid-configuration",
    ],
}


async def _asked_of(issuer: str, metadata: dict[str, Any], stands_at: str) -> tuple[list[str], bool]:
    """Which URLs were asked, and whether the key was found."""
    asked: list[str] = []

    def answers(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        if asked[-1] == metadata.get("jwks_uri"):
            return httpx2.Response(200, json={"keys": [jwk(RSA_KEY, "one")]})
        return httpx2.Response(200 if asked[-1] == stands_at else 404, json=metadata)

    try:
        found = await Jwks(issuer, None, documents(answers)).find("one", "RS256")
    except VerificationUnavailable:
        found = None
    return asked, found is not None


@pytest.mark.parametrize(
    ("issuer", "looked"),
    [(issuer, urls[: last + 1]) for issuer, urls in PLACES.items() for last in range(len(urls))],
)
async def test_the_keys_are_looked_up_wherever_the_issuers_metadata_stands(issuer: str, looked: list[str]) -> None:
    found = await _asked_of(issuer, {"issuer": issuer, "jwks_uri": KEYS}, looked[-1])
    assert found == ([*looked, KEYS], True)


NOT_BELIEVED: dict[str, dict[str, Any]] = {
    "of another issuer": {"issuer": "https://evil.example", "jwks_uri": KEYS},
    "of nobody": {"jwks_uri": KEYS},
    "without keys": {"issuer": ISSUER},
    "keys in the clear": {"issuer": ISSUER, "jwks_uri": "http://as.example/jwks"},
    "keys in a file": {"issuer": ISSUER, "jwks_uri": "file:///etc/keys"},
    "a number": {"issuer": ISSUER, "jwks_uri": 7},
    "no port": {"issuer": ISSUER, "jwks_uri": "https://as.example:port/jwks"},
    "an open bracket": {"issuer": ISSUER, "jwks_uri": "https://[as.example/jwks"},
    "a control character": {"issuer": ISSUER, "jwks_uri": "https://as.example/\0jwks"},
}


@pytest.mark.parametrize("kind", NOT_BELIEVED)
async def test_metadata_without_a_secure_jwks_uri_are_not_used(kind: str) -> None:
    _, found = await _asked_of(ISSUER, NOT_BELIEVED[kind], PLACES[ISSUER][0])
    assert not found


@pytest.mark.parametrize("keys", ["http://localhost:9/jwks", "https://keys.example/jwks"])
async def test_an_issuer_on_this_machine_may_keep_its_keys_here_or_over_https(keys: str) -> None:
    issuer = "http://localhost:9"
    metadata = {"issuer": issuer, "jwks_uri": keys}
    assert (await _asked_of(issuer, metadata, f"{issuer}/.well-known/oauth-authorization-server"))[1]
