"""What every answer passes on its way out: secrets go, halves of characters go, and the budget holds to the letter."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.failures import NotFound, RateLimited
from mcp_chassis.output.cursors import START, Cursors
from mcp_chassis.output.render import Renderer
from mcp_chassis.results import Page, Result, TextPage
from mcp_chassis.telemetry.redaction import Redactor
from mcp_chassis.testing import text
from mcp_chassis.text_marks import Markdown
from mcp_types import CallToolResult
from pydantic import Field

BUDGET = 2_000


class Facts(Result):
    number: int = 0
    text: str = ""
    table: list[list[int]] | None = None


class Comment(Result):
    body: Annotated[str, Markdown()]


class Meeting(Result):
    at: datetime
    place: str = Field(serialization_alias="in")
    note: str | None = None


class Texts(Page):
    items: list[str]


def delivery(secret: str = "") -> Renderer:
    redactor = Redactor()
    if secret:
        redactor.register(secret)
    return Renderer(BUDGET, Cursors(), redactor.scrub)


def answer(value: Any, secret: str = "", *, pages: bool = True) -> CallToolResult:
    return delivery(secret).answer(value, start=START, bound_to=b"", pages=pages)


def test_a_secret_of_digits_is_not_redacted_inside_numbers():
    told = answer(Facts(number=3_120_260_101, text="pin 20260101"), "20260101")
    assert told.structured_content == {"number": 3_120_260_101, "text": "pin [secret removed]"}
    assert json.loads(text(told)) == told.structured_content


def test_the_structured_content_is_the_json_of_the_text():
    told = answer(Meeting(at=datetime(2026, 11, 29, 9, tzinfo=UTC), place="Oslo"))
    assert told.structured_content == json.loads(text(told)) == {"at": "2026-11-29T09:00:00Z", "in": "Oslo"}


def test_a_secret_of_digits_never_breaks_a_failure():
    failure = RateLimited("Wait, said 20260101.", retry_after_seconds=20_260_101, details={"until": 120_260_101})
    assert delivery("20260101").error(failure) == {
        "code": "RATE_LIMITED",
        "message": "Wait, said [secret removed].",
        "retryable": True,
        "retry_after_seconds": 20_260_101,
        "details": {"until": 120_260_101},
    }


def test_half_of_a_surrogate_pair_in_a_result_becomes_the_replacement_character():
    assert answer(Facts(text="a\ud83db")).structured_content == {"number": 0, "text": "a\ufffdb"}


def test_half_of_a_surrogate_pair_in_a_failure_becomes_the_replacement_character():
    failure = NotFound("No \ud83d.", details={"name\ud83d": "\ud83d"})
    error = delivery().error(failure)
    assert (error["message"], error["details"]) == ("No \ufffd.", {"name\ufffd": "\ufffd"})
    assert json.loads(text(delivery().failed(failure)))["error"] == error


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_a_result_of_exactly_the_budget_is_whole_and_one_more_is_cut(excess: int):
    around = len(text(answer(Facts(text=""))))
    told = answer(Facts(text="x" * (BUDGET - around + excess)))
    assert ("truncated" in (told.structured_content or {})) == (excess > 0)
    assert len(text(told)) <= BUDGET


@given(st.integers(1_000, 2_100), st.sampled_from(["", "\u200b"]), st.sampled_from([None, "page=2"]), st.booleans())
def test_what_is_added_to_a_result_counts_against_the_budget_too(
    length: int, hidden: str, more: str | None, pages: bool
):
    texts = ["x" * (length // 20)] * 20
    for value in (Texts(items=[*texts, hidden], next_cursor=more), TextPage("\n".join(texts) + hidden, more)):
        assert len(text(answer(value, pages=pages))) <= BUDGET


def test_tables_inside_an_object_are_cut_to_the_budget_with_a_warning():
    told = answer(Facts(table=[[7] * 50] * 2_000), pages=False)
    assert len(text(told)) <= BUDGET
    assert told.structured_content is not None
    assert told.structured_content["truncated"] is True
    assert told.structured_content["warnings"] == ["The rest was cut to keep this result short; request less at once."]


def test_warnings_of_the_call_are_added_once_to_the_results_own():
    class Warned(Result):
        n: int
        warnings: list[str] | None = None

    delivery = Renderer(budget=1_000, cursors=Cursors([]), scrub=lambda text: text)
    result = delivery.answer(Warned(n=1, warnings=["a"]), start=START, bound_to=b"", pages=False, warnings=["a", "b"])
    assert text(result) == '{"n":1,"warnings":["a","b"]}'
    assert result.structured_content == {"n": 1, "warnings": ["a", "b"]}
    page = delivery.answer(TextPage("line\n"), start=START, bound_to=b"", pages=False, warnings=["b"])
    assert text(page) == "line\n[b]"


def test_a_secret_with_an_invisible_character_inside_is_redacted():
    hidden = "canary-\u200bsecret-1234"
    told = answer(Facts(text=f"the key is {hidden}, \x1b[1mcanary-sec\x1b[0mret-1234"), "canary-secret-1234")
    assert told.structured_content == {
        "number": 0,
        "text": "the key is [secret removed], [secret removed]",
        "invisible_characters_removed": 9,
    }
    assert "1234" not in text(answer(TextPage(f"{hidden}\n"), "canary-secret-1234"))
    assert "1234" not in str(delivery("canary-secret-1234").error(NotFound(f"No {hidden}.", details={hidden: hidden})))


def test_keys_that_become_equal_by_redaction_keep_both_their_values():
    class Lookup(Result):
        found: dict[str, int]

    told = answer(Lookup(found={"canary-secret-1234": 1, "[secret removed]": 2}), "canary-secret-1234")
    assert told.structured_content == {"found": {"[secret removed] (2)": 1, "[secret removed]": 2}}


def test_a_delete_character_in_plain_ascii_is_removed():
    assert answer(Facts(text="a\x7fb")).structured_content == {
        "number": 0,
        "text": "ab",
        "invisible_characters_removed": 1,
    }


def test_hidden_parts_of_markdown_are_left_out_with_one_warning_that_counts_them_by_kind():
    shown = answer(Comment(body="<!-- a -->Hello<!-- b --> there"), pages=False).structured_content
    assert shown == {
        "body": "Hello there",
        "warnings": ["Left out: 2 comments. The page does not show this; MCP_RAW_TEXT=true on the server does."],
    }


def test_markdown_without_hidden_parts_has_no_warning():
    assert answer(Comment(body="Hello there"), pages=False).structured_content == {"body": "Hello there"}
