"""Responses that differ from what a bridge file expects: nothing is lost, invented or told as a bug of the server."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from mcp_types import CallToolResult
from rest_mcp.assembly import server_of

BRIDGE = """
instructions = "Things."
[apis.things]
auth = false
[[tools]]
name = "list_things"
description = "List things."
request = "GET /list"
answer = "list"
result = "items"
keep = ["id"]
page = { kind = "cursor", parameter = "after", next = "next" }
[[tools]]
name = "list_numbered"
description = "List things by number."
request = "GET /list"
answer = "list"
result = "items"
page = { kind = "page", first = 1, size = 2, size_parameter = "size", total = "total", always = true }
[[tools]]
name = "get_thing"
description = "Get a thing."
request = "GET /thing"
keep = ["id", "name"]
[[tools]]
name = "get_found"
description = "Get what was found."
request = "GET /found"
result = "found"
keep = ["id"]
[[tools]]
name = "get_text"
description = "Get a text."
request = "GET /text"
answer = "text"
[[tools]]
name = "add_things"
description = "Add things."
request = "POST /list"
answer = "list"
result = "items"
[[tools]]
name = "add_thing"
description = "Add a thing."
request = "POST /thing"
keep = ["id"]
[[tools]]
name = "add_text"
description = "Add a text."
request = "POST /text"
answer = "text"
"""
ABSENT = object()


@pytest.fixture
def server(tmp_path: Path) -> Server[Any]:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    return server_of(tmp_path / "bridge.toml")


async def answered(server: Server[Any], tool: str, request: str, reply: Reply) -> CallToolResult:
    async with ScriptedUpstream() as upstream:
        upstream.answers(request, reply)
        async with connected(server, env={"API_BASE_URL": upstream.url}) as client:
            return await client.call_tool(tool, {})


@pytest.mark.parametrize("reply", [Reply(204), Reply(json={"items": None}), Reply(json={"items": []})])
async def test_an_empty_list_may_be_null_or_no_body_at_all(server: Server[Any], reply: Reply) -> None:
    assert data(await answered(server, "list_things", "GET /list", reply)) == {"items": []}


async def test_a_list_that_is_not_there_is_empty_and_the_result_names_what_is_there(server: Server[Any]) -> None:
    found = data(await answered(server, "list_things", "GET /list", Reply(json={"kind": "list", "etag": "x"})))
    assert found["items"] == []
    assert "without items (it has: kind, etag)" in found["warnings"][0]


@pytest.mark.parametrize(
    ("tool", "request_line", "body"),
    [
        ("list_things", "GET /list", {"error": {"message": "quota used up"}}),
        ("get_thing", "GET /thing", {"message": "quota used up"}),
    ],
)
async def test_an_error_in_a_success_response_is_reported_with_the_apis_text(
    server: Server[Any], tool: str, request_line: str, body: Any
) -> None:
    told = failure(await answered(server, tool, request_line, Reply(json=body)))
    assert (told.code, "quota used up" in told.message) == ("UPSTREAM_ERROR", True)


async def test_items_of_another_kind_cost_themselves_and_are_counted(server: Server[Any]) -> None:
    found = data(await answered(server, "list_things", "GET /list", Reply(json={"items": [1, "a", None, {"id": 1}]})))
    assert found["items"] == [{"id": 1}]
    assert found["warnings"] == ["3 of 4 items are not objects and were left out."]


@pytest.mark.parametrize("tool", ["list_things", "list_numbered"])
async def test_a_bare_list_is_taken_where_the_file_names_a_field_for_it(server: Server[Any], tool: str) -> None:
    assert data(await answered(server, tool, "GET /list", Reply(json=[{"id": 1}]))) == {"items": [{"id": 1}]}


@pytest.mark.parametrize("body", [[{"id": 1, "more": 2}], {"found": [{"id": 1, "more": 2}]}])
async def test_a_list_where_an_object_is_expected_is_the_answer_with_and_without_its_field(
    server: Server[Any], body: Any
) -> None:
    assert data(await answered(server, "get_found", "GET /found", Reply(json=body))) == {"answer": [{"id": 1}]}


async def test_a_bare_list_that_a_write_answers_is_its_items(server: Server[Any]) -> None:
    assert data(await answered(server, "add_things", "POST /list", Reply(json=[{"id": 1}]))) == {"items": [{"id": 1}]}


@pytest.mark.parametrize(("count", "warned"), [(2, True), (1, False)])
async def test_a_full_page_without_a_cursor_gives_a_warning(tmp_path: Path, count: int, warned: bool) -> None:
    sized = BRIDGE.replace('next = "next" }', 'next = "next", size = 2 }')
    (tmp_path / "bridge.toml").write_text(sized)
    reply = Reply(json=[{"id": number} for number in range(count)])
    found = data(await answered(server_of(tmp_path / "bridge.toml"), "list_things", "GET /list", reply))
    assert len(found["items"]) == count
    assert ("whether there are more pages is not known" in str(found.get("warnings"))) is warned


@pytest.mark.parametrize("body", [{"items": {"id": 1}}, {"items": "many"}, "many", 5])
async def test_something_else_than_a_list_is_named(server: Server[Any], body: Any) -> None:
    told = failure(await answered(server, "list_things", "GET /list", Reply(json=body)))
    assert (told.code, "expects a list at items" in told.message) == ("UPSTREAM_ERROR", True)


@pytest.mark.parametrize(
    ("following", "cursor"),
    [
        ("abc", "abc"),
        (7, "7"),
        ("https://api.example/list?after=abc&size=2", "abc"),
        ("/list?after=a%2Fb", "a/b"),
        ("?after=abc", "abc"),
    ],
)
async def test_the_next_page_is_asked_by_the_cursor_or_by_the_one_in_an_address(
    server: Server[Any], following: Any, cursor: str
) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /list", Reply(json={"items": [{"id": 1}], "next": following}), Reply(json={"items": []}))
        async with connected(server, env={"API_BASE_URL": upstream.url}) as client:
            first = data(await client.call_tool("list_things", {}))
            await client.call_tool("list_things", {"cursor": first["next_cursor"]})
        assert upstream.requests[-1].query == {"after": cursor}


async def test_an_address_without_the_cursors_parameter_is_followed_by_its_whole_query(server: Server[Any]) -> None:
    async with ScriptedUpstream() as upstream:
        reply = Reply(json={"items": [{"id": 1}], "next": "https://api.example/list?page=2&size=5"})
        upstream.answers("GET /list", reply, Reply(json={"items": []}))
        async with connected(server, env={"API_BASE_URL": upstream.url}) as client:
            first = data(await client.call_tool("list_things", {}))
            await client.call_tool("list_things", {"cursor": first["next_cursor"]})
        assert upstream.requests[-1].query == {"page": "2", "size": "5"}


async def test_a_cursor_that_is_an_object_gives_a_warning_instead_of_a_silent_end(server: Server[Any]) -> None:
    reply = Reply(json={"items": [{"id": 1}], "next": {"page": 2}})
    found = data(await answered(server, "list_things", "GET /list", reply))
    assert "whether there are more pages is not known" in found["warnings"][0]


async def test_a_page_that_names_itself_as_the_next_ends_the_list_with_a_warning(server: Server[Any]) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /list", Reply(json={"items": [{"id": 1}], "next": "again"}))
        async with connected(server, env={"API_BASE_URL": upstream.url}) as client:
            first = data(await client.call_tool("list_things", {}))
            second = data(await client.call_tool("list_things", {"cursor": first["next_cursor"]}))
    assert "next_cursor" not in second
    assert "named this page as the next one" in second["warnings"][0]


async def test_a_total_written_as_text_counts_and_the_first_page_carries_its_number(server: Server[Any]) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /list", Reply(json={"items": [1, 2], "total": "5"}))
        async with connected(server, env={"API_BASE_URL": upstream.url}) as client:
            found = data(await client.call_tool("list_numbered", {}))
        assert upstream.requests[-1].query == {"page": "1", "size": "2"}
    assert (found["total"], "next_cursor" in found) == (5, True)


@pytest.mark.parametrize(("body", "answer"), [("ready", "ready"), (5, 5), (2.5, 2.5), (2**60, str(2**60))])
async def test_a_number_or_a_text_is_answered_as_it_is(server: Server[Any], body: Any, answer: Any) -> None:
    assert data(await answered(server, "get_thing", "GET /thing", Reply(json=body))) == {"answer": answer}


async def test_an_object_with_none_of_the_kept_fields_is_no_empty_result(server: Server[Any]) -> None:
    told = failure(await answered(server, "get_thing", "GET /thing", Reply(json={"uuid": "x", "label": "y"})))
    assert "without any of id, name, the fields that this tool keeps; it has: uuid, label" in told.message


WRITES = [
    ("add_things", "POST /list", {"id": 1}, {"done": True, "answer": {"id": 1}}),
    ("add_things", "POST /list", {"items": [1]}, {"items": [1]}),
    ("add_things", "POST /list", {"items": None}, {"done": True, "answer": {"items": None}}),
    ("add_things", "POST /list", "ok", {"done": True, "answer": "ok"}),
    ("add_things", "POST /list", ABSENT, {"done": True}),
    ("add_thing", "POST /thing", [], {"done": True, "answer": []}),
    ("add_thing", "POST /thing", {"uuid": "x"}, {"done": True, "answer": {"uuid": "x"}}),
    ("add_thing", "POST /thing", 7, {"done": True, "answer": 7}),
]


@pytest.mark.parametrize(("tool", "request_line", "body", "expected"), WRITES)
async def test_a_write_with_a_success_status_is_done_with_any_response_body(
    server: Server[Any], tool: str, request_line: str, body: Any, expected: Any
) -> None:
    reply = Reply(201) if body is ABSENT else Reply(201, json=body)
    assert data(await answered(server, tool, request_line, reply)) == expected


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", "é".encode("latin-1")])
async def test_a_write_whose_answer_is_no_text_is_done(server: Server[Any], body: bytes) -> None:
    result = await answered(server, "add_text", "POST /text", Reply(200, body=body))
    assert result.is_error is False


CHARACTER_SETS = [
    ("application/json; charset=ISO-8859-1", "latin-1"),
    ('application/json; charset="windows-1252"', "cp1252"),
    ("application/json", "utf-16"),
    ("application/json; charset=utf-16le", "utf-16-le"),
    ("application/json; charset=no-such-set", "utf-8"),
    ("application/json; charset=utf-8", "utf-8-sig"),
]


@pytest.mark.parametrize(("content_type", "encoding"), CHARACTER_SETS)
async def test_json_is_read_in_the_character_set_that_its_header_names(
    server: Server[Any], content_type: str, encoding: str
) -> None:
    body = json.dumps({"name": "Zoë “é”" if encoding != "latin-1" else "Zoë"}, ensure_ascii=False).encode(encoding)
    reply = Reply(200, body=body, headers={"content-type": content_type})
    found = data(await answered(server, "get_thing", "GET /thing", reply))
    assert found["name"].startswith("Zoë")


async def test_text_is_read_in_the_character_set_that_its_header_names(server: Server[Any]) -> None:
    reply = Reply(200, body="naïve".encode("latin-1"), headers={"content-type": "text/plain; charset=iso-8859-1"})
    result = await answered(server, "get_text", "GET /text", reply)
    assert "naïve" in str(result.content[0])


@pytest.mark.parametrize(
    ("more", "goes_on"),
    [
        (True, True),
        (1, True),
        ("true", True),
        ("True", True),
        (False, False),
        ("false", False),
        (0, False),
        (None, False),
    ],
)
async def test_a_list_goes_on_where_the_api_says_so_in_any_of_its_words(
    tmp_path: Path, more: Any, goes_on: bool
) -> None:
    paged = BRIDGE.replace('kind = "cursor", parameter = "after", next = "next"', 'kind = "page", more = "more"')
    (tmp_path / "bridge.toml").write_text(paged)
    reply = Reply(json={"items": [{"id": 1}], "more": more})
    found = data(await answered(server_of(tmp_path / "bridge.toml"), "list_things", "GET /list", reply))
    assert ("next_cursor" in found) is goes_on
