"""Credentials as APIs ask for them, from the variables that a bridge names."""

import base64
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from mcp_chassis.testing.raw import without_path
from openapi_bridges import get, sent
from openapi_bridges import written as written_bridge
from rest_mcp.assembly import server_of
from rest_mcp.authentication import OAuth
from rest_mcp.bridge_file import read
from rest_mcp.oauth_tokens import TokenSource
from rest_mcp.openapi.differences import differences
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

KEY = "lk_9fQ2aaZZ19xkPP77"
TOOL = '[[tools]]\nname = "get_x"\ndescription = "Get x."\nrequest = "GET /x"\n'


def bridge(tmp_path: Path, api: str) -> Path:
    path = tmp_path / "bridge.toml"
    path.write_text(f'instructions = "Things."\n[apis.a]\nattempts = 1\n{api}\n{TOOL}')
    return path


async def request_with(path: Path, **environment: str) -> Any:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /x", Reply(json={}))
        async with connected(server_of(path), env={"API_BASE_URL": upstream.url, **environment}) as client:
            data(await client.call_tool("get_x", {}))
        return upstream.requests[-1]


async def test_a_basic_credential_is_sent_as_the_standard_says(tmp_path: Path) -> None:
    request = await request_with(bridge(tmp_path, "auth = { basic = true }"), API_TOKEN="ana:s3cret")
    assert request.headers["authorization"] == f"Basic {base64.b64encode(b'ana:s3cret').decode()}"


async def test_a_key_goes_into_the_query_or_a_cookie_where_the_api_wants_it_there(tmp_path: Path) -> None:
    request = await request_with(bridge(tmp_path, 'auth = { query = "api_key" }'), API_TOKEN="k1")
    assert request.query == {"api_key": "k1"}
    assert "authorization" not in request.headers
    request = await request_with(bridge(tmp_path, 'auth = { cookie = "session" }'), API_TOKEN="k2")
    assert request.headers["cookie"] == "session=k2"


async def test_two_secrets_are_sent_together(tmp_path: Path) -> None:
    secrets = 'auth = [{ header = "X-App", prefix = "", variable = "APP_ID" }, { header = "X-Key", prefix = "" }]'
    request = await request_with(bridge(tmp_path, secrets), APP_ID="app", API_TOKEN="key")
    assert (request.headers["x-app"], request.headers["x-key"]) == ("app", "key")


@pytest.mark.parametrize(
    ("signed", "named"),
    [
        ('auth = [{ header = "X-App", prefix = "", variable = "APP_ID" }, {}]', "API_TOKEN"),
        ('auth = [{ query = "k", variable = "APP_ID" }, { header = "X-Key", variable = "APP_KEY" }]', "APP_ID"),
        ('auth = [{ cookie = "s", variable = "APP_ID" }, {}]', "API_TOKEN"),
        ('oauth = {}\nauth = { header = "X-App", prefix = "", variable = "APP_ID" }', None),
    ],
)
async def test_a_refusal_names_the_credential_that_the_api_refuses(
    tmp_path: Path, signed: str, named: str | None
) -> None:
    values = {"APP_ID": "app", "APP_KEY": "key", "API_TOKEN": "token", "API_CLIENT_ID": "me", "API_CLIENT_SECRET": "s"}
    async with ScriptedUpstream() as upstream:
        upstream.answers("POST /token", Reply(json={"access_token": "t"}))
        upstream.answers("GET /x", Reply(401))
        env = {"API_BASE_URL": upstream.url, "API_TOKEN_URL": f"{upstream.url}/token", **values}
        async with connected(server_of(bridge(tmp_path, signed)), env=env) as client:
            told = failure(await client.call_tool("get_x", {}))
    assert told.code == "AUTHENTICATION_FAILED"
    assert [name for name in values if f" {name}." in told.message] == ([named] if named else [])


OAUTH = 'oauth = { scope = "read" }'


