"""Writes that name their result in `Location` or `Content-Location` alone: the model is told where it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.http.response import Response
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data
from mcp_types import CallToolResult
from rest_mcp.assembly import server_of
from rest_mcp.locations import Address, address_lines, named_address, with_address

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
    for prefix in ("/v1", "/v1/"):
        assert data(await wrote(tmp_path, "add_thing", "POST /v1/things", reply, prefix)) == {"done": True, **told}


@pytest.mark.parametrize(
    ("address", "told", "host"),
    [
        ("https://other.example/things/7", "https://other.example/things/7", "other.example"),
        ("//other.example/things/7", "http://other.example/things/7", "other.example"),
        ("https://me:word@other.example/a?signature=x", "https://other.example/a", "its query is left out"),
    ],
)
async def test_an_address_on_another_server_is_returned_with_a_warning_and_without_user_and_query(
    tmp_path: Path, address: str, told: str, host: str
) -> None:
    found = data(await wrote(tmp_path, "add_thing", "POST /things", Reply(201, headers={"location": address})))
    assert found["location"] == told
    assert "another server" in found["warnings"][0]
    assert host in found["warnings"][0]
    assert "id" not in found


async def test_http_and_https_of_one_host_are_one_server(tmp_path: Path) -> None:
    answer = Response("things", 201, {"location": "http://api.example/things/7"}, b"")
    found = named_address(answer, "https://api.example", "/things")
    assert found is not None
    assert found.identifier == "7"


@pytest.mark.parametrize("address", ["http://[::1", "http://x:y/7", "/things/" + "7" * 2_000])
async def test_an_invalid_location_header_gives_a_warning(tmp_path: Path, address: str) -> None:
    found = data(await wrote(tmp_path, "add_thing", "POST /things", Reply(201, headers={"location": address})))
    assert (found["done"], "sent an invalid address" in found["warnings"][0]) == (True, True)


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


NAMING = ["id", "key", "number", "name", "slug", "thingId", "Key", "external_number"]
LINKING = ["href", "url", "uri", "link", "self", "location", "htmlUrl"]


def test_each_field_that_may_name_the_new_thing_says_its_identifier() -> None:
    seven = Address("/things/7", "7")
    assert [name for name in NAMING if with_address({name: "7"}, seven) != {name: "7"}] == []
    assert [name for name in NAMING if with_address({"data": [{name: 7}]}, seven) != {"data": [{name: 7}]}] == []
    assert [name for name in LINKING if with_address({name: "7"}, seven) != {name: "7", "id": "7"}] == []
    assert with_address({"id": "17"}, seven) == {"id": "17", "location": "/things/7"}
    assert with_address({"state": "7"}, seven) == {"state": "7", "id": "7"}


def test_each_field_that_may_link_to_the_new_thing_says_its_address() -> None:
    nine = Address("/jobs/9")
    whole = "https://api.example/jobs/9"
    assert [name for name in LINKING if with_address({name: whole}, nine) != {name: whole}] == []
    assert [
        name for name in LINKING if with_address({"links": {name: "/jobs/9"}}, nine) != {"links": {name: "/jobs/9"}}
    ] == []
    assert with_address({"note": whole}, nine) == {"note": whole, "location": "/jobs/9"}
    assert with_address({"name": whole}, nine) == {"name": whole, "location": "/jobs/9"}
    assert with_address({"url": f"{whole}/logs"}, nine) == {"url": f"{whole}/logs", "location": "/jobs/9"}


BESIDE: list[tuple[dict[str, Any], Address | None, dict[str, Any]]] = [
    ({"a": 1}, None, {"a": 1}),
    ({"a": 1}, Address(""), {"a": 1}),
    ({}, Address("/things/7", "7"), {"id": "7"}),
    ({}, Address("/things", ""), {"id": ""}),
    ({"location": "Ulm"}, Address("/jobs/9"), {"location": "Ulm", "location_header": "/jobs/9"}),
    ({}, Address("", warning="odd"), {"warnings": ["odd"]}),
    ({"warnings": ["a"]}, Address("", warning="odd"), {"warnings": ["a", "odd"]}),
    ({"warnings": None}, Address("", warning="odd"), {"warnings": ["odd"]}),
    ({"warnings": "a"}, Address("", warning="odd"), {"warnings": "a", "location_warnings": ["odd"]}),
]


def test_an_address_stands_beside_the_fields_of_a_result() -> None:
    assert [with_address(result, address) for result, address, _ in BESIDE] == [told for _, _, told in BESIDE]


def test_an_address_is_a_line_of_a_text_and_none_is_nothing() -> None:
    assert address_lines(None) == ""
    assert address_lines(Address("/things/7", "7")) == "\nid: 7"
    assert address_lines(Address("/jobs/9")) == "\nlocation: /jobs/9"


OWN = [
    ("http://api.example", "https://api.example/things/7", Address("/things/7", "7")),
    ("http://api.example:80", "https://api.example:443/things/7", Address("/things/7", "7")),
    ("http://api.example:81", "http://api.example:81/things/7", Address("/things/7", "7")),
    ("http://api.example", "http://API.example/things/7", Address("/things/7", "7")),
    ("http://api.example", "  /things/7  ", Address("/things/7", "7")),
    ("http://api.example", "?a=1", Address("/things?a=1")),
    ("http://api.example", "/", Address("/")),
    ("http://api.example/v1", "/v1", Address("/v1")),
    ("http://api.example/v1", "/v10/things/7", Address("/v10/things/7")),
    ("http://api.example", "7#top", Address("7")),
    ("http://api.example", "/things/7?a=1", Address("/things/7?a=1")),
    ("http://api.example", "/" + "a" * 1_999, Address("/" + "a" * 1_999)),
    ("http://api.example", "/things#top", None),
    ("http://api.example", "", None),
]


def named(base: str, address: str) -> Address | None:
    return named_address(Response("things", 201, {"location": address}, b""), base, "/things")


def test_an_address_on_the_apis_own_server_is_its_path_below_the_apis_address() -> None:
    assert [named(base, address) for base, address, _ in OWN] == [found for _, _, found in OWN]


ELSEWHERE = [
    ("http://api.example", "http://api.example:81/things/7"),
    ("http://api.example:81", "http://api.example/things/7"),
    ("http://api.example:81", "http://api.example:82/things/7"),
    ("http://api.example", "http://other.example/things/7"),
    ("http://api.example", "ftp://api.example/things/7"),
]


def test_an_address_on_another_server_has_a_warning() -> None:
    for base, address in ELSEWHERE:
        host = address.split("/")[2]
        said = f"things named an address on another server, {host}, which this tool does not ask."
        assert named(base, address) == Address(address, warning=said)


SENSELESS = ["/" + "a" * 2_000, "/thi\u00e9", "/a\x01b", "http://[::1", "http://x:y"]


def test_an_invalid_address_is_left_out_with_a_warning() -> None:
    said = "things sent an invalid address in Location or Content-Location."
    found = [named("http://api.example", address) for address in SENSELESS]
    assert found == [Address("", warning=said)] * len(SENSELESS)


def test_the_header_location_goes_before_content_location() -> None:
    both = {"content-location": "/things/8", "location": "/things/7"}
    found = named_address(Response("things", 201, both, b""), "http://api.example", "/things")
    assert found == Address("/things/7", "7")
