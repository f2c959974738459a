"""Redirects: no credential, body or custom header reaches another origin (docs/reliability.md)."""

import pytest
from mcp_chassis.failures import InvalidInput, OutcomeUnknown, UpstreamError
from mcp_chassis.testing.replies import Reply, hang, redirect
from mcp_chassis.testing.upstream import ScriptedUpstream

GOOD = Reply(json={"id": 1})
OURS = {"authorization": "Bearer canary", "x-custom": "canary", "cookie": "canary=1"}


@pytest.fixture
async def elsewhere():
    async with ScriptedUpstream() as scripted:
        scripted.answers("GET /file", Reply(text="the file"))
        scripted.answers("POST /file", GOOD)
        yield scripted


async def test_another_origin_gets_no_credential_and_no_custom_header(upstream, elsewhere, client):
    upstream.answers("GET /thing", redirect(f"{elsewhere.url}/file"))
    answer = await client(headers=lambda: OURS).get("/thing", headers={"x-more": "canary"})
    assert answer.text == "the file"
    (request,) = elsewhere.requests
    assert "canary" not in f"{request.target} {request.headers} {request.body}"
    assert set(request.headers) <= {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_another_origin_gets_no_body(upstream, elsewhere, client, status):
    upstream.answers("POST /things", redirect(f"{elsewhere.url}/file", status))
    with pytest.raises((UpstreamError, OutcomeUnknown)):
        await client(headers=lambda: OURS).post("/things", json={"secret": "canary"})
    assert elsewhere.requests == []


async def test_coming_back_from_another_origin_does_not_bring_the_credential_back(upstream, elsewhere, client):
    upstream.answers("GET /thing", redirect(f"{elsewhere.url}/back"))
    elsewhere.answers("GET /back", redirect(f"{upstream.url}/end"))
    upstream.answers("GET /end", GOOD)
    await client(headers=lambda: OURS).get("/thing")
    assert "authorization" not in upstream.asked("GET /end")[0].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_moved_resource_of_the_same_origin_is_followed_with_everything(upstream, client, status):
    upstream.answers("GET /old", redirect("/new?page=2", status))
    upstream.answers("GET /new", GOOD)
    assert (await client(headers=lambda: OURS).get("/old")).json == {"id": 1}
    assert upstream.requests[1].target == "/new?page=2"
    assert upstream.requests[1].headers["authorization"] == "Bearer canary"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_write_to_a_moved_resource_keeps_its_method_and_body(upstream, client, status):
    upstream.answers("POST /old", redirect("/new", status))
    upstream.answers("POST /new", Reply(201, json={"id": 7}))
    assert (await client().post("/old", json={"a": 1})).json == {"id": 7}
    assert upstream.requests[1].json == {"a": 1}


async def test_see_other_is_read_without_the_body(upstream, client):
    upstream.answers("POST /old", redirect("/made", 303))
    upstream.answers("GET /made", GOOD)
    assert (await client(headers=lambda: OURS).post("/old", json={"a": 1})).json == {"id": 1}
    assert upstream.requests[1].body == b""
    assert "content-type" not in upstream.requests[1].headers


FAILING_TARGETS = [*map(Reply, (404, 405, 410, 429, 500, 503)), hang(), Reply(ending="reset")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", FAILING_TARGETS)
async def test_a_write_that_was_redirected_to_a_failing_address_is_sent_once_and_unknown(
    upstream, client, status: int, target: Reply
):
    upstream.answers("POST /old", redirect("/new", status))
    upstream.answers("GET /new" if status == 303 else "POST /new", target)
    with pytest.raises(OutcomeUnknown, match="lost or does not confirm it: Acme"):
        await client(read_timeout=0.2).post("/old", json={"a": 1})
    assert len(upstream.asked("POST /old")) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422])
async def test_after_see_other_even_a_definite_refusal_is_one_of_the_result_alone(upstream, client, status: int):
    upstream.answers("POST /old", redirect("/made", 303))
    upstream.answers("GET /made", Reply(status))
    with pytest.raises(OutcomeUnknown):
        await client(credential=RotatedSecret()).post("/old", json={"a": 1})
    assert len(upstream.asked("POST /old")) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_a_moved_address_that_refuses_a_write_says_why(upstream, client, status: int):
    upstream.answers("POST /things", redirect("/things/", status))
    upstream.answers("POST /things/", Reply(422))
    with pytest.raises(InvalidInput, match="cannot do this with these arguments"):
        await client().post("/things", json={"a": 1})


async def test_a_write_whose_redirect_leads_out_of_reach_is_sent_once(upstream, client):
    async with ScriptedUpstream() as gone:
        address = gone.url
    upstream.answers("POST /old", redirect(f"{address}/new", 303))
    with pytest.raises(OutcomeUnknown):
        await client().post("/old", json={"a": 1})
    assert len(upstream.requests) == 1


class RotatedSecret:
    """A credential that is another one whenever it is read again."""

    variable = "ACME_TOKEN"

    async def ready(self) -> None:
        return None

    def reload(self) -> bool:
        return True


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"])
async def test_a_redirect_to_no_http_address_is_an_error(upstream, client, to):
    upstream.answers("GET /thing", redirect(to))
    with pytest.raises(UpstreamError):
        await client().get("/thing")
    assert len(upstream.requests) == 1


async def test_redirects_in_a_circle_end(upstream, client):
    upstream.answers("GET /thing", redirect("/thing"))
    with pytest.raises(UpstreamError, match="more often than the limit allows"):
        await client(max_redirects=5).get("/thing")
    assert len(upstream.requests) == 6


async def test_a_redirect_that_names_no_address_is_an_error(upstream, client):
    upstream.answers("GET /thing", Reply(302))
    with pytest.raises(UpstreamError):
        await client().get("/thing")


async def test_cookies_are_neither_kept_nor_sent(upstream, client):
    upstream.answers("GET /thing", Reply(json={}, headers={"set-cookie": "session=canary"}))
    api = client()
    for _ in range(2):
        await api.get("/thing")
    assert "cookie" not in upstream.requests[1].headers


async def test_a_user_in_the_new_address_does_not_take_the_place_of_our_credential(upstream, client):
    upstream.answers("GET /thing", redirect(upstream.url.replace("://", "://someone:else@") + "/end"))
    with pytest.raises(UpstreamError, match="to another scheme or to a URL with credentials; not followed"):
        await client(headers=lambda: OURS).get("/thing")
    assert upstream.asked("GET /end") == []
