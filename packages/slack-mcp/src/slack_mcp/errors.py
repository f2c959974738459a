"""Slack's own way of failing: `ok: false` and a word, by table; pure."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from mcp_chassis.failures import (
    AuthenticationFailed,
    Conflict,
    Effect,
    Failure,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RateLimited,
    Unavailable,
    UpstreamError,
)
from mcp_chassis.http.response import Response

ERROR = "slack_error"
"""The name in a failure's details under which Slack's own word stands."""


class Says(NamedTuple):
    """What one of Slack's words means, and what to try."""

    failure: type[Failure]
    message: str
    remedy: str | None = None
    effect: Effect = Effect.SETTLED


_JOIN = "Ask a member to invite the app to the channel."
_FIND_CHANNEL = "Find it with list_channels; a private channel shows only after the app is invited."
_FIND_USER = "Find the person with find_users."
_CHECK_TS = "Use the ts that another tool returned."
_ITS_OWNER = "Ask the person who runs this server; do not retry."

MEANING: Mapping[str, Says] = {
    "account_inactive": Says(AuthenticationFailed, "{token} belongs to a removed account."),
    "invalid_auth": Says(AuthenticationFailed, "Slack refuses {token}."),
    "not_authed": Says(AuthenticationFailed, "Slack wants a token; {token} is not set."),
    "token_expired": Says(AuthenticationFailed, "{token} has expired."),
    "token_revoked": Says(AuthenticationFailed, "{token} was revoked."),
    "missing_scope": Says(PermissionDenied, "{token} lacks the scope {needed}.", _ITS_OWNER),
    "not_allowed_token_type": Says(PermissionDenied, "Slack does not allow this with the kind of {token}.", _ITS_OWNER),
    "no_permission": Says(PermissionDenied, "Slack does not allow this with {token}.", _ITS_OWNER),
    "ekm_access_denied": Says(PermissionDenied, "The workspace's administrators have suspended access.", _ITS_OWNER),
    "access_denied": Says(PermissionDenied, "Slack does not allow this here.", _ITS_OWNER),
    "enterprise_is_restricted": Says(PermissionDenied, "The organisation does not allow this.", _ITS_OWNER),
    "org_login_required": Says(PermissionDenied, "The workspace is being moved into an organisation.", _ITS_OWNER),
    "restricted_action": Says(PermissionDenied, "The workspace's settings do not allow this.", _ITS_OWNER),
    "restricted_action_read_only_channel": Says(PermissionDenied, "The channel is read-only for the app.", _ITS_OWNER),
    "restricted_action_thread_only_channel": Says(
        PermissionDenied, "Only replies in threads are allowed in this channel.", "Give thread_ts."
    ),
    "restricted_action_non_threadable_channel": Says(
        PermissionDenied, "Threads are not allowed in this channel.", "Leave out thread_ts."
    ),
    "not_in_channel": Says(PermissionDenied, "The app is not a member of this channel.", _JOIN),
    "cant_update_message": Says(PermissionDenied, "Only messages the app itself sent can be edited.", ""),
    "cant_delete_message": Says(PermissionDenied, "Only messages the app itself sent can be deleted.", ""),
    "compliance_exports_prevent_deletion": Says(PermissionDenied, "Compliance rules forbid deleting messages.", ""),
    "edit_window_closed": Says(PermissionDenied, "The workspace's time for editing messages has passed.", ""),
    "user_is_restricted": Says(PermissionDenied, "Guests may not do this.", ""),
    "user_is_ultra_restricted": Says(PermissionDenied, "Guests may not do this.", ""),
    "cant_invite": Says(PermissionDenied, "Slack does not let the app invite this person.", ""),
    "cant_invite_self": Says(InvalidInput, "The app is in the channel already.", ""),
    "channel_not_found": Says(NotFound, "Slack finds no such channel, or hides it from the app.", _FIND_CHANNEL),
    "message_not_found": Says(NotFound, "There is no message with this ts in the channel.", _CHECK_TS),
    "thread_not_found": Says(NotFound, "There is no thread with this ts in the channel.", _CHECK_TS),
    "user_not_found": Says(NotFound, "Slack finds no such person.", _FIND_USER),
    "users_not_found": Says(NotFound, "Nobody has this e-mail address.", _FIND_USER),
    "user_not_visible": Says(NotFound, "This person is hidden from the app.", _FIND_USER),
    "no_user": Says(NotFound, "Slack finds no such person.", _FIND_USER),
    "bot_not_found": Says(NotFound, "Slack finds no such app.", ""),
    "is_archived": Says(Conflict, "The channel is archived, so nothing in it can change.", "Choose another channel."),
    "is_inactive": Says(Conflict, "The message can no longer be edited.", ""),
    "name_taken": Says(Conflict, "A channel of this name exists already.", "Choose another name."),
    "too_many_reactions": Says(Conflict, "The message has as many reactions as Slack allows.", ""),
    "too_many_emoji": Says(Conflict, "The message has as many different emoji as Slack allows.", ""),
    "invalid_name": Says(InvalidInput, "Slack knows no emoji of this name, or the name is not allowed.", ""),
    "invalid_name_maxlength": Says(InvalidInput, "The name is longer than 80 characters.", ""),
    "invalid_name_specials": Says(InvalidInput, "The name may hold lower-case letters, digits, - and _ only.", ""),
    "invalid_name_punctuation": Says(InvalidInput, "The name needs a letter or a digit.", ""),
    "invalid_name_required": Says(InvalidInput, "The name is empty.", ""),
    "msg_too_long": Says(InvalidInput, "The text is too long for one message.", "Post it in parts."),
    "msg_blocks_too_long": Says(InvalidInput, "The text is too long for one message.", "Post it in parts."),
    "no_text": Says(InvalidInput, "The message has no text.", ""),
    "too_long": Says(InvalidInput, "The text is longer than Slack takes here.", "Shorten it."),
    "invalid_blocks": Says(
        InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it, or use mrkdwn."
    ),
    "invalid_blocks_format": Says(InvalidInput, "Slack cannot show this text as it is formatted.", "Simplify it."),
    "bad_timestamp": Says(InvalidInput, "The ts is none of Slack's.", _CHECK_TS),
    "invalid_ts_latest": Says(InvalidInput, "latest is no time Slack understands.", ""),
    "invalid_ts_oldest": Says(InvalidInput, "oldest is no time Slack understands.", ""),
    "invalid_cursor": Says(InvalidInput, "The cursor is no longer good.", "Begin again without it."),
    "user_is_bot": Says(InvalidInput, "An app cannot do this to a bot.", ""),
    "too_many_users": Says(InvalidInput, "Too many people at once.", "Invite fewer."),
    "cannot_reply_to_message": Says(InvalidInput, "This message cannot have a thread.", "Leave out thread_ts."),
    "method_not_supported_for_channel_type": Says(
        InvalidInput, "This cannot be done in a conversation of its kind.", ""
    ),
    "ratelimited": Says(RateLimited, "Slack limits how often it may be asked.", None, Effect.REJECTED),
    "rate_limited": Says(RateLimited, "Slack limits how often messages may be sent.", None, Effect.REJECTED),
    "message_limit_exceeded": Says(
        RateLimited, "The workspace has sent as many messages as it may.", None, Effect.REJECTED
    ),
    "accesslimited": Says(RateLimited, "Slack limits access for the moment.", None, Effect.REJECTED),
    "team_added_to_org": Says(Unavailable, "The workspace is being moved into an organisation.", None, Effect.REJECTED),
    "fatal_error": Says(Unavailable, "Slack failed on its side.", None, Effect.AMBIGUOUS),
    "internal_error": Says(Unavailable, "Slack failed on its side.", None, Effect.AMBIGUOUS),
    "service_unavailable": Says(Unavailable, "Slack is not available.", None, Effect.AMBIGUOUS),
    "request_timeout": Says(Unavailable, "Slack did not get the whole request in time.", None, Effect.REJECTED),
}
UNKNOWN = Says(UpstreamError, "Slack refuses this, saying {error}.", "")


