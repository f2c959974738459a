"""Results from the cache with the time of their read, in each form that a result has."""

from typing import Any

import pytest
from mcp_chassis.output.dated import dated, moment
from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent

AS_OF = "2026-11-29T09:15:00Z"


def block(text: str) -> TextContent:
    return TextContent(type="text", text=text)


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ('{"a":1}', {"a": 1}, f'{{"a":1,"as_of":"{AS_OF}"}}'),
        ("{}", {}, f'{{"as_of":"{AS_OF}"}}'),
        ("a line", None, f"a line\n[as of {AS_OF}]"),
    ],
)
def test_the_time_is_a_field_of_an_object_or_the_last_line_of_a_text(text: str, data: Any, expected: str):
    given = CallToolResult(content=[block(text)], structured_content=data)
    shown = dated(given, AS_OF)
    assert shown.content == [block(expected)]
    assert shown.structured_content == (None if data is None else {**data, "as_of": AS_OF})
    assert given.content == [block(text)]


@pytest.mark.parametrize(
    "content",
    [
        [],
        [block("{}"), block("{}")],
        [ImageContent(type="image", data="AA==", mime_type="image/png")],
    ],
)
def test_a_result_of_other_blocks_is_returned_as_it_is(content: list[ContentBlock]):
    given = CallToolResult(content=content)
    assert dated(given, AS_OF) is given


def test_a_time_is_written_in_utc_without_fractions():
    assert moment(1_795_943_700.9) == AS_OF
