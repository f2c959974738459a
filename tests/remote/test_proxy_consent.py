"""The consent page of the authorization proxy and the provider's callback: texts, forms, states and issuers."""

from pathlib import Path

import httpx2
import pytest
from mcp_chassis.testing.replies import Reply
from proxy_dance import REDIRECT, Dance, address, dancing, hidden, query_of
from remote_http import BASE

CONSENT = "/oauth/consent"


async def test_the_page_names_the_client_its_address_the_server_and_the_permissions(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        await dance.register(client_name='<b>Bank</b> "of\u202e evil', redirect_uris=["https://evil.example/callback"])
        page = await dance.consent_page(redirect_uri="https://evil.example/callback", scope="read write")
    assert page.status_code == 200
    for text in ("&lt;b&gt;Bank&lt;/b&gt;", "evil.example", "localhost:8080/mcp", "scope.read", "scope.write"):
        assert text in page.text
    assert "nobody has verified it" in page.text
    assert "\u202e" not in page.text
    assert "scope.destructive" not in page.text


async def test_a_person_may_allow_fewer_scopes_and_allowing_none_is_a_refusal(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        sent_on = await dance.answered(await dance.consent_page(scope="read write"), **{"scope.write": ""})
        code = (await dance.called_back(dance.provider_signs_in(sent_on)))["code"]
        tokens = (await dance.exchange(code)).json()
        wider = await dance.refresh(tokens["refresh_token"], scope="read write")
        asks_again = await _asks(dance, scope="read write")
        boxes = {"scope.read": "", "scope.write": "", "scope.destructive": "on"}  # the last one was not requested
        none = query_of(address(await dance.answered(await dance.consent_page(scope="read write"), **boxes)))
    assert tokens["scope"] == "read"
    assert wider.json()["error"] == "invalid_scope"
    assert asks_again
    assert none["error"] == "access_denied"


async def test_the_page_cannot_be_framed_and_its_form_is_sent_to_this_server_alone(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        page = await dance.consent_page()
    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "default-src 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert all(part in page.headers["set-cookie"] for part in ("HttpOnly", "SameSite=Lax", "Path=/"))


async def test_the_cookies_of_an_https_server_have_the_host_prefix(tmp_path: Path) -> None:
    async with dancing(tmp_path, MCP_PUBLIC_URL="https://tools.example.com") as dance:
        dance.resource = "https://tools.example.com/mcp"
        location = (await dance.authorize()).headers["location"]
        page = await dance.http.get(location.removeprefix("https://tools.example.com"))
    assert page.headers["set-cookie"].startswith("__Host-toolroll_browser=")
    assert page.headers["set-cookie"].endswith("; Secure")


async def test_a_person_who_refuses_sends_the_client_an_error_and_nothing_to_the_provider(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        refused = await dance.answered(await dance.consent_page(), "refuse")
        found = query_of(address(refused))
        asked = dance.provider.upstream.asked("GET /authorize")
    assert address(refused).startswith(REDIRECT)
    assert (found["error"], found["state"], found["iss"]) == ("access_denied", "the-clients-state", BASE)
    assert asked == []


@pytest.mark.parametrize("skipped", ["the form", "its token", "its cookie", "the page"])
async def test_a_form_that_was_not_loaded_in_the_same_browser_is_refused(skipped: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        location = (await dance.authorize()).headers["location"]
        page = await dance.http.get(location)
        fields = {**hidden(page), "answer": "allow"}
        if skipped == "the form":
            fields = {"request": fields["request"], "answer": "allow"}
        if skipped == "its token":
            fields["form_token"] = "x" * 43
        if skipped in {"its cookie", "the page"}:
            dance.http.cookies.clear()
        if skipped == "the page":
            await dance.consent_page()  # the browser of another person, with a request of its own
        refused = await dance.http.post(CONSENT, data=fields, headers={"origin": BASE})
    assert refused.status_code == 400
    assert "was not opened in this browser" in refused.text


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
    ids=["another origin", "a hidden origin", "another site"],
)
async def test_a_form_sent_by_another_page_is_refused(headers: dict[str, str], tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        page = await dance.consent_page()
        refused = await dance.http.post(CONSENT, data={**hidden(page), "answer": "allow"}, headers=headers)
    assert refused.status_code == 400


async def test_a_request_can_be_answered_once(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        page = await dance.consent_page()
        found = [(await dance.answered(page)).status_code for _ in range(2)]
    assert found == [200, 404]


async def _asks(dance: Dance, **changed: str) -> bool:
    """Whether the consent page asks again."""
    return (await dance.consent_page(**changed)).status_code == 200


async def test_consent_is_remembered_for_the_same_client_address_server_and_scopes(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        await dance.register(redirect_uris=[REDIRECT, "https://app.example.com/callback"])
        agreed = await dance.answered(await dance.consent_page(scope="read"))
        assert "; HttpOnly; SameSite=Lax; Max-Age=2592000; Path=/" in agreed.headers["set-cookie"]
        asks = {
            "the same": await _asks(dance, scope="read"),
            "another port": await _asks(dance, scope="read", redirect_uri="http://127.0.0.1:51234/callback"),
            "another address": await _asks(dance, scope="read", redirect_uri="https://app.example.com/callback"),
            "more scopes": await _asks(dance, scope="read write"),
        }
        await dance.register()
        asks["another client"] = await _asks(dance, scope="read")
    assert asks == {
        "the same": False,
        "another port": False,
        "another address": True,
        "more scopes": True,
        "another client": True,
    }


async def test_consent_is_not_remembered_in_another_browser_or_after_a_refusal(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        await dance.answered(await dance.consent_page(), "refuse")
        after_refusal = await _asks(dance)
        await dance.answered(await dance.consent_page())
        dance.http.cookies.clear()
        elsewhere = await _asks(dance)
    assert [after_refusal, elsewhere] == [True, True]


async def test_the_provider_is_asked_with_pkce_state_and_nonce(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        sent_on = await dance.answered(await dance.consent_page())
        query = query_of(address(sent_on))
        await dance.called_back(dance.provider_signs_in(sent_on))
        form = dance.provider.upstream.asked("POST /token")[0].form
    assert query["scope"] == "openid email offline_access"
    assert query["redirect_uri"] == f"{BASE}/oauth/callback" == form["redirect_uri"]
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert min(len(query["state"]), len(query["nonce"]), len(form["code_verifier"])) >= 43
    assert query["state"] != "the-clients-state"
    assert query["client_id"] == form["client_id"] == "the-one-client"


WRONG_CALLBACKS = {
    "no state": {"state": None},
    "another state": {"state": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": "SLASH"},
}


@pytest.mark.parametrize("kind", WRONG_CALLBACKS)
async def test_a_callback_with_a_wrong_state_or_issuer_is_refused(kind: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        query = dance.provider_signs_in(await dance.answered(await dance.consent_page()))
        changed = {name: f"{dance.provider.url}/" if v == "SLASH" else v for name, v in WRONG_CALLBACKS[kind].items()}
        sent = {name: value for name, value in {**query, **changed}.items() if value is not None}
        refused = await dance.http.get("/oauth/callback", params=sent)
    assert refused.status_code == 400
    assert dance.provider.issued == []


async def test_the_right_issuer_is_accepted_and_must_be_there_if_the_provider_promises_it(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        dance.provider.publish(authorization_response_iss_parameter_supported=True)
        query = dance.provider_signs_in(await dance.answered(await dance.consent_page()))
        missing = await dance.http.get("/oauth/callback", params=query)
        query = dance.provider_signs_in(await _again(dance))
        found = await dance.called_back({**query, "iss": dance.provider.url})
    assert missing.status_code == 400
    assert "code" in found


async def _again(dance: Dance) -> httpx2.Response:
    """The redirect to the provider of a request that was consented to before."""
    return await dance.consent_page()


async def test_an_issuer_that_ends_with_a_slash_may_be_set_without_it(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        dance.provider.publish(issuer=f"{dance.provider.url}/")
        dance.provider.claims = {"iss": f"{dance.provider.url}/"}
        accepted = await dance.called_back(dance.provider_signs_in(await dance.answered(await dance.consent_page())))
        dance.provider.claims = {}
        refused = await dance.called_back(dance.provider_signs_in(await _again(dance)))
    assert "code" in accepted
    assert refused["error"] == "access_denied"  # an ID token without the slash is one of another issuer


async def test_metadata_of_another_issuer_or_with_endpoints_without_https_are_refused(tmp_path: Path) -> None:
    for changed in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "ftp://a.example/token"},
        {"jwks_uri": None},
    ):
        async with dancing(tmp_path) as dance:
            dance.provider.publish(**changed)
            refused = await dance.answered(await dance.consent_page())
        assert refused.status_code == 503


async def test_states_that_are_swapped_between_browsers_are_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        of_ann = dance.provider_signs_in(await dance.answered(await dance.consent_page()), "code-of-ann")
        dance.http.cookies.clear()
        of_bob = dance.provider_signs_in(await dance.answered(await dance.consent_page()), "code-of-bob")
        swapped = await dance.http.get("/oauth/callback", params=of_ann)
        mixed = await dance.called_back({**of_bob, "code": "code-of-ann"})
    assert swapped.status_code == 400
    assert mixed["error"] == "access_denied"  # the nonce of Ann's ID token is not Bob's


async def test_a_callback_can_be_used_once(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        query = dance.provider_signs_in(await dance.answered(await dance.consent_page()))
        await dance.called_back(query)
        again = await dance.http.get("/oauth/callback", params=query)
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("access_denied", "access_denied"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("consent_required", "server_error"),
    ],
)
async def test_an_error_of_the_provider_is_passed_on_with_its_description(
    sent: str, passed_on: str, tmp_path: Path
) -> None:
    async with dancing(tmp_path) as dance:
        query = dance.provider_signs_in(await dance.answered(await dance.consent_page()))
        error = {"state": query["state"], "error": sent, "error_description": "AADSTS50105: not assigned"}
        found = await dance.called_back(error)
    assert (found["error"], found["error_description"]) == (passed_on, "AADSTS50105: not assigned")
    assert (found["state"], found["iss"]) == ("the-clients-state", BASE)


async def test_a_refused_code_and_an_unreachable_provider_are_passed_on(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        query = dance.provider_signs_in(await dance.answered(await dance.consent_page()))
        refused = Reply(400, json={"error": "invalid_grant", "error_description": "The code has expired."})
        dance.provider.upstream.answers("POST /token", refused)
        first = await dance.called_back(query)
        query = dance.provider_signs_in(await _again(dance))
        await dance.provider.upstream.refuse()
        second = await dance.called_back(query)
    assert (first["error"], first["error_description"]) == ("server_error", "The code has expired.")
    assert second["error"] == "temporarily_unavailable"


async def test_without_the_provider_the_person_reads_it_and_can_send_the_form_again(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        page = await dance.consent_page()
        await dance.provider.upstream.refuse()
        response = await dance.answered(page)
        called_back = await dance.http.get("/oauth/callback?state=x&code=y")
        await dance.provider.upstream.listen()
        again = await dance.answered(page)
    assert [response.status_code, called_back.status_code, again.status_code] == [503, 503, 200]
    assert "cannot be reached" in response.text
    assert "cannot be reached" in called_back.text


@pytest.mark.parametrize(
    ("rule", "claims", "admitted"),
    [
        ("email=*@example.com", {"email": "Ann@Example.com", "email_verified": True}, True),
        ("email=*@example.com", {"email": "ann@example.com"}, False),
        ("email=*@example.com", {"email": "ann@example.com", "email_verified": "true"}, False),
        ("email=*@example.com", {"email": "ann@example.com.evil.example", "email_verified": True}, False),
        ("groups=mcp-*", {"groups": ["staff", "mcp-users"]}, True),
        ("groups=mcp-*", {"groups": ["staff"]}, False),
        ("hd=example.com,sub=ann", {"hd": "other.example"}, True),
        ("hd=example.com", {}, False),
    ],
)
async def test_only_people_who_match_a_rule_are_signed_in(
    rule: str, claims: dict[str, object], admitted: bool, tmp_path: Path
) -> None:
    async with dancing(tmp_path, MCP_OAUTH_PROXY_PEOPLE=rule) as dance:
        dance.provider.claims = claims
        found = await dance.called_back(dance.provider_signs_in(await dance.answered(await dance.consent_page())))
    assert ("code" in found) == admitted
    assert admitted or (found["error"], found["error_description"]) == (
        "access_denied",
        "This account may not use this server.",
    )
