"""Each modifier, operator and `has:` value of a query that is searched without Slack's own search."""

from typing import Any

import pytest
from mcp_chassis.failures import InvalidInput
from mcp_chassis.http.records import read_record
from slack_mcp.records.messages import MessageRecord
from slack_mcp.search_query import Condition, SearchQuery, check_has, message_has

MODIFIERS = "from has before after on during in is to with creator type hasmy FROM Has"


def message(**fields: Any) -> MessageRecord:
    return read_record(fields, MessageRecord, upstream="Slack", operation="read it")


@pytest.mark.parametrize("name", MODIFIERS.split())
@pytest.mark.parametrize("minus", ["", "-"])
def test_each_modifier_is_a_condition_and_no_word(name: str, minus: str) -> None:
    query = SearchQuery.parse(f'word {minus}{name}:value {minus}{name}:"two words"')
    assert query.wanted == ("word",)
    assert query.conditions == (
        Condition(name.lower(), "value", bool(minus)),
        Condition(name.lower(), "two words", bool(minus)),
    )


@pytest.mark.parametrize("word", ["OR", "AND", "NOT"])
def test_each_operator_is_refused_unless_it_is_written_as_a_word(word: str) -> None:
    with pytest.raises(InvalidInput, match=f"does not support {word}. Search for each part in a separate call"):
        SearchQuery.parse(f"a {word} b")
    assert SearchQuery.parse(f'{word.lower()} "{word}" other:{word}').conditions == ()


def test_words_phrases_and_other_prefixes_are_parts_of_the_text() -> None:
    query = SearchQuery.parse('Deploy* "Big  Day" -never -"not now" 12:30 http://a.example *')
    assert query.wanted == ("deploy", "big  day", "12:30", "http://a.example", "*")
    assert query.unwanted == ("never", "not now")
    assert query.matches_text("the DEPLOYED big  day at 12:30 http://a.example *")
    assert not query.matches_text("the DEPLOYED big  day at 12:30 http://a.example * never")
    assert not query.matches_text("deployed at 12:30 http://a.example *")


@pytest.mark.parametrize("pair", ["\u201c\u201d", "\u201e\u201c", "\u201f\u201d", "\u00ab\u00bb", '""'])
def test_each_kind_of_quotation_marks_delimits_a_phrase(pair: str) -> None:
    assert SearchQuery.parse(f"{pair[0]}two words{pair[1]}").wanted == ("two words",)


@pytest.mark.parametrize("value", ["link", "file", "reaction", "image", "IMAGE", ":tada:", ":+1:", ":it's-me:"])
def test_each_supported_has_value_is_accepted(value: str) -> None:
    check_has(Condition("has", value))


@pytest.mark.parametrize("value", ["pin", "links", "::", ":a b:", ":tada", "tada:", f":{'x' * 101}:"])
def test_every_other_has_value_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidInput, match="does not support has:"):
        check_has(Condition("has", value))


@pytest.mark.parametrize("kind", ["png", "jpg", "jpeg", "gif", "webp", "heic"])
def test_a_file_of_each_image_type_is_an_image(kind: str) -> None:
    assert message_has(message(files=[{"filetype": kind}]), "image", "")


@pytest.mark.parametrize(
    ("fields", "shown", "has"),
    [
        ({}, "see http://a.example", {"link"}),
        ({}, "see https://a.example", {"link"}),
        ({}, "see a.example", set[str]()),
        ({"files": [{"filetype": "pdf"}]}, "", {"file"}),
        ({"files": [{"filetype": "pdf"}, {"mimetype": "image/tiff"}]}, "", {"file", "image"}),
        ({"reactions": [{"name": "tada"}]}, "", {"reaction", ":tada:", ":TADA:"}),
        ({"reactions": [{"name": "wave::skin-tone-3"}]}, "", {"reaction", ":wave:"}),
    ],
)
def test_a_message_has_what_is_in_it_and_nothing_else(fields: dict[str, Any], shown: str, has: set[str]) -> None:
    values = ("link", "file", "image", "reaction", ":tada:", ":TADA:", ":wave:", ":skin-tone-3:")
    assert {value for value in values if message_has(message(**fields), value, shown)} == has
