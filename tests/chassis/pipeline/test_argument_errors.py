"""Exact messages for invalid arguments, the schemas that hosts receive, and the fields that messages name."""

from typing import Annotated, Any, Literal

import pytest
from mcp_chassis.failures import InvalidInput
from mcp_chassis.pipeline.arguments import Arguments, pruned
from mcp_chassis.pipeline.nested_fields import fields_at, named
from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Strict):
    kind: Literal["cat"]
    lives: int = 9


class Dog(Strict):
    kind: Literal["dog"]
    tricks: list[str] = []


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


async def keep(
    name: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")],
    count: Annotated[int, Field(ge=1, le=9)] = 1,
    labels: Annotated[list[str], Field(max_length=2)] = [],  # noqa: B006
    pet: Pet | None = None,
    pets: list[Cat] = [],  # noqa: B006
    validate: bool = False,
) -> None: ...


KEEP = Arguments(keep, ())
NO_INTEGER = "should be a valid integer, unable to parse string as an integer."
NO_PARAMETER = "is not a parameter of this call; it takes name, count, labels, pet, pets, validate"
NO_TEXT = "contains a NUL or half of a surrogate pair, which is not allowed in text."
NO_NUMBER = "contains NaN or an infinite number, which is not allowed in JSON."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "name is required."),
        ({"name": "a"}, "name should have at least 2 characters."),
        ({"name": "abcde"}, "name should have at most 4 characters."),
        ({"name": "AB"}, "name should match pattern '^[a-z]+$'."),
        ({"name": "ab", "count": 0}, "count should be greater than or equal to 1."),
        ({"name": "ab", "count": 10}, "count should be less than or equal to 9."),
        ({"name": "ab", "count": "x"}, f"count {NO_INTEGER}"),
        ({"name": "ab", "labels": ["a", "b", "c"]}, "labels should have at most 2 items, not 3."),
        ({"name": "ab", "labels": ["a", 1]}, "labels[1] should be a valid string."),
        ({"name": "ab", "validate": "x"}, "validate should be a valid boolean, unable to interpret input."),
        ({"name": "ab", "pet": {"kind": "bird"}}, "pet is of an unknown kind; see the schema."),
        ({"name": "ab", "pet": {"lives": 1}}, "pet does not say of which kind it is; see the schema."),
        ({"name": "ab", "pet": {"kind": "cat", "lives": "x"}}, f"pet.cat.lives {NO_INTEGER}"),
        ({"name": "ab", "pets": [{"kind": "cat"}, {}]}, "pets[1].kind is required."),
        ({"name": "ab", "pets": [7]}, "pets[0] should be an object."),
        ({"nam": "ab"}, "nam is not a parameter of this call (did you mean name?); name is required."),
        (
            {"name": "ab", "zzz": 1},
            f"zzz {NO_PARAMETER}.",
        ),
        (
            {"name": "ab", "pets": [{"kind": "cat", "live": 1}]},
            "pets[0].live is not a field known there (did you mean lives?); it has kind, lives.",
        ),
        (
            {"count": 0, "labels": 1, "zzz": 1, "yyy": 1, "validate": 7},
            f"zzz {NO_PARAMETER}; yyy {NO_PARAMETER}; name is required (and 3 more).",
        ),
        (
            {"count": 0, "labels": 1},
            "name is required; count should be greater than or equal to 1; labels should be a valid list.",
        ),
        ({"name": "a\0"}, f"name {NO_TEXT}"),
        ({"name": "ab", "labels": ["\ud83d"]}, f"labels {NO_TEXT}"),
        ({"name": "ab", "count": float("nan")}, f"count {NO_NUMBER}"),
        ({"name": "ab", "pet": {"kind": float("inf")}}, f"pet {NO_NUMBER}"),
        ({"d": "\0", "a": "\0", "c": "\0", "b": "\0"}, f"a, b, c {NO_TEXT}"),
    ],
)
def test_each_invalid_argument_is_named_with_its_rule(given: dict[str, Any], message: str):
    with pytest.raises(InvalidInput) as refused:
        KEEP.check(given)
    assert refused.value.message.partition(" Correct")[0].removesuffix(f" {InvalidInput.remedy}") == message


@pytest.mark.parametrize(
    ("given", "checked"),
    [
        ({"labels": '["a"]'}, {"labels": ["a"]}),
        ({"labels": '["a"'}, None),
        ({"labels": '"a"'}, None),
        ({"pet": '{"kind": "cat"}'}, {"pet": Cat(kind="cat")}),
        ({"count": "3"}, {"count": 3}),
        ({"pet": None, "count": None}, {}),
    ],
)
def test_lists_and_objects_may_be_json_in_a_text(given: dict[str, Any], checked: dict[str, Any] | None):
    usual: dict[str, Any] = {"count": 1, "labels": [], "pet": None, "pets": [], "validate": False}
    if checked is None:
        with pytest.raises(InvalidInput, match="labels should be a valid list"):
            KEEP.check({"name": "ab", **given})
    else:
        assert KEEP.check({"name": "ab", **given}) == {"name": "ab", **usual, **checked}


