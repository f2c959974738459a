"""The readers of results that tests use: they take a result of the one form, and fail on any other."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp_chassis.testing import data, failure, text
from mcp_types import CallToolResult, TextContent

ERROR = {"error": {"code": "CONFLICT", "message": "m", "retryable": False}}


def result(*texts: str, is_error: bool = False, structured: dict[str, Any] | None = None) -> CallToolResult:
    blocks = [TextContent(text=each) for each in texts]
    return CallToolResult(content=blocks, is_error=is_error, structured_content=structured)


FAILED = result(json.dumps(ERROR), is_error=True)
DONE = result('{"n":1}', structured={"n": 1})


def test_a_failure_is_read_with_every_optional_part() -> None:
    found = failure(FAILED)
    assert vars(found) == {"retry_after_seconds": None, "details": {}, **ERROR["error"]}


def test_a_success_is_read_as_its_structured_content_and_its_one_text() -> None:
    assert (data(DONE), text(DONE)) == ({"n": 1}, '{"n":1}')


@pytest.mark.parametrize(
    ("read", "wrong", "told"),
    [
        (failure, DONE, "not a failed result"),
        (failure, result("{}", is_error=True, structured={}), "not a failed result"),
        (failure, result("{}", "{}", is_error=True), "not a failed result"),
        (data, FAILED, "no structured result"),
        (data, result("{}"), "no structured result"),
        (text, result(), "not one text block"),
        (text, result("a", "b"), "not one text block"),
    ],
)
def test_a_result_of_another_form_fails_the_test_that_reads_it(
    read: Callable[[CallToolResult], object], wrong: CallToolResult, told: str
) -> None:
    with pytest.raises(AssertionError, match=told):
        read(wrong)
