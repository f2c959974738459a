"""Results from single responses: lists, objects and writes, and the sentence where something else came."""

import json
from typing import Any

import pytest
from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import Response
from rest_mcp.fields import tree_of
from rest_mcp.response_results import Items, items_of, kept_items, object_of, response_text, written

ERRORS = ["error", "message"]
EMPTY = object()


def response(body: Any, status: int = 200) -> Response:
    content = b"" if body is EMPTY else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response("things", status, {"content-type": "application/json"}, content)


LISTS: list[tuple[Any, str | None, Any]] = [
    ([1], None, Items([1])),
    ([1], "items", Items([1])),
    ({"items": [1]}, "items", Items([1])),
    ({"a": {"b": []}}, "a.b", Items([])),
    ({"items": None}, "items", Items([])),
    (None, "items", Items([])),
    (EMPTY, "items", Items([])),
    ({"a": 1}, "items", Items([], ["things answered without items (it has: a); shown as an empty list."])),
    ({}, "items", Items([], ["things answered without items (it has: no fields); shown as an empty list."])),
    ({f"f{n}": 1 for n in range(8)}, "items",
     Items([], ["things answered without items (it has: f0, f1, f2, f3, f4, f5, f6, f7); shown as an empty list."])),
    ({f"f{n}": 1 for n in range(10)}, "items", Items([], [
        "things answered without items (it has: f0, f1, f2, f3, f4, f5, f6, f7 and 2 more); shown as an empty list."])),
    ({"f" * 50: 1}, "items",
     Items([], [f"things answered without items (it has: {'f' * 40}); shown as an empty list."])),
    ({"a": 1}, None, "things answered an object where the bridge file expects a list."),
    ({"items": {}}, "items", "things answered an object where the bridge file expects a list at items."),
    ({"items": "x"}, "items", "things answered a text where the bridge file expects a list at items."),
    ({"items": True}, "items", "things answered true or false where the bridge file expects a list at items."),
    ({"items": 1.5}, "items", "things answered a number where the bridge file expects a list at items."),
    (5, "items", "things answered a number where the bridge file expects a list at items."),
    ("x", "items", "things answered a text where the bridge file expects a list at items."),
    ({"message": "quota used up"}, "items", 'things answered 200 with an error: "quota used up"'),
]  # fmt: skip


NUMBERS = [
    ("1e999", "1e999"),
    ("-1E400", "-1E400"),
    ("1e-400", "1e-400"),
    ("1e99999999999999999999", "1e99999999999999999999"),
    ("0.12345678901234567890", "0.12345678901234567890"),
    ("12345678901234567890.5", "12345678901234567890.5"),
    ("9007199254740993", "9007199254740993"),
    ("0.1", 0.1),
    ("1.10", 1.1),
    ("5e-324", 5e-324),
    ("1e22", 1e22),
    ("-0.0", 0.0),
]


@pytest.mark.parametrize(("digits", "shown"), NUMBERS)
def test_a_number_that_a_float_would_change_is_shown_with_its_own_digits(digits: str, shown: float | str):
    listed = response(f'{{"items": [{{"a": [{digits}]}}]}}'.encode())
    assert kept_items(items_of(listed, "items", ERRORS), tree_of(["a"])).found == [{"a": [shown]}]
    assert object_of(response(f'{{"a": {digits}}}'.encode()), None, tree_of(["a"]), ERRORS) == {"a": shown}
    assert object_of(response(digits.encode()), None, {}, ERRORS) == {"answer": shown}
    assert written(response(f'{{"a": {digits}}}'.encode()), None, tree_of(["a"]), as_list=False) == {"a": shown}


