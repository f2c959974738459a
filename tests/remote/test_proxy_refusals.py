"""Requests that the authorization proxy refuses: at its authorization endpoint, its token endpoint and the server."""

import time
from pathlib import Path

import httpx2
import pytest
from mcp_chassis.remote.auth.proxy.authorization_server import CODE_SECONDS
from proxy_dance import REDIRECT, Dance, ScriptedProvider, dancing, pages_alone, query_of
from remote_http import BASE
from remote_sample import FIRST, SECOND

NOT_REDIRECTED = {
    "an unknown client": {"client_id": "unknown"},
    "no client": {"client_id": None},
    "another path": {"redirect_uri": "http://127.0.0.1:9/other"},
    "a longer path": {"redirect_uri": f"{REDIRECT}/more"},
    "an added query": {"redirect_uri": f"{REDIRECT}?a=b"},
    "another host": {"redirect_uri": "https://evil.example/callback"},
    "localhost for 127.0.0.1": {"redirect_uri": "http://localhost:9/callback"},
    "https for http": {"redirect_uri": "https://127.0.0.1:9/callback"},
    "a user name in the address": {"redirect_uri": "http://127.0.0.1:9@evil.example/callback"},
    "a fragment": {"redirect_uri": f"{REDIRECT}#fragment"},
    "a script": {"redirect_uri": "javascript:alert(1)"},
}
REDIRECTED = {
    "no code challenge": ({"code_challenge": None}, "invalid_request"),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "a short challenge": ({"code_challenge": "short"}, "invalid_request"),
    "an implicit grant": ({"response_type": "token"}, "unsupported_response_type"),
    "an unknown scope": ({"scope": "read everything"}, "invalid_scope"),
    "the scope of administrators": ({"scope": "admin"}, "invalid_scope"),
    "another server's resource": ({"resource": "https://other.example/mcp"}, "invalid_target"),
}


@pytest.mark.parametrize("kind", NOT_REDIRECTED)
async def test_a_request_with_a_wrong_client_or_redirect_uri_is_refused_without_a_redirect(
    kind: str, tmp_path: Path
) -> None:
    async with dancing(tmp_path) as dance:
        response = await dance.authorize(**NOT_REDIRECTED[kind])
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("kind", REDIRECTED)
async def test_an_invalid_request_of_a_known_client_returns_an_error_to_it(kind: str, tmp_path: Path) -> None:
    changed, error = REDIRECTED[kind]
    async with dancing(tmp_path) as dance:
        response = await dance.authorize(**changed)
    assert response.status_code == 302
    assert response.headers["location"].startswith(REDIRECT)
    found = query_of(response.headers["location"])
    assert (found["error"], found["state"]) == (error, "the-clients-state")


async def test_a_state_that_is_too_long_to_be_stored_is_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        found = [query_of((await dance.authorize(state="x" * size)).headers["location"]) for size in (4000, 4001)]
    assert "request" in found[0]
    assert found[1]["error_description"] == "state must have at most 4000 characters"


async def test_a_parameter_that_occurs_twice_and_too_many_parameters_are_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        query = f"client_id={dance.client['client_id']}&redirect_uri={REDIRECT}&redirect_uri=https://evil.example"
        asked = await dance.http.get(f"/authorize?response_type=code&code_challenge=x&{query}")
        form = "grant_type=authorization_code&code=a&code=b"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        token = await dance.http.post("/token", content=form, headers=headers)
        many = await dance.http.post("/token", data={f"a{number}": "x" for number in range(101)})
        pages = [await dance.http.get(page, params="state=a&state=b") for page in ("/oauth/consent", "/oauth/callback")]
    assert [response.status_code for response in (asked, token, many, *pages)] == [400] * 5
    assert token.json()["error_description"] == "Send each parameter once, and at most 100 of them."


