"""Texts of refusals in the forms that APIs and frameworks send: the model reads what is wrong, and with which field."""

from pathlib import Path

import pytest
from mcp_chassis.testing import Reply, data, failure
from openapi_bridges import get, post, sent, written

NAME = {"type": "object", "properties": {"name": {"type": "string"}}}
JSON = "application/json"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (JSON, '{"detail":[{"loc":["body","name"],"msg":"too long"},{"loc":["body"],"msg":"odd"}]}', "FastAPI"),
        (JSON, '{"errors":["Name is taken","Age is odd"]}', "Name is taken: Age is odd"),
        (JSON, '{"errors":{"name":["is taken"],"age":["is odd"]}}', "name: is taken; age: is odd"),
        (JSON, '{"message":"Data is invalid.","errors":{"name":["is taken"]}}', "Data is invalid; name: is taken"),
        (JSON, '{"errorMessages":["No project"],"errors":{"summary":"is missing"}}', "No project; summary: is missing"),
        (JSON, '{"errors":[{"title":"Odd","source":{"pointer":"/data/age"}}]}', "/data/age: Odd"),
        (JSON, '{"errors":[{"code":7,"msg":"is taken","field":"name"}]}', "name: is taken"),
        (JSON, '{"name":["is taken"]}', "name: is taken"),
        (JSON, '{"non_field_errors":["do not fit"]}', "do not fit"),
        (JSON, '[{"message":"is taken","errorCode":"X"}]', "is taken"),
        (JSON, '["is taken"]', "is taken"),
        (JSON, '"is taken"', "is taken"),
        (JSON, '{"error":{"code":3,"message":"is taken"},"path":"/users"}', "is taken"),
        (JSON, '{"error":{"description":"is taken"}}', "is taken"),
        (JSON, '{"Message":"is taken"}', "is taken"),
        ("application/problem+json", '{"title":"Bad Request","detail":"is taken"}', "Bad Request: is taken"),
        ("text/plain", "is taken\n", "is taken"),
        ("text/plain", '{"error":"is taken"}', "is taken"),
        ("application/json; charset=undefined", '{"error":"is taken"}', "is taken"),
    ],
)
async def test_a_refusal_is_quoted_with_the_field_it_is_about(tmp_path: Path, kind: str, body: str, said: str) -> None:
    expected = "name: too long; odd" if said == "FastAPI" else said
    reply = Reply(422, text=body, headers={"content-type": kind})
    _, result = await sent(written(tmp_path, post(NAME)), "post_x", {"name": "a"}, reply)
    assert failure(result).message.endswith(f'It says: "{expected}".')


ORDER = {
    "type": "object",
    "properties": {
        "perPage": {"type": "integer"},
        "shipTo": {"type": "object", "properties": {"zipCode": {"type": "string"}, "city": {"type": "string"}}},
        "lineItems": {
            "type": "array",
            "items": {"type": "object", "properties": {"unitPrice": {"type": "number"}}},
        },
    },
}


@pytest.mark.parametrize(
    ("location", "argument"),
    [
        ('"loc":["body","perPage"]', "per_page: "),
        ('"loc":["body","shipTo","zipCode"]', "ship_to.zip_code: "),
        ('"loc":["body","lineItems",0,"unitPrice"]', "line_items.0.unit_price: "),
        ('"loc":["body","other","zipCode"]', "other.zipCode: "),
        ('"loc":["body"]', ""),
        ('"loc":["path","perPage"]', "perPage: "),
        ('"loc":[]', ""),
        ('"field":"perPage"', "per_page: "),
        ('"field":""', ""),
        ('"field":"sellerId"', "sellerId: "),
    ],
)
async def test_a_refusal_names_the_argument_and_not_the_apis_field(
    tmp_path: Path, location: str, argument: str
) -> None:
    body = f'{{"detail":[{{{location},"msg":"is odd"}}]}}'
    reply = Reply(422, text=body, headers={"content-type": JSON})
    _, result = await sent(written(tmp_path, post(ORDER)), "post_x", {"per_page": 3}, reply)
    assert failure(result).message.endswith(f'It says: "{argument}is odd".')


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", "<html>Nothing here</html>"), (JSON, '{"status":422,"code":[7]}'), ("image/png", "x"), (JSON, "{")],
)
async def test_a_refusal_without_a_text_quotes_nothing(tmp_path: Path, kind: str, body: str) -> None:
    reply = Reply(422, text=body, headers={"content-type": kind})
    _, result = await sent(written(tmp_path, post(NAME)), "post_x", {"name": "a"}, reply)
    assert "It says" not in failure(result).message


async def test_lists_of_texts_in_a_success_are_not_taken_for_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, get(), entry='keep = ["id"]\n')
    _, result = await sent(path, "get_x", {}, Reply(json={"tags": ["a", "b"]}))
    assert failure(result).message == ("a answered without any of id, the fields that this tool keeps; it has: tags.")


@pytest.mark.parametrize("charset", ["undefined", "foo", "UTF-8", '"utf-8"'])
async def test_an_answer_in_a_character_set_of_no_known_name_is_read(tmp_path: Path, charset: str) -> None:
    plain = {"200": {"description": "ok", "content": {"text/plain": {}}}}
    reply = Reply(text="größe", headers={"content-type": f"text/plain; charset={charset}"})
    path = written(tmp_path, get(responses=plain))
    _, result = await sent(path, "get_x", {}, reply)
    assert result.content[0].text == "größe"


async def test_a_write_answered_with_nulls_alone_is_done(tmp_path: Path) -> None:
    _, result = await sent(written(tmp_path, post(NAME)), "post_x", {"name": "a"}, Reply(201, json={"warning": None}))
    assert data(result) == {"done": True, "answer": {"warning": None}}


async def test_a_list_in_place_of_an_object_is_returned_with_its_kept_fields(tmp_path: Path) -> None:
    path = written(tmp_path, get(), entry='keep = ["id"]\n')
    _, result = await sent(path, "get_x", {}, Reply(json=[{"id": 1, "secret": 2}]))
    assert data(result) == {"answer": [{"id": 1}]}
