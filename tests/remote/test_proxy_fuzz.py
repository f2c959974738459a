"""Hostile requests to the pages of the authorization proxy: each is answered, none with 5xx, and none gets a code."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from proxy_dance import REDIRECT, Dance, challenge, dancing
from volume import in_volume, volume

REQUESTS = volume(20_000, share=0.02)
LONGEST_QUERY = 60_000  # characters that the HTTP client takes in a URL
STRANGE = [
    "", " ", "\0", "\x7f", "a" * 5000, "../..", "'", '"><script>', "\u202e", "\U0001f600", "%00", "%zz", "\r\nX: y",
    "http://[::1", "http://[v1.x]/", "http://a:99999/", "https://client.example/x", "https://169.254.169.254/x", "é",
    "javascript:alert(1)", "//evil.example", "\\\\evil", "http://127.0.0.1:9/callback/../x", "http://127.0.0.1:٣/", "*",
    "https://xn--/x", "https://a..b/x", "Bearer x", "null", "[]", "{}", "-1", "1e999", "none", "read write", "read  x",
]  # fmt: skip
NAMES = [
    "client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "state", "scope",
    "grant_type", "code", "code_verifier", "refresh_token", "client_secret", "token", "token_type_hint", "request",
    "resource", "form_token", "answer", "iss", "error", "error_description", "x",
]  # fmt: skip
PAGES = ["/authorize", "/token", "/revoke", "/register", "/oauth/consent", "/oauth/callback"]
HEADERS = [
    {}, {"authorization": "Basic !!!"}, {"authorization": f"Basic {'A' * 3000}"}, {"cookie": "toolroll_browser=x"},
    {"cookie": "toolroll_consents=gAAAAA; ; ="}, {"content-type": "application/json"}, {"content-type": "text/plain"},
    {"content-type": "multipart/form-data; boundary=x"}, {"origin": "null"}, {"sec-fetch-site": "none"},
]  # fmt: skip


class Hostile:
    """Requests that are good but for something strange, by a seed."""

    def __init__(self, dance: Dance, seed: int) -> None:
        self.dance = dance
        self.chance = random.Random(seed)

    def _fields(self) -> list[tuple[str, str]]:
        good = {
            "client_id": self.dance.client["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "code_challenge": challenge(),
            "grant_type": self.chance.choice(["authorization_code", "refresh_token"]),
            "code": "x",
            "code_verifier": "x",
            "refresh_token": "x.y",
            "token": "x",
        }
        fields = [each for each in good.items() if self.chance.random() < 0.9]
        for _ in range(self.chance.randrange(4)):
            strange = self.chance.choice(STRANGE)
            fields = [each for each in fields if self.chance.random() < 0.9]
            fields.append((self.chance.choice(NAMES), strange))
        return fields * (40 if self.chance.random() < 0.02 else 1)

    def _metadata(self) -> Any:
        keys = [
            "redirect_uris",
            "client_name",
            "scope",
            "grant_types",
            "response_types",
            "jwks",
            "contacts",
            "client_id",
        ]
        values: list[Any] = [*STRANGE, *([each] for each in STRANGE), None, 1, [], {}, [[]], True, ["x"] * 999]
        return {
            "redirect_uris": [REDIRECT],
            **{self.chance.choice(keys): self.chance.choice(values) for _ in range(self.chance.randrange(4))},
        }

    async def send(self) -> httpx2.Response:
        page, headers = self.chance.choice(PAGES), dict(self.chance.choice(HEADERS))
        if page == "/register" and self.chance.random() < 0.8:
            body = json.dumps(self._metadata()) if self.chance.random() < 0.9 else "[" * 20_000
            return await self.dance.http.post(page, content=body, headers=headers)
        text = urlencode(self._fields(), quote_via=quote)
        if self.chance.random() < 0.1:
            text = text.replace("%", self.chance.choice(["%%", "", "%0"]))
        if self.chance.random() < 0.5 and len(text) < LONGEST_QUERY:
            return await self.dance.http.get(f"{page}?{text}", headers=headers)
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await self.dance.http.post(page, content=text.encode(), headers={**form, **headers})


@in_volume
async def test_hostile_requests_are_answered_without_a_server_error_or_a_code(tmp_path: Path) -> None:
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    async with dancing(tmp_path) as dance:
        hostile = Hostile(dance, seed=20)
        for number in range(REQUESTS):
            dance.from_address(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")  # no rate limit of one network
            response = await hostile.send()
            statuses[response.status_code] += 1
            if response.status_code >= 500 or '"access_token":' in response.text or "code=" in _location(response):
                wrong.append(f"{response.request.method} {response.request.url}: {response.status_code}")
        tokens = await dance.tokens()
    assert wrong == []
    assert {200, 302, 400, 401} <= set(statuses)
    assert tokens["access_token"]


def _location(response: httpx2.Response) -> str:
    return response.headers.get("location", "").replace("error_code=", "").replace("challenge=", "")
