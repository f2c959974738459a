"""Failures for error codes of Slack about the request: names, texts, times, cursors, unreadable arguments."""

from collections.abc import Mapping

from mcp_chassis.failures import Effect, InvalidInput, RateLimited, UpstreamError

from slack_mcp.errors.meaning import CHECK_TS, FIND_USER, REPORT, Meaning

_PARTS = "Post the text in several messages."
_TIME = "Give a time between one minute and 120 days from now."
_LIST = "read_file shows the columns of the list and their types."
_UNREADABLE = Meaning(UpstreamError, "Slack could not read this server's request ({error}).", REPORT)

INPUT_ERRORS: Mapping[str, Meaning] = {
    "invalid_name": Meaning(
        InvalidInput, "Slack knows no emoji of this name, or does not allow it as a channel name.", "Use another name."
    ),
    "invalid_name_maxlength": Meaning(InvalidInput, "The channel name is longer than 80 characters.", "Shorten it."),
    "invalid_name_specials": Meaning(
        InvalidInput, "The channel name may contain only lower-case letters, digits, - and _.", "Use another name."
    ),
    "invalid_name_punctuation": Meaning(
        InvalidInput, "The channel name contains neither a letter nor a digit.", "Use another name."
    ),
    "invalid_name_required": Meaning(InvalidInput, "The channel name is empty.", "Give a name."),
    "reserved_name": Meaning(InvalidInput, "Slack reserves this channel name for its own use.", "Choose another name."),
    "msg_too_long": Meaning(InvalidInput, "The text is too long for one message.", _PARTS),
    "msg_blocks_too_long": Meaning(InvalidInput, "The text is too long for one message.", _PARTS),
    "too_many_attachments": Meaning(InvalidInput, "The message has too many attachments.", _PARTS),
    "too_many_contact_cards": Meaning(InvalidInput, "The message has too many contact cards.", _PARTS),
    "no_text": Meaning(InvalidInput, "The message has neither text nor blocks.", "Give a text."),
    "too_long": Meaning(InvalidInput, "The text is longer than Slack allows in this field.", "Shorten it."),
    "markdown_text_conflict": Meaning(
        UpstreamError, "Slack received the text in two arguments, of which it allows one.", REPORT
    ),
    "attachment_payload_limit_exceeded": Meaning(
        InvalidInput, "The attachments of the message are larger than Slack allows.", _PARTS
    ),
    "invalid_blocks": Meaning(
        InvalidInput, "Slack rejected the formatting of the text.", "Use simpler formatting, or format=mrkdwn."
    ),
    "invalid_blocks_format": Meaning(
        InvalidInput, "Slack rejected the formatting of the text.", "Use simpler formatting."
    ),
    "invalid_attachments": Meaning(
        InvalidInput, "Slack rejected the formatting of the text.", "Use simpler formatting."
    ),
    "block_mismatch": Meaning(
        InvalidInput,
        "The message contains blocks that Slack does not allow to be edited.",
        "Send a new message instead.",
    ),
    "bad_timestamp": Meaning(InvalidInput, "Slack does not know the ts as the timestamp of a message.", CHECK_TS),
    "invalid_timestamp": Meaning(InvalidInput, "Slack does not know the ts as the timestamp of a message.", CHECK_TS),
    "invalid_ts_latest": Meaning(InvalidInput, "Slack cannot read `latest` as a time.", "Give an ISO time or a ts."),
    "invalid_ts_oldest": Meaning(InvalidInput, "Slack cannot read `oldest` as a time.", "Give an ISO time or a ts."),
    "invalid_time": Meaning(InvalidInput, "Slack does not accept the time of the message.", _TIME),
    "time_in_past": Meaning(InvalidInput, "The time to send the message is in the past.", _TIME),
    "time_too_far": Meaning(InvalidInput, "The time to send the message is more than 120 days ahead.", _TIME),
    "restricted_too_many": Meaning(
        RateLimited,
        "30 messages are scheduled in this channel for the same five minutes, which is Slack's limit.",
        "Choose another time.",
        Effect.REJECTED,
    ),
    "cannot_parse": Meaning(InvalidInput, "Slack cannot read the time of the reminder.", "Use an ISO time."),
    "cannot_complete_recurring": Meaning(
        InvalidInput, "A repeating reminder cannot be marked as done.", "The person can delete it in Slack."
    ),
    "uneditable_column": Meaning(InvalidInput, "Slack fills this column itself, so it cannot be set.", _LIST),
    "invalid_input_type": Meaning(InvalidInput, "The value does not have the type of the column.", _LIST),
    "invalid_option_id": Meaning(InvalidInput, "The value is not one of the column's options.", _LIST),
    "invalid_date": Meaning(InvalidInput, "Slack cannot read the value as a date.", "Give it as YYYY-MM-DD."),
    "invalid_email": Meaning(
        InvalidInput, "Slack cannot read the value as an e-mail address.", "Give an address such as ada@example.com."
    ),
    "invalid_phone_number": Meaning(
        InvalidInput, "Slack cannot read the value as a telephone number.", "Give it with its country code."
    ),
    "invalid_link": Meaning(
        InvalidInput, "Slack does not accept the value as a link.", "Give a complete https address."
    ),
    "invalid_message": Meaning(InvalidInput, "Slack does not accept the value as a message.", CHECK_TS),
    "invalid_attachment": Meaning(
        InvalidInput, "Slack does not accept the value as a file.", "Use a file id (F...) that another tool returned."
    ),
    "invalid_vote_value": Meaning(InvalidInput, "The value is not a vote that the column accepts.", _LIST),
    "invalid_text_block": Meaning(
        InvalidInput, "Slack rejected the formatting of the text.", "Use simpler formatting."
    ),
    "over_cell_fields_limit": Meaning(
        InvalidInput, "The cell cannot contain as many values as were given.", "Give fewer values."
    ),
    "over_row_maximum": Meaning(InvalidInput, "The list has reached Slack's limit of items.", "Use another list."),
    "archive_not_supported": Meaning(InvalidInput, "Slack does not support archived items in this list.", ""),
    "column_id_not_provided": Meaning(UpstreamError, "Slack received no column id.", REPORT),
    "row_id_not_provided": Meaning(UpstreamError, "Slack received no item id.", REPORT),
    "invalid_cursor": Meaning(
        InvalidInput, "The cursor is invalid or has expired.", "Call again without a cursor to begin at the first page."
    ),
    "invalid_limit": Meaning(InvalidInput, "Slack does not allow a page of this size.", "Ask for fewer results."),
    "limit_required": Meaning(InvalidInput, "The list is too large for one response.", "Ask for fewer results."),
    "invalid_types": Meaning(
        InvalidInput, "Slack does not know one of the channel types.", "Use the types that the tool's parameter lists."
    ),
    "unknown_type": Meaning(InvalidInput, "Slack does not know one of the file types.", ""),
    "user_is_bot": Meaning(InvalidInput, "An app cannot do this with a bot user.", "Name a person instead."),
    "too_many_users": Meaning(
        InvalidInput, "The call names more people than Slack allows at once.", "Name fewer people."
    ),
    "not_enough_users": Meaning(
        InvalidInput, "A group direct message needs at least one other person.", "Name at least one person."
    ),
    "users_list_not_supplied": Meaning(InvalidInput, "The call names no person.", FIND_USER),
    "invalid_users": Meaning(InvalidInput, "Slack does not accept some of the user ids.", FIND_USER),
    "invalid_user_combination": Meaning(
        InvalidInput,
        "Slack does not allow a group direct message of these people.",
        "Name other people, or use a channel.",
    ),
    "cant_invite_self": Meaning(
        InvalidInput, "The app cannot invite itself: it is a member of the channel already.", ""
    ),
    "cant_kick_self": Meaning(
        InvalidInput, "The app cannot remove itself from the channel.", "Use action=leave instead."
    ),
    "cannot_reply_to_message": Meaning(
        InvalidInput, "Slack does not allow replies to this message.", "Leave out thread_ts."
    ),
    "method_not_supported_for_channel_type": Meaning(
        InvalidInput,
        "Slack does not support this action in a conversation of this type.",
        "Choose another conversation.",
    ),
    "invalid_profile": Meaning(InvalidInput, "Slack does not accept the fields of the profile.", ""),
    "invalid_query": Meaning(
        InvalidInput, "Slack cannot read the search query.", "Use words and modifiers such as from:, in:, before:."
    ),
    "no_query": Meaning(InvalidInput, "The search query is empty.", "Give words to search for."),
    "missing_argument": Meaning(InvalidInput, "Slack reports that the request lacks an argument.", ""),
    "invalid_arguments": Meaning(InvalidInput, "Slack does not accept the arguments of the request.", ""),
    "invalid_users_list": Meaning(InvalidInput, "Slack does not accept some of the user ids.", FIND_USER),
    "file_too_large": Meaning(InvalidInput, "The file is larger than Slack allows.", "Upload a smaller file."),
    "no_file_data": Meaning(InvalidInput, "The file to upload is empty.", "Give its content."),
    "zero_length_file": Meaning(InvalidInput, "The file to upload is empty.", "Give its content."),
    "malware_detected": Meaning(InvalidInput, "Slack detected malware in the file and rejected it.", ""),
    "alt_text_too_long": Meaning(
        InvalidInput, "The description of the image (alt_text) is longer than Slack allows.", "Shorten it."
    ),
    "snippet_too_large": Meaning(
        InvalidInput, "The text is longer than Slack allows in a snippet.", "Upload it as a file."
    ),
    "unknown_snippet_type": Meaning(InvalidInput, "Slack does not know this type of snippet.", ""),
    "canvas_title_too_long": Meaning(
        InvalidInput, "The title of the canvas is longer than Slack allows.", "Shorten it."
    ),
    "unknown_method": Meaning(UpstreamError, "Slack does not know the API method; SLACK_API_URL may be wrong.", REPORT),
    "method_deprecated": Meaning(UpstreamError, "Slack has withdrawn the API method that this server calls.", REPORT),
    "deprecated_endpoint": Meaning(UpstreamError, "Slack has withdrawn the API method that this server calls.", REPORT),
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
        InvalidInput, "The description of the image (alt_text) is longer than 1,000 characters.", "Shorten it."
    ),
    "canvas_too_large": Meaning(
        InvalidInput,
        "The canvas is larger than Slack allows for this change.",
        "Make a smaller change, or write into a new canvas.",
    ),
    "channels_limit_exceeded": Meaning(
        InvalidInput, "A file can be shared in at most 100 channels in one call.", "Name fewer channels."
    ),
    "email_taken": Meaning(InvalidInput, "The e-mail address belongs to another account.", ""),
    "invalid_args": Meaning(UpstreamError, "Slack could not read this server's request ({error}).", REPORT),
    "profile_status_set_failed_not_valid_emoji": Meaning(
        InvalidInput,
        "The workspace does not have the emoji given for the status.",
        "Use a standard emoji, or the name of a custom one of the workspace.",
    ),
    "profile_status_set_failed_not_emoji_syntax": Meaning(
        InvalidInput,
        "The emoji given for the status cannot be read.",
        "Give a name such as palm_tree, or the emoji itself.",
    ),
    "invalid_emoji_not_allowed": Meaning(
        InvalidInput, "Slack does not allow this emoji in a status.", "Use another emoji."
    ),
    "invalid_metadata_filter_keys": Meaning(
        UpstreamError, "Slack could not read this server's request ({error}).", REPORT
    ),
    "invalid_ooo_message": Meaning(InvalidInput, "Slack does not accept the out-of-office message.", ""),
    "invalid_starts_with_at": Meaning(InvalidInput, "The name must not begin with @.", "Give it without the @."),
    "max_file_sharing_exceeded": Meaning(
        InvalidInput, "The message has more files than Slack allows.", "Share the files in several messages."
    ),
    "must_clear_both_status_text_and_status_emoji": Meaning(
        InvalidInput,
        "A status can be cleared only when its text and its emoji are both empty.",
        "Leave both text and emoji empty.",
    ),
    "name_not_allowed": Meaning(
        InvalidInput, "The name must not contain a web or e-mail address.", "Use another name."
    ),
    "no_dual_broadcast_content_update": Meaning(
        InvalidInput, "An old reply cannot be edited and also sent to the channel in one call.", ""
    ),
    "not_reactable": Meaning(
        InvalidInput, "Slack does not allow reactions on this item.", "React to a message instead."
    ),
    "unknown_subtype": Meaning(InvalidInput, "Slack does not know this kind of file.", ""),
    "username_same": Meaning(InvalidInput, "The new name is the same as the present name.", "Give another name."),
}
