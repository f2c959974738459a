"""Exact texts of cut results: which items, which part of a text, and where the rest begins."""

from typing import Any

import pytest
from mcp_chassis.output.cursors import START, Position
from mcp_chassis.output.truncate import RESERVED_CHARS, Truncated, truncate, truncate_text
from mcp_chassis.output.truncate_value import PLACEHOLDER, Window, shortened

BUDGET = RESERVED_CHARS + 100


def items(*lengths: int) -> dict[str, Any]:
    """A page whose items are texts of these lengths; each takes two characters more in JSON."""
    return {"items": ["x" * length for length in lengths]}


@pytest.mark.parametrize(
    ("lengths", "start", "shown", "rest"),
    [
        # 12 characters are around the items, and each takes a comma: 88 are left of the 100.
        ((26, 26, 27), START, (26, 26, 27), None),
        ((26, 26, 28), START, (26, 26), Position(None, 2)),
        ((26, 26, 27, 1), START, (26, 26, 27), Position(None, 3)),
        ((26, 26, 27), Position("own", 1), (26, 27), None),
        ((26, 26, 26, 28), Position("own", 1), (26, 26), Position("own", 3)),
        ((85,), START, (85,), None),
        ((), START, (), None),
    ],
)
def test_a_page_has_as_many_items_as_fit(
    lengths: tuple[int, ...], start: Position, shown: tuple[int, ...], rest: Position | None
):
    assert truncate(items(*lengths), "items", BUDGET, start) == Truncated(items(*shown), rest)


def test_a_text_of_an_item_that_does_not_fit_is_continued_before_the_next_item():
    data = {"items": [{"n": 1}, {"n": 2, "text": "a" * 90 + "b" * 90}, {"n": 3}]}
    first = truncate(data, "items", BUDGET, START)
    assert first == Truncated({"items": [{"n": 1}]}, Position(None, 1))
    second = truncate(data, "items", BUDGET, Position(None, 1))
    text = second.data["items"][0]["text"]
    shown, _, mark = text.partition(" [")
    assert mark == f"cut: {180 - len(shown)} more characters]"
    assert second.rest == Position(None, 1, len(shown))
    third = truncate(data, "items", BUDGET, Position(None, 1, len(shown)))
    following = third.data["items"][0]["text"].partition(" [")[0]
    assert ("a" * 90 + "b" * 90).startswith(shown + following)
    last = truncate(data, "items", BUDGET, Position(None, 1, 179))
    assert last == Truncated({"items": [{"n": 2, "text": "b"}, {"n": 3}]}, None)


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("x" * 500, 0, ("x" * 500, None)),
        ("x" * 501, 0, ("x" * 100, 100)),
        ("x" * 501, 1, ("x" * 500, None)),
        ("y" * 99 + "\n" + "x" * 500, 0, ("y" * 99 + "\n", 100)),
        ("y" * 100 + "\n" + "x" * 500, 0, ("y" * 100, 100)),
        ("y" * 10 + "\n" + "x" * 800, 11, ("x" * 100, 111)),
        ("\n" + "x" * 800, 0, ("\n", 1)),
    ],
)
def test_a_text_is_cut_after_its_last_line_that_fits(text: str, offset: int, expected: tuple[str, int | None]):
    assert truncate_text(text, BUDGET, offset) == expected


