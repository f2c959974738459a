import json

import pytest
from mcp_chassis.failures import (
    AuthenticationFailed,
    ConfirmationRequired,
    Conflict,
    Effect,
    ErrorCode,
    Failure,
    IncompleteResponse,
    InternalError,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    TimedOut,
    Unavailable,
    UpstreamError,
)

VOCABULARY: dict[type[Failure], tuple[str, bool, float | None]] = {
    InvalidInput: ("INVALID_INPUT", False, None),
    AuthenticationFailed: ("AUTHENTICATION_FAILED", False, None),
    PermissionDenied: ("PERMISSION_DENIED", False, None),
    NotFound: ("RESOURCE_NOT_FOUND", False, None),
    Conflict: ("CONFLICT", False, None),
    RateLimited: ("RATE_LIMITED", True, 60),
    TimedOut: ("TIMEOUT", True, 5),
    Unavailable: ("SERVICE_UNAVAILABLE", True, 30),
    UpstreamError: ("UPSTREAM_ERROR", False, None),
    IncompleteResponse: ("UPSTREAM_ERROR", True, 5),
    OutcomeUnknown: ("OUTCOME_UNKNOWN", False, None),
}


@pytest.mark.parametrize("kind", VOCABULARY, ids=lambda kind: kind.__name__)
def test_each_kind_has_its_code_and_says_whether_and_when_to_retry(kind: type[Failure]):
    code, retryable, seconds = VOCABULARY[kind]
    wire = kind("It failed.").wire()
    assert (wire["code"], wire["retryable"], wire.get("retry_after_seconds")) == (code, retryable, seconds)


def test_a_required_confirmation_contains_the_question_and_the_code():
    wire = ConfirmationRequired("Delete it?", "abc").wire()
    assert (wire["code"], wire["retryable"], wire["details"]) == ("CONFIRMATION_REQUIRED", False, {"confirm": "abc"})
    assert wire["message"].startswith("Delete it?")
    assert "confirm=abc" in wire["message"]


def test_every_error_code_has_a_class():
    others = {ErrorCode.INTERNAL_ERROR, ErrorCode.CONFIRMATION_REQUIRED}
    assert {kind.code for kind in VOCABULARY} | others == set(ErrorCode)
    assert {code.name: code.value for code in ErrorCode} == {code.name: code.name for code in ErrorCode}


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (AuthenticationFailed, "Ask the person who runs this server to set it; do not retry."),
        (PermissionDenied, "The server's credential lacks this permission; do not retry."),
        (Conflict, "Read the current state first, then decide."),
        (TimedOut, "Ask for less, or try again later."),
        (Unavailable, "Try again later."),
        (OutcomeUnknown, "It may have happened: check before doing it again."),
        (InvalidInput, ""),
        (NotFound, ""),
    ],
)
def test_the_remedy_of_the_kind_follows_the_message(kind: type[Failure], remedy: str):
    assert kind("It failed.").message == f"It failed. {remedy}".strip()
    assert str(kind("It failed.")) == kind("It failed.").message


def test_a_remedy_of_its_own_replaces_the_kinds_and_an_empty_one_leaves_none():
    assert Conflict("Taken.", remedy="Choose another name.").message == "Taken. Choose another name."
    assert Conflict("Taken.", remedy="").message == "Taken."


def test_the_wire_form_is_compact_json_that_leaves_empty_parts_out():
    assert NotFound("Nö.").text() == '{"error":{"code":"RESOURCE_NOT_FOUND","message":"Nö.","retryable":false}}'


def test_details_and_seconds_stand_in_the_wire_form_when_there_are_any():
    failure = RateLimited("Slow down.", retry_after_seconds=41.96, details={"limit": 5})
    assert json.loads(failure.text())["error"] == {
        "code": "RATE_LIMITED",
        "message": "Slow down.",
        "retryable": True,
        "retry_after_seconds": 42,
        "details": {"limit": 5},
    }


@pytest.mark.parametrize(("seconds", "shown"), [(0.25, 0.2), (1.5, 1.5), (42.0, 42), (0.0, 0), (3600, 3600)])
def test_seconds_are_whole_where_they_are_whole_and_else_have_one_decimal(seconds: float, shown: float):
    value = RateLimited("Slow down.", retry_after_seconds=seconds).wire()["retry_after_seconds"]
    assert (value, type(value)) == (shown, type(shown))


def test_a_failure_that_is_not_retryable_has_no_retry_after_seconds():
    assert "retry_after_seconds" not in InvalidInput("Wrong.", retry_after_seconds=5).wire()


def test_the_wait_requested_by_the_upstream_is_separate_from_the_default():
    assert (RateLimited("Slow.").requested_retry_after_seconds, RateLimited("Slow.").retry_after_seconds) == (None, 60)
    assert RateLimited("Slow.", retry_after_seconds=3).requested_retry_after_seconds == 3


def test_details_that_are_not_json_are_written_as_text():
    assert json.loads(NotFound("No.", details={"at": Effect}).text())["error"]["details"]["at"].startswith("<enum")


def test_a_failure_is_settled_unless_it_says_otherwise():
    assert NotFound("No.").effect is Effect.SETTLED
    assert Unavailable("Refused.", effect=Effect.NEVER_SENT).effect is Effect.NEVER_SENT
    assert len({effect.value for effect in Effect}) == 4


def test_details_are_a_copy_of_their_own():
    details = {"a": 1}
    failure = NotFound("No.", details=details)
    details["a"] = 2
    assert failure.details == {"a": 1}
    assert NotFound("No.").details == {}


def test_an_internal_error_contains_no_details():
    assert InternalError().wire() == {
        "code": "INTERNAL_ERROR",
        "message": ("This server failed in a way it did not foresee; the fault is in the server, not in the call."),
        "retryable": False,
    }