async def test_the_port_of_a_redirect_uri_on_the_persons_machine_may_differ(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        response = await dance.authorize(redirect_uri="http://127.0.0.1:51234/callback")
        await dance.register(redirect_uris=["https://app.example.com:8443/callback"])
        remote = await dance.authorize(redirect_uri="https://app.example.com:8444/callback")
    assert response.status_code == 302
    assert response.headers["location"].startswith(f"{BASE}/oauth/consent?request=")
    assert remote.status_code == 400


WRONG_EXCHANGES = {
    "a wrong verifier": ({"code_verifier": "another-verifier-of-forty-three-characters-or-more"}, 400, "invalid_grant"),
    "no verifier": ({"code_verifier": None}, 400, "invalid_request"),
    "another redirect URI": ({"redirect_uri": "http://127.0.0.1:9/other"}, 400, "invalid_request"),
    "no redirect URI": ({"redirect_uri": None}, 400, "invalid_request"),
    "another resource": ({"resource": "https://other.example/mcp"}, 400, "invalid_target"),
    "an unknown code": ({"code": "unknown"}, 400, "invalid_grant"),
    "an unknown client": ({"client_id": "unknown"}, 401, "invalid_client"),
    "no client": ({"client_id": None}, 401, "invalid_client"),
    "a password grant": ({"grant_type": "password"}, 400, "invalid_request"),
    "client credentials": ({"grant_type": "client_credentials"}, 400, "invalid_request"),
}


@pytest.mark.parametrize("kind", WRONG_EXCHANGES)
async def test_a_wrong_exchange_is_refused_and_the_right_one_still_succeeds(kind: str, tmp_path: Path) -> None:
    changed, status, error = WRONG_EXCHANGES[kind]
    async with dancing(tmp_path) as dance:
        code = await dance.code()
        refused = await dance.exchange(**{"code": code, **changed})
        accepted = await dance.exchange(code)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.headers["cache-control"] == "no-store"
    assert accepted.status_code == 200


async def test_a_code_expires_after_a_minute(tmp_path: Path) -> None:
    async with pages_alone(tmp_path, clock=lambda: time.time() - CODE_SECONDS - 1) as dance:
        await dance.register()
        refused = await dance.exchange(await dance.code())
    assert refused.json() == {"error": "invalid_grant", "error_description": "authorization code has expired"}


async def test_the_code_of_another_client_is_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        code = await dance.code()
        await dance.register(client_name="another client")
        refused = await dance.exchange(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_client_with_a_secret_must_send_it(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        await dance.register(token_endpoint_auth_method="client_secret_post")
        code = await dance.code()
        found = [(await dance.exchange(code, client_secret=secret)).status_code for secret in (None, "wrong")]
        accepted = await dance.exchange(code, client_secret=dance.client["client_secret"])
    assert found == [401, 401]
    assert accepted.status_code == 200


async def test_a_code_that_is_used_twice_ends_the_session_that_it_began(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        code = await dance.code()
        tokens = (await dance.exchange(code)).json()
        before = await dance.call(tokens["access_token"])
        again = await dance.exchange(code)
        after = await dance.call(tokens["access_token"])
        refreshed = await dance.refresh(tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert [before.status_code, after.status_code] == [200, 401]
    assert refreshed.json()["error"] == "invalid_grant"


async def test_a_token_is_accepted_by_the_server_it_was_issued_for_alone(tmp_path: Path) -> None:
    async with dancing(tmp_path, {"/first": FIRST, "/second": SECOND}) as dance:
        tokens = await dance.tokens(resource=f"{BASE}/first/mcp")
        own = await dance.call(tokens["access_token"], "/first/mcp")
        other = await dance.call(tokens["access_token"], "/second/mcp")
        unnamed = query_of((await dance.authorize(resource=None)).headers["location"])
    assert [own.status_code, other.status_code] == [200, 401]
    assert unnamed["error"] == "invalid_target"


async def test_the_providers_own_tokens_are_refused_by_the_server(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        tokens = await dance.tokens()
        sent = dance.provider.issued[-1]
        found = [await dance.call(sent[name]) for name in ("access_token", "id_token", "refresh_token")]
        found += [await dance.call(tokens["refresh_token"])]
    assert [response.status_code for response in found] == [401] * 4


WRONG_ID_TOKENS = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-client"},
    "several audiences without azp": {"aud": ["the-one-client", "another"]},
    "another authorized party": {"azp": "another-client"},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000},
    "no expiry": {"exp": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
}


@pytest.mark.parametrize("kind", WRONG_ID_TOKENS)
async def test_a_wrong_id_token_signs_nobody_in(kind: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        dance.provider.claims = WRONG_ID_TOKENS[kind]
        found = await _signed_in(dance)
    assert "code" not in found
    assert found["error"] in {"access_denied", "server_error"}
    assert found["state"] == "the-clients-state"


def _other_key(provider: ScriptedProvider) -> None:
    provider.header = {"kid": "unknown"}


def _no_id_token(provider: ScriptedProvider) -> None:
    provider.response = {"id_token": None}


def _unsigned(provider: ScriptedProvider) -> None:
    provider.response = {"id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ."}


@pytest.mark.parametrize("change", [_other_key, _no_id_token, _unsigned])
async def test_an_id_token_that_cannot_be_verified_signs_nobody_in(change: object, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        change(dance.provider)  # pyright: ignore[reportCallIssue, reportUnknownVariableType]
        found = await _signed_in(dance)
    assert "code" not in found
    assert "error" in found


async def _signed_in(dance: Dance) -> dict[str, str]:
    sent_on: httpx2.Response = await dance.answered(await dance.consent_page())
    return await dance.called_back(dance.provider_signs_in(sent_on))