@pytest.mark.parametrize(
    ("value", "offset", "room", "expected"),
    [
        # One text: the room less the object and 40 characters for the mark; at least 40 characters are shown.
        ({"t": "x" * 200}, 0, 208, Window({"t": "x" * 200})),
        ({"t": "x" * 200}, 0, 207, Window({"t": "x" * 154 + " [cut: 46 more characters]"}, 154)),
        ({"t": "x" * 200}, 0, 100, Window({"t": "x" * 47 + " [cut: 153 more characters]"}, 47)),
        ({"t": "x" * 200}, 0, 10, Window({"t": "x" * 40 + " [cut: 160 more characters]"}, 40)),
        ({"t": "x" * 200}, 150, 207, Window({"t": "x" * 50}, None)),
        ({"t": "x" * 120}, 100, 1_000, Window({"t": "x" * 20}, None)),
        ({"t": "x" * 200}, 10, 100, Window({"t": "x" * 47 + " [cut: 143 more characters]"}, 57)),
        # A text below 100 characters is not cut, whatever the room.
        ({"t": "x" * 99}, 0, 10, Window({"t": "x" * 99}, None)),
        ({"t": "x" * 100}, 0, 10, Window({"t": "x" * 40 + " [cut: 60 more characters]"}, 40)),
        # The longest text is cut first; a later page shows the other one, and the short one is on every page.
        (
            {"a": "a" * 150, "b": "b" * 200, "c": "c"},
            0,
            150,
            Window({"a": PLACEHOLDER, "b": "b" * 77 + " [cut: 123 more characters]", "c": "c"}, 77),
        ),
        (
            {"a": "a" * 150, "b": "b" * 200, "c": "c"},
            200,
            150,
            Window({"a": "a" * 77 + " [cut: 73 more characters]", "b": "", "c": "c"}, 277),
        ),
        # The end of one text and the beginning of the next share a page.
        (
            {"a": "a" * 150, "b": "b" * 200},
            170,
            150,
            Window({"a": "a" * 55 + " [cut: 95 more characters]", "b": "b" * 30}, 255),
        ),
        # A list is not shortened where cutting texts is enough.
        (
            {"t": "x" * 1_000, "l": [1, 2]},
            0,
            200,
            Window({"t": "x" * 137 + " [cut: 863 more characters]", "l": [1, 2]}, 137),
        ),
        # An escape takes as many characters as in JSON.
        ({"t": "\n" * 200}, 0, 100, Window({"t": "\n" * 23 + " [cut: 177 more characters]"}, 23)),
    ],
)
def test_a_value_that_does_not_fit_shows_the_next_part_of_its_longest_texts(
    value: Any, offset: int, room: int, expected: Window
):
    assert shortened(value, offset, room) == expected


@pytest.mark.parametrize(
    ("value", "room", "shown"),
    [
        ({"l": list(range(10, 50))}, 127, list(range(10, 50))),
        ({"l": list(range(10, 50))}, 126, list(range(10, 30))),
        ({"l": list(range(10, 50))}, 40, list(range(10, 15))),
        ({"l": [7]}, 1, [7]),
    ],
)
def test_lists_are_halved_until_the_value_takes_three_quarters_of_the_room(value: Any, room: int, shown: list[int]):
    expected = Window({"l": shown}, None, lost=shown != value["l"])
    assert shortened(value, 0, room) == expected


def test_a_list_of_short_texts_is_halved_since_they_are_never_cut():
    value = {"l": ["x" * 99] * 10}
    assert shortened(value, 0, 400) == Window({"l": ["x" * 99] * 2}, None, lost=True)


def test_of_several_lists_the_longest_is_halved():
    value = {"a": [10, 11, 12, 13], "b": list(range(10, 50)), "c": {"d": [1, 2]}}
    assert shortened(value, 0, 150) == Window({**value, "b": list(range(10, 30))}, None, lost=True)


@pytest.mark.parametrize(
    ("data", "cut"),
    [
        ({"a": list(range(10, 200)), "t": "x" * 200}, "a"),
        ({"a": list(range(10, 60)), "t": "x" * 800}, "t"),
        ({"a": ["x" * 900]}, "text in a"),
    ],
)
def test_without_a_page_field_the_longest_list_or_a_larger_text_is_cut(data: dict[str, Any], cut: str):
    fitted = truncate(data, None, BUDGET, START)
    assert fitted.rest is not None
    assert (fitted.rest.skip > 0) == (cut == "a")
    assert (fitted.rest.offset > 0) == (cut != "a")
