"""Browser clients of allowed origins, and hosts that look for an authorization server where there is none."""

import httpx2
import pytest
from remote_http import post, served
from remote_sample import FIRST, SECOND

APP = "https://app.example"
KEY = "k" * 40
ENVIRONMENT = {"MCP_API_KEY": KEY, "MCP_ALLOWED_ORIGINS": APP}
ASKED = {
    "origin": APP,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,mcp-protocol-version,mcp-param-owner",
}


async def test_the_preflight_of_an_allowed_origin_needs_no_key_and_names_the_headers_it_may_send() -> None:
    async with served({"": FIRST}, ENVIRONMENT) as http:
        answer = await http.options("/mcp", headers=ASKED)
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert {"authorization", "content-type", "mcp-protocol-version", "mcp-param-owner"} <= set(allowed)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.evil.example"])
async def test_a_page_of_another_origin_reads_nothing(origin: str) -> None:
    async with served({"": FIRST}, ENVIRONMENT) as http:
        asked = await http.options("/mcp", headers={**ASKED, "origin": origin})
        sent = await post(http, "modern", "tools/list", extra={"origin": origin, "authorization": f"Bearer {KEY}"})
    assert (asked.status_code, sent.status_code) == (403, 403)
    assert [name for page in (asked, sent) for name in page.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(("key", "status"), [(KEY, 200), ("wrong", 401)])
async def test_a_page_of_an_allowed_origin_reads_results_and_refusals(key: str, status: int) -> None:
    async with served({"": FIRST}, ENVIRONMENT) as http:
        sent = await post(http, "modern", "tools/list", extra={"origin": APP, "authorization": f"Bearer {key}"})
    assert sent.status_code == status
    assert sent.headers["access-control-allow-origin"] == APP
    assert "www-authenticate" in sent.headers["access-control-expose-headers"]
    assert "origin" in sent.headers["vary"].lower()


async def test_a_program_gets_no_headers_for_pages() -> None:
    async with served({"": FIRST}, ENVIRONMENT) as http:
        sent = await post(http, "modern", "tools/list", extra={"authorization": f"Bearer {KEY}"})
    assert [name for name in sent.headers if name.startswith("access-control")] == []


SOUGHT = [
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/oauth-authorization-server/first/mcp"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/first/mcp/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-protected-resource/first/mcp"),
    ("POST", "/register"),
    ("GET", "/authorize"),
    ("POST", "/token"),
]


@pytest.mark.parametrize(("method", "path"), SOUGHT)
async def test_a_host_that_looks_for_a_sign_in_gets_the_header_to_set(method: str, path: str) -> None:
    async with served({"/first": FIRST, "/second": SECOND}, {"MCP_API_KEY": KEY}) as http:
        answer: httpx2.Response = await http.request(method, path)
    assert answer.status_code == 404
    assert "Authorization: Bearer KEY" in answer.json()["error_description"]


METADATA = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize("path", [METADATA, "/.well-known/oauth-authorization-server"])
async def test_a_page_of_an_allowed_origin_reads_where_to_sign_in(path: str) -> None:
    signing_in = {"MCP_OAUTH_ISSUER": "https://issuer.example", "MCP_PUBLIC_URL": "https://tools.example"}
    async with served({"": FIRST}, {**signing_in, "MCP_ALLOWED_ORIGINS": APP}) as http:
        asked = await http.options(path, headers={**ASKED, "access-control-request-method": "GET"})
        read = await http.get(path, headers={"origin": APP})
        others = await http.get(path, headers={"origin": "https://evil.example"})
        health = await http.get("/health", headers={"origin": APP})
    assert asked.status_code == 204
    assert "mcp-protocol-version" in asked.headers["access-control-allow-headers"]
    assert read.status_code == (200 if path == METADATA else 404)
    assert read.headers["content-type"] == "application/json"
    assert [page.headers.get("access-control-allow-origin") for page in (asked, read, others, health)] == [
        APP,
        APP,
        None,
        None,
    ]


async def test_a_server_without_keys_says_that_it_needs_none() -> None:
    async with served({"": FIRST}, {}) as http:
        answer = await http.post("/register", json={})
    assert "without a key or token" in answer.json()["error_description"]
