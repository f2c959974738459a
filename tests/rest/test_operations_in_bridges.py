"""Entries of a bridge file that name an operation: what is taken from the document, and what the file says over it."""

from pathlib import Path
from typing import Any

import pytest
from openapi_bridges import get, operation, post, written
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import RequestSpec
from rest_mcp.bridge_file import read
from rest_mcp.openapi.differences import differences, optional_fields

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def query(name: str, *, required: bool = False, place: str = "query", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema or TEXT}


def tool(folder: Path, paths: dict[str, Any], api: str = "", entry: str = "", **document: Any) -> RequestSpec:
    return read(written(folder, paths, api=api, entry=entry, **document)).requests[0]


def refusal(folder: Path, paths: dict[str, Any], api: str = "", entry: str = "") -> str:
    with pytest.raises(BadBridge) as refused:
        tool(folder, paths, api, entry)
    return refused.value.problems[0].removeprefix("bridge: ")


PAGES = [
    ('{ kind = "page", parameter = "page", size = 5 }', ["p", "cursor_value", "none", "link"]),
    ('{ kind = "page" }', ["p", "limit", "cursor_value", "none", "link"]),
    ('{ kind = "page", size = 5, size_parameter = "p" }', ["limit", "cursor_value", "none", "link"]),
    ('{ kind = "cursor", next = "next" }', ["page", "p", "limit", "none", "link"]),
    ('{ kind = "link" }', ["p", "limit", "cursor_value", "none"]),
    ('{ kind = "none" }', ["page", "p", "limit", "cursor_value", "none", "link"]),
    ('{ kind = "none", parameter = "page", size = 5 }', ["page", "p", "limit", "cursor_value", "none", "link"]),
]


def test_parameters_that_turn_pages_are_not_offered(tmp_path: Path) -> None:
    asked = [query(name) for name in ("page", "p", "limit", "cursor", "none", "link")]
    for page, offered in PAGES:
        said = f'answer = "list"\npage = {page}\n'
        assert list(tool(tmp_path, get(*asked), entry=said).offered) == offered, page
        assert list(tool(tmp_path, get(*asked), f"page = {page}\n", 'answer = "list"\n').offered) == offered, page


SENT = [
    ("", ["a", "key", "sid"]),
    ('headers = { "x-a" = "1" }\n', ["key", "sid"]),
    ('auth = { query = "key" }\n', ["a", "sid"]),
    ('auth = { query = "KEY" }\n', ["a", "key", "sid"]),
    ('auth = [{ header = "X-A" }, { cookie = "sid" }]\n', ["key"]),
    ("auth = false\n", ["a", "key", "sid"]),
]


def test_what_every_request_carries_is_not_asked_for(tmp_path: Path) -> None:
    fixed = "[tools.parameters]\n" + "".join(f"{name} = {{ fixed = 'x' }}\n" for name in ("x_a", "sid", "key"))
    asked = [query("X-A", required=True, place="header"), query("sid", required=True, place="cookie"), query("key")]
    known = {"a": "x_a", "key": "key", "sid": "sid"}
    for api, left in SENT:
        names = [known[name] for name in left]
        lines = [line for line in fixed.splitlines() if line.startswith("[") or line.split(" ")[0] in names]
        assert sorted(tool(tmp_path, get(*asked), api, "\n".join(lines) + "\n").parameters) == sorted(names), api


OURS = [
    *("Accept", "Authorization", "Content-Type", "If-None-Match", "Idempotency-Key", "User-Agent", "X-Request-ID"),
    *("traceparent", "tracestate"),
]


def test_headers_that_this_server_sends_itself_are_not_asked_for(tmp_path: Path) -> None:
    for name in OURS:
        assert tool(tmp_path, get(query(name, required=True, place="header"))).parameters == {}, name
    assert tool(tmp_path, get(query("X-A", place="header"))).parameters == {}
    assert "x_a is a header, which no caller may set: name it under [apis.NAME] in headers" in refusal(
        tmp_path, get(query("X-A", required=True, place="header"))
    )
    assert "sid is a cookie, which no caller may set" in refusal(
        tmp_path, get(query("sid", required=True, place="cookie", enum=["1"]))
    )
    assert "host is a header, which no caller may set" in refusal(
        tmp_path, get(query("Host", required=True, place="header", enum=["1"]))
    )


FIXED: list[tuple[dict[str, Any], str | None]] = [
    ({"enum": ["1"]}, "1"),
    ({"const": 2}, "2"),
    ({"default": 1.5}, "1.5"),
    ({"enum": ["1", "2"], "default": "2"}, "2"),
    ({"enum": ["1", "2"]}, None),
    ({"const": ["x"]}, None),
    ({}, None),
]


