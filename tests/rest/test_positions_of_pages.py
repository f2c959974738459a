"""The query that asks for one page and the position of the next one, for every kind of paging and odd responses."""

import json
from typing import Any

import pytest
from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.response import Response
from rest_mcp.paging import Continuation, Paging, asked, following


def response(body: Any, **headers: str) -> Response:
    return Response("things", 200, headers, json.dumps(body).encode())


def after(body: Any, count: int = 2, position: str | None = None, *, params: Any = (), **paging: Any) -> Continuation:
    items = [{"id": number} for number in range(1, count + 1)]
    return following(Paging.model_validate(paging), response(body), items, position, dict(params))


QUERIES: list[tuple[dict[str, Any], str | None, dict[str, Any], dict[str, Any]]] = [
    ({"kind": "page"}, None, {"a": 1}, {"a": 1}),
    ({"kind": "page"}, "3", {"a": 1}, {"a": 1, "page": "3"}),
    ({"kind": "page", "always": True}, None, {}, {"page": 1}),
    ({"kind": "page", "always": True, "first": 0}, None, {}, {"page": 0}),
    ({"kind": "offset", "always": True}, None, {}, {"offset": 0}),
    ({"kind": "offset", "parameter": "skip"}, "20", {}, {"skip": "20"}),
    ({"kind": "page", "size": 5}, None, {}, {"limit": 5}),
    ({"kind": "page", "size": 5, "size_parameter": "per"}, "2", {}, {"per": 5, "page": "2"}),
    ({"kind": "page", "size": 5}, "2", {"limit": 9}, {"limit": 9, "page": "2"}),
    ({"kind": "cursor", "next": "n"}, "abc", {}, {"cursor": "abc"}),
    ({"kind": "cursor", "next": "n"}, '{"p": "2"}', {"a": 1}, {"a": 1, "p": "2"}),
    ({"kind": "link"}, '{"p": "2"}', {"a": 1}, {"a": 1, "p": "2"}),
]


def test_a_page_is_asked_for_with_its_position_its_size_and_the_callers_own_words() -> None:
    for paging, position, params, query in QUERIES:
        assert asked(Paging.model_validate(paging), position, params) == query, paging


CURSORS = [
    ("abc", "abc"),
    (7, "7"),
    (0, "0"),
    ("", None),
    (None, None),
    (True, None),
    (1.5, None),
    ([], None),
    ({}, None),
    ("http://h/x?c=2", "2"),
    ("https://h/x?c=&d=", '{"c": "", "d": ""}'),
    ("/x?c=a%20b", "a b"),
    ("?c=2&d=3", "2"),
    ("/x?d=3", '{"d": "3"}'),
    ("/x", "/x"),
]


def test_the_next_cursor_is_the_text_number_or_address_in_its_field() -> None:
    told = [after({"n": found}, kind="cursor", next="n", parameter="c") for found, _ in CURSORS]
    assert [(each.position, each.warnings) for each in told] == [(position, []) for _, position in CURSORS]


@pytest.mark.parametrize("found", [{"a": 1}, ["a"]])
def test_a_cursor_that_is_an_object_or_a_list_gives_a_warning(found: Any) -> None:
    told = after({"n": found}, kind="cursor", next="n")
    said = "n is an object or a list instead of a cursor: whether there are more pages is not known."
    assert (told.position, told.warnings) == (None, [said])


MORE = [(False, None), (True, "abc"), ("false", "abc"), (None, "abc")]


def test_a_cursor_counts_unless_the_api_says_that_there_is_no_more() -> None:
    for more, position in MORE:
        told = after({"n": "abc", "more": more, "t": 9}, kind="cursor", next="n", more="more", total="t")
        assert (told.position, told.total) == (position, 9), more


def test_a_page_that_names_itself_as_the_next_gives_a_warning_and_the_total() -> None:
    told = after({"n": "abc", "t": 9}, position="abc", kind="cursor", next="n", total="t")
    assert (told.position, told.total) == (None, 9)
    assert told.warnings == ["things named this page as the next one: the list ends here, though there may be more."]


BARE: list[tuple[int, dict[str, Any], dict[str, Any], bool]] = [
    (2, {"size": 2}, {}, True),
    (3, {"size": 2}, {}, True),
    (1, {"size": 2}, {}, False),
    (2, {}, {}, False),
    (2, {"size": 9}, {"limit": 2}, True),
    (2, {"size": 2}, {"limit": "9"}, True),
    (2, {"size": 2}, {"limit": 3}, False),
]


