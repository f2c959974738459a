"""Errors about what was sent: names, texts, times, cursors, and requests that Slack could not read."""

from collections.abc import Mapping

from mcp_chassis.failures import Effect, InvalidInput, RateLimited, UpstreamError

from slack_mcp.errors.meaning import CHECK_TS, FIND_USER, REPORT, Meaning

_PARTS = "Post it in parts."
_TIME = "Give a time between a minute and 120 days ahead."
_LIST = "read_file shows the columns of the list and their types."
_UNREADABLE = Meaning(UpstreamError, "Slack could not read this server's request ({error}).", REPORT)

INPUT_ERRORS: Mapping[str, Meaning] = {
    "invalid_name": Meaning(InvalidInput, "Slack knows no emoji of this name, or the name is not allowed.", ""),
    "invalid_name_maxlength": Meaning(InvalidInput, "The name is longer than 80 characters.", ""),
    "invalid_name_specials": Meaning(InvalidInput, "The name may hold lower-case letters, digits, - and _ only.", ""),
    "invalid_name_punctuation": Meaning(InvalidInput, "The name needs a letter or a digit.", ""),
    "invalid_name_required": Meaning(InvalidInput, "The name is empty.", ""),
    "reserved_name": Meaning(InvalidInput, "Slack keeps this name for itself.", "Choose another name."),
    "msg_too_long": Meaning(InvalidInput, "The text is too long for one message.", _PARTS),
    "msg_blocks_too_long": Meaning(InvalidInput, "The text is too long for one message.", _PARTS),
    "too_many_attachments": Meaning(InvalidInput, "The message has too many attachments.", _PARTS),
    "too_many_contact_cards": Meaning(InvalidInput, "The message has too many contact cards.", _PARTS),
    "no_text": Meaning(InvalidInput, "The message has no text.", ""),
    "too_long": Meaning(InvalidInput, "The text is longer than Slack takes here.", "Shorten it."),
    "markdown_text_conflict": Meaning(UpstreamError, "Slack got the text twice.", REPORT),
    "attachment_payload_limit_exceeded": Meaning(InvalidInput, "The message is too large.", _PARTS),
    "invalid_blocks": Meaning(
        InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it, or use mrkdwn."
    ),
    "invalid_blocks_format": Meaning(InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it."),
    "invalid_attachments": Meaning(InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it."),
    "block_mismatch": Meaning(InvalidInput, "The message holds blocks that cannot be edited.", ""),
    "bad_timestamp": Meaning(InvalidInput, "The ts is none of Slack's.", CHECK_TS),
    "invalid_timestamp": Meaning(InvalidInput, "The ts is none of Slack's.", CHECK_TS),
    "invalid_ts_latest": Meaning(InvalidInput, "latest is no time Slack understands.", ""),
    "invalid_ts_oldest": Meaning(InvalidInput, "oldest is no time Slack understands.", ""),
    "invalid_time": Meaning(InvalidInput, "Slack cannot use this time.", _TIME),
    "time_in_past": Meaning(InvalidInput, "The time has passed.", _TIME),
    "time_too_far": Meaning(InvalidInput, "The time is too far ahead.", _TIME),
    "restricted_too_many": Meaning(
        RateLimited,
        "30 messages are scheduled for these five minutes already.",
        "Choose another time.",
        Effect.REJECTED,
    ),
    "cannot_parse": Meaning(InvalidInput, "Slack cannot read the time of the reminder.", "Use an ISO time."),
    "cannot_complete_recurring": Meaning(
        InvalidInput, "A repeating reminder cannot be completed.", "The person ends it in Slack."
    ),
    "uneditable_column": Meaning(InvalidInput, "Slack fills this column itself.", _LIST),
    "invalid_input_type": Meaning(InvalidInput, "The column takes no value of this kind.", _LIST),
    "invalid_option_id": Meaning(InvalidInput, "The column has no such option.", _LIST),
    "invalid_date": Meaning(InvalidInput, "Slack cannot read the date.", "Give it as YYYY-MM-DD."),
    "invalid_email": Meaning(InvalidInput, "Slack cannot read the e-mail address.", ""),
    "invalid_phone_number": Meaning(InvalidInput, "Slack cannot read the telephone number.", ""),
    "invalid_link": Meaning(InvalidInput, "Slack cannot use the link.", ""),
    "invalid_message": Meaning(InvalidInput, "Slack cannot use the message.", CHECK_TS),
    "invalid_attachment": Meaning(InvalidInput, "Slack cannot use the file.", ""),
    "invalid_vote_value": Meaning(InvalidInput, "The column takes no such vote.", _LIST),
    "invalid_text_block": Meaning(InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it."),
    "over_cell_fields_limit": Meaning(InvalidInput, "A cell holds fewer values than these.", "Give fewer."),
    "over_row_maximum": Meaning(InvalidInput, "The list holds as many items as Slack allows.", ""),
    "archive_not_supported": Meaning(InvalidInput, "The list has no archive.", ""),
    "column_id_not_provided": Meaning(UpstreamError, "Slack got no column.", REPORT),
    "row_id_not_provided": Meaning(UpstreamError, "Slack got no item.", REPORT),
    "invalid_cursor": Meaning(InvalidInput, "The cursor is no longer good.", "Begin again without it."),
    "invalid_limit": Meaning(InvalidInput, "Slack takes no page of this size.", "Ask for fewer."),
    "limit_required": Meaning(InvalidInput, "The list is too large to be read at once.", "Ask for fewer."),
    "invalid_types": Meaning(InvalidInput, "Slack knows no such type of channel.", ""),
    "unknown_type": Meaning(InvalidInput, "Slack knows no such type of file.", ""),
    "user_is_bot": Meaning(InvalidInput, "An app cannot do this to a bot.", ""),
    "too_many_users": Meaning(InvalidInput, "Too many people at once.", "Invite fewer."),
    "not_enough_users": Meaning(InvalidInput, "Too few people for a group.", "Name at least one person."),
    "users_list_not_supplied": Meaning(InvalidInput, "Nobody was named.", FIND_USER),
    "invalid_users": Meaning(InvalidInput, "Some of the people cannot be used.", FIND_USER),
    "invalid_user_combination": Meaning(InvalidInput, "Slack does not allow a group of these people.", ""),
    "cant_invite_self": Meaning(InvalidInput, "The app is in the channel already.", ""),
    "cant_kick_self": Meaning(InvalidInput, "The app cannot remove itself.", "Leave the channel instead."),
    "cannot_reply_to_message": Meaning(InvalidInput, "This message cannot have a thread.", "Leave out thread_ts."),
    "method_not_supported_for_channel_type": Meaning(
        InvalidInput, "This cannot be done in a conversation of its kind.", ""
    ),
    "invalid_profile": Meaning(InvalidInput, "Slack cannot use this profile.", ""),
    "invalid_query": Meaning(InvalidInput, "Slack cannot read the query.", "Use words and its modifiers."),
    "no_query": Meaning(InvalidInput, "The query is empty.", "Give words to look for."),
    "missing_argument": Meaning(InvalidInput, "Slack misses an argument.", ""),
    "invalid_arguments": Meaning(InvalidInput, "Slack cannot use the arguments.", ""),
    "invalid_users_list": Meaning(InvalidInput, "Some of the people cannot be used.", FIND_USER),
    "file_too_large": Meaning(InvalidInput, "The file is larger than Slack takes.", ""),
    "no_file_data": Meaning(InvalidInput, "The file is empty.", ""),
    "zero_length_file": Meaning(InvalidInput, "The file is empty.", ""),
    "malware_detected": Meaning(InvalidInput, "Slack holds the file for harmful.", ""),
    "alt_text_too_long": Meaning(InvalidInput, "The description of the image is too long.", "Shorten it."),
    "snippet_too_large": Meaning(InvalidInput, "The text is too long for a snippet.", "Upload it as a file."),
    "unknown_snippet_type": Meaning(InvalidInput, "Slack knows no snippet of this type.", ""),
    "canvas_title_too_long": Meaning(InvalidInput, "The canvas's title is too long.", "Shorten it."),
    "unknown_method": Meaning(UpstreamError, "Slack does not know the method; SLACK_API_URL may be wrong.", REPORT),
    "method_deprecated": Meaning(UpstreamError, "Slack has withdrawn the method.", REPORT),
    "deprecated_endpoint": Meaning(UpstreamError, "Slack has withdrawn the method.", REPORT),
    "invalid_metadata_format": _UNREADABLE,
    "invalid_metadata_schema": _UNREADABLE,
    "metadata_too_large": _UNREADABLE,
    "metadata_must_be_sent_from_app": _UNREADABLE,
    "duplicate_message_not_found": _UNREADABLE,
    "invalid_arg_name": _UNREADABLE,
    "invalid_array_arg": _UNREADABLE,
    "invalid_charset": _UNREADABLE,
    "invalid_form_data": _UNREADABLE,
    "invalid_json": _UNREADABLE,
    "invalid_post_type": _UNREADABLE,
    "json_not_object": _UNREADABLE,
    "missing_charset": _UNREADABLE,
    "missing_post_type": _UNREADABLE,
    "superfluous_charset": _UNREADABLE,
    "as_user_not_supported": _UNREADABLE,
    "invalid_grant_type": _UNREADABLE,
    "alt_txt_too_large": Meaning(
        InvalidInput, "The description of the image is longer than 1,000 characters.", "Shorten it."
    ),
    "canvas_too_large": Meaning(InvalidInput, "The canvas is too large for this change.", "Change less at once."),
    "channels_limit_exceeded": Meaning(
        InvalidInput, "A file can be shared in at most 100 channels at once.", "Name fewer."
    ),
    "email_taken": Meaning(InvalidInput, "The e-mail address belongs to somebody else.", ""),
    "invalid_args": Meaning(UpstreamError, "Slack could not read this server's request ({error}).", REPORT),
    "profile_status_set_failed_not_valid_emoji": Meaning(
        InvalidInput,
        "The workspace has no such emoji for a status.",
        "Use a standard one, or the name of a custom one.",
    ),
    "profile_status_set_failed_not_emoji_syntax": Meaning(
        InvalidInput, "The emoji of the status cannot be read.", "Give a name such as palm_tree, or the emoji."
    ),
    "invalid_emoji_not_allowed": Meaning(
        InvalidInput, "Slack does not take this emoji in a status.", "Use another one."
    ),
    "invalid_metadata_filter_keys": Meaning(
        UpstreamError, "Slack could not read this server's request ({error}).", REPORT
    ),
    "invalid_ooo_message": Meaning(InvalidInput, "Slack does not take this absence message.", ""),
    "invalid_starts_with_at": Meaning(InvalidInput, "The name must not begin with @.", ""),
    "max_file_sharing_exceeded": Meaning(InvalidInput, "The message has too many files.", "Use several messages."),
    "must_clear_both_status_text_and_status_emoji": Meaning(
        InvalidInput, "A status is cleared with text and emoji both empty.", "Leave both empty."
    ),
    "name_not_allowed": Meaning(InvalidInput, "The name must not hold an address.", ""),
    "no_dual_broadcast_content_update": Meaning(
        InvalidInput, "An old reply cannot be changed and sent to the channel at once.", ""
    ),
    "not_reactable": Meaning(InvalidInput, "Slack takes no reactions on this.", "React to a message instead."),
    "unknown_subtype": Meaning(InvalidInput, "Slack knows no such kind of file.", ""),
    "username_same": Meaning(InvalidInput, "The name is the present one already.", ""),
}
