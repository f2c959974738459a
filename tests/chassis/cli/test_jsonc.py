"""Changing one member of JSON with comments: it is changed, and nothing else is."""

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.cli.hosts.jsonc import parse, plain, with_member, without_member

COMMENTED = """\
// what I like
{
  "theme": "dark", // not "light"
  /* servers,
     one by one */
  "mcpServers": {
    "mine": { "command": "x // no comment", "args": ["a,]", "b"], }, // mine }
  },
  "last": [1, 2, /* three */],
}
"""


def test_comments_and_trailing_commas_are_ignored_except_in_strings() -> None:
    assert parse(COMMENTED) == {
        "theme": "dark",
        "mcpServers": {"mine": {"command": "x // no comment", "args": ["a,]", "b"]}},
        "last": [1, 2],
    }
    assert len(plain(COMMENTED)) == len(COMMENTED)


def test_a_new_member_is_added_last_and_other_lines_are_not_changed() -> None:
    written = with_member(COMMENTED, ["mcpServers", "ours"], {"command": "uv", "args": []})
    assert written == COMMENTED.replace(
        '["a,]", "b"], }, // mine }\n',
        '["a,]", "b"], },\n    "ours": {\n      "command": "uv",\n      "args": []\n    }, // mine }\n',
    )
    assert parse(written)["mcpServers"]["ours"] == {"command": "uv", "args": []}


def test_an_existing_member_is_replaced_in_place() -> None:
    written = with_member(COMMENTED, ["mcpServers", "mine"], {"command": "uv"})
    assert written.startswith(COMMENTED[: COMMENTED.index('{ "command"')])
    assert written.endswith(COMMENTED[COMMENTED.index(", // mine }") :])
    assert parse(written)["mcpServers"] == {"mine": {"command": "uv"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("  \n", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("{}", '{\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"z": 0}', '{"z": 0,\n"a": {\n  "b": 1\n}}'),
        ('{\r\n\t"a": {}\r\n}\r\n', '{\r\n\t"a": {\r\n\t  "b": 1\r\n\t}\r\n}\r\n'),
        ('{\n\t"z": 0\n}', '{\n\t"z": 0,\n\t"a": {\n\t\t"b": 1\n\t}\n}'),
        ("{ // nothing yet\n}", '{ // nothing yet\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"a": {"b": 0}}', '{"a": {"b": 1}}'),
        ('{"a": {"b": 0}, "a": {"b": 2}}', '{"a": {"b": 0}, "a": {"b": 1}}'),
    ],
)
def test_missing_objects_on_the_path_are_created_in_the_style_of_the_file(text: str, expected: str) -> None:
    assert with_member(text, ["a", "b"], 1) == expected
    assert parse(expected)["a"] == {"b": 1}


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", '"a"', "{", '{"a": }', '{"a": 1} x', '{"a": []}', '{"a": "b"}', "// only"]
)
def test_a_document_or_member_that_is_not_an_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        with_member(text, ["a", "b"], 1)


KEYS = st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
NOISE = st.sampled_from(["", " ", "\n", "/* } , */", '// ] "x\n', "\t"])


@st.composite
def written(draw: st.DrawFn, value: object = None) -> str:
    """JSON of a value with comments, blanks and trailing commas strewn in."""
    if isinstance(value, dict):
        inners = cast("dict[str, object]", value).items()
        parts = [f"{draw(NOISE)}{json.dumps(key)}{draw(NOISE)}:{draw(written(inner))}" for key, inner in inners]
        return "{" + ",".join(parts) + (draw(st.sampled_from(["", ","])) if parts else "") + draw(NOISE) + "}"
    if isinstance(value, list):
        parts = [draw(written(inner)) for inner in cast("list[object]", value)]
        return "[" + ",".join(parts) + (draw(st.sampled_from(["", ","])) if parts else "") + draw(NOISE) + "]"
    return draw(NOISE) + json.dumps(value) + draw(NOISE)


@given(st.data(), st.dictionaries(KEYS, VALUES, max_size=4), KEYS, KEYS, VALUES)
def test_any_file_has_the_new_member_afterwards_and_the_rest_as_before(
    data: st.DataObject, before: dict[str, object], parent: str, name: str, value: object
) -> None:
    before.pop(parent, None)
    servers = data.draw(st.dictionaries(KEYS, VALUES, max_size=3))
    text = data.draw(written({**before, parent: servers}))
    assert parse(text) == {**before, parent: servers}
    changed = with_member(text, [parent, name], value)
    assert parse(changed) == {**before, parent: {**servers, name: value}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": {"x": 1, "y": 2}} // end', '{"a": {"x": 1}} // end'),
        ('{"a": {"y": 2, /* about x */ "x": 1}}', '{"a": {"x": 1}}'),
        ('{"a": {"y": 2}}', '{"a": {}}'),
    ],
)
def test_a_member_is_removed_with_its_comma(before: str, after: str) -> None:
    assert without_member(before, ["a", "y"]) == after


def test_a_missing_member_cannot_be_removed() -> None:
    with pytest.raises(ValueError, match="there is no b"):
        without_member('{"a": 1}', ["b"])