def failure_for(answer: Response, token: str) -> Failure | None:
    """The failure an answer is, or None; limits and server errors are told by their status.

    Args:
        token: the variable that holds the token that was used.
    """
    if answer.status != 200:
        return None
    body = answer.json
    if not isinstance(body, dict):
        return UpstreamError("Slack answered something that is no answer of its API.", effect=Effect.AMBIGUOUS)
    told = cast("dict[str, Any]", body)
    return None if told.get("ok") is True else _failure(told, token)


def _failure(told: Mapping[str, Any], token: str) -> Failure:
    error = _word(told.get("error"))
    needed, provided = _word(told.get("needed")), _word(told.get("provided"))
    says = MEANING.get(error, UNKNOWN)
    details = {ERROR: error, "needed": needed, "provided": provided}
    return says.failure(
        says.message.format(token=token, needed=needed or "it needs", error=error),
        remedy=says.remedy,
        details={name: value for name, value in details.items() if value},
        effect=says.effect,
    )


def _word(value: object) -> str:
    """One of Slack's words or lists of words; anything else is not repeated."""
    text = str(value or "")
    return text if re.fullmatch(r"[\w:.,\- ]{1,2000}", text) else ""


def error_of(failure: Failure) -> str:
    """Slack's own word for a failure, or nothing."""
    return str(failure.details.get(ERROR, ""))