async def test_client_credentials_fetch_one_token_and_fetch_anew_when_it_is_refused(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        tokens = [Reply(json={"access_token": f"token-{n}", "expires_in": 3600}) for n in (1, 2)]
        upstream.answers("POST /token", *tokens)
        upstream.answers("GET /x", Reply(json={}), Reply(json={}), Reply(status=401), Reply(json={"ok": 1}))
        env = {
            "API_BASE_URL": upstream.url,
            "API_TOKEN_URL": f"{upstream.url}/token",
            "API_CLIENT_ID": "me",
            "API_CLIENT_SECRET": "s3cret",
        }
        async with connected(server_of(bridge(tmp_path, OAUTH)), env=env) as client:
            results = [data(await client.call_tool("get_x", {})) for _ in range(3)]
        asked = [request for request in upstream.requests if request.path == "/token"]
        used = [request.headers["authorization"] for request in upstream.requests if request.path == "/x"]
    assert results == [{}, {}, {"ok": 1}]
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert [request.headers["authorization"] for request in asked] == [
        f"Basic {base64.b64encode(b'me:s3cret').decode()}"
    ] * 2
    assert b"grant_type=client_credentials&scope=read" in asked[0].body


async def test_a_client_refused_by_the_issuer_is_reported_with_the_variables_to_check(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("POST /token", Reply(status=401, json={"error": "invalid_client"}))
        env = {
            "API_BASE_URL": upstream.url,
            "API_TOKEN_URL": f"{upstream.url}/token",
            "API_CLIENT_ID": "me",
            "API_CLIENT_SECRET": "s3cret",
        }
        async with connected(server_of(bridge(tmp_path, OAUTH)), env=env) as client:
            error = failure(await client.call_tool("get_x", {}))
    assert error.code == "AUTHENTICATION_FAILED"
    assert "API_CLIENT_ID or API_CLIENT_SECRET is wrong" in error.message
    assert 'It says: "invalid_client".' in error.message


async def test_an_issuer_that_takes_the_client_in_the_form_alone_gives_its_token(tmp_path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        refused = Reply(status=401, json={"error": "invalid_client"})
        upstream.answers("POST /token", refused, Reply(json={"access_token": "t", "expires_in": 60}))
        upstream.answers("GET /x", Reply(json={"ok": 1}))
        env = {
            "API_BASE_URL": upstream.url,
            "API_TOKEN_URL": f"{upstream.url}/token",
            "API_CLIENT_ID": "me",
            "API_CLIENT_SECRET": "s3cret",
        }
        async with connected(server_of(bridge(tmp_path, OAUTH)), env=env) as client:
            assert data(await client.call_tool("get_x", {})) == {"ok": 1}
        in_form = upstream.asked("POST /token")[-1]
    assert b"client_id=me&client_secret=s3cret" in in_form.body
    assert "authorization" not in in_form.headers


async def test_a_missing_variable_of_the_client_is_named(tmp_path: Path) -> None:
    env = {"API_BASE_URL": "http://127.0.0.1:9", "API_TOKEN_URL": "http://127.0.0.1:9/token"}
    async with connected(server_of(bridge(tmp_path, OAUTH)), env=env) as client:
        error = failure(await client.call_tool("get_x", {}))
    assert error.code == "AUTHENTICATION_FAILED"
    assert "API_CLIENT_ID is not set" in error.message


@pytest.mark.parametrize(
    ("scheme", "written", "told"),
    [
        (
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            'auth = { header = "X-API-Key", prefix = "" }',
            "X-API-Key in the header",
        ),
        ({"type": "apiKey", "in": "query", "name": "api_key"}, 'auth = { query = "api_key" }', "api_key in the query"),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, 'auth = { cookie = "sid" }', "sid in the cookie"),
        (
            {"type": "http", "scheme": "basic"},
            'auth = { basic = true, variable = "API_USER_AND_PASSWORD" }',
            "HTTP basic",
        ),
        ({"type": "http", "scheme": "bearer"}, "[apis.api]", "HTTP bearer"),
        (
            {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {}}}},
            "oauth = {",
            "clientCredentials",
        ),
        ({"type": "mutualTLS"}, "client_certificate = {", "client certificate"),
    ],
)
def test_the_security_scheme_of_a_document_is_written_into_the_bridge_with_a_note(
    scheme: Any, written: str, told: str
) -> None:
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
    document = Document(
        {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {"/x": {"get": {"operationId": "get_x", "summary": "Get x.", "responses": answer}}},
            "components": {"securitySchemes": {"s": scheme}},
            "security": [{"s": []}],
        }
    )
    proposal = proposed(document, "api.json", 10)
    assert written in proposal.text
    assert any(told in warning for warning in proposal.warnings)


API_KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
TOKENS = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {}}}}
PERSON = {"type": "oauth2", "flows": {"authorizationCode": {}}}
WHOLE_VALUE = {"type": "apiKey", "in": "header", "name": "Authorization"}


