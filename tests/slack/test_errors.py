"""Error codes of Slack: failure code, message and effect of each."""

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
def test_each_slack_error_code_has_its_failure_code(error: str, code: ErrorCode):
    failure = failure_of({"ok": False, "error": error})
    assert failure.code is code
    assert error_of(failure) == error


@pytest.mark.parametrize("error", list(ERROR_MEANINGS))
def test_every_error_message_has_one_to_three_complete_sentences(error: str):
    message = failure_of({"ok": False, "error": error}).message
    assert 1 <= message.count(". ") + 1 <= 3
    assert message.endswith(".")
    assert "{" not in message


def test_a_missing_scope_error_names_the_needed_and_the_granted_scopes():
    failure = failure_of({"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "a:b,c:d"})
    assert failure.message.startswith("SLACK_BOT_TOKEN lacks the scope chat:write.")
    assert failure.details == {"slack_error": "missing_scope", "needed": "chat:write", "provided": "a:b,c:d"}


def test_error_texts_that_are_not_error_codes_are_not_repeated():
    failure = failure_of({"ok": False, "error": "<b>xoxb-secret</b>", "needed": {"a": 1}})
    assert "xoxb" not in failure.message
    assert failure.details == {}


def test_an_internal_error_of_slack_is_ambiguous_and_a_rate_limit_is_rejected():
    assert failure_of({"ok": False, "error": "internal_error"}).effect is Effect.AMBIGUOUS
    assert failure_of({"ok": False, "error": "ratelimited"}).effect is Effect.REJECTED
    assert failure_of({"ok": False, "error": "no_text"}).effect is Effect.SETTLED


def test_only_a_response_object_with_ok_true_is_a_success():
    assert failure_of({"ok": True}) is None
    assert failure_of({"ok": False}, status=503) is None
    assert failure_of([1]).code is ErrorCode.UPSTREAM_ERROR
    assert failure_of({"ok": "true", "error": "x"}).code is ErrorCode.UPSTREAM_ERROR


def test_a_page_of_exactly_15_messages_when_more_were_requested_shows_the_history_limit():
    for wanted, got, more, known in (
        (50, 15, True, True),
        (50, 15, False, False),
        (15, 15, True, False),
        (50, 14, True, False),
    ):
        limit = HistoryRateLimit()
        limit.page_read(wanted, got, more=more)
        assert limit.known is known


def test_a_page_of_more_than_15_messages_removes_the_history_limit_notice():
    limit = HistoryRateLimit()
    limit.page_read(50, 15, more=True)
    assert "15 messages" in limit.notices[0]
    limit.page_read(50, 40, more=True)
    assert limit.notices == []
