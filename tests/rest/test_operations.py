"""Operations of an OpenAPI document as tools: what is taken, what the file says over it, what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data
from mcp_types import Tool
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge

Write = Callable[..., Path]
BASE = """
instructions = "Things."
[apis.api]
document = "openapi.json"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A bridge file of one operation, beside its document."""

    def written(
        tool: str,
        *,
        parameters: list[Any] = (),
        body: Any = None,
        answer: Any = None,
        version: str = "3.1.0",
        **more: Any,
    ) -> Path:
        operation: dict[str, Any] = {"operationId": "doIt", "summary": "Do it", "parameters": list(parameters)}
        if body is not None:
            operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
        schema = answer or {"type": "object"}
        operation["responses"] = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
        method = "post" if body is not None else "get"
        paths = {more.pop("path", "/things"): {method: operation}}
        document = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths, **more}
        (tmp_path / "openapi.json").write_text(json.dumps(document))
        (tmp_path / "bridge.toml").write_text(f'{BASE}\n[[tools]]\noperation = "doIt"\nname = "do_it"\n{tool}\n')
        return tmp_path / "bridge.toml"

    return written


async def only_tool(path: Path) -> Tool:
    server = server_of(path)
    return (await Dispatch(server, server.settings.load({})).list_tools())[0]


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


async def test_both_versions_say_nothing_else_of_the_same_number(write: Write) -> None:
    old = write("", parameters=[query("n", {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 9})])
    old_schema = (await only_tool(old)).input_schema
    new = write("", parameters=[query("n", {"type": ["integer", "null"], "exclusiveMinimum": 0, "maximum": 9})])
    assert (await only_tool(new)).input_schema == old_schema
    assert old_schema["properties"]["n"] == {"minimum": 1, "maximum": 9, "type": "integer"}


async def test_references_and_parts_are_put_together(write: Write) -> None:
    named = {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/Name"}}}
    body = {"allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"size": {"enum": ["s", "m"]}}}]}
    schemas = {"Name": {"type": "string", "maxLength": 5}, "Named": named}
    schema = (await only_tool(write("", body=body, components={"schemas": schemas}))).input_schema
    assert schema["required"] == ["name"]
    assert schema["properties"]["name"] == {"maxLength": 5, "type": "string"}
    assert schema["properties"]["size"] == {"enum": ["s", "m"], "type": "string"}


async def test_the_file_hides_fixes_and_renames_what_the_document_offers(write: Write) -> None:
    said = 'description = "Find things."\n[tools.parameters]\nb = { hidden = true }\nc = { fixed = "x" }\n'
    parameters = [query(name, {"type": "string"}) for name in "abc"]
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", Reply(json={"ok": True}))
        env = {"API_BASE_URL": upstream.url, "API_TOKEN": "t"}
        async with connected(server_of(write(said, parameters=parameters)), env=env) as client:
            (tool,) = (await client.list_tools()).tools
            await client.call_tool("do_it", {"a": "1"})
    assert tool.description == "Find things."
    assert list(tool.input_schema["properties"]) == ["a"]
    assert upstream.requests[0].query == {"a": "1", "c": "x"}


async def test_names_of_the_api_reach_it_as_it_writes_them(write: Write) -> None:
    inner = {"type": "object", "required": ["zipCode"], "properties": {"zipCode": {"type": "string"}}}
    body = {"type": "object", "required": ["homeAddress"], "properties": {"homeAddress": inner}}
    place = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "integer"}}
    path = write("", body=body, parameters=[place], path="/things/{thingId}")
    async with ScriptedUpstream() as upstream:
        upstream.answers("POST /things/7", Reply(json={"ok": True}))
        env = {"API_BASE_URL": upstream.url, "API_TOKEN": "t"}
        async with connected(server_of(path), env=env) as client:
            await client.call_tool("do_it", {"thing_id": 7, "home_address": {"zip_code": "1"}})
    assert upstream.requests[0].json == {"homeAddress": {"zipCode": "1"}}


async def test_a_list_inside_an_object_is_found_and_its_pages_follow(write: Write) -> None:
    answer = {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}}
    said = 'page = { kind = "page", parameter = "p", size = 2, size_parameter = "per" }\n'
    path = write(said, answer=answer, parameters=[query("p", {"type": "integer"}), query("per", {"type": "integer"})])
    async with ScriptedUpstream() as upstream:
        upstream.answers(
            "GET /things", Reply(json={"items": [{"id": 1}, {"id": 2}]}), Reply(json={"items": [{"id": 3}]})
        )
        env = {"API_BASE_URL": upstream.url, "API_TOKEN": "t"}
        async with connected(server_of(path), env=env) as client:
            first = data(await client.call_tool("do_it", {}))
            second = data(await client.call_tool("do_it", {"cursor": first["next_cursor"]}))
    assert second == {"items": [{"id": 3}]}
    assert [request.query for request in upstream.requests] == [{"per": "2"}, {"per": "2", "p": "2"}]


LOOP = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Loop"}}, "required": ["child"]}


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"version": "2.0"}, "must be OpenAPI 3.0, 3.1 or 3.2"),
        ({"parameters": [{"$ref": "#/nowhere"}]}, "without a target"),
        ({"parameters": [{"$ref": "other.json#/x"}]}, "the document other.json cannot be read"),
        ({"parameters": [query("a", {"$ref": "https://evil.example/x"})]}, "to a file outside of its folder"),
        (
            {"parameters": [query("a", {"$ref": "#/x/y"})], "x": {"y": {"$ref": "#/x/z"}, "z": {"$ref": "#/x/y"}}},
            "has a circular",
        ),
        ({"body": {"properties": {"a": LOOP}}, "components": {"schemas": {"Loop": LOOP}}}, "refers to itself"),
        ({"parameters": [query("a", {"type": "string", "enum": [f"v{n}" for n in range(51)]})]}, "at most 50"),
        (
            {"parameters": [{**query("a", {"properties": {"b": {"type": "string"}}}), "explode": False}]},
            "outside of a body",
        ),
        ({"body": {"type": "array", "items": {"type": "string"}}}, "not an object of named fields"),
        ({"body": {"properties": {"a": {"type": "object"}}}}, "any shape"),
        ({"parameters": [{"name": "X-Tenant", "in": "header", "required": True, "schema": {}}]}, "no caller may set"),
        ({"path": "/things/../admin"}, "path of plain segments"),
        ({"path": "/things/{{x}}"}, "path of plain segments"),
    ],
)
def test_an_operation_that_cannot_be_offered_is_refused_with_one_sentence(
    write: Write, how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadBridge) as refused:
        server_of(write("", **how))
    assert len(refused.value.problems) == 1
    assert sentence in refused.value.problems[0]


async def test_parts_of_parts_of_parts_are_put_together_once(write: Write) -> None:
    levels = {f"L{n}": {"allOf": [{"$ref": f"#/components/schemas/L{n + 1}"}] * 20} for n in range(11)}
    schemas = {**levels, "L11": {"properties": {"a": {"type": "string"}}, "required": ["a"]}}
    body = {"$ref": "#/components/schemas/L0"}
    schema = (await only_tool(write("", body=body, components={"schemas": schemas}))).input_schema
    assert schema["required"] == ["a"]


async def test_a_schema_that_is_its_own_part_many_times_adds_nothing_to_itself(write: Write) -> None:
    own = {"allOf": [{"$ref": "#/components/schemas/Own"}] * 20, "properties": {"a": {"type": "string"}}}
    path = write("", body={"$ref": "#/components/schemas/Own"}, components={"schemas": {"Own": own}})
    assert list((await only_tool(path)).input_schema["properties"]) == ["a", "idempotency_key"]


@pytest.mark.parametrize(
    ("tool", "sentence"),
    [
        ("[tools.parameters]\nz = { hidden = true }", "is not a parameter of the operation"),
        ('operation = "other"', "not valid TOML"),
        ('api = "other"', "no API called"),
    ],
)
def test_what_the_file_says_over_it_must_fit(write: Write, tool: str, sentence: str) -> None:
    with pytest.raises(BadBridge, match=sentence):
        server_of(write(tool, parameters=[query("a", {"type": "string"})]))


def test_an_unknown_operation_is_refused_with_a_similar_name(write: Write) -> None:
    path = write("")
    path.write_text(path.read_text().replace('"doIt"', '"doItt"'))
    with pytest.raises(BadBridge, match="no operation is called doItt; perhaps doIt"):
        server_of(path)


@pytest.mark.parametrize("place", ["/etc/passwd", "../openapi.json", "a/../../b.json"])
def test_a_document_elsewhere_is_not_read(write: Write, place: str) -> None:
    path = write("")
    path.write_text(path.read_text().replace('document = "openapi.json"', f'document = "{place}"'))
    with pytest.raises(BadBridge, match="must lie in the bridge file's folder"):
        server_of(path)


async def test_a_document_in_yaml_says_the_same(write: Write) -> None:
    yaml = pytest.importorskip("yaml")
    path = write("", parameters=[query("a", {"type": "string", "maxLength": 5})])
    in_json = await only_tool(path)
    document = json.loads((path.parent / "openapi.json").read_text())
    (path.parent / "openapi.yaml").write_text(yaml.safe_dump(document))
    path.write_text(path.read_text().replace("openapi.json", "openapi.yaml"))
    assert await only_tool(path) == in_json


@pytest.mark.parametrize("values", [[1, 2], [1.5, 2], [True], ["a"]])
async def test_allowed_values_of_every_type_are_checked(write: Write, values: list[Any]) -> None:
    kind = {int: "integer", float: "number", bool: "boolean", str: "string"}[type(values[0])]
    schema = (await only_tool(write("", parameters=[query("a", {"type": kind, "enum": values})]))).input_schema
    shown = schema["properties"]["a"]
    assert shown.get("enum", [shown.get("const")]) == values or kind == "boolean"
