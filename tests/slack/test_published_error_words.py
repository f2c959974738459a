"""Every error code that Slack documents for a method in use has a message and a remedy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_chassis.failures import Effect, RateLimited, Unavailable
from mcp_chassis.http.response import Response
from slack_mcp.client.methods import METHODS
from slack_mcp.errors import ERROR_MEANINGS, failure_for
from slack_mcp.errors.access import ACCESS_ERRORS
from slack_mcp.errors.authentication import AUTHENTICATION_ERRORS
from slack_mcp.errors.input import INPUT_ERRORS
from slack_mcp.errors.objects import OBJECT_ERRORS
from slack_mcp.errors.outages import OUTAGE_ERRORS

WORDS = Path(__file__).parents[1] / "support" / "slack_error_words.txt"
SENTENCES_AT_LEAST = 2
WITHOUT_A_METHOD = """
    accesslimited account_inactive already_pinned alt_text_too_long cannot_dm_bot canvas_globally_locked
    canvas_tab_not_found canvas_title_too_long channel_type_not_supported compliance_exports_prevent_deletion
    deprecated_endpoint fatal_error file_too_large files_not_found invalid_arg_name invalid_arguments invalid_array_arg
    invalid_charset invalid_form_data invalid_json invalid_post_type invalid_query invalid_users invalid_users_list
    json_not_object last_ra_channel malware_detected method_deprecated missing_charset missing_post_type missing_user
    no_file_data no_pin not_allowed_token_type not_archived not_authed org_login_required paid_only paid_teams_only
    profile_status_set_failed_not_emoji_syntax profile_status_set_failed_not_valid_emoji request_timeout
    section_not_found service_unavailable subteam_not_found superfluous_charset team_access_not_granted
    team_added_to_org timezone_count_failed token_expired two_factor_setup_required unknown_method upgrade_require
    upgrade_required user_is_bot user_is_ultra_restricted user_not_in_channel user_team_not_in_channel zero_length_file
"""
"""Reviewed codes that Slack sends although its page of no method in use lists them, such as those of every method."""
TABLES = (AUTHENTICATION_ERRORS, ACCESS_ERRORS, OUTAGE_ERRORS, OBJECT_ERRORS, INPUT_ERRORS)


def published() -> Iterator[tuple[str, str]]:
    """All documented pairs of method and error code."""
    method = ""
    for line in WORDS.read_text().splitlines():
        name, colon, words = line.partition(":")
        if line.startswith("#"):
            continue
        if colon and not name.startswith(" "):
            method = name
        yield from ((method, word) for word in (words if colon else line).split())


PUBLISHED = list(published())


def answer(**fields: object) -> Response:
    return Response.looked_up("Slack", {"ok": False, **fields})


def test_every_method_in_use_has_published_error_codes():
    assert sorted(set(METHODS) - {method for method, _ in PUBLISHED}) == []


def test_every_published_error_code_has_a_message():
    assert sorted({word for _, word in PUBLISHED if word not in ERROR_MEANINGS}) == []


def test_every_error_code_of_the_tables_is_published_or_reviewed_and_stands_in_one_table():
    assert sorted(set(ERROR_MEANINGS) - {word for _, word in PUBLISHED}) == sorted(WITHOUT_A_METHOD.split())
    assert len(ERROR_MEANINGS) == sum(map(len, TABLES))


def test_every_published_error_code_gives_a_message_and_a_remedy():
    short: list[str] = []
    for word in sorted({word for _, word in PUBLISHED}):
        failed = failure_for(answer(error=word), "SLACK_BOT_TOKEN")
        assert failed is not None
        told = failed.message
        if told.count(".") + told.count(";") < SENTENCES_AT_LEAST or "{" in told:
            short.append(f"{word}: {told}")
    assert short == []


def test_only_temporary_error_codes_are_retryable():
    wrong: list[str] = []
    for word, meaning in ERROR_MEANINGS.items():
        retryable = issubclass(meaning.failure, RateLimited | Unavailable)
        wrong += [word] if retryable != meaning.failure.retryable else []
        wrong += [word] if meaning.effect is not Effect.SETTLED and not retryable else []
    assert wrong == []


@pytest.mark.parametrize(
    "fields",
    [
        {"response_metadata": {"messages": ["[ERROR] missing required field: channel"]}},
        {"detail": "missing required field: channel"},
        {"errors": ["missing required field: channel"]},
        {"errors": [{"user": "U0GUEST01", "ok": False, "error": "missing required field: channel"}]},
        {"errors": [7, None, "missing required field: channel"]},
    ],
)
def test_slacks_own_message_is_included_from_every_field_of_the_response(fields: dict[str, object]):
    failed = failure_for(answer(error="invalid_arguments", **fields), "SLACK_BOT_TOKEN")
    assert failed is not None
    assert "missing required field: channel" in failed.message


@pytest.mark.parametrize("odd", [None, 7, {}, [], "x", {"messages": None}, {"messages": [None, 7]}])
def test_an_error_response_without_readable_messages_is_mapped_by_its_code(odd: object):
    failed = failure_for(answer(error="channel_not_found", response_metadata=odd, errors=odd), "SLACK_BOT_TOKEN")
    assert failed is not None
    assert failed.details["slack_error"] == "channel_not_found"
    assert "list_channels" in failed.message


@pytest.mark.parametrize("error", [None, 7, "", {}, "<b>x</b>"])
def test_an_error_response_without_a_code_is_an_upstream_error(error: object):
    failed = failure_for(answer(error=error), "SLACK_BOT_TOKEN")
    assert failed is not None
    assert (failed.code.value, "no name" in failed.message) == ("UPSTREAM_ERROR", True)
