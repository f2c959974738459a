"""What a call sends, part by part: bodies, headers, idempotency keys; and what a resource gathers of its pages."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from rest_mcp.assembly import server_of

BRIDGE = """
instructions = "Things."
[apis.things]
auth = false
attempts = 2
[apis.keyed]
base_url = "API_BASE_URL"
auth = false
idempotency_header = "X-Key"
attempts = 2
[[tools]]
api = "things"
name = "get_thing"
description = "Get a thing."
request = "GET /thing"
query = { fixed = 1 }
parameters = { a = { required = false }, b = { fixed = "2" }, c = { hidden = true, default = "3" } }
[[tools]]
api = "things"
name = "get_text"
description = "Get a text."
request = "GET /text"
answer = "text"
[[tools]]
api = "things"
name = "add_thing"
description = "Add a thing."
request = "POST /thing"
check = "Look at get_thing."
parameters = { a = { required = false, nullable = true }, q = { in = "query", required = false, nullable = true } }
[[tools]]
api = "things"
name = "add_empty"
description = "Add a thing."
request = "POST /thing"
body = {}
accept = "text/plain"
content_type = "application/vnd.x+json"
[[tools]]
api = "things"
name = "drop_thing"
description = "Drop a thing."
request = "DELETE /thing"
parameters = { a = { in = "body", required = false } }
[[tools]]
api = "things"
name = "send_form"
description = "Send a form."
request = "POST /form"
encoding = "form"
parameters = { a = { required = false }, h = { in = "header", field = "X-H", fixed = true } }
[[tools]]
api = "keyed"
name = "add_keyed"
description = "Add a thing."
request = "POST /thing"
[[tools]]
api = "keyed"
name = "add_other"
description = "Add another thing."
request = "POST /thing"
[[resources]]
api = "things"
uri = "things://all"
name = "all_things"
description = "All things."
request = "GET /list"
answer = "list"
result = "items"
keep = ["id"]
page = { kind = "cursor", next = "next" }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    return tmp_path / "bridge.toml"


async def requests(path: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(json={"id": 1}))
        async with connected(server_of(path), env={"API_BASE_URL": upstream.url}) as client:
            for tool, arguments in calls:
                await client.call_tool(tool, arguments)
        return upstream.requests


async def test_each_part_of_a_request_carries_its_own(path: Path) -> None:
    [one, other, text, write, null, empty] = await requests(
        path,
        ("get_thing", {"a": "1"}),
        ("get_thing", {}),
        ("get_text", {}),
        ("add_thing", {}),
        ("add_thing", {"a": None, "q": None}),
        ("add_empty", {}),
    )
    assert (one.query, one.body) == ({"fixed": "1", "a": "1", "b": "2"}, b"")
    assert other.query == {"fixed": "1", "b": "2"}
    assert "json" in one.headers["accept"]
    assert text.headers["accept"] == write.headers["accept"] == "*/*"
    assert (write.body, null.json, null.query) == (b"", {"a": None}, {})
    assert (empty.json, empty.headers["accept"]) == ({}, "text/plain")
    assert empty.headers["content-type"] == "application/vnd.x+json"


async def test_bodies_of_forms_and_deletions_are_sent_where_they_hold_something(path: Path) -> None:
    [bare, full, form, blank] = await requests(
        path, ("drop_thing", {}), ("drop_thing", {"a": "1"}), ("send_form", {"a": "1"}), ("send_form", {})
    )
    assert (bare.body, full.json) == (b"", {"a": "1"})
    assert (form.body, form.headers["content-type"].partition(";")[0]) == (b"a=1", "application/x-www-form-urlencoded")
    assert (blank.body, blank.headers["x-h"]) == (b"", "true")


async def test_the_idempotency_header_is_the_callers_key_for_one_tool_alone(path: Path) -> None:
    found = await requests(
        path,
        ("add_keyed", {"idempotency_key": "one"}),
        ("add_other", {"idempotency_key": "one"}),
        ("add_keyed", {"idempotency_key": "two"}),
        ("add_keyed", {}),
        ("add_keyed", {}),
        ("add_thing", {"idempotency_key": "one"}),
    )
    keys = [request.headers.get("x-key") for request in found]
    assert len(set(keys[:5])) == 5
    assert [len(key or "") for key in keys] == [64, 64, 64, 32, 32, 0]
    again = await requests(path, ("add_keyed", {"idempotency_key": "one"}))
    assert again[0].headers["x-key"] == keys[0]


async def test_a_write_with_a_lost_answer_is_repeated_only_under_a_key(path: Path) -> None:
    unknown = "OUTCOME_UNKNOWN"
    repeated = (("add_keyed", 2, None), ("drop_thing", 2, None), ("add_thing", 1, unknown), ("add_empty", 1, unknown))
    for tool, count, code in repeated:
        async with ScriptedUpstream() as upstream:
            upstream.answers("*", Reply(502), Reply(json={"id": 1}))
            async with connected(server_of(path), env={"API_BASE_URL": upstream.url}) as client:
                result = await client.call_tool(tool, {})
            assert len(upstream.requests) == count, tool
        assert (failure(result).code if result.is_error else None) == code
        told = failure(result).message if result.is_error else ""
        assert ("Look at get_thing." in told, "None" in told) == (tool == "add_thing", False)


async def test_a_resource_gathers_the_warnings_of_its_pages_each_once(path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        pages = [Reply(json={"items": [{"id": number}, "odd"], "next": f"n{number}"}) for number in range(12)]
        upstream.answers("GET /list", *pages)
        async with connected(server_of(path), env={"API_BASE_URL": upstream.url}) as client:
            whole = json.loads((await client.read_resource("things://all")).contents[0].text)
    assert whole == {
        "items": [{"id": number} for number in range(10)],
        "warnings": ["1 of 2 items are not objects and were left out."],
        "truncated": True,
    }


async def test_a_tool_answers_what_the_api_has(path: Path) -> None:
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", Reply(json={"id": 1}))
        async with connected(server_of(path), env={"API_BASE_URL": upstream.url}) as client:
            assert data(await client.call_tool("get_thing", {})) == {"id": 1}
