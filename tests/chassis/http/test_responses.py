"""Responses of an upstream: text and JSON of odd bodies, links, and the kind of a page."""

from typing import Any

import msgspec
import pytest
from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import read_record, read_records
from mcp_chassis.http.response import InvalidResponse, Response

SUFFIX = "; the fault is on its side or in its address."


def response(body: bytes, kind: str = "application/json", status: int = 200, **headers: str) -> Response:
    return Response("Acme", status, {"content-type": kind, **headers}, body)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"\xc3\xbc", "text/plain", "ü"),
        (b"\xfc", "text/plain; charset=iso-8859-1", "ü"),
        (b"\xfc", 'text/plain; Charset = "ISO-8859-1"', "ü"),
        (b"\xc3\xbc", "text/plain; charset=klingon", "ü"),
        (b"\xc3\xbc", "text/plain; charset=undefined", "ü"),
        (b"\xef\xbb\xbfx", "text/plain", "x"),
    ],
)
def test_a_text_is_decoded_in_its_character_set_or_in_utf8_if_that_is_unknown(
    body: bytes, kind: str, text: str
) -> None:
    assert response(body, kind).text == text


@pytest.mark.parametrize(
    ("body", "kind", "named"), [(b"\xfc", "text/plain", "UTF-8"), (b"\xfc", "text/plain; charset=ascii", "ASCII")]
)
def test_the_error_for_bytes_that_are_not_text_names_the_character_set(body: bytes, kind: str, named: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        _ = response(body, kind).text
    assert caught.value.reason == f"Acme responded with text that is not {named}{SUFFIX}"


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b'{"a": 1.5}', {"a": 1.5}),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        (b'{"a": "\\ud800"}', {"a": "?"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b"null", None),
    ],
)
def test_a_body_is_parsed_as_json(body: bytes, parsed: Any) -> None:
    assert response(body).json == parsed


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"", 200, "something that is not JSON"),
        (b"", 201, "something that is not JSON"),
        (b"NaN", 200, "something that is not JSON"),
        (b"{", 204, "something that is not JSON"),
        (b"<p>", 200, "a web page"),
        (b"[" * 100_000, 200, "data that is nested too deeply"),
    ],
)
def test_the_error_for_a_body_that_is_not_json_says_what_came(body: bytes, status: int, what: str) -> None:
    with pytest.raises(InvalidResponse) as caught:
        _ = response(body, status=status).json
    assert caught.value.reason == f"Acme responded with {what}{SUFFIX}"


@pytest.mark.parametrize("status", [202, 204, 205])
def test_an_empty_body_of_a_status_without_one_is_none(status: int) -> None:
    assert response(b"", status=status).json is None


@pytest.mark.parametrize(
    ("digits", "exact"),
    [
        (b"1.5", 1.5),
        (b"0.10", 0.1),
        (b"1e999", "1e999"),
        (b"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        (b"1e" + b"9" * 20, "1e" + "9" * 20),
    ],
)
def test_a_number_that_a_float_would_change_is_exact_as_text(digits: bytes, exact: float | str) -> None:
    assert response(digits).exact_json == exact


@pytest.mark.parametrize(
    ("body", "kind", "is_html"),
    [
        (b"", "text/html", True),
        (b"  <!DOCTYPE html>", "", True),
        (b"<HTML>", "text/plain", True),
        (b"<?xml version='1.0'?>", "", False),
        (b"<feed>", "application/atom+xml", False),
        (b"{}", "application/json", False),
        (b"", "", False),
    ],
)
def test_a_page_is_recognized_by_its_type_or_its_beginning(body: bytes, kind: str, is_html: bool) -> None:
    assert response(body, kind).is_html is is_html


LINKS = (
    '<https://acme.test/t?page=2&q=&b=1>; rel="next", <https://acme.test/t?page=9>; rel=last, '
    '<https://acme.test/t>; title="no relation"'
)


def test_links_are_found_by_their_relation_and_give_the_parameters_of_the_page() -> None:
    found = response(b"[]", link=LINKS)
    assert found.links == {"next": "https://acme.test/t?page=2&q=&b=1", "last": "https://acme.test/t?page=9"}
    assert found.page() == {"page": "2", "q": "", "b": "1"}
    assert found.page("last") == {"page": "9"}
    assert found.page("prev") is None
    assert response(b"[]").page() is None


def test_links_beyond_8192_characters_are_not_read() -> None:
    link = '<https://acme.test/?page=2>; rel="next"'
    assert response(b"[]", link=link.rjust(8192)).page() == {"page": "2"}
    assert response(b"[]", link=f"{' ' * 8192}{link}").page() is None


def test_an_item_that_was_looked_up_is_a_success_that_says_so() -> None:
    found = Response.looked_up("Acme", {"id": 7})
    assert (found.upstream, found.status, found.json, found.recovered) == ("Acme", 200, {"id": 7}, True)
    assert not response(b"{}").recovered


class Nested(msgspec.Struct):
    child: dict[str, Any] | None = None
    note: Any = None


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"child": value}
    return value


class Tree(msgspec.Struct):
    child: "Tree | None" = None


def test_the_error_for_a_record_nested_too_deeply_names_the_operation() -> None:
    with pytest.raises(UpstreamError, match="to read the tree with nothing where data nested too deeply was expected"):
        read_record(nested(100_000), Tree, upstream="Acme", operation="read the tree")


def test_an_item_nested_too_deeply_is_left_out_of_a_list() -> None:
    found = read_records([{}, nested(100_000)], Tree, upstream="Acme", operation="list", noun="trees")
    assert (found.items, found.skipped) == ([Tree()], 1)
    assert found.warnings == ["1 of 2 trees could not be read and was left out."]


def test_a_null_is_kept_where_the_field_takes_one() -> None:
    found = read_record({"child": None, "note": None}, Nested, upstream="Acme", operation="read")
    assert (found.child, found.note) == (None, None)
