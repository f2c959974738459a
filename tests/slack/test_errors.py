"""Error words of Slack: codes, texts, effects."""

import json
from typing import Any

import pytest
from mcp_chassis.failures import Effect, ErrorCode
from mcp_chassis.http.response import Response
from slack_mcp.client.history_rate_limit import HistoryRateLimit
from slack_mcp.errors import ERROR_MEANINGS, error_of, failure_for


def failure_of(body: Any, status: int = 200) -> Any:
    return failure_for(Response("Slack", status, {}, json.dumps(body).encode()), "SLACK_BOT_TOKEN")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_auth", ErrorCode.AUTHENTICATION_FAILED),
        ("missing_scope", ErrorCode.PERMISSION_DENIED),
        ("not_in_channel", ErrorCode.PERMISSION_DENIED),
        ("channel_not_found", ErrorCode.RESOURCE_NOT_FOUND),
        ("is_archived", ErrorCode.CONFLICT),
        ("name_taken", ErrorCode.CONFLICT),
        ("msg_too_long", ErrorCode.INVALID_INPUT),
        ("ratelimited", ErrorCode.RATE_LIMITED),
        ("fatal_error", ErrorCode.SERVICE_UNAVAILABLE),
        ("something_new", ErrorCode.UPSTREAM_ERROR),
    ],
)
def test_each_word_has_its_code(error: str, code: ErrorCode):
    failure = failure_of({"ok": False, "error": error})
    assert failure.code is code
    assert error_of(failure) == error


@pytest.mark.parametrize("error", list(ERROR_MEANINGS))
def test_every_word_is_told_in_one_to_three_sentences_without_gaps(error: str):
    message = failure_of({"ok": False, "error": error}).message
    assert 1 <= message.count(". ") + 1 <= 3
    assert message.endswith(".")
    assert "{" not in message


def test_a_missing_scope_is_named_with_what_there_is():
    failure = failure_of({"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "a:b,c:d"})
    assert failure.message.startswith("SLACK_BOT_TOKEN lacks the scope chat:write.")
    assert failure.details == {"slack_error": "missing_scope", "needed": "chat:write", "provided": "a:b,c:d"}


def test_words_that_are_none_are_not_repeated():
    failure = failure_of({"ok": False, "error": "<b>xoxb-secret</b>", "needed": {"a": 1}})
    assert "xoxb" not in failure.message
    assert failure.details == {}


def test_a_failure_on_slacks_side_may_have_happened_and_a_limit_has_not():
    assert failure_of({"ok": False, "error": "internal_error"}).effect is Effect.AMBIGUOUS
    assert failure_of({"ok": False, "error": "ratelimited"}).effect is Effect.REJECTED
    assert failure_of({"ok": False, "error": "no_text"}).effect is Effect.SETTLED


def test_an_answer_that_is_good_is_no_failure_and_one_that_is_no_object_is():
    assert failure_of({"ok": True}) is None
    assert failure_of({"ok": False}, status=503) is None
    assert failure_of([1]).code is ErrorCode.UPSTREAM_ERROR
    assert failure_of({"ok": "true", "error": "x"}).code is ErrorCode.UPSTREAM_ERROR


def test_fifteen_of_more_where_more_were_wanted_is_the_limit():
    for wanted, got, more, known in (
        (50, 15, True, True),
        (50, 15, False, False),
        (15, 15, True, False),
        (50, 14, True, False),
    ):
        limit = HistoryRateLimit()
        limit.page_read(wanted, got, more=more)
        assert limit.known is known


def test_a_page_of_more_than_fifteen_withdraws_the_notice_of_the_limit():
    limit = HistoryRateLimit()
    limit.page_read(50, 15, more=True)
    assert "15 messages" in limit.notices[0]
    limit.page_read(50, 40, more=True)
    assert limit.notices == []
