"""Slack's error codes in responses to tool calls, and the failure code of each."""

from typing import Any

from mcp_chassis.testing import data, failure
from scripted_slack_places import Refused
from slack_desk import GENERAL, Desk

WORDS = {
    "AUTHENTICATION_FAILED": "account_inactive invalid_auth not_authed token_expired token_revoked",
    "PERMISSION_DENIED": """
        missing_scope not_allowed_token_type no_permission ekm_access_denied access_denied enterprise_is_restricted
        org_login_required restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel
        restricted_action_non_threadable_channel not_in_channel cant_update_message cant_delete_message
        compliance_exports_prevent_deletion edit_window_closed user_is_restricted user_is_ultra_restricted cant_invite
    """,
    "RESOURCE_NOT_FOUND": """
        channel_not_found message_not_found thread_not_found user_not_found users_not_found user_not_visible no_user
        bot_not_found
    """,
    "CONFLICT": "is_archived is_inactive name_taken too_many_reactions too_many_emoji",
    "INVALID_INPUT": """
        cant_invite_self invalid_name invalid_name_maxlength invalid_name_specials invalid_name_punctuation
        invalid_name_required msg_too_long msg_blocks_too_long no_text too_long invalid_blocks invalid_blocks_format
        bad_timestamp invalid_ts_latest invalid_ts_oldest invalid_cursor user_is_bot too_many_users
        cannot_reply_to_message method_not_supported_for_channel_type
    """,
}
EDIT = {"channel": "general", "text": "new"}


def _refuse(desk: Desk, method: str, word: str) -> None:
    def refused(given: Any, caller: str) -> Any:
        raise Refused(word)

    setattr(desk.workspace, method, refused)


async def test_each_slack_error_code_maps_to_its_failure_code(desk: Desk):
    expected = {word: code for code, words in WORDS.items() for word in words.split()}
    stamp = desk.workspace.say(GENERAL, "U0BOT0001", "old")
    found: dict[str, str] = {}
    async with desk.client() as client:
        for word in expected:
            _refuse(desk, "chat_update", word)
            error = failure(await client.call_tool("update_message", {**EDIT, "ts": stamp}))
            found[word] = error.code
            assert not error.retryable, word
    assert found == expected


async def test_an_unknown_slack_error_code_is_repeated_in_the_message(desk: Desk):
    stamp = desk.workspace.say(GENERAL, "U0BOT0001", "old")
    _refuse(desk, "chat_update", "a_new_word")
    failed = await desk.fail("update_message", **EDIT, ts=stamp)
    assert failed.code == "UPSTREAM_ERROR"
    assert "a_new_word" in failed.message


async def test_a_taken_channel_name_is_reported_with_the_existing_channel_and_a_remedy(desk: Desk):
    failed = await desk.fail("create_channel", name="general")
    assert failed.code == "CONFLICT"
    assert GENERAL in failed.message
    assert "choose another name" in failed.message


async def test_a_prompt_contains_the_channel_name_unchanged(desk: Desk):
    async with desk.client() as client:
        prompt = await client.get_prompt("summarize_channel", {"channel": "überblick", "since": "2d"})
    assert "überblick" in str(prompt.messages[0].content)


async def test_repeating_or_removing_a_reaction_twice_succeeds(desk: Desk):
    stamp = desk.workspace.say(GENERAL, "U0BOT0001", "old")
    async with desk.client() as client:
        for remove in (False, True):
            asked = {"channel": "general", "ts": stamp, "emoji": "eyes", "remove": remove}
            for _ in range(2):
                data(await client.call_tool("add_reaction", asked))
