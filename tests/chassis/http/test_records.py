"""Records of upstream JSON: odd optional parts cost themselves, odd required ones cost the record."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import Record, read_record, read_records
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import collecting


class User(Record):
    login: str
    id: int = 0


class Issue(Record, rename={"created": "created_at"}):
    number: int
    title: str = ""
    draft: bool = False
    weight: float = 1.0
    user: User | None = None
    labels: tuple[User, ...] = ()
    counts: dict[str, int] = {}  # noqa: RUF012
    created: str | None = "never"
    reference: int | str = ""


WHOLE: dict[str, Any] = {
    "number": 7,
    "title": "Broken",
    "draft": True,
    "weight": 2.5,
    "user": {"login": "ada", "id": 1},
    "labels": [{"login": "bug"}, {"login": "ui"}],
    "counts": {"up": 2},
    "created_at": "2026-01-01T00:00:00Z",
    "reference": "a",
    "not_used": [None],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def issue(data: Any, at: str = "") -> Issue:
    return read_record(data, Issue, upstream="Acme", operation="read the issue", at=at)


def test_a_complete_record_is_read_without_a_warning():
    with collecting() as warnings:
        found = issue(WHOLE)
    assert (found.number, found.title, found.draft, found.weight, found.created) == (
        7,
        *list(WHOLE.values())[1:4],
        WHOLE["created_at"],
    )
    assert (found.user, found.labels) == (User("ada", 1), (User("bug"), User("ui")))
    assert (found.counts, found.reference, warnings) == ({"up": 2}, "a", [])


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in {"number", "not_used"}])
@pytest.mark.parametrize("how", ["missing", "null"])
def test_an_optional_field_that_is_missing_or_null_takes_its_default_without_a_warning(name: str, how: str):
    data = {key: value for key, value in WHOLE.items() if key != name} | ({name: None} if how == "null" else {})
    field = "created" if name == "created_at" else name
    with collecting() as warnings:
        found = issue(data)
    expected = None if (field, how) == ("created", "null") else getattr(Issue(7), field)
    assert getattr(found, field) == expected
    assert {key for key in Issue.__struct_fields__ if getattr(found, key) == getattr(issue(WHOLE), key)} == {
        key for key in Issue.__struct_fields__ if key != field
    }
    assert warnings == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 7),
        ("title", {"x": 1}),
        ("draft", 1),
        ("draft", "true"),
        ("weight", "1.5"),
        ("weight", True),
        ("weight", float("inf")),
        ("user", []),
        ("user", {"login": None}),
        ("user", {"id": 3}),
        ("labels", {"login": "a"}),
        ("counts", [1]),
        ("created_at", 5),
        ("reference", [1]),
    ],
)
def test_an_optional_field_of_another_type_takes_its_default_and_the_result_says_so(name: str, value: Any):
    field = "created" if name == "created_at" else name
    with collecting() as warnings:
        found = issue({**WHOLE, name: value})
    assert getattr(found, field) == getattr(Issue(7), field)
    assert found.number == 7
    assert warnings == [f"Parts of Acme's response could not be read and were left out ({name})."]


def test_an_invalid_item_of_a_nested_list_is_left_out():
    with collecting() as warnings:
        found = issue({**WHOLE, "labels": [{"login": "a"}, None, {"login": 4}, {"login": "b", "id": "x"}]})
    assert found.labels == (User("a"), User("b"))
    assert warnings == ["Parts of Acme's response could not be read and were left out (labels[], labels[].id)."]


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("missing", "nothing"),
        (None, "nothing"),
        ("7", "a text"),
        (True, "true or false"),
        (7.0, "a number"),
        (2**63, "a number"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_the_failure_of_a_required_field_names_the_field_and_the_type_found(number: Any, found: str):
    data = {"title": "x"} if number == "missing" else {**WHOLE, "number": number}
    with pytest.raises(UpstreamError) as caught:
        issue({"data": data}, at="data")
    assert caught.value.message.startswith(
        "Acme responded to the request to read the issue without a usable 'data.number': "
    )
    assert f"found {found}" in caught.value.message


class Part(Record):
    size: int = 0
    inner: "Part | None" = None


class Parts(Record):
    """A record with one number at most in each of its fields, which differ in how the number is reached."""

    name: str = ""
    count: int | None = None
    either: str | int | None = None
    ratio: float = 0.0
    anything: Any = None
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    texts: list[str] = []  # noqa: RUF012
    numbers: list[list[int]] = []  # noqa: RUF012
    by_name: dict[str, Part] = {}  # noqa: RUF012


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400, float("nan"), float("inf")])
@pytest.mark.parametrize(
    ("place", "within"),
    [
        ("count", "{}"),
        ("either", "{}"),
        ("anything", "{}"),
        ("anything", '{{"deep": [{}]}}'),
        ("part", '{{"size": {}}}'),
        ("part", '{{"inner": {{"inner": {{"size": {}}}}}}}'),
        ("parts", '[{{"size": {}}}]'),
        ("numbers", "[[1], [{}]]"),
        ("by_name", '{{"a": {{"size": {}}}}}'),
    ],
)
def test_a_number_out_of_range_never_reaches_a_record(place: str, within: str, number: float):
    value = json.loads(within.format(json.dumps(number)))
    with collecting() as warnings:
        one = read_record({"name": "x", place: value}, Parts, upstream="Acme", operation="read it")
        listed = read_records([{"name": "x", place: value}, {"name": "y"}], Parts, upstream="Acme", operation="read it")
    assert len(warnings) == 1  # the same sentence for both
    assert [record.name for record in [one, *listed.items]] == ["x", "x", "y"]
    assert not [text for text in (json.dumps(number), repr(number)) if text in repr([one, listed.items])]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_a_number_that_no_float_can_hold_takes_the_default_of_the_field(number: float):
    with collecting() as warnings:
        assert read_record({"ratio": number}, Parts, upstream="Acme", operation="read it").ratio == 0.0
    assert len(warnings) == 1


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 1.5e308])
def test_a_number_within_range_is_kept(number: float):
    data = {"anything": {"deep": [number]}, "name": "x"}
    assert read_record(data, Parts, upstream="Acme", operation="read it").anything == {"deep": [number]}
    assert read_records([data], Parts, upstream="Acme", operation="read it").items[0].anything == {"deep": [number]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "with nothing where an object was expected."),
        ([], "with a list where an object was expected."),
        ("text", "with a text where an object was expected."),
        (7, "with a number where an object was expected."),
    ],
)
def test_json_of_another_type_than_expected_is_an_upstream_error(data: Any, sentence: str):
    with pytest.raises(UpstreamError) as caught:
        issue(data)
    assert sentence in caught.value.message


def test_items_that_cannot_be_read_are_left_out_and_counted():
    data = [{"number": 1}, {"number": None}, {"number": 2, "user": 4}, "text", None, {"number": 3}]
    with collecting() as warnings:
        found = read_records(data, Issue, upstream="Acme", operation="list issues", noun="issues")
    assert ([item.number for item in found.items], found.skipped) == ([1, 2, 3], 3)
    assert found.warnings == warnings
    assert warnings == [
        "3 of 6 issues could not be read and were left out (number).",
        "Parts of Acme's response could not be read and were left out (user).",
    ]


def test_the_warning_about_one_left_out_item_is_in_the_singular():
    found = read_records([{}, {"number": 1}], Issue, upstream="Acme", operation="list issues", noun="issues")
    assert found.warnings == ["1 of 2 issues could not be read and was left out (number)."]


@pytest.mark.parametrize("data", [{}, {"items": None}, {"items": {}}, {"items": "x"}, [], None])
def test_a_missing_list_is_an_upstream_error_that_names_it(data: Any):
    with pytest.raises(UpstreamError, match="Acme responded to the request to list issues with"):
        read_records(data, Issue, upstream="Acme", operation="list issues", at="items")


@given(data=JSON)
def test_any_json_gives_records_of_the_right_types_or_an_upstream_error(data: Any):
    for mutant in ({**WHOLE, name: data} for name in WHOLE):
        try:
            found = issue(mutant)
        except UpstreamError:
            continue
        assert type(found.number) is int
        assert type(found.title) is str
        assert type(found.draft) is bool
        assert all(type(user) is User for user in found.labels)
        assert found.user is None or type(found.user.login) is str


def test_the_error_for_a_response_without_json_names_the_operation():
    page = Response("Acme", 200, {"content-type": "text/html"}, b"<html>Sign in</html>")
    with pytest.raises(UpstreamError, match="Acme responded to the request to read the issue with a web page"):
        page.record(Issue, operation="read the issue")
    with pytest.raises(UpstreamError, match="Acme responded to the request to list issues with nothing"):
        Response("Acme", 204, {}, b"").records(Issue, operation="list issues")


def test_records_are_read_from_a_part_of_a_response():
    response = Response("Acme", 200, {}, b'{"total": 1, "items": [{"number": 4}]}')
    assert [item.number for item in response.records(Issue, operation="list issues", at="items").items] == [4]
