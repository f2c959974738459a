"""Failures for error codes of Slack about rate limits and outages."""

from collections.abc import Mapping

from mcp_chassis.failures import Effect, RateLimited, Unavailable

from slack_mcp.errors.meaning import WAIT, Meaning

OUTAGE_ERRORS: Mapping[str, Meaning] = {
    "external_channel_migrating": Meaning(
        Unavailable, "Slack is moving the shared channel to another workspace.", None, Effect.REJECTED
    ),
    "ratelimited": Meaning(RateLimited, "Slack's rate limit for this method is exhausted.", WAIT, Effect.REJECTED),
    "rate_limited": Meaning(
        RateLimited, "Slack's rate limit for posting messages is exhausted.", WAIT, Effect.REJECTED
    ),
    "message_limit_exceeded": Meaning(
        RateLimited, "The workspace has reached its limit of messages from apps.", WAIT, Effect.REJECTED
    ),
    "accesslimited": Meaning(
        RateLimited, "Slack has limited access to the workspace for the moment.", WAIT, Effect.REJECTED
    ),
    "team_added_to_org": Meaning(
        Unavailable, "Slack is moving the workspace into an organisation.", None, Effect.REJECTED
    ),
    "fatal_error": Meaning(Unavailable, "Slack reports an internal error.", None, Effect.AMBIGUOUS),
    "internal_error": Meaning(Unavailable, "Slack reports an internal error.", None, Effect.AMBIGUOUS),
    "service_unavailable": Meaning(Unavailable, "Slack is temporarily unavailable.", None, Effect.AMBIGUOUS),
    "request_timeout": Meaning(Unavailable, "Slack did not receive the whole request in time.", None, Effect.REJECTED),
    "fetch_members_failed": Meaning(Unavailable, "Slack failed to list the members of the channel."),
    "timezone_count_failed": Meaning(Unavailable, "Slack failed to count the time zones of the file's readers."),
    "profile_set_failed": Meaning(Unavailable, "Slack failed to save the profile."),
    "file_update_failed": Meaning(Unavailable, "Slack failed to save the file.", None, Effect.AMBIGUOUS),
    "canvas_creation_failed": Meaning(Unavailable, "Slack failed to create the canvas.", None, Effect.AMBIGUOUS),
    "canvas_editing_failed": Meaning(
        Unavailable, "Slack failed to save the change of the canvas.", None, Effect.AMBIGUOUS
    ),
    "canvas_tab_creation_failed": Meaning(
        Unavailable, "Slack failed to create the channel's canvas tab.", None, Effect.AMBIGUOUS
    ),
    "channel_canvas_creation_failed": Meaning(
        Unavailable, "Slack failed to create the channel's canvas.", None, Effect.AMBIGUOUS
    ),
    "canvas_editing_locked": Meaning(
        Unavailable,
        "The canvas is locked while another change of it is in progress.",
        "Try again in a moment.",
        Effect.REJECTED,
    ),
    "list_record_comment_fetch_failed": Meaning(
        Unavailable, "Slack failed to read the comments of the list's item.", None
    ),
    "partial_profile_set_failed": Meaning(Unavailable, "Slack saved only a part of the profile.", None),
    "unable_to_share_files": Meaning(Unavailable, "Slack failed to share the files.", None, Effect.AMBIGUOUS),
    "update_failed": Meaning(Unavailable, "Slack failed to save the change of the message.", None, Effect.AMBIGUOUS),
    "missing_file_data": Meaning(Unavailable, "Slack has not received the file's content yet.", None, Effect.REJECTED),
}
