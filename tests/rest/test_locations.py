"""Writes that name their result in `Location` or `Content-Location` alone: the model is told where it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data
from mcp_types import CallToolResult
from rest_mcp.assembly import server_of

BRIDGE = """
instructions = "Things."
[apis.things]
auth = false
[[tools]]
name = "add_thing"
description = "Add a thing."
request = "POST /things"
[[tools]]
name = "add_part"
description = "Add a part to a thing."
request = "POST /things/{thing}/parts"
parameters = { thing = {} }
answer = "list"
[[tools]]
name = "put_thing"
description = "Replace a thing."
request = "PUT /things/{thing}"
parameters = { thing = {} }
[[tools]]
name = "add_note"
description = "Add a note."
request = "POST /notes"
answer = "text"
"""


async def wrote(folder: Path, tool: str, request: str, reply: Reply, prefix: str = "", **given: Any) -> CallToolResult:
    (folder / "bridge.toml").write_text(BRIDGE)
    async with ScriptedUpstream() as upstream:
        headers = {name: value.replace("BASE", upstream.url) for name, value in dict(reply.headers).items()}
        upstream.answers(request, replace(reply, headers=headers))
        async with connected(server_of(folder / "bridge.toml"), env={"API_BASE_URL": upstream.url + prefix}) as client:
            return await client.call_tool(tool, given)


ADDRESSES = [
    ("BASE/v1/things/7", {"id": "7"}),
    ("/v1/things/7", {"id": "7"}),
    ("/v1/things/a%2Fb%20c/", {"id": "a/b c"}),
    ("/things/7", {"id": "7"}),  # a gateway has taken the prefix away
    ("/v1/jobs/9", {"location": "/jobs/9"}),
    ("/v1/things/7/versions/2", {"location": "/things/7/versions/2"}),
    ("/v1/things?id=7", {"location": "/things?id=7"}),
    ("/other/9#top", {"location": "/other/9"}),
    ("things/7", {"location": "things/7"}),
    ("urn:thing:7", {"location": "urn:thing:7"}),
    ("/v1/things", {}),
    ("BASE/v1/things/", {}),
    ("", {}),
]


@pytest.mark.parametrize("header", ["location", "content-location"])
@pytest.mark.parametrize(("address", "told"), ADDRESSES)
async def test_an_address_of_the_new_thing_is_its_id_or_its_path(
    tmp_path: Path, header: str, address: str, told: dict[str, Any]
) -> None:
    reply = Reply(201, headers={header: address})
    assert data(await wrote(tmp_path, "add_thing", "POST /v1/things", reply, "/v1")) == {"done": True, **told}


@pytest.mark.parametrize(
    ("address", "told", "host"),
    [
        ("https://other.example/things/7", "https://other.example/things/7", "other.example"),
        ("//other.example/things/7", "http://other.example/things/7", "other.example"),
        ("https://me:word@other.example/a?signature=x", "https://other.example/a", "its query is left out"),
    ],
)
async def test_an_address_on_another_server_is_told_as_such_without_user_and_query(
    tmp_path: Path, address: str, told: str, host: str
) -> None:
    found = data(await wrote(tmp_path, "add_thing", "POST /things", Reply(201, headers={"location": address})))
    assert found["location"] == told
    assert "another server" in found["warnings"][0]
    assert host in found["warnings"][0]
    assert "id" not in found


async def test_http_and_https_of_one_host_are_one_server(tmp_path: Path) -> None:
    from mcp_chassis.http.response import Response
    from rest_mcp.locations import named_address

    answer = Response("things", 201, {"location": "http://api.example/things/7"}, b"")
    found = named_address(answer, "https://api.example", "/things")
    assert found is not None
    assert found.identifier == "7"


@pytest.mark.parametrize("address", ["http://[::1", "http://x:y/7", "/things/" + "7" * 2_000])
async def test_an_address_without_sense_is_said_to_be_one(tmp_path: Path, address: str) -> None:
    found = data(await wrote(tmp_path, "add_thing", "POST /things", Reply(201, headers={"location": address})))
    assert (found["done"], "without sense" in found["warnings"][0]) == (True, True)


BODIES = [
    ({"id": 7, "name": "x"}, {}),
    ({"thingId": "7"}, {}),
    ({"data": [{"number": 7}]}, {}),
    ({"status": "SCHEDULED"}, {"id": "7"}),
    ({"id": "x", "status": "new"}, {"location": "/things/7"}),
    ({"id": "x", "self": "https://api.example/things/7"}, {}),
    ({"id": "x", "location": "Ulm"}, {"location_header": "/things/7"}),
]


@pytest.mark.parametrize(("body", "added"), BODIES)
async def test_an_address_is_added_where_the_answer_does_not_say_it(
    tmp_path: Path, body: dict[str, Any], added: dict[str, Any]
) -> None:
    reply = Reply(201, json=body, headers={"location": "/things/7"})
    assert data(await wrote(tmp_path, "add_thing", "POST /things", reply)) == {**body, **added}


async def test_a_warning_of_ours_stands_beside_the_fields_of_the_api(tmp_path: Path) -> None:
    reply = Reply(201, json={"warnings": "none"}, headers={"location": "https://other.example/7"})
    found = data(await wrote(tmp_path, "add_thing", "POST /things", reply))
    assert (found["warnings"], "another server" in found["location_warnings"][0]) == ("none", True)


async def test_the_path_of_the_request_is_the_filled_one(tmp_path: Path) -> None:
    reply = Reply(201, json=[{"part": 1}], headers={"location": "/things/a%20b/parts/3"})
    found = data(await wrote(tmp_path, "add_part", "POST /things/a%20b/parts", reply, thing="a b"))
    assert found == {"items": [{"part": 1}], "id": "3"}


async def test_an_address_that_the_caller_named_itself_is_not_repeated(tmp_path: Path) -> None:
    reply = Reply(201, headers={"location": "/things/7"})
    assert data(await wrote(tmp_path, "put_thing", "PUT /things/7", reply, thing="7")) == {"done": True}


@pytest.mark.parametrize(("body", "text"), [(b"saved", "saved\nid: 4"), (b"", "id: 4")])
async def test_a_write_that_answers_text_tells_the_address_in_a_line(tmp_path: Path, body: bytes, text: str) -> None:
    reply = Reply(201, body=body, headers={"location": "/notes/4", "content-type": "text/plain"})
    result = await wrote(tmp_path, "add_note", "POST /notes", reply)
    assert text in str(getattr(result.content[0], "text", ""))
