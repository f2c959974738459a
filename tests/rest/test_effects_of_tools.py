"""Effects of tools: words that say that a GET changes something, and what method and file say of repeating."""

from pathlib import Path
from typing import Any

import pytest
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.bridge import ToolPart
from rest_mcp.bridge_file import bridge_of
from rest_mcp.changing_words import changes

ANYWHERE = (
    "uninstall delete remove revoke rotate send destroy purge cancel terminate logout unsubscribe activate deactivate "
    "erase wipe enable disable restart reboot approve reject publish unpublish reset regenerate suspend pause attach "
    "detach"
)
FIRST = (
    "archive trigger execute kick ban invite post create update add set edit modify insert replace start stop close "
    "assign unassign register upload"
)
READS = "get list return show fetch retrieve read search find check count describe view look query display obtain see"


def not_changing(words: str, name: str, path: str, description: str) -> list[str]:
    """The words that, put into these texts, say nothing of a change."""
    texts = [(word, [text.format(word) for text in (name, path, description)]) for word in words.split()]
    return [word for word, (called, at, told) in texts if not changes(called, at, told)]


def test_an_unambiguous_verb_says_it_anywhere_in_a_name_or_a_path_and_early_in_a_description() -> None:
    assert not_changing(ANYWHERE, "user_{}_all", "/users", "") == []
    assert not_changing(ANYWHERE, "x", "/users/{}-all", "") == []
    assert not_changing(ANYWHERE, "x", "/users", "{}s a user") == []
    assert not_changing(ANYWHERE, "x", "/users", "Users: permanently {} them") == []
    assert not_changing(ANYWHERE, "x", "/users", "The users that we {} here") == ANYWHERE.split()


def test_other_verbs_say_it_where_a_name_or_a_description_begins_with_them() -> None:
    assert not_changing(FIRST, "{}User", "/users", "") == []
    assert not_changing(FIRST, "get{}User", "/users", "") == FIRST.split()
    assert not_changing(FIRST, "get_{}_user", "/users", "") == []
    assert not_changing(FIRST, "x", "/users", "{}s a user") == []
    assert not_changing(FIRST, "x", "/users", "{}: a user") == []
    assert not_changing(FIRST, "user_{}", "/users/{}", "Users {}") == FIRST.split()


def test_a_description_that_begins_with_a_verb_of_reading_tells_of_a_read() -> None:
    assert not_changing(READS, "x", "/users", "{}s deleted users") == READS.split()
    assert not_changing(READS, "x", "/users", "{} delete markers") == READS.split()
    assert changes("x", "/users", "Users delete markers")


TOLD = [
    ("Deletes it", True),
    ("Catches what deletes", True),
    ("Attaches a file", True),
    ("Publishes a file", True),
    ("Delete.", True),
    ("Delete, then", True),
    ("", False),
    ("One two delete", True),
    ("One two three delete", False),
    ("Get delete markers", False),
]


def test_a_verb_counts_among_the_first_three_words_of_a_description() -> None:
    assert {told: changes("x", "/x", told) for told, _ in TOLD} == dict(TOLD)


def tool(method: str, **said: Any) -> ToolPart:
    described = {"name": "handle_thing", "description": "A thing.", "request": f"{method} /things", **said}
    found = bridge_of({"instructions": "Things.", "apis": {"a": {}}, "tools": [described]}, Path()).tools[0]
    assert isinstance(found, ToolPart)
    return found


@pytest.mark.parametrize(
    ("method", "reads", "destroys", "repeats"),
    [
        ("GET", True, True, False),
        ("POST", False, False, False),
        ("PUT", False, True, True),
        ("PATCH", False, True, False),
        ("DELETE", False, True, True),
    ],
)
def test_the_effect_of_a_tool_follows_from_its_method_unless_the_file_says_otherwise(
    method: str, reads: bool, destroys: bool, repeats: bool
) -> None:
    plain = tool(method)
    assert (plain.reads, plain.destroys, plain.repeats) == (reads, destroys, repeats)
    for each in (True, False):
        assert tool(method, read_only=each).reads is each
        assert tool(method, read_only=False, destructive=each).destroys is each
        assert tool(method, idempotent=each).repeats is each


