"""Labels of results with texts of others, the paths of such texts, and which results count as untrusted."""

from typing import Annotated, Any

import pytest
from mcp_chassis.output.labels import READS, WRITES, is_untrusted, labels_of
from mcp_chassis.output.marked_fields import marked_fields, visible_result
from mcp_chassis.results import Page, Result, TextPage
from mcp_chassis.text_marks import Markdown, OutsideText
from pydantic import Field

BODY = "Hello<!-- a -->"


class Reply(Result):
    author: str
    body: Annotated[str | None, Markdown()] = None


class Thread(Result):
    title: OutsideText
    number: int = 1
    body: Annotated[str, Markdown(), Field(alias="text")] = ""
    replies: list[Reply] | None = None
    first: Reply | None = None
    names: list[OutsideText] | None = None


class Plain(Result):
    name: str | None = None
    number: int = 0
    parts: list[int] | None = None
    by_name: dict[str, int] | None = None
    next_cursor: str | None = None
    warnings: list[str] | None = None
    elapsed_ms: str = "1"


class Judged(Result):
    title: OutsideText
    trusted: bool = False
    public: bool = False

    def is_trusted(self) -> bool:
        return self.trusted

    def is_public(self) -> bool:
        return self.public


class Threads(Page):
    items: list[Thread]


UNTRUSTED = {"integrity": "untrusted", "confidentiality": "private"}


@pytest.mark.parametrize(
    ("model", "markdown", "outside"),
    [
        (Reply, {"body": True}, {"body": ("body",)}),
        (
            Thread,
            {"body": True, "replies": False, "first": False},
            {
                "title": ("title",),
                "text": ("body",),
                "replies": ("replies[].body",),
                "first": ("first.body",),
                "names": ("names",),
            },
        ),
        (
            Threads,
            {"items": False},
            {
                "items": (
                    "items[].title",
                    "items[].body",
                    "items[].replies[].body",
                    "items[].first.body",
                    "items[].names",
                )
            },
        ),
        (Plain, {}, {}),
    ],
)
def test_marked_fields_are_found_by_their_paths_at_every_depth(
    model: type[Result], markdown: dict[str, bool], outside: dict[str, tuple[str, ...]]
):
    marks = marked_fields(model)
    assert {name: mark is not None for name, mark in marks.markdown.items()} == markdown
    assert dict(marks.outside) == outside


def test_the_markdown_of_nested_results_is_shown_without_its_hidden_parts():
    thread = Thread(title=BODY, text=BODY, replies=[Reply(author=BODY, body=BODY)], first=Reply(author="a"))
    shown, kinds = visible_result(thread)
    assert dict(kinds) == {"comment": 2}
    assert (shown.title, shown.body) == (BODY, "Hello")
    assert shown.replies == [Reply(author=BODY, body="Hello")]
    assert shown.first is thread.first
    assert thread.body == BODY
    unchanged = Thread(title=BODY, text="Hello")
    assert visible_result(unchanged)[0] is unchanged


@pytest.mark.parametrize(
    ("value", "data", "kind", "expected"),
    [
        (TextPage("text"), {}, WRITES, {"ifc": UNTRUSTED, "untrusted_fields": ["content"]}),
        (
            Thread(title="t"),
            {"title": "t", "number": 1, "first": {"author": "a"}},
            WRITES,
            {"ifc": UNTRUSTED, "untrusted_fields": ["title", "first.body"]},
        ),
        (Thread(title="t"), {"number": 1}, READS, None),
        (
            Plain(),
            {"name": "n", "parts": [1], "by_name": {"a": 1}, "number": 1, "next_cursor": "c", "warnings": ["w"]},
            READS,
            {"ifc": UNTRUSTED, "untrusted_fields": ["name", "parts", "by_name"]},
        ),
        (Plain(), {"elapsed_ms": "1", "truncated": "x", "row_count": "x", "total": "x"}, READS, None),
        (Plain(), {"name": "", "parts": [], "by_name": {}, "number": 7}, READS, None),
        (Plain(), {"name": "n"}, WRITES, None),
        (
            Judged(title="t", trusted=True),
            {"title": "t"},
            READS,
            {"ifc": {"integrity": "trusted", "confidentiality": "private"}, "untrusted_fields": ["title"]},
        ),
        (
            Judged(title="t", public=True),
            {"title": "t"},
            READS,
            {"ifc": {"integrity": "untrusted", "confidentiality": "public"}, "untrusted_fields": ["title"]},
        ),
    ],
)
def test_a_result_with_texts_of_others_is_labelled(value: Any, data: Any, kind: str, expected: Any):
    assert labels_of(value, data, kind) == expected


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (None, False),
        ({}, False),
        ({"ifc": {}}, False),
        ({"ifc": {"integrity": "trusted"}}, False),
        ({"ifc": {"integrity": "untrusted"}}, True),
        ({"integrity": "untrusted"}, False),
    ],
)
def test_a_result_is_untrusted_by_its_label_of_integrity(meta: Any, expected: bool):
    assert is_untrusted(meta) is expected
