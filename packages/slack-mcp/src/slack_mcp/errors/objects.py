"""Failures for error codes of Slack about channels, people, messages and files: missing, or in a conflicting state."""

from collections.abc import Mapping

from mcp_chassis.failures import Conflict, NotFound

from slack_mcp.errors.meaning import ASK_OPERATOR, CHECK_TS, FIND_CHANNEL, FIND_USER, Meaning

_FIND_FILE = "Use a file id (F...) that another tool returned."
_FIND_CANVAS = "Use a canvas id (F...) that another tool returned."
_FIND_LIST = "Use a list id (F...) that another tool returned."
_READ_LIST = "Read the list with read_file."

OBJECT_ERRORS: Mapping[str, Meaning] = {
    "channel_not_found": Meaning(NotFound, "The channel does not exist, or the app cannot see it.", FIND_CHANNEL),
    "invalid_channel": Meaning(NotFound, "The channel does not exist, or the app cannot see it.", FIND_CHANNEL),
    "no_channel": Meaning(NotFound, "Slack received no channel.", FIND_CHANNEL),
    "message_not_found": Meaning(NotFound, "The channel has no message with this ts.", CHECK_TS),
    "thread_not_found": Meaning(NotFound, "The channel has no thread with this ts.", CHECK_TS),
    "no_item_specified": Meaning(NotFound, "Slack found neither a message nor a file to act on.", CHECK_TS),
    "user_not_found": Meaning(NotFound, "Slack found no person with this id.", FIND_USER),
    "users_not_found": Meaning(NotFound, "No person in the workspace has this e-mail address.", FIND_USER),
    "user_not_visible": Meaning(NotFound, "The app is not allowed to see this person.", FIND_USER),
    "user_not_in_channel": Meaning(
        NotFound, "The person is not a member of the channel.", "list_members shows who is."
    ),
    "no_user": Meaning(NotFound, "Slack found no person with this id.", FIND_USER),
    "user_disabled": Meaning(NotFound, "The person has left the workspace.", FIND_USER),
    "user_team_not_in_channel": Meaning(
        NotFound, "The channel is not shared with the person's organisation.", "Leave this person out."
    ),
    "bot_not_found": Meaning(NotFound, "Slack found no app with this id.", ""),
    "subteam_not_found": Meaning(
        NotFound, "Slack found no user group with this id.", "list_user_groups shows the groups."
    ),
    "no_such_subteam": Meaning(
        NotFound, "Slack found no user group with this id.", "list_user_groups shows the groups."
    ),
    "file_not_found": Meaning(NotFound, "The file does not exist, or the app cannot see it.", _FIND_FILE),
    "file_deleted": Meaning(NotFound, "The file was deleted.", ""),
    "file_comment_not_found": Meaning(NotFound, "Slack found no file comment with this id.", ""),
    "files_not_found": Meaning(NotFound, "The file does not exist, or the app cannot see it.", _FIND_FILE),
    "canvas_not_found": Meaning(NotFound, "The canvas does not exist, or the app cannot see it.", _FIND_CANVAS),
    "canvas_deleted": Meaning(NotFound, "The canvas was deleted.", ""),
    "canvas_tab_not_found": Meaning(NotFound, "The channel has no canvas.", ""),
    "section_not_found": Meaning(
        NotFound, "The canvas has no section with this id.", "Read the canvas again with read_file."
    ),
    "list_not_found": Meaning(NotFound, "The list does not exist, or the app cannot see it.", _FIND_LIST),
    "row_not_found": Meaning(NotFound, "The list has no item with this id.", _READ_LIST),
    "invalid_row_id": Meaning(NotFound, "The list has no item with this id.", _READ_LIST),
    "column_not_found": Meaning(NotFound, "The list has no column with this id.", _READ_LIST),
    "invalid_column_id": Meaning(NotFound, "The list has no column with this id.", _READ_LIST),
    "duplicated_item_not_found": Meaning(NotFound, "The list has no item with this id.", _READ_LIST),
    "not_found": Meaning(NotFound, "Slack found no reminder with this id.", "list_reminders shows the reminders."),
    "invalid_scheduled_message_id": Meaning(
        NotFound,
        "No scheduled message has this id; it may have been sent already.",
        "list_scheduled_messages shows those that wait.",
    ),
    "is_archived": Meaning(
        Conflict, "The channel is archived, so its messages and settings cannot change.", "Choose another channel."
    ),
    "already_archived": Meaning(Conflict, "The channel is archived already.", ""),
    "not_archived": Meaning(Conflict, "The channel is not archived.", ""),
    "already_in_channel": Meaning(Conflict, "The person is in the channel already.", ""),
    "already_reacted": Meaning(Conflict, "The message has this reaction of the app already.", ""),
    "no_reaction": Meaning(Conflict, "The message has no such reaction of the app.", ""),
    "already_starred": Meaning(Conflict, "The message or file is saved for later already.", ""),
    "not_starred": Meaning(Conflict, "The message or file is not saved for later.", ""),
    "already_pinned": Meaning(Conflict, "The message or file is pinned in the channel already.", ""),
    "no_pin": Meaning(Conflict, "The message or file is not pinned in the channel.", ""),
    "is_inactive": Meaning(Conflict, "The message can no longer be edited.", "Send a new message instead."),
    "name_taken": Meaning(Conflict, "A channel with this name exists already.", "Choose another name."),
    "channel_canvas_already_exists": Meaning(
        Conflict, "The channel has a canvas already.", "Give the id of that canvas to change it; list_files shows it."
    ),
    "too_many_reactions": Meaning(Conflict, "The message has reached Slack's limit of reactions.", ""),
    "too_many_emoji": Meaning(Conflict, "The message has reached Slack's limit of different emoji.", ""),
    "too_many_members": Meaning(Conflict, "The channel has reached Slack's limit of members.", ""),
    "canvas_globally_locked": Meaning(
        Conflict, "The canvas is locked while somebody else changes it.", "Try again in a moment."
    ),
    "duplicate_channel_not_found": Meaning(
        NotFound, "The channel does not exist, or the app cannot see it.", FIND_CHANNEL
    ),
    "bots_not_found": Meaning(NotFound, "Slack found no app with this id.", ""),
    "draft_not_found": Meaning(NotFound, "Slack found no draft with this id.", ""),
    "draft_already_deleted": Meaning(NotFound, "The draft was deleted already.", ""),
    "draft_already_sent": Meaning(Conflict, "The draft was sent already.", ""),
    "draft_has_conflict": Meaning(Conflict, "The draft was changed by somebody else at the same time.", ""),
    "file_is_deleted": Meaning(NotFound, "The file was deleted.", ""),
    "invalid_team": Meaning(NotFound, "Slack found no workspace with the id in SLACK_TEAM_ID.", ASK_OPERATOR),
    "org_user_not_in_team": Meaning(
        NotFound, "Some of the people belong to the organisation but not to this workspace.", FIND_USER
    ),
    "missing_user": Meaning(NotFound, "Slack found no person with this id.", FIND_USER),
    "streaming_state_conflict": Meaning(
        Conflict, "The message is still being written by the app that streams it.", "Try again when it is complete."
    ),
}
