"""Whatever is cut, nothing is lost: the pages of a result, put together, are the result."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp_chassis.output.cursors import START, Position
from mcp_chassis.output.truncate import truncate, truncate_text
from mcp_chassis.output.truncate_value import PLACEHOLDER
from mcp_chassis.results import compact
from volume import in_volume, volume

CUT = re.compile(r" \[cut: \d+ more characters\]$")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="["), max_size=300)
ITEMS = st.lists(st.fixed_dictionaries({"n": st.integers(0, 99), "text": TEXTS}), max_size=40)


def pages(data: dict[str, Any], budget: int, page_field: str | None = "items") -> list[dict[str, Any]]:
    """Every page of `data`, each within the budget."""
    delivered: list[dict[str, Any]] = []
    start: Position | None = START
    while start is not None:
        fitted = truncate(data, page_field, budget, start)
        assert len(compact(fitted.data)) <= budget
        assert fitted.rest != start, "the cursor does not move"
        delivered.append(fitted.data)
        start = fitted.rest
    return delivered


@given(ITEMS, st.integers(1_000, 3_000))
@settings(max_examples=200)
def test_pages_put_together_are_the_whole_list(items: list[dict[str, Any]], budget: int):
    delivered = [item for page in pages({"items": items, "total": len(items)}, budget) for item in page["items"]]
    assert delivered == items


@given(st.integers(2_000, 20_000), st.sampled_from(["x", "é", "\n", '"', "\u202a", "🎈"]), st.integers(1_000, 4_000))
@settings(max_examples=60)
def test_a_text_longer_than_the_budget_is_continued_until_it_ends(length: int, letter: str, budget: int):
    text = letter * length
    delivered = pages({"items": [{"n": 1, "text": text}, {"n": 2, "text": "after"}]}, budget)
    parts = [CUT.sub("", item["text"]) for page in delivered for item in page["items"] if item["n"] == 1]
    assert "".join(parts) == text
    assert delivered[-1]["items"][-1] == {"n": 2, "text": "after"}


@given(st.integers(3_000, 9_000))
@settings(max_examples=30)
def test_one_object_with_a_long_text_is_continued_too(length: int):
    text = "".join(chr(97 + n % 26) for n in range(length))
    delivered = pages({"title": "t", "body": text, "labels": ["a", "b"]}, 1_500, page_field=None)
    assert "".join(CUT.sub("", page["body"]) for page in delivered) == text
    assert {page["title"] for page in delivered} == {"t"}


def test_a_page_of_a_long_text_leaves_40_characters_for_its_mark():
    first = truncate({"body": "x" * 5_000}, None, 1_000, START)
    cut = first.data["body"]
    shown = len(CUT.sub("", cut))
    assert cut.endswith(f" [cut: {5_000 - shown} more characters]")
    assert shown == 1_000 - 400 - len('{"body":"[cut]"}') - 40  # 400 are reserved for a cursor and a count


def test_one_object_with_a_long_list_is_cut_at_an_items_border():
    data = {"name": "t", "columns": [{"name": f"column {n}"} for n in range(500)]}
    delivered = pages(data, 2_000, page_field=None)
    assert [column for page in delivered for column in page["columns"]] == data["columns"]


def test_a_result_within_the_budget_is_left_as_it_is():
    data = {"items": [{"n": 1}], "total": 1}
    assert truncate(data, "items", 60_000, START).data == data
    assert truncate(data, "items", 60_000, START).rest is None


def test_two_long_texts_in_one_item_never_break_the_budget():
    page = truncate({"items": [{"a": "x" * 5_000, "b": "y" * 4_900}]}, "items", 2_000, START)
    assert len(compact(page.data)) <= 2_000
    assert page.data["items"][0]["a"].endswith("more characters]")


@given(
    st.lists(st.integers(0, 6_000), min_size=1, max_size=6),
    st.sampled_from(["x", "é", '"', "\n"]),
    st.integers(1_000, 3_000),
    st.sampled_from(["items", None]),
)
@settings(max_examples=100, deadline=None)
def test_every_character_of_several_long_texts_comes_exactly_once(
    lengths: list[int], letter: str, budget: int, page_field: str | None
):
    item = {f"t{n}": letter * length for n, length in enumerate(lengths)}
    data: dict[str, Any] = {"items": [item]} if page_field else item
    shown = [page["items"][0] if page_field else page for page in pages(data, budget, page_field)]
    for name, text in item.items():
        parts = [CUT.sub("", part[name]) for part in shown if part[name] != PLACEHOLDER]
        # A text too short to be cut stands whole on every page.
        assert "".join(parts) == text or set(parts) == {text}


@given(st.recursive(st.integers() | st.text(max_size=200), lambda part: st.lists(part, max_size=60), max_leaves=400))
@in_volume
@settings(max_examples=volume(500), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_lists_inside_lists_never_break_the_budget(part: Any):
    for data, page_field in (({"items": [part, part]}, "items"), ({"inner": {"deep": [part] * 30}}, None)):
        pages(data, 1_000, page_field)


def test_members_beside_a_list_never_exceed_the_budget():
    columns = [f"column {n}" for n in range(1_000)]
    fitted = truncate({"rows": [[1, 2], [3, 4]], "columns": columns}, "rows", 2_000, START)
    assert len(compact(fitted.data)) <= 2_000
    assert fitted.data["rows"] == [[1, 2], [3, 4]]
    assert fitted.lost


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), max_size=60), st.integers(1_000, 3_000)
)
@settings(max_examples=200)
def test_parts_of_a_text_put_together_are_the_text(lines: list[str], budget: int):
    text, parts = "\n".join(lines), []
    offset: int | None = 0
    while offset is not None:
        part, offset = truncate_text(text, budget, offset)
        assert len(part) <= budget
        parts.append(part)
    assert "".join(parts) == text


def test_a_text_is_cut_at_the_border_of_a_line_where_it_has_one():
    part, offset = truncate_text("a line\n" * 1_000, 1_000, 0)
    assert part.endswith("a line\n")
    assert offset == len(part)


@pytest.mark.parametrize("size", [10_000, 200_000])
def test_a_text_of_one_line_is_cut_inside_the_line(size: int):
    assert truncate_text("x" * size, 1_000, 0)[1] is not None
