"""Arguments that clients send although they mean "not given" are left out, in one place for every tool."""

import dataclasses
from typing import Annotated, Any

import pytest
from mcp_chassis.results import Result
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import EMPTY_IS_ABSENT, NULL_IS_A_VALUE, Cursor, IdempotencyKey, reads
from pydantic import BaseModel, ConfigDict, Field
from sample_server import SAMPLE

Filter = Annotated[str | None, Field(max_length=10, min_length=2), EMPTY_IS_ABSENT]
Names = Annotated[list[Annotated[str, Field(max_length=9)]] | None, Field(max_length=3), EMPTY_IS_ABSENT]


class Colour(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    shade: str = "pale"


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")

    colours: list[Colour] = []
    size: int = 3


class Seen(Result):
    found: str


@reads("Look")
async def look(
    needed: str = "x",
    number: Annotated[int, Field(ge=1)] = 7,
    query: Filter = None,
    names: Names = None,
    body: str | None = None,
    tags: list[str] | None = None,
    place: Place | None = None,
    sent: Annotated[str | None, NULL_IS_A_VALUE] = "default",
    cursor: Cursor = None,
    idempotency_key: IdempotencyKey = None,
) -> Seen:
    """Look at what is given."""
    return Seen(found=repr((needed, number, query, names, body, tags, place, sent, idempotency_key)))


SERVER = dataclasses.replace(SAMPLE, tools=(look,), resources=(), prompts=(), draft=True)
DEFAULTS = ("x", 7, None, None, None, None, None, "default", None)


async def seen(arguments: dict[str, Any]) -> str:
    async with connected(SERVER) as client:
        return data(await client.call_tool("look", arguments))["found"]


@pytest.mark.parametrize(
    "name", ["needed", "number", "query", "names", "body", "tags", "place", "cursor", "idempotency_key"]
)
async def test_null_for_an_optional_argument_means_not_given(name: str):
    assert await seen({name: None}) == repr(DEFAULTS)


async def test_all_optional_arguments_may_be_null_at_once():
    names = ["needed", "number", "query", "names", "body", "tags", "place", "cursor", "idempotency_key"]
    assert await seen(dict.fromkeys(names)) == repr(DEFAULTS)


async def test_null_is_passed_on_if_the_parameter_declares_it_a_value():
    assert await seen({"sent": None}) == repr((*DEFAULTS[:7], None, None))


async def test_null_for_an_optional_field_inside_an_object_means_not_given():
    place = {"colours": [{"name": "red", "shade": None}], "size": None}
    assert await seen({"place": place}) == repr((*DEFAULTS[:6], Place(colours=[Colour(name="red")]), *DEFAULTS[7:]))


async def test_null_for_a_required_field_is_refused_by_its_place():
    async with connected(SERVER) as client:
        result = await client.call_tool("look", {"place": {"colours": [{"name": None}]}})
    assert failure(result).message == "place.colours[0].name should be a valid string."


async def test_nulls_in_an_object_sent_as_text_mean_not_given():
    assert await seen({"place": '{"size": null}'}) == repr((*DEFAULTS[:6], Place(), *DEFAULTS[7:]))


@pytest.mark.parametrize(
    "empty", [{"query": ""}, {"query": "  "}, {"names": []}, {"cursor": ""}, {"idempotency_key": ""}]
)
async def test_an_empty_filter_cursor_or_key_means_not_given(empty: dict[str, Any]):
    assert await seen(empty) == repr(DEFAULTS)


async def test_empty_content_is_a_value():
    assert await seen({"body": "", "tags": []}) == repr((*DEFAULTS[:4], "", [], *DEFAULTS[6:]))


async def test_an_unknown_argument_is_refused_though_it_is_null():
    async with connected(SERVER) as client:
        result = await client.call_tool("look", {"quary": None})
    assert failure(result).message == "quary is not a parameter of this call (did you mean query?)."