class Many(Strict):
    numbers: list[int]


async def add(many: Many) -> None: ...


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1_000, "many.numbers[0] should be a valid integer, unable to parse string as an integer; "),
        (1_001, "The arguments are invalid in more than 1000 places; see the schema of this tool."),
    ],
)
def test_more_than_a_thousand_errors_are_not_listed(count: int, message: str):
    with pytest.raises(InvalidInput) as refused:
        Arguments(add, ()).check({"many": {"numbers": ["x"] * count}})
    assert refused.value.message.startswith(message)


class Loose(BaseModel):
    inside: int = 0


class Around(Strict):
    loose: Loose | None = None


class Square(Strict):
    kind: Literal["square"]
    loose: list[Loose] = []


class Circle(Strict):
    kind: Literal["circle"]


async def in_parameter(loose: Loose) -> None: ...
async def in_object(around: Around) -> None: ...
async def in_list(many: list[Loose]) -> None: ...
async def in_mapping(by_name: dict[str, Loose]) -> None: ...
async def in_one_kind(shape: Annotated[Square | Circle, Field(discriminator="kind")]) -> None: ...
async def in_alternative(either: int | Loose) -> None: ...


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (in_parameter, "loose"),
        (in_object, "loose"),
        (in_list, "many"),
        (in_mapping, "by_name"),
        (in_one_kind, "loose"),
        (in_alternative, "either"),
    ],
)
def test_an_object_that_allows_other_fields_is_refused_wherever_it_is(function: Any, name: str):
    with pytest.raises(TypeError) as refused:
        Arguments(function, ())
    text = f"{function.__name__}: nested models must forbid extra fields: {name}"
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"title": "T", "type": "string"}, {"type": "string"}),
        ({"title": {"type": "string"}}, {"title": {"type": "string"}}),
        ({"title": "T"}, {"title": "T"}),
        ({"title": "T", "enum": [1]}, {"enum": [1]}),
        ({"properties": {"title": {"title": "T", "type": "string"}}}, {"properties": {"title": {"type": "string"}}}),
        ({"anyOf": [{"type": "null"}, {"type": "string"}], "default": None}, {"type": "string"}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": "a"}, {"type": "string", "default": "a"}),
        (
            {"anyOf": [{"type": "null"}, {"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        (
            {"anyOf": [{"type": "array", "items": {"title": "I", "type": "string"}}, {"type": "null"}],
             "maxLength": 2, "minLength": 1, "description": "d"},
            {"type": "array", "items": {"type": "string"}, "maxItems": 2, "minItems": 1, "description": "d"},
        ),
        ({"type": "string", "maxLength": 2}, {"type": "string", "maxLength": 2}),
        (
            {"$defs": {"A": {"type": "string", "title": "A"}},
             "properties": {"a": {"$ref": "#/$defs/A", "default": "x"}}},
            {"properties": {"a": {"type": "string", "default": "x"}}},
        ),
        ({"default": {"title": "kept", "type": 1}}, {"default": {"title": "kept", "type": 1}}),
        ({"const": {"title": "kept", "type": 1}}, {"const": {"title": "kept", "type": 1}}),
        ({"examples": [{"title": "kept", "type": 1}]}, {"examples": [{"title": "kept", "type": 1}]}),
        ({"oneOf": [{"title": "T", "type": "string"}]}, {"oneOf": [{"type": "string"}]}),
    ],
)  # fmt: skip
def test_a_schema_for_hosts_has_no_titles_null_branches_or_references(schema: Any, expected: Any):
    assert pruned(schema) == expected


def test_a_schema_that_refers_to_itself_is_refused():
    with pytest.raises(TypeError, match="Node refers to itself, but a schema for hosts must be finite"):
        pruned({"$defs": {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}}}}, "$ref": "#/$defs/Node"})


TREE = {
    "properties": {
        "pet": {
            "oneOf": [
                {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}},
                {"properties": {"kind": {"const": "dog"}, "tricks": {"items": {"properties": {"word": {}}}}}},
            ]
        },
        "both": {"allOf": [{"properties": {"a": {}}}, {"anyOf": [{"properties": {"b": {}}}]}]},
    }
}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((), ["pet", "both"]),
        (("pet",), ["kind", "lives", "tricks"]),
        (("pet", "dog"), ["kind", "tricks"]),
        (("pet", "dog", "tricks"), []),
        (("pet", "tricks", 0), ["word"]),
        (("pet", "bird"), ["kind", "lives", "tricks"]),
        (("both",), ["a", "b"]),
    ],
)
def test_the_fields_at_a_place_are_those_of_the_alternative_that_it_names(place: Any, expected: list[str]):
    assert fields_at(TREE, place) == expected


@pytest.mark.parametrize(
    ("count", "ending"), [(1, "0"), (12, "10, 11"), (13, "10, 11 and 1 more"), (20, "10, 11 and 8 more")]
)
def test_at_most_twelve_fields_are_named_and_the_others_counted(count: int, ending: str):
    text = named([str(number) for number in range(count)])
    assert text.endswith(ending)
    assert text.startswith("0")
