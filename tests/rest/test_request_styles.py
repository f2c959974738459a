"""Arguments in the styles of a document: queries, paths, forms and JSON texts say what the caller gave."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import Reply, data, failure
from openapi_bridges import answered, get, post, sent, written
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge_file import read

TEXT, WHOLE, NUMBER, YES = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
TEXT_OR_NULL = {"type": "string", "nullable": True}
FORM = "application/x-www-form-urlencoded"


def query(schema: Any, **how: Any) -> dict[str, Any]:
    return {"name": "f", "in": "query", "schema": schema, **how}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def several(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


DEEP = shape(a=shape(b=WHOLE), t=several(TEXT), y=YES, n=TEXT_OR_NULL)
AS_JSON = {"name": "f", "in": "query", "content": {"application/json": {"schema": several(WHOLE)}}}


@pytest.mark.parametrize(
    ("parameter", "given", "expected"),
    [
        (query(several(TEXT)), ["1", "2"], "f=1&f=2"),
        (query(several(TEXT), style="form", explode=False), ["1", "2"], "f=1%2C2"),
        (query(several(TEXT), style="pipeDelimited"), ["1", "2"], "f=1%7C2"),
        (query(several(TEXT), style="spaceDelimited"), ["1", "2"], "f=1+2"),
        (query(several(YES)), [True, False], "f=true&f=false"),
        (query(several(NUMBER), explode=False), [1, 2.5], "f=1%2C2.5"),
        (query(NUMBER), 10, "f=10"),
        (query(NUMBER), 0.1, "f=0.1"),
        (query(YES), False, "f=false"),
        (query(TEXT), "", "f="),
        (query(shape(name=TEXT, size=WHOLE)), {"name": "a b", "size": 3}, "name=a+b&size=3"),
        (query(shape(tags=several(TEXT), y=YES)), {"tags": ["a", "b"], "y": True}, "tags=a&tags=b&y=true"),
        (query(shape(name=TEXT, size=WHOLE), style="deepObject"), {"size": 3}, "f%5Bsize%5D=3"),
        (query(DEEP, style="deepObject"), {"a": {"b": 1}, "y": True}, "f%5Ba%5D%5Bb%5D=1&f%5By%5D=true"),
        (query(DEEP, style="deepObject"), {"t": ["x", "y"], "n": None}, "f%5Bt%5D=x&f%5Bt%5D=y"),
        (AS_JSON, [1, 2], "f=%5B1%2C2%5D"),
        ({**AS_JSON, "content": {"application/json": {"schema": TEXT}}}, "ä", "f=%22%C3%A4%22"),
        ({**AS_JSON, "content": {"application/json": {"schema": shape(a=NUMBER)}}}, {"a": 5}, "f=%7B%22a%22%3A5%7D"),
        ({**query(TEXT), "name": "first name"}, "a", "first+name=a"),
        ({**query(TEXT), "name": "$filter"}, "a eq 'b'", "%24filter=a+eq+%27b%27"),
        ({**query(TEXT), "name": "user.name"}, "a", "user.name=a"),
    ],
)
async def test_a_value_in_a_query_is_sent_in_the_documented_style(
    tmp_path: Path, parameter: Any, given: Any, expected: str
) -> None:
    path = written(tmp_path, get(parameter))
    [name] = read(path).requests[0].parameters
    request, _ = await sent(path, "get_x", {name: given})
    assert request.target.partition("?")[2] == expected


async def test_a_list_in_a_path_is_joined_by_commas(tmp_path: Path) -> None:
    parameter = {"name": "ids", "in": "path", "required": True, "schema": several(TEXT)}
    request, _ = await sent(written(tmp_path, get(parameter, path="/x/{ids}")), "get_x", {"ids": ["1", "2"]})
    assert request.target.removeprefix("/x/") in {"1,2", "1%2C2"}


@pytest.mark.parametrize(
    ("parameter", "reason"),
    [
        (query(several(shape(b=WHOLE))), "a list of lists or objects"),
        (query(several(several(WHOLE)), explode=False), "a list of lists or objects"),
        (query(shape(b=shape(c=WHOLE))), "an object that holds an object"),
        (query(shape(b=WHOLE), explode=False), "an object outside of a body, in a style that cannot be sent"),
        (query(several(TEXT), style="deepObject"), "a list in the style deepObject"),
    ],
)
def test_a_value_that_no_query_can_carry_is_refused_when_the_file_is_read(
    tmp_path: Path, parameter: Any, reason: str
) -> None:
    with pytest.raises(BadBridge, match=reason):
        server_of(written(tmp_path, get(parameter)))


@pytest.mark.parametrize("style", ["label", "matrix"])
def test_a_path_in_a_style_of_its_own_is_refused(tmp_path: Path, style: str) -> None:
    parameter = {"name": "id", "in": "path", "required": True, "style": style, "schema": WHOLE}
    with pytest.raises(BadBridge, match=f"is in the style {style}, which cannot be sent"):
        server_of(written(tmp_path, get(parameter, path="/x/{id}")))


@pytest.mark.parametrize(
    ("parameter", "given", "reason"),
    [
        (query(several(TEXT), explode=False), ["a,b", "c"], "An item of f contains ',', which separates the items"),
        (query(several(TEXT_OR_NULL)), ["a", None], "f[1] should be a valid string"),
    ],
)
async def test_a_list_that_would_arrive_as_another_one_is_not_sent(
    tmp_path: Path, parameter: Any, given: Any, reason: str
) -> None:
    requests, result = await answered(written(tmp_path, get(parameter)), "get_x", {"f": given})
    assert (requests, failure(result).code) == ([], "INVALID_INPUT")
    assert reason in failure(result).message


async def test_a_null_in_a_list_of_a_handwritten_query_is_not_sent(tmp_path: Path) -> None:
    tool = 'parameters = { f = { type = "array", required = false, items = { nullable = true } } }\n'
    path = tmp_path / "bridge.toml"
    path.write_text(
        f'instructions = "T."\n[apis.a]\n[[tools]]\nname = "get_x"\ndescription = "X."\nrequest = "GET /x"\n{tool}'
    )
    requests, result = await answered(path, "get_x", {"f": ["a", None]})
    assert (requests, "f contains a null" in failure(result).message) == ([], True)


@pytest.mark.parametrize(
    ("schema", "given", "expected"),
    [
        (shape(a=YES, b=several(YES)), {"a": True, "b": [True, False]}, "a=true&b=true&b=false"),
        (shape(a=NUMBER, b=TEXT), {"a": 5, "b": "x&y"}, "a=5&b=x%26y"),
        (shape(a=shape(b=WHOLE)), {"a": {"b": 1}}, "a%5Bb%5D=1"),
    ],
)
async def test_form_fields_are_written_as_forms_write_them(
    tmp_path: Path, schema: Any, given: Any, expected: str
) -> None:
    path = written(tmp_path, post(schema, FORM, encoding={"a": {"style": "deepObject", "explode": True}}))
    request, _ = await sent(path, "post_x", given)
    assert request.body.decode() == expected


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (shape(a=several(shape(b=WHOLE))), "a list of lists or objects"),
        (shape(a={"type": "string", "format": "binary"}), "a file, which a form of fields cannot carry"),
    ],
)
def test_a_form_with_a_file_or_with_objects_in_a_list_is_refused(tmp_path: Path, schema: Any, reason: str) -> None:
    with pytest.raises(BadBridge, match=reason):
        server_of(written(tmp_path, post(schema, FORM)))


@pytest.mark.parametrize(
    ("schema", "given", "expected"),
    [
        (shape(**{"user.name": TEXT}), {"user_name": "z"}, {"user.name": "z"}),
        (shape(**{"First Name": TEXT}), {"first_name": "z"}, {"First Name": "z"}),
        (shape(o=shape(**{"a.b": WHOLE})), {"o": {"a_b": 1}}, {"o": {"a.b": 1}}),
        (shape(a=several(TEXT_OR_NULL), b=TEXT_OR_NULL), {"a": ["x", None], "b": None}, {"a": ["x", None], "b": None}),
        (shape(a=shape(b=TEXT_OR_NULL)), {"a": {"b": None}}, {"a": {"b": None}}),
        (shape(a=YES, b=WHOLE, c=TEXT), {"a": False, "b": 0, "c": ""}, {"a": False, "b": 0, "c": ""}),
    ],
)
async def test_a_json_body_has_the_names_and_values_that_were_given(
    tmp_path: Path, schema: Any, given: Any, expected: Any
) -> None:
    request, _ = await sent(written(tmp_path, post(schema)), "post_x", given)
    assert request.json == expected


async def test_a_whole_number_is_written_without_a_fraction(tmp_path: Path) -> None:
    request, _ = await sent(written(tmp_path, post(shape(a=NUMBER, b=several(NUMBER)))), "post_x", {"a": 5, "b": [7]})
    assert request.body == b'{"a":5,"b":[7]}'


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("application/*+json", "application/json"), ("text/json", "text/json"), ("*/*", "application/json")],
)
async def test_every_kind_of_json_is_sent_under_a_type_that_names_one(
    tmp_path: Path, kind: str, content_type: str
) -> None:
    request, _ = await sent(written(tmp_path, post(shape(a=TEXT), kind)), "post_x", {"a": "z"})
    assert request.headers["content-type"] == content_type


def test_a_get_that_needs_a_body_is_refused(tmp_path: Path) -> None:
    body = post(shape(a=TEXT))["/x"]["post"]["requestBody"]
    with pytest.raises(BadBridge, match="get_x is a GET that needs a body"):
        server_of(written(tmp_path, get(requestBody=body)))


async def test_digits_of_a_large_number_that_an_answer_named_can_be_sent_back(tmp_path: Path) -> None:
    where = {"name": "id", "in": "path", "required": True, "schema": WHOLE}
    path = written(tmp_path, get(where, path="/x/{id}"))
    request, _ = await sent(path, "get_x", {"id": "9007199254740993"})
    assert request.path == "/x/9007199254740993"
    for rounded in (9007199254740994, "9223372036854775808"):
        requests, result = await answered(path, "get_x", {"id": rounded})
        assert (requests, failure(result).code) == ([], "INVALID_INPUT")


async def test_a_read_without_content_says_so(tmp_path: Path) -> None:
    _, result = await sent(written(tmp_path, get()), "get_x", {}, Reply(204))
    assert data(result) == {"warnings": ["a answered 204 without content."]}
