"""Parts of a document beside its schemas: keywords of a wrong type, media types, statuses, references."""

from typing import Any

import pytest
from openapi_bridges import get, operation
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

TEXT = {"type": "string"}
HEAD: dict[str, Any] = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}}


def whole(paths: Any = None, **more: Any) -> Document:
    return Document({**HEAD, "paths": {} if paths is None else paths, **more})


OBJECTS, LISTS = "properties responses content encoding flows", "parameters allOf oneOf anyOf security"
TEXTS = "name in format style operationId"
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    **{key: ([{}], [[], "x", 1, None]) for key in OBJECTS.split()},
    **{key: ([[]], [{}, "x", 1, None]) for key in LISTS.split()},
    **{key: (["x"], [{}, [], 1, None]) for key in TEXTS.split()},
    "enum": ([[1, "x", None]], [[{}], [[]], ["x", {}], "x", {}]),
    "type": (["x", ["x", "y"], []], [[1], ["x", 1], {}, 1]),
    "required": ([["x"], []], [[1], True, "x", {}]),
}


def test_a_keyword_with_a_value_of_another_type_counts_as_left_out() -> None:
    document = whole()
    for key, (good, bad) in VALUES.items():
        assert [document.resolved({"x": 1, key: value}) for value in good] == [{"x": 1, key: value} for value in good]
        assert [document.resolved({"x": 1, key: value}) for value in bad] == [{"x": 1}] * len(bad)


@pytest.mark.parametrize("beside", [{"in": "query"}, {"content": {}}])
def test_parameters_and_bodies_are_required_by_a_boolean(beside: dict[str, Any]) -> None:
    document = whole()
    assert document.resolved({**beside, "required": True}) == {**beside, "required": True}
    assert document.resolved({**beside, "required": ["x"]}) == beside


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"swagger": "2.0", "paths": {}}, "is Swagger 2.0"),
        ({"swagger": "1.2", "paths": {}}, "must be OpenAPI 3.0, 3.1 or 3.2"),
        ({"openapi": "3.3.0", "paths": {}}, "must be OpenAPI 3.0, 3.1 or 3.2"),
        ({"openapi": "13.0", "paths": {}}, "must be OpenAPI 3.0, 3.1 or 3.2"),
        ({"openapi": "3.1.0"}, "has no paths"),
        ({"openapi": "3.1.0", "paths": []}, "has no paths"),
    ],
)
def test_what_is_no_openapi_document_is_refused(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadBridge, match=sentence):
        Document(raw)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.1", "3.2.0", 3.1])
def test_each_version_of_openapi_3_is_read(version: Any) -> None:
    assert Document({"openapi": version, "paths": {}}).operations == {}


def body(*kinds: str, **media: Any) -> dict[str, Any]:
    content = {kind: {"schema": {"properties": {"a": TEXT}}, **media} for kind in kinds}
    return {"/x": {"post": operation("addIt", requestBody={"content": content})}}


BODIES = [
    (["application/json"], "application/json"),
    (["application/x-www-form-urlencoded", "application/json"], "application/json"),
    (["application/x-www-form-urlencoded"], "application/x-www-form-urlencoded"),
    (["application/problem+json", "application/json"], "application/json"),
    (["application/xml", "application/problem+json"], "application/problem+json"),
    (["text/json"], "text/json"),
    (["Application/JSON; charset=utf-8"], "application/json"),
    (["*/*"], "application/json"),
    (["*/*", "text/json"], "text/json"),
    (["application/*+json"], "application/json"),
]


def test_the_body_is_sent_in_json_or_as_a_form() -> None:
    for kinds, content_type in BODIES:
        found = whole(body(*kinds)).operation("addIt")
        assert (found.content_type, found.unsupported_body) == (content_type, None), kinds
        assert found.form is (content_type == "application/x-www-form-urlencoded")


@pytest.mark.parametrize("kinds", [["application/xml"], ["text/plain", "image/png"], ["application/jsonl"]])
def test_a_body_of_another_media_type_cannot_be_sent(kinds: list[str]) -> None:
    found = whole(body(*kinds)).operation("addIt")
    assert (found.body, found.unsupported_body) == (None, ", ".join(kinds))


def test_a_body_of_any_media_type_without_a_schema_is_none() -> None:
    paths = {"/x": {"post": operation("addIt", requestBody={"content": {"*/*": {}}})}}
    assert whole(paths).operation("addIt").unsupported_body == "*/*"


def content(kind: str, schema: Any = TEXT) -> dict[str, Any]:
    return {"description": "ok", "content": {kind: {"schema": schema}}}


NUMBER = {"type": "integer"}


ANSWERS: list[tuple[dict[Any, Any], Any, bool, str | None]] = [
    ({"200": content("application/json")}, TEXT, False, None),
    ({200: content("application/json")}, TEXT, False, None),
    ({"201": content("application/json", NUMBER), "200": content("application/json")}, TEXT, False, None),
    ({"2XX": content("application/json")}, TEXT, False, None),
    ({"default": content("application/json")}, TEXT, False, None),
    ({"default": content("application/json", NUMBER), "204": {}}, NUMBER, False, None),
    ({"404": content("application/json")}, None, False, None),
    ({"200": content("text/csv")}, None, True, None),
    ({"200": content("application/pdf")}, None, False, "application/pdf"),
    ({"200": content("application/pdf"), "202": content("application/json")}, TEXT, False, None),
    ({"200": {"content": {"*/*": {}}}}, None, True, None),
    ({"204": {"description": "done"}}, None, False, None),
    ({}, None, False, None),
]