def test_a_required_header_with_one_value_is_sent_with_it(tmp_path: Path) -> None:
    for schema, value in FIXED:
        paths = get(query("X-A", required=True, place="header", **schema))
        if value is None:
            assert "which no caller may set" in refusal(tmp_path, paths), schema
        else:
            found = tool(tmp_path, paths).parameters["x_a"]
            assert (found.fixed, found.place, found.field) == (value, "header", "X-A"), schema


def test_a_parameter_in_json_is_sent_as_json(tmp_path: Path) -> None:
    asked = {"name": "f", "in": "query", "content": {"application/json": {"schema": shape(a=TEXT)}}}
    found = tool(tmp_path, get(asked)).parameters["f"]
    assert (found.kind, found.style, found.needed) == ("object", "json", False)


def test_a_parameter_of_the_path_is_always_needed(tmp_path: Path) -> None:
    place = {"name": "theId", "in": "path", "schema": TEXT}
    found = tool(tmp_path, get(place, path="/x/{theId}"))
    assert (found.request, found.parameters["the_id"].needed) == ("GET /x/{the_id}", True)


KINDS: list[tuple[dict[str, Any], str | None, str]] = [
    ({"application/json": {"schema": shape(a=TEXT)}}, None, "object"),
    ({"application/vnd.x+json": {"schema": shape(a=TEXT)}}, "application/vnd.x+json", "object"),
    ({"application/vnd.x+json; v=1": {"schema": shape(a=TEXT)}}, "application/vnd.x+json", "object"),
    ({"application/json": {"schema": shape(a=TEXT)}, "application/vnd.x+json": {}}, None, "object"),
    ({"application/pdf": {}, "application/hal+json": {"schema": shape(a=TEXT)}}, "application/hal+json", "object"),
    ({"*/*": {"schema": shape(a=TEXT)}}, "*/*", "object"),
    ({"*/*": {}}, None, "text"),
    ({"text/csv": {}}, None, "text"),
]


def test_an_answer_is_asked_for_in_the_json_that_the_document_names(tmp_path: Path) -> None:
    for content, accept, answer in KINDS:
        found = tool(tmp_path, get(responses={"200": {"content": content}}))
        assert (found.accept, found.answer) == (accept, answer), content


SENDING = [
    ("application/json", "json", None, True),
    ("application/merge-patch+json", "json", "application/merge-patch+json", True),
    ("application/x-www-form-urlencoded", "form", None, False),
]


def test_a_body_is_sent_in_the_media_type_of_the_document(tmp_path: Path) -> None:
    for kind, encoding, content_type, empty in SENDING:
        found = tool(tmp_path, post(shape(a=TEXT), kind))
        assert (found.encoding, found.content_type, found.sends_body) == (encoding, content_type, empty), kind


def test_an_operation_that_cannot_be_offered_is_refused_with_the_reason(tmp_path: Path) -> None:
    body = {"required": True, "content": {"application/json": {"schema": shape(a=TEXT)}}}
    assert refusal(tmp_path, get(requestBody=body)) == "get_x is a GET that needs a body, which cannot be sent"
    assert tool(tmp_path, get(requestBody={**body, "required": False})).parameters == {}
    assert refusal(tmp_path, post({}, "application/xml")) == (
        "post_x takes a body of application/xml; only JSON and form fields can be sent"
    )
    assert refusal(tmp_path, get(responses={"200": {"content": {"image/png": {}}}})) == (
        "get_x answers a file (image/png); only JSON and text can be answered"
    )


def test_the_file_goes_before_the_document(tmp_path: Path) -> None:
    said = 'name = "mine"\ndescription = "Mine."\n[tools.parameters]\na = { required = true, max_length = 3 }\n'
    found = tool(tmp_path, get(query("a"), query("b")), entry=said)
    assert (found.name, found.description, list(found.parameters)) == ("mine", "Mine.", ["a", "b"])
    assert (found.parameters["a"].needed, found.parameters["a"].max_length) == (True, 3)


def test_an_inexpressible_parameter_must_be_hidden_fixed_or_given_a_type(tmp_path: Path) -> None:
    paths = get({"name": "f", "in": "query", "schema": {}})
    assert refusal(tmp_path, paths) == (
        "tools.get_x.parameters.f has no supported type; hide it, fix it or give it a type"
    )
    for word, kept in (("hidden = true", []), ('fixed = "x"', ["f"]), ('type = "integer"', ["f"])):
        found = tool(tmp_path, paths, entry=f"[tools.parameters]\nf = {{ {word} }}\n")
        assert list(found.parameters) == kept, word
    assert "has no supported type" in refusal(tmp_path, paths, entry="[tools.parameters]\nf = { hidden = false }\n")