@pytest.mark.parametrize(
    "said", [{"name": "delete_thing"}, {"request": "GET /things/delete"}, {"description": "Delete a thing."}]
)
def test_a_get_whose_name_path_or_description_says_so_is_a_write(said: dict[str, Any]) -> None:
    assert tool("GET", **said).reads is False


PLACES: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", "/x", {}, "query"),
    ("DELETE", "/x", {}, "query"),
    ("POST", "/x", {}, "body"),
    ("PUT", "/x", {}, "body"),
    ("PATCH", "/x", {}, "body"),
    ("POST", "/x/{a}", {}, "path"),
    ("POST", "/x/{b}", {"field": "b"}, "path"),
    ("GET", "/x/{+a}", {}, "path"),
    ("POST", "/x", {"in": "query"}, "query"),
    ("DELETE", "/x", {"in": "body"}, "body"),
    ("GET", "/x", {"in": "header", "fixed": "1", "field": "X-A"}, "header"),
]


def test_a_parameter_goes_where_its_method_and_path_take_it() -> None:
    found = [tool(method, request=f"{method} {path}", parameters={"a": said}) for method, path, said, _ in PLACES]
    assert [each.place("a") for each in found] == [place for *_, place in PLACES]


CANNOT: list[tuple[dict[str, Any], str]] = [
        ({"in": "header", "field": "X-A"}, "sends a in a header; it must have a fixed value"),
        ({"in": "header", "field": "Host", "fixed": "1"}, "sends a in a header; it must have a fixed value"),
        ({"in": "body"}, "sends a in the body, which a GET does not have"),
        ({"in": "path"}, "has the path parameter a, which is not in its path"),
        ({"field": "p", "required": False}, "must require a or fix it: it is part of the path"),
        ({"field": "p", "hidden": True}, "must require a or fix it: it is part of the path"),
        ({"field": "p", "default": "1"}, "must require a or fix it: it is part of the path"),
        ({"field": "p", "type": "array"}, "sends the list a in its path without a separator: add one"),
        ({"field": "p", "type": "object", "style": "form", "properties": {"b": {}}},
         "sends the object a in its path, which needs style = \"json\""),
        ({"type": "object", "properties": {"b": {}}}, "sends a, an object without a style, outside of a JSON body"),
        ({"type": "array", "items": {"type": "array"}}, "sends a, a list of lists or objects, outside"),
        ({"type": "object", "style": "form", "properties": {"b": {"type": "object", "properties": {"c": {}}}}},
         "sends a, an object that holds an object, outside"),
        ({"type": "object", "style": "deepObject",
          "properties": {"b": {"type": "array", "items": {"type": "array"}}}},
         "sends a, a list of lists or objects, outside"),
    ]  # fmt: skip


def test_a_parameter_that_its_place_cannot_carry_is_refused() -> None:
    for said, problem in CANNOT:
        path = "/x/{p}" if said.get("field") == "p" else "/x"
        with pytest.raises(BadBridge, match=problem):
            tool("GET", request=f"GET {path}", parameters={"a": said})


CAN: list[tuple[str, dict[str, Any]]] = [
    ("/x/{p}", {"field": "p", "required": False, "fixed": "1"}),
    ("/x/{p}", {"field": "p", "type": "array", "separator": ","}),
    ("/x/{p}", {"field": "p", "type": "array", "style": "json"}),
    ("/x", {"type": "array", "items": {"type": "integer"}}),
    ("/x", {"type": "object", "hidden": True, "properties": {"b": {}}}),
    ("/x", {"type": "object", "style": "json", "properties": {"b": {"type": "object", "properties": {"c": {}}}}}),
    ("/x", {"type": "object", "style": "deepObject", "properties": {"b": {"type": "object", "properties": {}}}}),
]


def test_a_parameter_that_its_place_can_carry_is_taken() -> None:
    for path, said in CAN:
        assert tool("GET", request=f"GET {path}", parameters={"a": said}).parameters.keys() == {"a"}
