"""What a proposal offers, hides, keeps and says to the writer of a bridge file."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_bridges import operation
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import RequestSpec
from rest_mcp.bridge_file import read as read_file
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import Proposal, proposed

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def answers(schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}


LISTED = {"type": "array", "items": shape(id=TEXT)}


def query(name: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema or TEXT, "description": "One."}


def body(schema: Any, *, required: bool = False) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def proposal(paths: dict[str, Any], most: int = 10, title: str = "t") -> Proposal:
    return proposed(Document({"openapi": "3.0.3", "info": {"title": title}, "paths": paths}), "api.json", most)


def read(*parameters: Any, schema: Any = None, path: str = "/things", **more: Any) -> tuple[RequestSpec, list[str]]:
    said = operation("getThing", parameters=list(parameters), **{**answers(schema or shape(id=TEXT)), **more})
    found = proposal({path: {"get": said}})
    return found.bridge.requests[0], found.warnings


def create(schema: Any, *, required: bool = False) -> tuple[RequestSpec, list[str]]:
    found = proposal({"/things": {"post": operation("createThing", **body(schema, required=required))}})
    return found.bridge.requests[0], found.warnings


FIELDS = ["id", "number", "key", "name", "full_name", "title", "state", "status", "type", "email", "url", "html_url"]


def test_the_fields_that_identify_a_thing_are_kept_first_in_their_order() -> None:
    schema = shape(**dict.fromkeys(("other", *reversed(FIELDS), "more"), TEXT))
    assert list(read(schema=schema)[0].keep) == FIELDS[:10]
    others = {f"f{number}": TEXT for number in range(12)}
    assert [read(schema=shape(**others, **{name: TEXT}))[0].keep[0] for name in FIELDS] == FIELDS


def test_plain_fields_with_plain_names_are_kept_and_links_and_objects_are_not() -> None:
    schema = shape(a=TEXT, b=shape(c=TEXT), d={"type": ["null", "number"]}, e={"type": "boolean"}, f_url=TEXT,
                   g={"type": "array", "items": TEXT}, h=WHOLE, **{"i-j": TEXT})  # fmt: skip
    tool, warnings = read(schema=schema)
    assert tool.keep == ("a", "d", "e", "h")
    assert any(each.endswith("objects and lists of the answer are left out: b, g") for each in warnings)


def test_optional_parameters_past_the_eighth_are_hidden_and_required_ones_never() -> None:
    asked = [*(query(f"a_{number}") for number in range(7)), query("b", required=True), query("c"), query("d")]
    tool, warnings = read(*asked, query("e", required=True))
    assert list(tool.offered) == [*(f"a_{number}" for number in range(7)), "b", "e"]
    assert f"{tool.name} does not offer c, d: optional, and large or past the first 8" in warnings


def test_parameters_of_pages_are_not_counted_with_the_eight() -> None:
    asked = [query("page", type="integer"), query("limit", type="integer"), *(query(f"a_{n}") for n in range(9))]
    tool, warnings = read(*asked, schema={"type": "array", "items": shape(id=TEXT)})
    assert list(tool.offered) == [f"a_{number}" for number in range(8)]
    assert any("does not offer a_8: optional" in each for each in warnings)


def test_of_many_hidden_parameters_five_are_named() -> None:
    _, warnings = read(*(query(f"a_{number}") for number in range(14)))
    assert any("does not offer a_8, a_9, a_10, a_11, a_12 and 1 more: optional" in each for each in warnings)
    _, warnings = read(*(query(f"a_{number}") for number in range(13)))
    assert any("does not offer a_8, a_9, a_10, a_11, a_12: optional" in each for each in warnings)


def choice(chars: int) -> dict[str, Any]:
    """A choice whose parameter is written in so many characters."""
    empty = '{"type": "string", "enum": [""], "in": "query", "required": false}'
    return query("kind", type="string", enum=["v" * (chars - len(empty))])


@pytest.mark.parametrize(("chars", "offered"), [(560, True), (640, False)])
def test_an_optional_parameter_of_more_than_600_characters_is_hidden(chars: int, offered: bool) -> None:
    assert ("kind" in read(choice(chars))[0].offered) is offered


def test_an_optional_field_that_no_parameter_can_say_is_hidden_and_a_required_one_refuses_the_operation() -> None:
    assert list(create(shape(a=TEXT, b={}))[0].offered) == ["a"]
    with pytest.raises(BadBridge, match=r"b has no supported type; hide it.*\(1 operation\)"):
        create({**shape(a=TEXT, b={}), "required": ["b"]})


WORDY = shape(**{f"part_{number}": {**TEXT, "description": "word " * 40} for number in range(4)})


def test_a_wordy_field_is_offered_by_a_create_that_says_of_no_field_that_it_is_required() -> None:
    assert list(create(shape(a=TEXT, b=WORDY))[0].offered) == ["a", "b"]
    assert list(create({**shape(a=TEXT, b=WORDY), "required": ["a"]})[0].offered) == ["a"]
    update = operation("updateThing", **body(shape(a=TEXT, b=WORDY)))
    assert list(proposal({"/things": {"put": update}}).bridge.requests[0].offered) == ["a"]


LARGE = shape(**{f"field_{number}": {**TEXT, "maxLength": 30} for number in range(30)})


def test_the_only_fields_of_a_body_are_offered_where_it_is_required_alone() -> None:
    assert list(create(shape(a=LARGE), required=True)[0].offered) == ["a"]
    assert list(create(shape(a=LARGE))[0].offered) == []
    assert list(create(shape(a=LARGE, b=TEXT), required=True)[0].offered) == ["b"]
    assert list(create(shape(a={}, b=LARGE), required=True)[0].offered) == ["b"]
    many = shape(**{f"f{number}": LARGE for number in range(9)})
    assert len(create(many, required=True)[0].offered) == 8


@pytest.mark.parametrize(
    ("schema", "needed", "safe"),
    [(shape(id=TEXT), [], True), (shape(id=TEXT), [query("q", required=True)], False)],
)
def test_only_a_read_that_needs_nothing_may_be_called_on_the_live_api(schema: Any, needed: Any, safe: bool) -> None:
    assert getattr(read(*needed, schema=schema)[0], "safe", None) is safe
    assert getattr(create(shape(a=TEXT))[0], "safe", None) is False


def test_a_get_that_changes_something_is_proposed_as_a_write() -> None:
    found = proposal({"/things/delete": {"get": operation("deleteThings")}})
    assert "read_only = false" in found.text
    assert getattr(found.bridge.requests[0], "reads", None) is False


def test_what_is_not_described_is_said() -> None:
    bare = [{"name": f"a{number}", "in": "query", "schema": TEXT} for number in range(6)]
    place = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    tool, warnings = read(place, query("told"), *bare, path="/things/{id}", summary="")
    assert f"{tool.name} has no description in the document: write one" in warnings
    assert f"{tool.name}: id, a0, a1, a2, a3 not described in the document" in warnings
    assert not [each for each in read(query("told"))[1] if "described" in each or "description" in each]


def test_a_server_url_of_an_operation_is_noted_in_120_characters() -> None:
    tool, warnings = read(servers=[{"url": "https://" + "x" * 200}, {"url": "https://y"}])
    written = f"{tool.name} is served at an address of its own (https://{'x' * 112}): write a second API for it"
    assert written in warnings
    assert not [each for each in read()[1] if "of its own" in each]


def test_an_answer_of_more_than_20_000_characters_is_said() -> None:
    def told(count: int, *, listed: bool) -> list[str]:
        plain = shape(**{f"f{number:04}": TEXT for number in range(count)})
        schema = {"type": "array", "items": plain} if listed else shape(a=plain, b=plain, c=plain, d=plain)
        return [each for each in read(schema=schema)[1] if "characters" in each]

    assert told(22, listed=True) == []
    assert told(23, listed=True) == ["get_thing answers about 20,700 characters: its kept fields are far less"]
    assert told(101, listed=False) == []


def test_an_answer_is_measured_four_levels_deep() -> None:
    flat = shape(**{f"f{number:04}": TEXT for number in range(100)})
    deep = shape(**{f"x{n:02}": shape(**{f"y{m:02}": flat for m in range(10)}) for n in range(10)})

    def told(schema: Any) -> list[str]:
        return [each for each in read(schema=schema)[1] if "characters" in each]

    assert told(deep) == ["get_thing answers about 300,330 characters: name the fields to keep"]
    assert told(shape(a=deep)) == ["get_thing answers about 300,331 characters: name the fields to keep"]
    assert told(shape(a=shape(a=deep))) == []


def test_operations_that_cannot_be_offered_are_named_with_their_reason() -> None:
    file = {"responses": {"200": {"description": "ok", "content": {"application/pdf": {}}}}}
    paths = {"/things": {"get": operation("getThing")}, "/bill": {"get": operation("getBill", **file)}}
    reason = "getBill answers a file (application/pdf); only JSON and text can be answered"
    assert f"getBill is left out: {reason}" in proposal(paths).warnings


def test_the_three_most_common_reasons_are_listed_if_no_operation_can_be_offered() -> None:
    def file(kind: str) -> dict[str, Any]:
        return {"responses": {"200": {"description": "ok", "content": {kind: {}}}}}

    kinds = ["a/a", "a/b", "a/b", "a/c", "a/c", "a/c", "a/d", "a/d", "a/d", "a/d"]
    paths = {f"/x{n}": {"get": operation(f"get{n}", **file(kind))} for n, kind in enumerate(kinds)}
    with pytest.raises(BadBridge) as refused:
        proposal(paths)
    told = "; ".join(
        f"it answers a file ({kind}); only JSON and text can be answered ({count} operations)"
        for kind, count in (("a/d", 4), ("a/c", 3), ("a/b", 2))
    )
    assert refused.value.problems == [f"bridge: no operation of the document can be offered: {told}"]
    with pytest.raises(BadBridge, match=r"can be offered: it has none$"):
        proposal({})


def test_no_more_tools_are_proposed_than_were_asked_for_and_no_name_twice() -> None:
    paths = {f"/things{n}": {"get": operation(f"getThings_{n}", **answers(shape(id=TEXT)))} for n in range(5)}
    found = proposal(paths, 3)
    assert len(found.bridge.requests) == 3
    twins = {"/a/thing": {"get": operation("thing.get")}, "/b/thing": {"get": operation("thing_get")}}
    names = [tool.name for tool in proposal(twins).bridge.requests]
    assert len(names) == len(set(names)) == 2


def test_deprecated_operations_are_proposed_where_there_is_no_other() -> None:
    old = {"/cars": {"get": operation("getCars", deprecated=True)}}
    new = {"/boats": {"get": operation("getBoats", deprecated=False)}}
    assert [tool.name for tool in proposal({**old, **new}).bridge.requests] == ["get_boats"]
    assert [tool.name for tool in proposal(old).bridge.requests] == ["get_cars"]


def test_a_noun_of_the_title_goes_first() -> None:
    paths = {f"/{name}": {"get": operation(f"list_{name}", **answers(shape(id=TEXT)))} for name in ("ants", "bees")}
    assert proposal(paths, 1).bridge.requests[0].name == "list_ants"
    assert proposal(paths, 1, title="The bee API").bridge.requests[0].name == "list_bees"


def test_the_written_file_says_what_was_proposed(tmp_path: Path) -> None:
    place = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    listed = operation("listThings", parameters=[query("page", type="integer")], **answers(shape(items=LISTED, x=TEXT)))
    kind = query("kind", type="string", enum=["v" * 600])
    paths = {
        "/things": {"get": listed, "post": operation("createThing", **body(shape(a=TEXT, b=WORDY)))},
        "/things/search": {"post": operation("searchThings", **body(shape(q=TEXT)))},
        "/things/{id}": {"get": operation("getThing", parameters=[place, kind], **answers(shape(id=TEXT, b=shape())))},
        "/things/{id}/remove": {"get": operation("removeThing", parameters=[place])},
    }
    raw = {"openapi": "3.0.3", "info": {"title": "t"}, "paths": paths}
    found = proposed(Document(raw), "api.json", 10)
    (tmp_path / "api.json").write_text(json.dumps(raw))
    (tmp_path / "bridge.toml").write_text(found.text)
    assert read_file(tmp_path / "bridge.toml") == found.bridge
    assert [len(tool.parameters) for tool in found.bridge.requests] != [0] * 5