def test_the_answer_is_that_of_the_first_success() -> None:
    for responses, answer, text, file in ANSWERS:
        found = whole({"/x": {"get": operation("getIt", responses=responses)}}).operation("getIt")
        assert (found.answer, found.text, found.file) == (answer, text, file), responses


def test_a_list_of_media_types_is_cut_at_80_characters() -> None:
    kinds = [f"image/kind{number}" for number in range(20)]
    responses = {"200": {"content": {kind: {} for kind in kinds}}}
    post = {**body(*kinds)["/x"]["post"], "responses": responses}
    found = whole({"/x": {"post": post}}).operation("addIt")
    assert found.file == found.unsupported_body == ", ".join(kinds)[:80]


def test_parameters_of_an_operation_go_before_those_of_its_path() -> None:
    shared = [{"name": "a", "in": "query", "description": "shared"}, {"name": "b", "in": "query"}]
    own = [{"name": "a", "in": "query", "description": "own"}, {"name": "b", "in": "header"}]
    document = whole({"/x": {"parameters": shared, "get": operation("getIt", parameters=own)}})
    found = [(each["name"], each["in"], each.get("description")) for each in document.operation("getIt").parameters]
    assert found == [("a", "query", "own"), ("b", "query", None), ("b", "header", None)]


def test_addresses_of_an_operation_go_before_those_of_its_path() -> None:
    paths = {"/x": {"servers": [{"url": "https://path"}], "get": operation("a"),
                    "put": operation("b", servers=[{"url": "https://own"}, None])}}  # fmt: skip
    document = whole(paths)
    assert document.operation("a").servers == ("https://path",)
    assert document.operation("b").servers == ("https://own",)


PREFIXES = [
    (["shop.list", "shop.get"], "shop."),
    (["shop.list", "store.get"], ""),
    (["shop.list", "get"], ""),
    (["shop.list", ""], ""),
    (["list", "get"], ""),
    ([], ""),
]


def test_a_prefix_is_common_where_every_identifier_has_it() -> None:
    for identifiers, prefix in PREFIXES:
        paths = {f"/x{number}": {"get": operation(name)} for number, name in enumerate(identifiers)}
        assert whole(paths).common_prefix == prefix, identifiers


def test_an_unknown_or_unreadable_operation_is_reported_with_the_reason() -> None:
    document = whole({"/x": {"get": operation("getIt", parameters=[{"$ref": "#/lost"}])}, "/y": {"$ref": "#/lost"},
                      "/z": {"get": operation("getThings")}})  # fmt: skip
    for name, sentence in (
        ("getThing", "no operation is called getThing; perhaps getThings$"),
        ("zzz", "no operation is called zzz$"),
        ("getIt", "the operation getIt cannot be read: the document has a \\$ref without a target: #/lost$"),
        ("get /y", "the operation get /y cannot be read: the document has a"),
        ("q" * 90, f"no operation is called {'q' * 80}$"),
    ):
        with pytest.raises(BadBridge, match=sentence):
            document.operation(name)


def chain(length: int) -> dict[str, Any]:
    links = {f"L{number}": {"$ref": f"#/components/schemas/L{number + 1}"} for number in range(length)}
    return {"components": {"schemas": {**links, f"L{length}": TEXT}}}


def test_a_reference_may_lead_over_18_others() -> None:
    first = {"$ref": "#/components/schemas/L0"}
    assert whole(**chain(18)).resolved(first) == TEXT
    with pytest.raises(BadBridge, match=r"has a circular \$ref"):
        whole(**chain(19)).resolved(first)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("#/x/a~1b/c~0d", {"ok": 1}),
        ("#/x/list/1", {"ok": 2}),
        ("#/x/list/2", None),
        ("#/x/list/-1", None),
        ("#/x/list/a", None),
        ("#/x/none", None),
        ("#/x/text/0", None),
    ],
)
def test_a_pointer_leads_through_objects_and_lists(pointer: str, found: Any) -> None:
    document = whole(x={"a/b": {"c~d": {"ok": 1}}, "list": [{"ok": 0}, {"ok": 2}], "text": "word"})
    if found is not None:
        assert document.resolved({"$ref": pointer}) == found
    else:
        with pytest.raises(BadBridge, match=f"without a target: {pointer}"):
            document.resolved({"$ref": pointer})


ADDRESSES: list[tuple[Any, str]] = [
    ([{"url": "https://{a}.example/{b}", "variables": {"a": {"default": "eu"}, "b": {}}}], "https://eu.example/"),
    ([{"url": "https://{a}.example", "variables": {"a": 5}}], "https://.example"),
    ([{"url": "https://{a}.example", "variables": []}], "https://{a}.example"),
    ([{"url": "https://one"}, {"url": "https://two"}], "https://one"),
    ([{"url": "https://x\u200b\n"}], "https://x"),
    ([{"url": "https://" + "x" * 300}], "https://" + "x" * 192),
]


def test_the_server_url_of_a_document_is_noted_with_the_defaults_of_its_variables() -> None:
    for servers, address in ADDRESSES:
        told = proposed(whole(get(), servers=servers), "api.json", 1).warnings
        assert f"the document's address is {address}: set API_BASE_URL to it, or to another one" in told
