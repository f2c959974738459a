"""Arguments and APIs that try to lead a bridge elsewhere: nothing reaches another place than the file names."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_chassis.telemetry import logs
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure, text
from mcp_chassis.testing.replies import redirect
from rest_mcp.assembly import server_of

TOKEN = "the-token-of-these-tests"
BRIDGE = """
instructions = "Things."
[apis.things]
attempts = 2
rate = 1000
error_fields = ["title", "error.message"]

[[tools]]
name = "get_thing"
description = "Get a thing."
request = "GET /things/{name}"
[tools.parameters]
name = {}
fields = { type = "array", required = false }

[[tools]]
name = "read_log"
description = "Read a log."
request = "GET /logs/{+path}"
answer = "text"
[tools.parameters]
path = {}

[[tools]]
name = "add_thing"
description = "Add a thing."
request = "POST /things"
check = "Look with get_thing."
[tools.parameters]
name = { field = "thing.name" }
note = { field = "thing.note", required = false }

[[tools]]
name = "set_thing"
description = "Set a thing."
request = "PUT /things/{name}"
encoding = "form"
[tools.parameters]
name = {}
note = {}
"""


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as started:
        started.answers("GET /*", Reply(json={"ok": True}))
        started.answers("POST /things", Reply(201, json={"ok": True}))
        started.answers("PUT /*", Reply(json={"ok": True}))
        yield started


@pytest.fixture
async def client(upstream: ScriptedUpstream, tmp_path: Path) -> AsyncGenerator[Client]:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    env = {"API_BASE_URL": f"{upstream.url}/v1", "API_TOKEN": TOKEN}
    async with connected(server_of(tmp_path / "bridge.toml"), env=env) as client:
        upstream.answers("GET /v1/*", Reply(json={"ok": True}))
        upstream.answers("POST /v1/things", Reply(201, json={"ok": True}))
        upstream.answers("PUT /v1/*", Reply(json={"ok": True}))
        yield client


@pytest.mark.parametrize("name", ["", ".", "..", "a\r\nHost: evil.example", "a\x00b", "a\nb", "\x7f"])
async def test_a_name_that_is_no_segment_is_refused(client: Client, upstream: ScriptedUpstream, name: str) -> None:
    failed = failure(await client.call_tool("get_thing", {"name": name}))
    assert failed.code == "INVALID_INPUT"
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("../../admin", "..%2F..%2Fadmin"),
        ("a/b", "a%2Fb"),
        ("a?admin=1", "a%3Fadmin%3D1"),
        ("a#b", "a%23b"),
        ("%2e%2e", "%252e%252e"),
        ("{name}", "%7Bname%7D"),
        ("{{name}}", "%7B%7Bname%7D%7D"),
        ("@evil.example", "%40evil.example"),
        ("//evil.example", "%2F%2Fevil.example"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("a\\..\\b", "a%5C..%5Cb"),
        ("ü \N{SNOWMAN}", "%C3%BC%20%E2%98%83"),
    ],
)
async def test_a_strange_name_stays_one_segment_of_its_path(
    client: Client, upstream: ScriptedUpstream, name: str, sent: str
) -> None:
    data(await client.call_tool("get_thing", {"name": name}))
    assert [request.target for request in upstream.requests] == [f"/v1/things/{sent}"]


@pytest.mark.parametrize("path", ["../secret", "a/../../b", "/etc/passwd", "a//b", "a/./b", ".."])
async def test_a_path_of_several_segments_never_climbs(client: Client, upstream: ScriptedUpstream, path: str) -> None:
    assert failure(await client.call_tool("read_log", {"path": path})).code == "INVALID_INPUT"
    assert upstream.requests == []


@pytest.mark.parametrize(
    "more",
    [
        {"base_url": "https://evil.example"},
        {"headers": {"Host": "evil.example"}},
        {"Authorization": "Bearer x"},
        {"apis": {}},
        {"method": "DELETE"},
        {"fields": "not a list"},
        {"fields": ["x"] * 51},
        {"fields": [["nested"]]},
        {"fields": [None]},
        {"name": ["a"]},
        {"name": "x" * 2001},
        {"name": None},
    ],
)
async def test_arguments_beside_the_signature_are_refused(
    client: Client, upstream: ScriptedUpstream, more: dict[str, Any]
) -> None:
    failed = failure(await client.call_tool("get_thing", {"name": "a", **more}))
    assert failed.code == "INVALID_INPUT"
    assert upstream.requests == []


async def test_values_in_query_form_and_body_arrive_as_they_were_given(
    client: Client, upstream: ScriptedUpstream
) -> None:
    strange = "a=1&b=2\r\nX: y"
    await client.call_tool("get_thing", {"name": "a", "fields": [strange, "x,y"]})
    await client.call_tool("set_thing", {"name": "a", "note": strange})
    await client.call_tool("add_thing", {"name": strange, "note": '"}'})
    asked, put, posted = upstream.requests
    assert asked.target == "/v1/things/a?fields=a%3D1%26b%3D2%0D%0AX%3A+y&fields=x%2Cy"
    assert put.form == {"note": strange}
    assert posted.json == {"thing": {"name": strange, "note": '"}'}}
    assert {request.headers["host"] for request in upstream.requests} == {upstream.url.removeprefix("http://")}


@pytest.mark.parametrize("where", ["http://169.254.169.254/latest", "http://10.0.0.1/", "//evil.example/", "file:///x"])
async def test_a_redirect_elsewhere_is_not_followed(client: Client, upstream: ScriptedUpstream, where: str) -> None:
    upstream.answers("GET /v1/things/a", redirect(where))
    failed = failure(await client.call_tool("get_thing", {"name": "a"}))
    assert failed.code == "UPSTREAM_ERROR"
    assert "evil" not in failed.message
    assert len(upstream.requests) == 1


async def test_a_redirect_to_another_port_of_the_same_machine_gets_nothing(
    client: Client, upstream: ScriptedUpstream
) -> None:
    async with ScriptedUpstream() as other:
        upstream.answers("GET /v1/things/a", redirect(f"{other.url}/x"))
        assert failure(await client.call_tool("get_thing", {"name": "a"})).code == "UPSTREAM_ERROR"
        assert other.requests == []


async def test_a_redirect_within_the_api_is_followed(client: Client, upstream: ScriptedUpstream) -> None:
    upstream.answers("GET /v1/things/a", redirect("/v1/things/b", 301))
    assert data(await client.call_tool("get_thing", {"name": "a"})) == {"ok": True}


async def test_only_the_named_error_fields_reach_the_model_cleaned_and_short(
    client: Client, upstream: ScriptedUpstream
) -> None:
    body = {"title": "No\u202e \x1b[31mway\u200b\n" + "x" * 500, "trace": "secret stack", "error": {"message": "never"}}
    upstream.answers("GET /v1/things/a", Reply(400, json=body))
    failed = failure(await client.call_tool("get_thing", {"name": "a"}))
    assert failed.code == "INVALID_INPUT"
    said = failed.message.partition('"')[2]
    assert said.startswith("No way xxx")
    assert len(said) <= 302
    assert "secret stack" not in failed.message


async def test_an_api_that_echoes_the_token_does_not_give_it_away(client: Client, upstream: ScriptedUpstream) -> None:
    logs.register_secret(TOKEN)  # as the start of a server's process does
    upstream.answers("GET /v1/things/a", Reply(403, json={"title": f"Bearer {TOKEN} may not"}))
    upstream.answers("GET /v1/things/b", Reply(json={"seen": f"Bearer {TOKEN}"}))
    for name in "ab":
        assert TOKEN not in text(await client.call_tool("get_thing", {"name": name}))


async def test_a_lost_response_to_a_post_is_reported_with_a_way_to_check_and_the_post_is_not_repeated(
    client: Client, upstream: ScriptedUpstream
) -> None:
    upstream.answers("POST /v1/things", Reply(ending="reset"))
    failed = failure(await client.call_tool("add_thing", {"name": "a"}))
    assert failed.code == "OUTCOME_UNKNOWN"
    assert "Look with get_thing." in failed.message
    assert len(upstream.asked("POST *")) == 1


async def test_a_lost_answer_to_a_put_is_asked_once_more(client: Client, upstream: ScriptedUpstream) -> None:
    upstream.answers("PUT /v1/things/a", Reply(ending="reset"), Reply(json={"ok": True}))
    data(await client.call_tool("set_thing", {"name": "a", "note": "n"}))
    assert len(upstream.asked("PUT *")) == 2


@pytest.mark.parametrize("answer", [Reply(text="<html>"), Reply(body=b"\xff{")])
async def test_an_answer_of_another_shape_is_one_sentence(
    client: Client, upstream: ScriptedUpstream, answer: Reply
) -> None:
    upstream.answers("GET /v1/things/a", answer)
    failed = failure(await client.call_tool("get_thing", {"name": "a"}))
    assert failed.code == "UPSTREAM_ERROR"
    assert "\n" not in failed.message
    assert json.dumps(failed.message).count("Traceback") == 0


async def test_a_list_where_an_object_was_due_is_answered_whole(client: Client, upstream: ScriptedUpstream) -> None:
    upstream.answers("GET /v1/things/a", Reply(json=[1]), Reply(json=[]))
    answers = [data(await client.call_tool("get_thing", {"name": "a"})) for _ in range(2)]
    assert answers == [{"answer": [1]}, {"answer": []}]


async def test_a_write_without_an_answer_body_says_that_it_is_done(client: Client, upstream: ScriptedUpstream) -> None:
    upstream.answers("PUT /v1/things/a", Reply(204))
    assert data(await client.call_tool("set_thing", {"name": "a", "note": "n"})) == {"done": True}
