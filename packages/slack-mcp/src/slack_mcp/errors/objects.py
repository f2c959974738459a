"""Errors about channels, people, messages and files that are missing or in another state."""

from collections.abc import Mapping

from mcp_chassis.failures import Conflict, NotFound

from slack_mcp.errors.meaning import CHECK_TS, FIND_CHANNEL, FIND_USER, Meaning

_FIND_FILE = "Use a file id (F...) that another tool returned."
_FIND_CANVAS = "Use a canvas id (F...) that another tool returned."
_FIND_LIST = "Use a list id (F...) that another tool returned."
_READ_LIST = "Read the list with read_file."

OBJECT_ERRORS: Mapping[str, Meaning] = {
    "channel_not_found": Meaning(NotFound, "Slack finds no such channel, or hides it from the app.", FIND_CHANNEL),
    "invalid_channel": Meaning(NotFound, "Slack finds no such channel, or hides it from the app.", FIND_CHANNEL),
    "no_channel": Meaning(NotFound, "Slack got no channel.", FIND_CHANNEL),
    "message_not_found": Meaning(NotFound, "There is no message with this ts in the channel.", CHECK_TS),
    "thread_not_found": Meaning(NotFound, "There is no thread with this ts in the channel.", CHECK_TS),
    "no_item_specified": Meaning(NotFound, "Slack finds no such message or file.", CHECK_TS),
    "user_not_found": Meaning(NotFound, "Slack finds no such person.", FIND_USER),
    "users_not_found": Meaning(NotFound, "Nobody has this e-mail address.", FIND_USER),
    "user_not_visible": Meaning(NotFound, "This person is hidden from the app.", FIND_USER),
    "user_not_in_channel": Meaning(NotFound, "The person is not in the channel.", ""),
    "no_user": Meaning(NotFound, "Slack finds no such person.", FIND_USER),
    "user_disabled": Meaning(NotFound, "The person has left the workspace.", FIND_USER),
    "user_team_not_in_channel": Meaning(NotFound, "The person's organisation is not in the channel.", ""),
    "bot_not_found": Meaning(NotFound, "Slack finds no such app.", ""),
    "subteam_not_found": Meaning(NotFound, "Slack finds no such user group.", "List the user groups first."),
    "no_such_subteam": Meaning(NotFound, "Slack finds no such user group.", "List the user groups first."),
    "file_not_found": Meaning(NotFound, "Slack finds no such file, or hides it from the app.", _FIND_FILE),
    "file_deleted": Meaning(NotFound, "The file was deleted.", ""),
    "file_comment_not_found": Meaning(NotFound, "Slack finds no such comment.", ""),
    "files_not_found": Meaning(NotFound, "Slack finds no such file.", _FIND_FILE),
    "canvas_not_found": Meaning(NotFound, "Slack finds no such canvas, or hides it from the app.", _FIND_CANVAS),
    "canvas_deleted": Meaning(NotFound, "The canvas was deleted.", ""),
    "canvas_tab_not_found": Meaning(NotFound, "The channel has no canvas.", ""),
    "section_not_found": Meaning(NotFound, "The canvas has no such section.", "Read the canvas again."),
    "list_not_found": Meaning(NotFound, "Slack finds no such list, or hides it from the app.", _FIND_LIST),
    "row_not_found": Meaning(NotFound, "The list has no such item.", _READ_LIST),
    "invalid_row_id": Meaning(NotFound, "The list has no such item.", _READ_LIST),
    "column_not_found": Meaning(NotFound, "The list has no such column.", _READ_LIST),
    "invalid_column_id": Meaning(NotFound, "The list has no such column.", _READ_LIST),
    "duplicated_item_not_found": Meaning(NotFound, "The list has no such item.", _READ_LIST),
    "not_found": Meaning(NotFound, "Slack finds no such reminder.", "List the reminders first."),
    "invalid_scheduled_message_id": Meaning(
        NotFound, "There is no such scheduled message; it may have been sent.", "List the scheduled ones first."
    ),
    "is_archived": Meaning(
        Conflict, "The channel is archived, so nothing in it can change.", "Choose another channel."
    ),
    "already_archived": Meaning(Conflict, "The channel is archived already.", ""),
    "not_archived": Meaning(Conflict, "The channel is not archived.", ""),
    "already_in_channel": Meaning(Conflict, "The person is in the channel already.", ""),
    "already_reacted": Meaning(Conflict, "The reaction is there already.", ""),
    "no_reaction": Meaning(Conflict, "The reaction is not there.", ""),
    "already_starred": Meaning(Conflict, "It is saved already.", ""),
    "not_starred": Meaning(Conflict, "It is not saved.", ""),
    "already_pinned": Meaning(Conflict, "It is pinned already.", ""),
    "no_pin": Meaning(Conflict, "It is not pinned.", ""),
    "is_inactive": Meaning(Conflict, "The message can no longer be edited.", ""),
    "name_taken": Meaning(Conflict, "A channel of this name exists already.", "Choose another name."),
    "channel_canvas_already_exists": Meaning(
        Conflict, "The channel has a canvas already.", "Change that one: it is listed with the channel's files."
    ),
    "too_many_reactions": Meaning(Conflict, "The message has as many reactions as Slack allows.", ""),
    "too_many_emoji": Meaning(Conflict, "The message has as many different emoji as Slack allows.", ""),
    "too_many_members": Meaning(Conflict, "The channel has as many members as Slack allows.", ""),
    "canvas_globally_locked": Meaning(Conflict, "Somebody else is changing the canvas.", "Try again in a moment."),
    "duplicate_channel_not_found": Meaning(NotFound, "Slack finds no such channel.", FIND_CHANNEL),
    "bots_not_found": Meaning(NotFound, "Slack finds no such app.", ""),
    "draft_not_found": Meaning(NotFound, "Slack finds no such draft.", ""),
    "draft_already_deleted": Meaning(NotFound, "The draft was deleted.", ""),
    "draft_already_sent": Meaning(Conflict, "The draft was sent already.", ""),
    "draft_has_conflict": Meaning(Conflict, "The draft was changed meanwhile.", ""),
    "file_is_deleted": Meaning(NotFound, "The file was deleted.", ""),
    "invalid_team": Meaning(
        NotFound, "Slack finds no such workspace.", "SLACK_TEAM_ID names it: ask the person who runs this server."
    ),
    "org_user_not_in_team": Meaning(
        NotFound, "Some of the people are in the organisation and not in this workspace.", FIND_USER
    ),
    "missing_user": Meaning(NotFound, "Slack finds no such person.", FIND_USER),
    "streaming_state_conflict": Meaning(
        Conflict, "The message is still being written.", "Try again when it is complete."
    ),
}
