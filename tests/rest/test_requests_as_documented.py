"""Requests in the styles, bodies and numbers that an OpenAPI document asks for."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.pipeline.arguments import Arguments
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from openapi_bridges import ENVIRONMENT, answered, get, operation, post, sent, written
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge_file import read

TEXT, NUMBER = {"type": "string"}, {"type": "integer", "format": "int64"}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(written, tmp_path)


async def test_defaults_of_a_document_are_shown_and_not_sent(write: Write) -> None:
    shape = {"type": "object", "properties": {"name": TEXT, "status": {**TEXT, "default": "active"}}}
    body = {"content": {"application/json": {"schema": shape}}}
    path = write({"/x": {"patch": operation("update_x", requestBody=body)}})
    request, _ = await sent(path, "update_x", {"name": "n"})
    assert request.json == {"name": "n"}
    async with connected(server_of(path), env={**ENVIRONMENT, "API_BASE_URL": "http://127.0.0.1:9"}) as client:
        tool = (await client.list_tools()).tools[0]
    assert tool.input_schema["properties"]["status"]["description"] == "Default active."


async def test_a_vendor_json_type_is_the_content_type_of_the_body(write: Write) -> None:
    body = {"content": {"application/merge-patch+json": {"schema": {"type": "object", "properties": {"name": TEXT}}}}}
    request, _ = await sent(
        write({"/x": {"patch": operation("update_x", requestBody=body)}}), "update_x", {"name": "n"}
    )
    assert request.headers["content-type"] == "application/merge-patch+json"


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain", "application/xml", "application/octet-stream"])
def test_a_body_that_cannot_be_sent_stops_the_start_with_its_media_type(write: Write, kind: str) -> None:
    body = {"required": True, "content": {kind: {"schema": {"type": "object", "properties": {"note": TEXT}}}}}
    with pytest.raises(BadBridge, match=f"takes a body of {kind}; only JSON and form fields can be sent"):
        server_of(write({"/x": {"post": operation("send_x", requestBody=body)}}))


def test_an_operation_that_answers_a_file_is_refused_with_its_media_type(write: Write) -> None:
    answer = {"200": {"description": "ok", "content": {"application/pdf": {}}}}
    with pytest.raises(BadBridge, match=r"answers a file \(application/pdf\)"):
        server_of(write({"/x": {"get": operation("get_x", responses=answer)}}))


BIG = 1285704473650888702


async def test_whole_numbers_of_64_bits_go_in_and_come_out_without_loss(write: Write) -> None:
    where = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    shape = {"type": "object", "properties": {"parent": NUMBER, "others": {"type": "array", "items": NUMBER}}}
    body = {"content": {"application/json": {"schema": shape}}}
    path = write({"/x/{id}": {"put": operation("put_x", parameters=[where], requestBody=body)}})
    for given in (BIG, str(BIG)):
        arguments = {"id": given, "parent": given, "others": [given, 7]}
        request, result = await sent(path, "put_x", arguments, Reply(json={"id": BIG, "small": 7, "all": [BIG]}))
        assert request.path == f"/x/{BIG}"
        assert request.json == {"parent": BIG, "others": [BIG, 7]}
        assert data(result) == {"id": str(BIG), "small": 7, "all": [str(BIG)]}


async def test_a_number_beyond_64_bits_is_refused(write: Write) -> None:
    where = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    path = write({"/x/{id}": {"get": operation("get_x", parameters=[where])}})
    async with connected(server_of(path), env={**ENVIRONMENT, "API_BASE_URL": "http://127.0.0.1:9"}) as client:
        error = failure(await client.call_tool("get_x", {"id": "9223372036854775808"}))
    assert error.code == "INVALID_INPUT"
    assert "an integer of 64 bits" in error.message


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply(status=201, body=b""), {"done": True}),
        (Reply(status=200, body=b"OK", headers={"content-type": "text/plain"}), {"done": True, "answer": "OK"}),
        (Reply(status=200, json=[]), {"done": True, "answer": []}),
        (Reply(status=200, json="made"), {"done": True, "answer": "made"}),
        (Reply(status=200, body=b"<p>ok", headers={"content-type": "text/html"}), {"done": True, "answer": "<p>ok"}),
        (Reply(status=200, json={"id": 1}), {"id": 1}),
    ],
)
async def test_a_write_with_a_success_status_is_done_whatever_the_body_contains(
    write: Write, reply: Reply, result: Any
) -> None:
    path = write({"/x": {"post": operation("add_x")}})
    _, answered = await sent(path, "add_x", {}, reply)
    assert data(answered) == result


async def test_required_headers_that_the_bridge_sends_count_as_given(write: Write) -> None:
    header = {"name": "X-Tenant", "in": "header", "required": True, "schema": TEXT}
    paths = {"/x": {"get": operation("get_x", parameters=[header])}}
    with pytest.raises(BadBridge, match="is a header, which no caller may set"):
        server_of(write(paths))
    request, _ = await sent(write(paths, api='headers = { X-Tenant = "acme" }\n'), "get_x", {})
    assert request.headers["x-tenant"] == "acme"


@pytest.mark.parametrize("name", ["X-Request-ID", "Authorization", "traceparent"])
def test_a_required_header_that_every_request_carries_is_not_asked_for(write: Write, name: str) -> None:
    header = {"name": name, "in": "header", "required": True, "schema": TEXT}
    [tool] = read(write({"/x": {"get": operation("get_x", parameters=[header])}})).requests
    assert tool.parameters == {}


def test_a_parameter_of_the_path_cannot_be_hidden(write: Write) -> None:
    where = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    paths = {"/x/{id}": {"get": operation("get_x", parameters=[where])}}
    with pytest.raises(BadBridge, match="must require id or fix it: it is part of the path"):
        read(write(paths, entry="parameters = { id = { hidden = true } }\n"))


@pytest.mark.parametrize(
    ("summary", "path", "reads"),
    [
        ("Uninstalls your app from a workspace.", "/apps.uninstall", False),
        ("Revokes a token.", "/auth.revoke", False),
        ("Get the apps.", "/apps", True),
        ("Lists removed items.", "/items", True),
        ("Permanently deletes a user.", "/users/x", False),
        ("This will revoke every key.", "/keys", False),
        ("Get the keys that you may revoke.", "/keys", True),
        ("Returns what a delete would cost.", "/costs", True),
    ],
)
async def test_a_get_whose_words_say_that_it_changes_something_is_a_write(
    write: Write, summary: str, path: str, reads: bool
) -> None:
    bridge = write({path: {"get": operation("do_it", summary=summary)}})
    async with connected(server_of(bridge), env={**ENVIRONMENT, "API_BASE_URL": "http://127.0.0.1:9"}) as client:
        tool = (await client.list_tools()).tools[0]
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint is reads
    assert tool.annotations.destructive_hint is not reads


NULLABLE = {
    "a": {"type": "string", "nullable": True},
    "b": {"type": ["integer", "null"]},
    "c": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    "d": {"type": "string", "enum": ["x", None]},
    "e": {"type": "object", "properties": {"f": {"type": "integer", "format": "int64", "nullable": True}, "g": TEXT}},
    "h": TEXT,
}


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"a": None}, {"a": None}),
        ({"b": None, "c": None, "d": None}, {"b": None, "c": None, "d": None}),
        ({"e": {"f": None, "g": None}}, {"e": {"f": None}}),
        ({"e": None, "h": None, "a": "x"}, {"a": "x"}),
        ({"b": 7, "c": "2026-01-02", "d": "x"}, {"b": 7, "c": "2026-01-02", "d": "x"}),
    ],
)
async def test_a_null_is_sent_where_the_document_allows_it_and_left_out_elsewhere(
    write: Write, given: dict[str, Any], body: dict[str, Any]
) -> None:
    content = {"application/json": {"schema": {"type": "object", "properties": NULLABLE}}}
    path = write({"/x": {"patch": operation("patch_x", requestBody={"required": True, "content": content})}})
    request, _ = await sent(path, "patch_x", given, Reply(json={}))
    assert request.json == body


def test_a_nullable_parameter_is_published_with_one_type(write: Write) -> None:
    content = {"application/json": {"schema": {"type": "object", "properties": NULLABLE}}}
    server = server_of(write({"/x": {"patch": operation("patch_x", requestBody={"content": content})}}))
    tool = Arguments(server.tools[0], ("apis",)).schema
    kinds = {name: schema.get("type") for name, schema in tool["properties"].items()}
    del kinds["idempotency_key"]
    assert kinds == {"a": "string", "b": "integer", "c": "string", "d": "string", "e": "object", "h": "string"}


def test_a_nullable_parameter_is_described_so(write: Write) -> None:
    fields = {**NULLABLE, "i": {"type": "string", "nullable": True, "description": "Second line"}}
    content = {"application/json": {"schema": {"type": "object", "properties": fields}}}
    server = server_of(write({"/x": {"patch": operation("patch_x", requestBody={"content": content})}}))
    properties = Arguments(server.tools[0], ("apis",)).schema["properties"]
    assert properties["i"]["description"] == "Second line. May be null."
    told = {name for name, schema in properties.items() if "May be null." in schema.get("description", "")}
    assert told == {"a", "b", "c", "d", "i"}


@pytest.mark.parametrize(("key", "requests"), [("", 2), ("k", 1)])
async def test_an_empty_idempotency_key_is_none(write: Write, key: str, requests: int) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(json={"id": 1}))
        env = {**ENVIRONMENT, "API_BASE_URL": upstream.url}
        async with connected(server_of(write({"/x": {"post": operation("post_x")}})), env=env) as client:
            for _ in range(2):
                await client.call_tool("post_x", {"idempotency_key": key})
        assert len(upstream.requests) == requests


@pytest.mark.parametrize(("kind", "good", "bad"), [("ipv4", "10.0.0.1", "10.0.0"), ("ipv6", "2001:db8::1", "10.0.0.1")])
async def test_an_address_of_a_documented_format_is_checked(tmp_path: Path, kind: str, good: str, bad: str) -> None:
    schema = {"type": "object", "properties": {"address": {"type": "string", "format": kind}}}
    path = written(tmp_path, post(schema))
    request, _ = await sent(path, "post_x", {"address": good})
    assert request.json == {"address": good}
    requests, result = await answered(path, "post_x", {"address": bad})
    assert (requests, failure(result).code) == ([], "INVALID_INPUT")


LABELS = {"type": "object", "additionalProperties": {"type": "string"}}


async def test_an_object_with_names_of_the_callers_own_is_sent_with_them(write: Write) -> None:
    numbers = {"type": "object", "additionalProperties": {"type": "integer", "format": "int64"}}
    path = write(post({"type": "object", "required": ["labels"], "properties": {"labels": LABELS, "sizes": numbers}}))
    arguments = {"labels": {"Team A": "x", "a.b": "y"}, "sizes": {"n": "9007199254740993"}}
    request, _ = await sent(path, "post_x", arguments)
    assert request.json == {"labels": {"Team A": "x", "a.b": "y"}, "sizes": {"n": 9007199254740993}}
    requests, result = await answered(path, "post_x", {"labels": {"a": 1}})
    assert (requests, failure(result).code) == ([], "INVALID_INPUT")


async def test_names_of_the_callers_own_go_into_a_query_in_brackets(write: Write) -> None:
    path = write(get({"name": "meta", "in": "query", "style": "deepObject", "explode": True, "schema": LABELS}))
    request, _ = await sent(path, "get_x", {"meta": {"a b": "x", "c": "y"}})
    assert request.query == {"meta[a b]": "x", "meta[c]": "y"}


@pytest.mark.parametrize("values", [True, {}, {"type": "object"}, {"type": "array", "items": TEXT}])
def test_an_object_whose_values_are_of_no_plain_type_stays_refused(write: Write, values: Any) -> None:
    schema = {"type": "object", "properties": {"labels": {"type": "object", "additionalProperties": values}}}
    with pytest.raises(BadBridge, match="labels is an object of any shape"):
        server_of(write(post(schema)))