def outcome(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except UpstreamError as exc:
        return exc.message


def test_the_items_of_a_list_are_found_or_missed_in_a_sentence() -> None:
    found = [outcome(items_of, response(body), path, ERRORS) for body, path, _ in LISTS]
    for (body, path, expected), each in zip(LISTS, found, strict=True):
        if isinstance(expected, Items):
            assert (each.found, list(each.warnings)) == (expected.found, list(expected.warnings)), (body, path)
        else:
            assert str(each).startswith(expected), (body, path)


OBJECTS: list[tuple[Any, str | None, list[str], Any]] = [
    ({"id": 1, "b": 2}, None, ["id"], {"id": 1}),
    ({"id": 1, "b": 2}, None, [], {"id": 1, "b": 2}),
    ({"a": {"id": 2**60}}, "a", ["id"], {"id": str(2**60)}),
    ({}, None, ["id"], {}),
    ({"id": None}, None, ["id"], {"id": None}),
    ("x", None, ["id"], {"answer": "x"}),
    (1.5, None, [], {"answer": 1.5}),
    (False, None, [], {"answer": False}),
    ([{"id": 1, "b": 2}], None, ["id"], {"answer": [{"id": 1}]}),
    ([{"id": 1, "b": 2}], "a", ["id"], {"answer": [{"id": 1}]}),
    ({"a": [2**60]}, "a", [], {"answer": [str(2**60)]}),
    (EMPTY, None, ["id"], {"warnings": ["things answered 200 without content."]}),
    ({"b": 2}, None, ["id", "a"],
     "things answered without any of id, a, the fields that this tool keeps; it has: b."),
    ({"b": 2}, None, [f"f{n}" for n in range(9)],
     "things answered without any of f0, f1, f2, f3, f4, f5, f6, f7, the fields that this tool keeps; it has: b."),
    ({"message": "odd"}, None, ["id"], 'things answered 200 with an error: "odd"'),
    ({"message": "odd"}, "a", ["id"], 'things answered 200 with an error: "odd"'),
    ({"b": 1}, "a", ["id"], "things answered an object where the bridge file expects an object at a."),
    (None, None, ["id"], "things answered null where the bridge file expects an object."),
    ({"a": None}, "a", ["id"], "things answered null where the bridge file expects an object at a."),
]  # fmt: skip


def test_the_kept_fields_of_an_object_are_found_or_missed_in_a_sentence() -> None:
    for body, path, keep, expected in OBJECTS:
        found = outcome(object_of, response(body), path, tree_of(keep), ERRORS)
        assert found == expected or str(found).startswith(str(expected)), (body, path, found)


def test_items_that_are_no_objects_are_counted_where_fields_are_kept() -> None:
    items = Items([{"id": 2**60, "b": 1}, "x", None, [{"id": 1}]], ["before"])
    assert kept_items(items, tree_of(["id"])) == Items(
        [{"id": str(2**60)}], ["before", "3 of 4 items are not objects and were left out."]
    )
    assert kept_items(Items([{"id": 1}]), tree_of(["id"])) == Items([{"id": 1}], [])
    assert kept_items(Items([2**60, "x"], ["before"]), {}) == Items([str(2**60), "x"], ["before"])


WRITES: list[tuple[Any, str | None, list[str], bool, dict[str, Any]]] = [
    ({"id": 1, "b": 2}, None, ["id"], False, {"id": 1}),
    ({"id": 2**60}, None, [], False, {"id": str(2**60)}),
    ({"a": {"id": 1}}, "a", ["id"], False, {"id": 1}),
    ({"id": None, "b": 2}, None, ["id"], False, {"done": True, "answer": {"id": None, "b": 2}}),
    ({"b": 2**60}, None, ["id"], False, {"done": True, "answer": {"b": str(2**60)}}),
    ({"b": 2}, "a", ["id"], False, {"done": True, "answer": {"b": 2}}),
    ([1], None, ["id"], False, {"done": True, "answer": [1]}),
    ([{"id": 1, "b": 2}], None, ["id"], True, {"items": [{"id": 1}]}),
    ([{"id": 1}], "a", [], True, {"items": [{"id": 1}]}),
    ({"a": [2**60]}, "a", [], True, {"items": [str(2**60)]}),
    ({"id": 1}, None, ["id"], True, {"done": True, "answer": {"id": 1}}),
    (EMPTY, None, ["id"], False, {"done": True}),
    (None, None, ["id"], False, {"done": True}),
    ("", None, [], False, {"done": True}),
    ({}, None, [], False, {"done": True}),
    ([], None, [], False, {"done": True, "answer": []}),
    (0, None, [], False, {"done": True, "answer": 0}),
    (b"{odd", None, [], False, {"done": True, "answer": "{odd"}),
    (b"\xff\xfe\xff", None, [], False, {"done": True}),
]


def test_a_write_that_was_answered_with_success_is_done() -> None:
    found = [written(response(body), path, tree_of(keep), as_list=listed) for body, path, keep, listed, _ in WRITES]
    assert found == [expected for *_, expected in WRITES]


def test_a_text_is_cut_at_2000_characters() -> None:
    assert response_text(response(b"a" * 2_001)) == "a" * 2_000
    assert response_text(response(b"a")) == "a"


def test_a_failure_of_the_kind_is_no_bug() -> None:
    with pytest.raises(UpstreamError, match="expects a list"):
        items_of(response(5), None, ERRORS)