@pytest.mark.parametrize(
    ("schemes", "security", "written", "told"),
    [
        ({"a": API_KEY, "b": TOKENS}, [{"a": [], "b": []}], "oauth = {", "X-Key in the header"),
        ({"a": PERSON, "b": API_KEY}, [{"a": []}, {"b": []}], 'auth = { header = "X-Key", prefix = "" }', "X-Key"),
        ({"a": {"type": "mutualTLS"}}, [{"a": []}], "auth = false", "client certificate"),
        ({"a": WHOLE_VALUE}, [{"a": []}], 'auth = { header = "Authorization", prefix = "" }', "holds the whole value"),
        (
            {"a": {**WHOLE_VALUE, "description": "Bearer token"}},
            [{"a": []}],
            "[apis.api]",
            "Authorization in the header",
        ),
        ({"a": {"type": "http", "scheme": "digest"}}, [{"a": []}], "[apis.api]", "digest, which this server cannot do"),
        (
            {"a": {**API_KEY, "name": "X Key"}},
            [{"a": []}],
            "[apis.api]",
            "X Key in the header, which",
        ),
        ({"a": {"type": "oauth2", "flows": None}}, [{"a": []}], "[apis.api]", "OAuth 2.0 ()"),
        ({"a": {"$ref": "#/lost"}}, [{"a": []}], "[apis.api]", "of a kind that is not known"),
    ],
)
def test_alternatives_and_odd_schemes_are_written_as_far_as_they_can_be_sent(
    schemes: Any, security: Any, written: str, told: str
) -> None:
    paths = {"/x": {"get": {"operationId": "get_x", "summary": "Get x.", "responses": {"200": {"description": "ok"}}}}}
    document = {"openapi": "3.0.3", "paths": paths, "components": {"securitySchemes": schemes}, "security": security}
    proposal = proposed(Document(document), "api.json", 10)
    assert written in proposal.text
    assert any(told in warning for warning in proposal.warnings)


@pytest.mark.parametrize(("place", "auth"), [("query", '{ query = "key" }'), ("cookie", '{ cookie = "key" }')])
async def test_a_secret_that_operations_name_as_a_parameter_is_not_asked_for(
    tmp_path: Path, place: str, auth: str
) -> None:
    named = {"name": "key", "in": place, "required": True, "schema": {"type": "string"}}
    path = written_bridge(tmp_path, get(named), api=f"auth = {auth}\n")
    assert read(path).requests[0].parameters == {}
    assert differences(read(path), tmp_path) == []
    request, _ = await sent(path, "get_x", {})
    assert request.query.get("key", request.headers.get("cookie")) in {"t", "key=t"}


def test_a_header_that_the_file_sends_is_no_difference(tmp_path: Path) -> None:
    tenant = {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string"}}
    path = written_bridge(tmp_path, get(tenant), api='headers = { X-Tenant = "acme" }\n')
    assert differences(read(path), tmp_path) == []


async def test_a_key_that_an_api_repeats_in_its_error_is_not_printed_by_call(tmp_path: Path) -> None:
    (tmp_path / "env").touch()
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(409, json={"message": f"the key {KEY} is used"}))
        environment = without_path(API_BASE_URL=upstream.url, API_TOKEN=KEY, TOOLROLL_ENV_FILE=str(tmp_path / "env"))
        command = [sys.executable, "-m", "rest_mcp", "call", "get_user", '{"user_id": 1}']
        run = await anyio.run_process(command, env=environment, check=False)
    assert b"the key [secret removed] is used" in run.stderr
    assert KEY.encode() not in run.stdout + run.stderr


async def test_a_token_lasts_as_long_as_its_issuer_says(tmp_path: Path) -> None:
    present = [0.0]
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(json={"access_token": "t", "expires_in": 3600}))
        settings = server_of(bridge(tmp_path, OAUTH)).settings.load({"API_CLIENT_SECRET": "s3cret"})
        secret = settings.credential("client_secret_of_a")
        tokens = TokenSource("a", OAuth(), upstream.url, "me", secret, settings, clock=lambda: present[0])
        for present[0] in (0.0, 3_500.0, 3_569.0):
            await tokens.fetch()
        assert len(upstream.requests) == 1
        present[0] = 3_570.0
        await tokens.fetch()
        await tokens.aclose()
        assert len(upstream.requests) == 2