def test_an_unknown_parameter_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    entry = "[tools.parameters]\nb_9 = { hidden = true }\n"
    told = refusal(tmp_path, get(*(query(f"a_{n:02}") for n in range(22))), entry=entry)
    listed = ", ".join(f"a_{number:02}" for number in range(20))
    assert f"tools.get_x.parameters.b_9 is not a parameter of the operation; it has {listed} and 2 more." in told
    assert "it has none." in refusal(tmp_path, get(), entry=entry)
    told = refusal(tmp_path, get(*(query(f"a_{n:02}") for n in range(20))), entry=entry)
    assert f"it has {listed}." in told
    inner = post(shape(outer=shape(b_9=TEXT)))
    assert "is not a parameter of the operation, but a field inside of outer; it has outer." in refusal(
        tmp_path, inner, entry=entry
    )


def test_places_of_documents_and_apis_are_checked(tmp_path: Path) -> None:
    path = written(tmp_path, get())
    text = path.read_text()
    for before, after, said in (
        ('document = "api.json"\n', "", "apis.a has no document to take the operation from"),
        ('"api.json"', '"/api.json"', "apis.a.document must lie in the bridge file's folder or below it"),
        ('"api.json"', '"b/../../api.json"', "apis.a.document must lie in the bridge file's folder or below it"),
        ('operation = "get_x"', 'operation = "get_x"\napi = "b"', "there is no API called 'b'"),
    ):
        path.write_text(text.replace(before, after))
        with pytest.raises(BadBridge, match=said):
            read(path)


THINGS = {
    "/things": {
        "get": operation(
            "list_things",
            parameters=[query("state"), query("page")],
            responses={"200": {"content": {"application/json": {"schema": shape(items={
                "type": "array", "items": {**shape(id=TEXT, name=TEXT), "required": ["id"]}})}}}},
        )
    },
    "/things/{thing_id}": {
        "put": operation(
            "put_thing",
            parameters=[query("thing_id", required=True, place="path"), query("dry", required=True)],
            requestBody={"content": {"application/json": {"schema": {**shape(name=TEXT, a=shape(b=TEXT)),
                                                                     "required": ["name", "a"]}}}},
        )
    },
}  # fmt: skip


def told(folder: Path, tools: str, api: str = "") -> list[str]:
    path = written(folder, THINGS)
    path.write_text(f'instructions = "Things."\n[apis.a]\ndocument = "api.json"\n{api}{tools}')
    return differences(read(path), folder)


def entry(name: str, request: str, more: str = "") -> str:
    return f'[[tools]]\nname = "{name}"\ndescription = "Do it."\nrequest = "{request}"\n{more}'


LISTED = 'answer = "list"\nresult = "items"\n'
PUT = 'parameters = { id = {}, name = {}, b = { field = "a.b" } }\nquery = { dry = 1 }\n'
DIFFERENCES = [
    (entry("list_it", "GET /things", f'{LISTED}keep = ["id", "name"]\n'), []),
    (entry("list_it", "GET /things", f'{LISTED}keep = ["id", "mood", "note.x"]\n'),
     ["list_it: no answer has the field mood", "list_it: no answer has the field note.x"]),
    (entry("list_it", "GET /things", f'{LISTED}page = {{ kind = "page", size = 3 }}\n'), []),
    (entry("list_it", "GET /things", f"{LISTED}query = {{ mood = 1 }}\n"),
     ["list_it: the document knows no parameter mood"]),
    (entry("list_it", "GET /people", LISTED), ["list_it: the document has no GET /people"]),
    (entry("put_it", "PUT /things/{id}", PUT), []),
    (entry("put_it", "PUT /things/{id}", PUT.replace(", name = {}", "")),
     ["put_it: the API needs name, and nothing sends it"]),
    (entry("put_it", "PUT /things/{id}", PUT.replace("query = { dry = 1 }\n", "")),
     ["put_it: the API needs dry, and nothing sends it"]),
    (entry("put_it", "PUT /things/{id}", PUT.replace("name = {}", "other = {}")),
     ["put_it: the document knows no parameter other", "put_it: the API needs name, and nothing sends it"]),
    (entry("put_it", "PUT /things/{id}", 'parameters = { id = {} }\nquery = { dry = 1 }\n'
           'body = { name = "x", "a.b" = 1 }\n'), []),
]  # fmt: skip


def test_differences_from_the_document_are_reported(tmp_path: Path) -> None:
    assert [(tools, told(tmp_path, tools)) for tools, _ in DIFFERENCES] == DIFFERENCES


def test_a_kept_field_that_the_document_does_not_require_may_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, THINGS)
    tools = entry("list_it", "GET /things", f'{LISTED}keep = ["id", "name", "mood", "unknown"]\noptional = ["mood"]\n')
    path.write_text(f'instructions = "Things."\n[apis.a]\ndocument = "api.json"\n{tools}')
    assert optional_fields(read(path), tmp_path) == {"list_it": {"name", "mood"}}