def test_a_full_bare_list_without_a_cursor_may_go_on() -> None:
    said = "things answered a list without n: whether there are more pages is not known."
    for count, paging, params, warned in BARE:
        told = after([], count, params=params, kind="cursor", next="n", **paging)
        assert (told.position, told.warnings) == (None, [said] if warned else []), (count, paging, params)


ENDS: list[tuple[Any, int, str | None, dict[str, Any], str | None]] = [
    ({}, 2, None, {"kind": "page"}, "2"),
    ({}, 2, "4", {"kind": "page"}, "5"),
    ({}, 2, None, {"kind": "page", "first": 0}, "1"),
    ({}, 2, "0", {"kind": "page", "first": 0}, "1"),
    ({}, 0, None, {"kind": "page"}, None),
    ({}, 2, None, {"kind": "page", "size": 2}, "2"),
    ({}, 3, None, {"kind": "page", "size": 2}, "2"),
    ({}, 1, None, {"kind": "page", "size": 2}, None),
    ({}, 2, None, {"kind": "offset"}, "2"),
    ({}, 2, "4", {"kind": "offset"}, "6"),
    ({"t": 6}, 2, "4", {"kind": "offset", "total": "t"}, None),
    ({"t": 7}, 2, "4", {"kind": "offset", "total": "t"}, "6"),
    ({"t": 7}, 2, "4", {"kind": "offset", "total": "t", "size": 5}, "6"),
    ({"t": 4}, 2, "2", {"kind": "page", "total": "t", "size": 2}, None),
    ({"t": 5}, 2, "2", {"kind": "page", "total": "t", "size": 2}, "3"),
    ({"t": 5}, 1, "2", {"kind": "page", "total": "t", "size": 2}, "3"),
    ({"t": 4}, 2, "1", {"kind": "page", "total": "t", "size": 2, "first": 0}, None),
    ({"t": 2}, 2, None, {"kind": "page", "total": "t"}, "2"),
    ({"more": True}, 1, None, {"kind": "page", "size": 2, "more": "more"}, "2"),
    ({"more": True}, 0, None, {"kind": "page", "more": "more"}, None),
    ({"more": False, "t": 9}, 2, None, {"kind": "page", "size": 2, "more": "more", "total": "t"}, None),
    *(({"more": word}, 2, None, {"kind": "page", "more": "more"}, "2") for word in (1, "true", "True")),
    *(({"more": word}, 2, None, {"kind": "page", "more": "more"}, None) for word in ("yes", 2, None, "")),
    ({}, 2, None, {"kind": "last", "parameter": "after"}, "2"),
    ({}, 1, "9", {"kind": "last", "parameter": "after", "size": 2}, None),
    ({"more": True}, 1, "9", {"kind": "last", "parameter": "after", "size": 2, "more": "more"}, "1"),
    ({"t": 2}, 2, None, {"kind": "last", "parameter": "after", "total": "t"}, "2"),
]


def test_a_list_goes_on_until_its_flag_its_total_or_a_page_that_is_not_full() -> None:
    wrong = [each for each in ENDS if after(*each[:3], **each[3]).position != each[4]]
    assert wrong == []


TOTALS = [
    (5, 5),
    ("5", 5),
    ("9" * 15, 999_999_999_999_999),
    ("9" * 16, None),
    ("²", None),
    ("٣", None),
    ("-5", None),
    (5.5, None),
    (True, None),
    (None, None),
]


def test_the_total_is_a_whole_number_or_its_digits() -> None:
    for kind in ("page", "link"):
        assert [after({"t": found}, kind=kind, total="t").total for found, _ in TOTALS] == [each for _, each in TOTALS]
    assert [after({"t": found}, kind="page").total for found, _ in TOTALS] == [None] * len(TOTALS)


def test_the_page_after_this_one_is_that_of_the_link_header() -> None:
    headers = {"link": '<https://h/x?p=2&q=a>; rel="next", <https://h/x?p=9>; rel="last"'}
    told = following(Paging(kind="link"), response([], **headers), [], None, {})
    assert json.loads(told.position or "") == {"p": "2", "q": "a"}
    assert following(Paging(kind="link"), response([]), [], None, {}).position is None


def test_a_last_item_that_does_not_lead_on_is_a_failure() -> None:
    with pytest.raises(UpstreamError, match="things sent the same page again: it ignores after"):
        after({}, 2, "2", kind="last", parameter="after")
    with pytest.raises(UpstreamError, match="things sent a last item without number, which requests the next page"):
        after({}, 2, None, kind="last", parameter="after", item="number")


def test_a_response_without_content_has_no_next_page() -> None:
    empty = Response("things", 204, {}, b"")
    assert following(Paging(kind="cursor", next="n", total="t"), empty, [], None, {}) == Continuation()
