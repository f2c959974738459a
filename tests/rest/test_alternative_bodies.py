"""Bodies that a document describes by alternatives: one tool takes the arguments of any, and refuses a mixture."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import connected, failure
from openapi_bridges import answered, post, sent, written
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge

CARD = {
    "type": "object",
    "required": ["kind", "cardNumber"],
    "properties": {
        "kind": {"type": "string", "enum": ["card"]},
        "cardNumber": {"type": "string", "description": "The digits."},
        "amount": {"type": "integer", "maximum": 10},
    },
}
BANK = {
    "type": "object",
    "required": ["kind", "iban"],
    "properties": {
        "kind": {"type": "string", "enum": ["bank", "sepa"]},
        "iban": {"type": "string"},
        "amount": {"type": "integer", "maximum": 20},
    },
}
PAYMENT = {"oneOf": [CARD, BANK]}
WORDS = "Give the arguments of one alternative: kind=card, card_number; or kind=bank|sepa, iban."


async def definition(path: Path) -> Any:
    async with connected(server_of(path), env={"A_URL": "http://127.0.0.1:1"}) as client:
        [tool] = (await client.list_tools()).tools
        return tool


async def test_the_alternatives_are_one_object_whose_shape_the_description_states(tmp_path: Path) -> None:
    tool = await definition(written(tmp_path, post(PAYMENT)))
    properties = tool.input_schema["properties"]
    assert tool.description.endswith(WORDS)
    assert properties.keys() - {"idempotency_key"} == {"kind", "card_number", "iban", "amount"}
    assert tool.input_schema["required"] == ["kind"]
    assert properties["kind"]["enum"] == ["card", "bank", "sepa"]


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        ({"kind": "card", "card_number": "4"}, {"kind": "card", "cardNumber": "4"}),
        ({"kind": "sepa", "iban": "D", "amount": 12}, {"kind": "sepa", "iban": "D", "amount": 12}),
    ],
)
async def test_the_arguments_of_one_alternative_are_sent_as_they_are(
    tmp_path: Path, arguments: dict[str, Any], body: dict[str, Any]
) -> None:
    request, _ = await sent(written(tmp_path, post(PAYMENT)), "post_x", arguments)
    assert request.json == body


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "card"},
        {"kind": "bank", "card_number": "4"},
        {"kind": "card", "card_number": "4", "iban": "D"},
    ],
)
async def test_a_mixture_of_alternatives_is_refused_before_anything_is_sent(
    tmp_path: Path, arguments: dict[str, Any]
) -> None:
    requests, result = await answered(written(tmp_path, post(PAYMENT)), "post_x", arguments)
    error = failure(result)
    assert (requests, error.code) == ([], "INVALID_INPUT")
    assert error.message == f"{WORDS} This call gives {', '.join(arguments)}."


async def test_alternatives_beside_properties_say_which_of_them_are_needed(tmp_path: Path) -> None:
    texts = {name: {"type": "string"} for name in ("email", "phone", "text")}
    schema = {
        "type": "object",
        "properties": texts,
        "required": ["text"],
        "oneOf": [{"required": ["email"]}, {"required": ["phone"]}],
    }
    path = written(tmp_path, post(schema))
    request, _ = await sent(path, "post_x", {"text": "a", "phone": "1"})
    assert request.json == {"text": "a", "phone": "1"}
    requests, result = await answered(path, "post_x", {"text": "a"})
    assert requests == []
    assert "email, text; or phone, text." in failure(result).message


async def test_of_any_of_several_objects_all_may_be_given_together(tmp_path: Path) -> None:
    request, _ = await sent(
        written(tmp_path, post({"anyOf": [CARD, BANK]})), "post_x", {"kind": "card", "card_number": "4", "iban": "D"}
    )
    assert request.json == {"kind": "card", "cardNumber": "4", "iban": "D"}


async def test_alternatives_within_alternatives_are_alternatives_too(tmp_path: Path) -> None:
    schema = {
        "oneOf": [
            {"oneOf": [CARD, BANK]},
            {"type": "object", "required": ["cash"], "properties": {"cash": {"type": "boolean"}}},
        ]
    }
    request, _ = await sent(written(tmp_path, post(schema)), "post_x", {"cash": True})
    assert request.json == {"cash": True}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"oneOf": [CARD, {"type": "string"}]}, "is a body that is not an object of named fields"),
        (
            {"oneOf": [CARD, {**BANK, "properties": {**BANK["properties"], "kind": {"type": "integer"}}}]},
            "kind has another type in each alternative of the body",
        ),
    ],
)
def test_alternatives_that_no_one_object_can_hold_are_refused_with_the_reason(
    tmp_path: Path, schema: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BadBridge) as refusal:
        server_of(written(tmp_path, post(schema)))
    assert reason in str(refusal.value)


async def test_an_alternative_whose_parameter_is_hidden_is_no_longer_one(tmp_path: Path) -> None:
    entry = 'parameters.iban.hidden = true\nparameters.kind.fixed = "card"\n'
    tool = await definition(written(tmp_path, post(PAYMENT), entry=entry))
    assert tool.description.endswith("Give the arguments of one alternative: kind=card, card_number.")


def test_hiding_what_every_alternative_requires_is_refused(tmp_path: Path) -> None:
    entry = "parameters.iban.hidden = true\nparameters.card_number.hidden = true\n"
    with pytest.raises(BadBridge, match="lacks parameters that each alternative of its body requires"):
        server_of(written(tmp_path, post(PAYMENT), entry=entry))


def test_a_shape_of_an_unknown_parameter_is_refused(tmp_path: Path) -> None:
    entry = 'shapes = [{required = ["card_number"]}, {required = ["card"]}]\n'
    with pytest.raises(BadBridge, match="has shapes of card, which is not a parameter of it"):
        server_of(written(tmp_path, post(PAYMENT), entry=entry))
