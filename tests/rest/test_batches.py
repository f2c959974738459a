"""Calls of a moment that the bridge's batch operation answers together, over a socket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from mcp_chassis.testing.requests import Request
from remote_http import answer, post, served
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge_file import read
from rest_mcp.openapi.differences import differences
from volume import in_volume, volume

HEAD = 'instructions = "Things."\n[apis.things]\nauth = false\n'
TOOL = """
[[tools]]
name = "get_thing"
description = "Get a thing."
request = "GET /things/{id}"
keep = ["id", "name", "owner.name"]
[tools.parameters]
id = { type = "integer", required = true }
expand = { type = "boolean", required = false }
"""
GET = '[tools.batch]\nrequest = "GET /things"\nparameter = "id"\nfield = "ids"\nseparator = ","\nkey = "id"\n'
POST = (
    '[tools.batch]\nrequest = "POST /things/search"\nparameter = "id"\nfield = "filter.id"\n'
    'items = "found"\nkey = "id"\n'
)
ENVIRONMENT = {"MCP_OUTBOUND_RATE": "1e5", "MCP_RETRY_ATTEMPTS": "1"}


def thing(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"Thing {number}", "owner": {"name": "ann"}, "more": 1}


def bridge(folder: Path, batch: str = GET, tool: str = TOOL, head: str = HEAD) -> Path:
    path = folder / "bridge.toml"
    path.write_text(f"{head}{tool}{batch}")
    return path


def several(request: Request) -> Reply:
    """The things of a list in another order; there is none above 90."""
    wanted = request.json["filter"]["id"] if request.method == "POST" else request.query["ids"].split(",")
    found = [thing(int(each)) for each in reversed(wanted) if int(each) <= 90]
    return Reply(json={"found": found} if request.method == "POST" else found)


def alone(request: Request) -> Reply:
    number = int(request.path.rpartition("/")[2])
    return Reply(json=thing(number)) if number <= 90 else Reply(404, json={"message": f"No thing {number}."})


@asynccontextmanager
async def api() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", several)
        upstream.answers("POST /things/search", several)
        upstream.answers("GET /things/*", alone)
        yield upstream


@asynccontextmanager
async def asking(upstream: ScriptedUpstream, path: Path) -> AsyncGenerator[Client]:
    async with connected(server_of(path), env={**ENVIRONMENT, "API_BASE_URL": upstream.url}) as client:
        yield client


async def at_once(client: Client, *numbers: int, **more: Any) -> list[Any]:
    return await asyncio.gather(*(client.call_tool("get_thing", {"id": number, **more}) for number in numbers))


def targets(upstream: ScriptedUpstream) -> list[str]:
    return [f"{request.method} {request.target}" for request in upstream.requests]


@pytest.mark.parametrize(
    ("batch", "request_sent"),
    [
        (GET, "GET /things?ids=1%2C2%2C3%2C4%2C5%2C6%2C7%2C8%2C9%2C10"),
        (POST, "POST /things/search"),
    ],
)
async def test_ten_calls_at_once_are_one_request(tmp_path: Path, batch: str, request_sent: str) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path, batch)) as client:
        results = await at_once(client, *range(1, 11))
    assert [data(result)["name"] for result in results] == [f"Thing {number}" for number in range(1, 11)]
    assert targets(upstream) == [request_sent]


async def test_a_list_without_a_separator_is_repeated(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path, GET.replace('separator = ","\n', ""))) as client:
        upstream.answers("GET /things", Reply(json=[thing(1), thing(2)]))
        await at_once(client, 1, 2)
    assert targets(upstream) == ["GET /things?ids=1&ids=2"]


async def test_together_they_say_the_same_as_each_alone(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        together = [data(result) for result in await at_once(client, 1, 2, 3)]
        one_by_one = [data((await at_once(client, number))[0]) for number in (1, 2, 3)]
    assert together == one_by_one == [{"id": n, "name": f"Thing {n}", "owner": {"name": "ann"}} for n in (1, 2, 3)]
    assert targets(upstream)[1:] == ["GET /things/1", "GET /things/2", "GET /things/3"]


async def test_one_that_is_not_there_fails_alone_in_the_words_of_the_api(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        first, missing, last = await at_once(client, 1, 99, 2)
    assert (data(first)["id"], data(last)["id"]) == (1, 2)
    assert failure(missing).code == "RESOURCE_NOT_FOUND"
    assert "No thing 99." in failure(missing).message
    assert targets(upstream)[1:] == ["GET /things/99"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_where_the_operation_is_refused_each_is_asked_for_alone(tmp_path: Path, status: int) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        upstream.answers("GET /things", Reply(status, json={"message": "no"}))
        results = await at_once(client, 1, 2)
    assert [data(result)["id"] for result in results] == [1, 2]
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    "found",
    [
        [thing(1), thing(1), thing(2)],
        [{"id": 1, "name": "Short"}, thing(2)],
        [{"id": 1, "name": "x", "owner": {}}, thing(2)],
        [{"name": "nameless", "owner": None}, "odd", thing(2)],
    ],
)
async def test_an_item_that_is_not_certainly_the_whole_one_is_asked_for_alone(tmp_path: Path, found: list[Any]) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        upstream.answers("GET /things", Reply(json=found))
        results = await at_once(client, 1, 2)
    assert [data(result)["name"] for result in results] == ["Thing 1", "Thing 2"]
    assert targets(upstream)[1:] == ["GET /things/1"]


async def test_a_kept_field_that_is_null_or_empty_in_the_list_is_taken_as_it_is(tmp_path: Path) -> None:
    found = [{"id": 1, "name": None, "owner": None}, {"id": 2, "name": [], "owner": []}]
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        upstream.answers("GET /things", Reply(json=found))
        results = await at_once(client, 1, 2)
    assert [data(result) for result in results] == [{"id": 1}, {"id": 2, "name": [], "owner": []}]
    assert targets(upstream) == ["GET /things?ids=1%2C2"]


async def test_a_call_with_another_argument_goes_alone(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        await at_once(client, 1, 2, expand=True)
    assert sorted(targets(upstream)) == ["GET /things/1?expand=true", "GET /things/2?expand=true"]


async def test_a_text_with_the_separator_in_it_goes_alone(tmp_path: Path) -> None:
    tool = TOOL.replace('type = "integer"', 'type = "string"')
    async with api() as upstream, asking(upstream, bridge(tmp_path, tool=tool)) as client:
        upstream.answers("GET /things/*", Reply(json=thing(1)))
        await asyncio.gather(*(client.call_tool("get_thing", {"id": text}) for text in ("1,2", "3,4")))
    assert sorted(targets(upstream)) == ["GET /things/1%2C2", "GET /things/3%2C4"]


async def test_an_outage_is_the_failure_of_all(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path)) as client:
        upstream.answers("GET /things", Reply(503))
        results = await at_once(client, 1, 2)
    assert [failure(result).code for result in results] == ["SERVICE_UNAVAILABLE"] * 2
    assert len(upstream.requests) == 1


async def test_no_more_than_the_most_go_into_one_request(tmp_path: Path) -> None:
    async with api() as upstream, asking(upstream, bridge(tmp_path, f"{GET}most = 10\n")) as client:
        results = await at_once(client, *range(1, 26))
    assert [data(result)["id"] for result in results] == list(range(1, 26))
    assert [request.query["ids"].count(",") + 1 for request in upstream.requests] == [10, 10, 5]


@in_volume
async def test_two_principals_are_never_in_one_request_and_get_their_own(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", ["*"]).line() for name in ("ann", "bob")))
    owned = {"ann": range(1, 5), "bob": range(11, 15)}
    crossed: list[Any] = []
    async with api() as upstream:
        env = {**ENVIRONMENT, "API_BASE_URL": upstream.url, "MCP_API_KEYS_FILE": str(keys)}
        async with served({"": server_of(bridge(tmp_path))}, env) as http:

            async def ask(name: str, number: int) -> None:
                call = {"name": "get_thing", "arguments": {"id": number}}
                told = answer(await post(http, "modern", "tools/call", call, {"x-api-key": f"tr_{name}"}))
                said = told["result"]["structuredContent"]
                crossed.extend([said] if said["id"] != number else [])

            for _ in range(volume(250)):
                await asyncio.gather(*(ask(name, number) for name in owned for number in owned[name]))
    together = [
        {int(each) // 10 for each in request.query["ids"].split(",")} for request in upstream.asked("GET /things")
    ]
    assert crossed == []
    assert [each for each in together if len(each) > 1] == []


BAD = {
    "a parameter that there is not": (GET.replace('"id"\nfield', '"no"\nfield'), "which must be a required"),
    "a parameter that may be left out": (GET.replace('"id"\nfield', '"expand"\nfield'), "which must be a required"),
    "another method": (GET.replace("GET /things", "PUT /things"), "neither a GET nor a POST"),
    "a path with places": (GET.replace("GET /things", "GET /things/{id}"), "has a batch with variables in its path"),
    "a path that changes": (POST.replace("search", "delete"), "whose path names a change"),
    "a separator in a body": (f'{POST}separator = ","\n', "a list in a JSON body cannot have"),
    "one parameter twice": (f"{GET}query = {{ ids = 1 }}\n", "twice in its batch"),
    "a single one": (f"{GET}most = 1\n", "greater than or equal to 2"),
    "an unknown word": (f"{GET}size = 1\n", "is not a key of bridge files"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_batch_that_breaks_a_rule_is_refused_when_it_is_loaded(tmp_path: Path, kind: str) -> None:
    batch, sentence = BAD[kind]
    with pytest.raises(BadBridge, match=sentence):
        read(bridge(tmp_path, batch))


@pytest.mark.parametrize(
    ("tool", "sentence"),
    [
        (TOOL.replace('keep = ["id", "name", "owner.name"]\n', ""), "no keep"),
        (TOOL.replace("GET /things/{id}", "DELETE /things/{id}"), "which only a reading tool"),
        (TOOL.replace("keep =", 'answer = "list"\nkeep ='), "which only a reading tool"),
    ],
)
def test_a_tool_that_can_have_no_batch_is_refused(tmp_path: Path, tool: str, sentence: str) -> None:
    with pytest.raises(BadBridge, match=sentence):
        read(bridge(tmp_path, tool=tool))


def test_a_batch_is_compared_with_the_document(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(
        '{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"get": {"parameters": '
        '[{"name": "id", "in": "query", "schema": {"type": "string"}}], "responses": {}}}}}'
    )
    head = f'{HEAD}document = "api.json"\n'
    told = differences(read(bridge(tmp_path, head=head)), tmp_path)
    assert "get_thing: the document knows no parameter ids, which its batch sends" in told
    told = differences(read(bridge(tmp_path, POST, head=head)), tmp_path)
    assert "get_thing: the document has no POST /things/search, which its batch names" in told
