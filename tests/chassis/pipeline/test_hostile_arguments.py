"""Arguments that no host means: each gets one sentence at once, whatever form it takes."""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.arguments import Arguments
from mcp_chassis.pipeline.nested_fields import fields_at, named
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Label(Strict):
    name: str = ""


class Circle(Strict):
    kind: Literal["circle"]
    radius: int


class Square(Strict):
    kind: Literal["square"]
    side: int


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def _even(number: int) -> int:
    if number % 2:
        raise AssertionError("must be even")
    return number


async def every_kind(
    tagged: Annotated[Circle | Square, Field(discriminator="kind")] | None = None,
    untagged: Circle | Square | None = None,
    shapes: list[Circle] | None = None,
    choice: Literal["x", "y"] | None = None,
    colour: Colour | None = None,
    day: date | None = None,
    moment: datetime | None = None,
    span: timedelta | None = None,
    either: int | list[int] | None = None,
    pair: tuple[int, str] | None = None,
    counts: dict[str, int] | None = None,
    link: HttpUrl | None = None,
    even: Annotated[int, AfterValidator(_even)] | None = None,
    schema: int = 0,
) -> None:
    """Take them."""


EVERY_KIND = Arguments(every_kind, ())
CANARY = "canary"


@pytest.mark.parametrize(
    ("place", "known"),
    [
        (("tagged", "square"), ["kind", "side"]),
        (("untagged", "Circle"), ["kind", "radius", "side"]),
        (("shapes", 0), ["kind", "radius"]),
        (("shapes", 0, "radius"), []),
    ],
)
def test_the_fields_at_a_path_are_those_of_the_alternative_that_it_names(
    place: tuple[int | str, ...], known: list[str]
):
    assert fields_at(EVERY_KIND.schema, place) == known


def test_of_many_known_fields_the_first_are_named():
    assert named([f"f{number}" for number in range(14)]).endswith("f10, f11 and 2 more")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tagged": {"kind": CANARY}}, "tagged is of an unknown kind; see the schema."),
        ({"tagged": {}}, "tagged does not say of which kind it is; see the schema."),
        ({"tagged": CANARY}, "tagged should be an object."),
        ({"untagged": CANARY}, "untagged should be an object."),
        ({"shapes": [CANARY]}, "shapes[0] should be an object."),
        ({"shapes": [{"kind": "circle", "radius": CANARY}]},
         "shapes[0].radius should be a valid integer, unable to parse string as an integer."),
        ({"shapes": [{"kind": "circle", "radius": 1, "side": 2}]},
         "shapes[0].side is not a field known there; it has kind, radius."),
        ({"choice": CANARY}, "choice should be 'x' or 'y'."),
        ({"colour": CANARY}, "colour should be 'red' or 'blue'."),
        ({"day": CANARY}, "day should be a valid date or datetime, input is too short."),
        ({"moment": CANARY}, "moment should be a valid datetime or date, input is too short."),
        ({"either": CANARY},
         "either should be a valid integer, unable to parse string as an integer or should be a valid list."),
        ({"pair": [CANARY, CANARY]}, "pair[0] should be a valid integer, unable to parse string as an integer."),
        ({"pair": [1]}, "pair[1] is required."),
        ({"counts": CANARY}, "counts should be an object."),
        ({"link": CANARY}, "link should be a valid URL, relative URL without a base."),
        ({"link": f"ftp://{CANARY}"}, "link: URL scheme should be 'http' or 'https'."),
        ({"even": 3}, "even must be even."),
        ({"schema": CANARY}, "schema should be a valid integer, unable to parse string as an integer."),
        ({"field_schema": 1}, "field_schema is not a parameter of this call (did you mean schema?)."),
    ],
)  # fmt: skip
def test_each_kind_of_argument_is_refused_in_a_sentence_without_its_value_or_a_class(
    arguments: dict[str, Any], sentence: str
):
    with pytest.raises(InvalidInput) as refused:
        EVERY_KIND.check(arguments)
    assert refused.value.message == sentence
    assert CANARY not in sentence


async def tool(
    names: Annotated[list[str], Field(max_length=20)] | None = None, label: Label | None = None, text: str = ""
) -> None:
    """Take them."""


ARGUMENTS = Arguments(tool, ())


def refusal(arguments: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as refused:
        ARGUMENTS.check(arguments)
    return refused.value.message


@pytest.mark.parametrize(
    "arguments",
    [
        {"names": '["a\\u0000b"]'},
        {"names": '["\\ud800"]'},
        {"label": '{"name":"\\u0000"}'},
        {"label": '{"\\u0000":1}'},
        {"names": ["a\0"]},
    ],
)
def test_a_nul_in_the_escapes_of_a_json_text_is_refused(arguments: dict[str, Any]):
    (name,) = arguments
    assert refusal(arguments) == f"{name} contains a NUL or half of a surrogate pair, which is not allowed in text."


def test_a_hundred_thousand_unknown_arguments_are_refused_without_naming_each():
    expected = "The arguments are invalid in more than 1000 places; see the schema of this tool."
    assert refusal({f"unknown{n}": n for n in range(100_000)}) == expected
    assert refusal({"label": {f"unknown{n}": n for n in range(100_000)}}) == expected


def test_arguments_nested_without_end_are_refused_in_a_sentence():
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    assert refusal({"names": nested}) == "The arguments are nested too deeply."


def test_an_argument_whose_name_is_a_page_long_is_not_repeated_at_length():
    assert len(refusal({"x" * 100_000: "\0"})) < 200
    assert len(refusal({"x" * 100_000: 1})) < 200
    assert len(refusal({"label": {"x" * 100_000: 1}})) < 200
    assert len(refusal({f"{n}" * 50: "\0" for n in range(1_000)})) < 400


@pytest.mark.parametrize("name", ["\ud800", "a\u202eb", "naïve"])
def test_the_name_of_an_unknown_argument_is_quoted_in_ascii(name: str):
    assert refusal({name: 1}).isascii()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_nan_and_infinite_numbers_are_refused_at_any_depth(number: float):
    sentence = "contains NaN or an infinite number, which is not allowed in JSON."
    assert refusal({"text": number}) == f"text {sentence}"
    assert refusal({"label": {"name": [number]}}) == f"label {sentence}"
    assert refusal({"names": '["a",NaN]'}) == f"names {sentence}"
