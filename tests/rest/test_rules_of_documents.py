"""Single rules of documents, bridge files and commands, each by the smallest example."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.server import EXIT_BAD_SETTINGS
from mcp_chassis.testing import connected, failure
from openapi_bridges import get, operation, post, sent, written
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.changing_words import changes
from rest_mcp.document_commands import run
from rest_mcp.names import is_header
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed
from rest_mcp.openapi.purposes import Purpose, purpose

TEXT = {"type": "string"}


def document(paths: dict[str, Any], **more: Any) -> Document:
    return Document({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **more})


async def test_a_pattern_that_cannot_be_checked_in_linear_time_is_left_to_the_api(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"word": {**TEXT, "pattern": "^(?=.*[a-z]).+$"}}}
    request, _ = await sent(written(tmp_path, post(schema)), "post_x", {"word": "A"})
    assert request.json == {"word": "A"}


@pytest.mark.parametrize("value", [{"enum": ["2024-01"]}, {"const": "2024-01"}, {"default": "2024-01"}])
async def test_a_required_header_with_one_value_is_sent_with_it(tmp_path: Path, value: dict[str, Any]) -> None:
    header = {"name": "X-Version", "in": "header", "required": True, "schema": {**TEXT, **value}}
    request, _ = await sent(written(tmp_path, get(header)), "get_x", {})
    assert request.headers["x-version"] == "2024-01"


def test_a_required_header_of_several_values_is_refused(tmp_path: Path) -> None:
    header = {"name": "X-Version", "in": "header", "required": True, "schema": {**TEXT, "enum": ["1", "2"]}}
    with pytest.raises(BadBridge, match="is a header, which no caller may set"):
        server_of(written(tmp_path, get(header)))


def test_an_object_in_a_path_is_refused_unless_it_is_json(tmp_path: Path) -> None:
    tool = (
        '[[tools]]\nname = "get_x"\ndescription = "Get x."\nrequest = "GET /x/{{where}}"\n'
        'parameters.where = {{ type = "object", style = "{style}", properties = {{ a = {{}} }} }}\n'
    )
    path = tmp_path / "bridge.toml"
    path.write_text(f'instructions = "Things."\n[apis.a]\n{tool.format(style="form")}')
    with pytest.raises(BadBridge, match='sends the object where in its path, which needs style = "json"'):
        server_of(path)
    path.write_text(f'instructions = "Things."\n[apis.a]\n{tool.format(style="json")}')
    server_of(path)


def test_only_a_read_without_required_arguments_is_proposed_as_safe() -> None:
    needed = {"name": "q", "in": "query", "required": True, "schema": TEXT}
    optional = {"name": "p", "in": "query", "schema": TEXT}
    safe = {
        name: "safe = true" in proposed(document(get(*parameters)), "api.json", 1).text
        for name, parameters in {"none": [], "optional": [optional], "both": [needed, optional]}.items()
    }
    assert safe == {"none": True, "optional": True, "both": False}


@pytest.mark.parametrize("verb", ["update", "edit", "patch", "modify", "put", "replace"])
def test_a_post_whose_name_says_that_it_changes_something_is_an_update(verb: str) -> None:
    paths = document({"/things": {"post": operation(f"{verb}_thing")}})
    assert purpose(paths, paths.operation(f"{verb}_thing")) is Purpose.UPDATE


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("api.json", "[]", "the document api.json does not contain an object"),
        ("api.json", "{", "the document is not valid JSON"),
        ("api.json", "[" * 100_000, "the document is not valid JSON"),
    ],
)
def test_a_document_that_is_no_object_of_json_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadBridge, match=reason):
        Document.read(tmp_path / name)


async def test_references_in_lists_of_another_file_are_relative_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "thing.json").write_text(
        '{"allOf": [{"$ref": "name.json"}, {"type": "object", "properties": {"size": {"type": "integer"}}}]}'
    )
    (tmp_path / "parts" / "name.json").write_text('{"type": "object", "properties": {"name": {"type": "string"}}}')
    request, _ = await sent(written(tmp_path, post({"$ref": "parts/thing.json"})), "post_x", {"name": "a", "size": 3})
    assert request.json == {"name": "a", "size": 3}


async def test_a_vendors_json_is_sent_under_its_own_media_type(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"name": TEXT}}
    request, _ = await sent(
        written(tmp_path, post(schema, kind="application/merge-patch+json")), "post_x", {"name": "a"}
    )
    assert request.headers["content-type"] == "application/merge-patch+json"


@pytest.mark.parametrize(("number", "common"), [(1, False), (2, True), (4, True)])
def test_a_header_comes_from_a_variable_where_half_of_the_operations_require_it(number: int, common: bool) -> None:
    header = {"name": "X-Tenant", "in": "header", "required": True, "schema": TEXT}
    paths = {f"/x{n}": {"get": operation(f"get_x{n}", parameters=[header] if n < number else [])} for n in range(4)}
    assert ('header = "X-Tenant"' in proposed(document(paths), "api.json", 1).text) == common


async def test_a_description_beside_a_reference_goes_first(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"$ref": "#/components/schemas/Name", "description": "Of the person."}},
    }
    path = written(tmp_path, post(schema), components={"schemas": {"Name": {**TEXT, "description": "Any name."}}})
    async with connected(server_of(path), env={"API_BASE_URL": "http://127.0.0.1:1"}) as client:
        [tool] = (await client.list_tools()).tools
    assert tool.input_schema["properties"]["name"]["description"] == "Of the person."


@pytest.mark.parametrize("name", ["Upgrade", "tracestate", "Traceparent", "TE", "Trailer", "Cookie", "X-Request-ID"])
def test_headers_of_the_connection_and_of_the_server_may_not_be_set(name: str) -> None:
    assert not is_header(name)


def test_the_setting_of_a_basic_credential_asks_for_user_and_password(tmp_path: Path) -> None:
    for auth, said in (("{ basic = true }", "User and password"), ("{}", "Credential")):
        path = written(tmp_path, get(), api=f"auth = {auth}\n")
        fields = server_of(path).settings.model_fields
        assert str(fields["credential_for_a"].description).startswith(said)


def test_the_report_of_check_may_be_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bridge.toml").write_text("instructions = 3")
    monkeypatch.setenv("REST_BRIDGE", str(tmp_path / "bridge.toml"))
    assert run(["check", "--json"]) == run(["check"]) == EXIT_BAD_SETTINGS


def test_a_broken_rule_is_named_by_at_most_80_characters_of_its_tool(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(f'instructions = "Things."\n[apis.a]\n[[tools]]\nname = "{"x" * 100}"\nrequest = "GET /x"\n')
    with pytest.raises(BadBridge) as refusal:
        server_of(path)
    assert f"tools.{'x' * 80}.description is missing" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "path", "description", "changing"),
    [
        ("archiveUser", "/x", "", True),
        ("getArchiveUser", "/x", "", True),
        ("getUserArchive", "/x", "", False),
        ("x", "/APPS/UNINSTALL", "", True),
        ("x", "/x", "DELETES a user", True),
        ("x", "/x", "Returns what DELETES a user", False),
    ],
)
def test_a_get_whose_words_say_that_it_changes_something_is_a_write(
    name: str, path: str, description: str, changing: bool
) -> None:
    assert changes(name, path, description) is changing


def test_names_have_at_most_64_characters(tmp_path: Path) -> None:
    headers = 'headers = {{ {name} = "API_KEY" }}\n'
    tool = '[[tools]]\nname = "get_x"\ndescription = "Get x."\nrequest = "GET /x"\nkeep = ["id"]\n'
    path = tmp_path / "bridge.toml"
    for length, fits in ((64, True), (65, False)):
        path.write_text(f'instructions = "Things."\n[apis.a]\n{headers.format(name="X" * length)}{tool}')
        if fits:
            assert server_of(path)
        else:
            with pytest.raises(BadBridge, match="64"):
                server_of(path)


@pytest.mark.parametrize("name", ["Connection", "Transfer-Encoding", "Host", "Cookie"])
def test_headers_of_the_connection_are_no_ones_to_set(name: str) -> None:
    assert not is_header(name)


async def test_a_pattern_that_can_be_checked_is_checked_before_anything_is_sent(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"word": {**TEXT, "pattern": "^[a-z]+$"}}}
    async with connected(server_of(written(tmp_path, post(schema))), env={"API_BASE_URL": "https://api.example"}) as c:
        refused = failure(await c.call_tool("post_x", {"word": "A"}))
    assert (refused.code, "word" in refused.message) == ("INVALID_INPUT", True)


def test_what_inspect_proposes_is_counted_and_its_notes_stand_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, get()).parent / "api.json"
    assert run(["inspect", str(path)]) == 0
    printed = capsys.readouterr()
    assert "1 operations; these are proposed:" in printed.err
    assert "get_x" in printed.err
