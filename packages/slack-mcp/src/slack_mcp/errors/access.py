"""Errors about tokens, scopes, workspace rules, rate limits and outages."""

from collections.abc import Mapping

from mcp_chassis.failures import AuthenticationFailed, Effect, InvalidInput, PermissionDenied, RateLimited, Unavailable

from slack_mcp.errors.meaning import ASK_ADMIN, ASK_OPERATOR, FIND_USER, INVITE_APP, WAIT, Meaning

_ROTATION = (
    "Tokens that rotate live twelve hours: ask the person who runs this server for a new one, or to set "
    "SLACK_REFRESH_TOKEN with SLACK_CLIENT_ID and SLACK_CLIENT_SECRET; do not retry."
)

ACCESS_ERRORS: Mapping[str, Meaning] = {
    "account_inactive": Meaning(AuthenticationFailed, "{token} belongs to a removed account."),
    "bad_client_secret": Meaning(AuthenticationFailed, "Slack refuses SLACK_CLIENT_SECRET."),
    "bad_token": Meaning(AuthenticationFailed, "Slack cannot use {token} for this."),
    "invalid_auth": Meaning(
        AuthenticationFailed, "Slack refuses {token}, or the address that this server calls from.", ASK_OPERATOR
    ),
    "invalid_client_id": Meaning(AuthenticationFailed, "Slack refuses SLACK_CLIENT_ID."),
    "invalid_refresh_token": Meaning(AuthenticationFailed, "Slack refuses SLACK_REFRESH_TOKEN: each works once."),
    "not_authed": Meaning(AuthenticationFailed, "Slack wants a token; {token} is not set."),
    "token_expired": Meaning(AuthenticationFailed, "{token} has expired.", _ROTATION),
    "token_revoked": Meaning(AuthenticationFailed, "{token} was revoked."),
    "two_factor_setup_required": Meaning(
        AuthenticationFailed, "The account behind {token} has to set up two-factor sign-in first."
    ),
    "missing_scope": Meaning(PermissionDenied, "{token} lacks the scope {needed}.", ASK_OPERATOR),
    "not_allowed_token_type": Meaning(
        PermissionDenied, "Slack does not allow this with the kind of {token}.", ASK_OPERATOR
    ),
    "no_permission": Meaning(PermissionDenied, "Slack does not allow this with {token}.", ASK_OPERATOR),
    "not_authorized": Meaning(PermissionDenied, "The account behind {token} may not do this.", ASK_OPERATOR),
    "not_admin": Meaning(PermissionDenied, "Only an administrator may do this.", ASK_ADMIN),
    "not_app_admin": Meaning(PermissionDenied, "Only an administrator of apps may do this.", ASK_ADMIN),
    "cannot_update_admin_user": Meaning(PermissionDenied, "Only the owner may change an administrator.", ASK_ADMIN),
    "access_denied": Meaning(PermissionDenied, "Slack does not allow this here.", ASK_OPERATOR),
    "ekm_access_denied": Meaning(
        PermissionDenied, "The workspace's administrators have suspended access.", ASK_OPERATOR
    ),
    "enterprise_is_restricted": Meaning(PermissionDenied, "The organisation does not allow this.", ASK_OPERATOR),
    "org_login_required": Meaning(PermissionDenied, "The workspace is being moved into an organisation.", ASK_OPERATOR),
    "team_access_not_granted": Meaning(
        PermissionDenied, "The organisation has not given the app access to this workspace.", ASK_OPERATOR
    ),
    "team_not_found": Meaning(
        PermissionDenied, "Slack knows no workspace of this id for {token}.", "SLACK_TEAM_ID names it: " + ASK_OPERATOR
    ),
    "restricted_action": Meaning(PermissionDenied, "The workspace's settings do not allow this.", ASK_ADMIN),
    "restricted_action_read_only_channel": Meaning(
        PermissionDenied, "The channel is read-only for the app.", ASK_ADMIN
    ),
    "restricted_action_thread_locked": Meaning(PermissionDenied, "The thread is locked.", "Post in the channel."),
    "restricted_action_thread_only_channel": Meaning(
        PermissionDenied, "Only replies in threads are allowed in this channel.", "Give thread_ts."
    ),
    "restricted_action_non_threadable_channel": Meaning(
        PermissionDenied, "Threads are not allowed in this channel.", "Leave out thread_ts."
    ),
    "external_channel_migrating": Meaning(Unavailable, "The shared channel is being moved.", None, Effect.REJECTED),
    "channel_type_not_supported": Meaning(InvalidInput, "This cannot be done in a channel of this kind.", ""),
    "not_in_channel": Meaning(PermissionDenied, "The app is not a member of this channel.", INVITE_APP),
    "not_supported": Meaning(PermissionDenied, "Slack does not allow this for a channel of this kind.", ""),
    "upgrade_required": Meaning(PermissionDenied, "The workspace's plan does not include this.", ASK_ADMIN),
    "upgrade_require": Meaning(PermissionDenied, "The workspace's plan does not include this.", ASK_ADMIN),
    "paid_only": Meaning(PermissionDenied, "The workspace's plan does not include this.", ASK_ADMIN),
    "paid_teams_only": Meaning(PermissionDenied, "The workspace's plan does not include this.", ASK_ADMIN),
    "team_tier_cannot_create_channel_canvases": Meaning(
        PermissionDenied, "The workspace's plan has no canvases of channels.", ASK_ADMIN
    ),
    "canvas_disabled_user_team": Meaning(PermissionDenied, "Canvases are switched off here.", ASK_ADMIN),
    "free_team_canvas_tab_already_exists": Meaning(
        PermissionDenied, "The workspace's plan allows one canvas here.", ASK_ADMIN
    ),
    "slack_connect_canvas_sharing_blocked": Meaning(
        PermissionDenied, "Canvases may not be shared with other organisations.", ASK_ADMIN
    ),
    "slack_connect_file_upload_sharing_blocked": Meaning(
        PermissionDenied, "Files may not be shared with other organisations.", ASK_ADMIN
    ),
    "file_uploads_disabled": Meaning(PermissionDenied, "Uploads are switched off in the workspace.", ASK_ADMIN),
    "file_uploads_except_images_disabled": Meaning(
        PermissionDenied, "Only images may be uploaded in the workspace.", ASK_ADMIN
    ),
    "file_type_not_allowed": Meaning(PermissionDenied, "Files of this type may not be uploaded.", ASK_ADMIN),
    "blocked_file_type": Meaning(PermissionDenied, "Files of this type may not be uploaded.", ASK_ADMIN),
    "storage_limit_reached": Meaning(PermissionDenied, "The workspace's storage is full.", ASK_ADMIN),
    "file_share_limit_reached": Meaning(PermissionDenied, "The workspace shares as many files as it may.", ASK_ADMIN),
    "cant_update_message": Meaning(PermissionDenied, "Only messages the app itself sent can be edited.", ""),
    "cant_delete_message": Meaning(PermissionDenied, "Only messages the app itself sent can be deleted.", ""),
    "cant_broadcast_message": Meaning(PermissionDenied, "This reply cannot be sent to the channel too.", ""),
    "compliance_exports_prevent_deletion": Meaning(PermissionDenied, "Compliance rules forbid deleting messages.", ""),
    "edit_window_closed": Meaning(PermissionDenied, "The workspace's time for editing messages has passed.", ""),
    "user_is_restricted": Meaning(PermissionDenied, "Guests may not do this.", ""),
    "user_is_ultra_restricted": Meaning(PermissionDenied, "Guests may not do this.", ""),
    "ura_max_channels": Meaning(PermissionDenied, "A guest of one channel cannot be in a second.", ""),
    "cant_invite": Meaning(PermissionDenied, "Slack does not let the app invite this person.", ""),
    "cannot_dm_bot": Meaning(PermissionDenied, "An app cannot write to another app directly.", ""),
    "messages_tab_disabled": Meaning(PermissionDenied, "This app takes no direct messages.", ""),
    "cant_archive_general": Meaning(PermissionDenied, "The general channel cannot be archived.", ""),
    "cant_archive_required": Meaning(PermissionDenied, "A channel that everybody must be in cannot be archived.", ""),
    "cant_leave_general": Meaning(PermissionDenied, "Nobody can leave the general channel.", ""),
    "cant_kick_from_general": Meaning(PermissionDenied, "Nobody can be removed from the general channel.", ""),
    "last_member": Meaning(PermissionDenied, "The last member cannot leave.", "Archive the channel instead."),
    "last_ra_channel": Meaning(PermissionDenied, "A guest cannot leave the last channel.", ""),
    "cannot_add_bot": Meaning(PermissionDenied, "An app cannot get reminders.", FIND_USER),
    "cannot_add_others": Meaning(PermissionDenied, "Reminders for others are not allowed.", ""),
    "cannot_add_others_recurring": Meaning(PermissionDenied, "Repeating reminders for others are not allowed.", ""),
    "cannot_add_slackbot": Meaning(PermissionDenied, "Slackbot cannot get reminders.", FIND_USER),
    "cannot_complete_others": Meaning(PermissionDenied, "Only the person reminded can complete a reminder.", ""),
    "ratelimited": Meaning(RateLimited, "Slack limits how often it may be asked.", WAIT, Effect.REJECTED),
    "rate_limited": Meaning(RateLimited, "Slack limits how often messages may be sent.", WAIT, Effect.REJECTED),
    "message_limit_exceeded": Meaning(
        RateLimited, "The workspace has sent as many messages as it may.", WAIT, Effect.REJECTED
    ),
    "accesslimited": Meaning(RateLimited, "Slack limits access for the moment.", WAIT, Effect.REJECTED),
    "team_added_to_org": Meaning(
        Unavailable, "The workspace is being moved into an organisation.", None, Effect.REJECTED
    ),
    "file_upload_size_restricted": Meaning(InvalidInput, "The file is larger than the workspace allows.", ""),
    "fatal_error": Meaning(Unavailable, "Slack failed on its side.", None, Effect.AMBIGUOUS),
    "internal_error": Meaning(Unavailable, "Slack failed on its side.", None, Effect.AMBIGUOUS),
    "service_unavailable": Meaning(Unavailable, "Slack is not available.", None, Effect.AMBIGUOUS),
    "request_timeout": Meaning(Unavailable, "Slack did not get the whole request in time.", None, Effect.REJECTED),
    "fetch_members_failed": Meaning(Unavailable, "Slack could not list the members."),
    "timezone_count_failed": Meaning(Unavailable, "Slack could not count the file's times."),
    "profile_set_failed": Meaning(Unavailable, "Slack could not change the profile."),
    "file_update_failed": Meaning(Unavailable, "Slack could not change the file.", None, Effect.AMBIGUOUS),
    "canvas_creation_failed": Meaning(Unavailable, "Slack could not create the canvas.", None, Effect.AMBIGUOUS),
    "canvas_editing_failed": Meaning(Unavailable, "Slack could not change the canvas.", None, Effect.AMBIGUOUS),
    "app_access_restricted": Meaning(PermissionDenied, "The account behind {token} may not use this app.", ASK_ADMIN),
    "app_cannot_join_channel": Meaning(PermissionDenied, "Apps cannot be invited to this channel.", ""),
    "cannot_add_profile_only_user": Meaning(
        PermissionDenied, "This person has a profile only, and cannot get reminders.", FIND_USER
    ),
    "cannot_create_channel": Meaning(PermissionDenied, "Slack does not let {token} create this channel.", ASK_ADMIN),
    "canvas_disabled_file_team": Meaning(
        PermissionDenied, "Canvases are switched off in the workspace of the file.", ASK_ADMIN
    ),
    "canvas_globally_disabled": Meaning(PermissionDenied, "Canvases are switched off in the workspace.", ASK_ADMIN),
    "channel_is_limited_access": Meaning(
        PermissionDenied, "The account behind {token} has no access to the channel.", ""
    ),
    "free_teams_cannot_create_non_tabbed_canvases": Meaning(
        PermissionDenied, "The workspace's plan allows canvases of channels only.", "Give a channel."
    ),
    "free_teams_cannot_create_standalone_canvases": Meaning(
        PermissionDenied, "The workspace's plan allows canvases of channels only.", "Give a channel."
    ),
    "free_teams_cannot_edit_standalone_canvases": Meaning(
        PermissionDenied, "The workspace's plan allows changes of channels' canvases only.", ASK_ADMIN
    ),
    "invitee_cant_see_channel": Meaning(
        PermissionDenied, "The channel is not shared with a workspace of this person.", ""
    ),
    "no_access": Meaning(PermissionDenied, "The account behind {token} may not react there.", ""),
    "no_external_invite_permission": Meaning(
        PermissionDenied, "The account behind {token} may not invite people of other organisations.", ASK_ADMIN
    ),
    "not_visible": Meaning(PermissionDenied, "The file is hidden from the account behind {token}.", ""),
    "template_not_visible": Meaning(PermissionDenied, "The template is hidden from the account behind {token}.", ""),
    "permission_denied": Meaning(PermissionDenied, "The account behind {token} may not do this.", ASK_ADMIN),
    "plan_upgrade_required": Meaning(PermissionDenied, "The workspace's plan does not include this.", ASK_ADMIN),
    "posting_to_channel_denied": Meaning(
        PermissionDenied, "Files may not be shared in this channel.", "Choose another channel."
    ),
    "send_on_behalf_not_allowed": Meaning(
        PermissionDenied, "Slack does not let {token} post for somebody else.", ASK_OPERATOR
    ),
    "slack_connect_blocked_file_type": Meaning(
        PermissionDenied, "Files of this type may not be shared with other organisations.", ASK_ADMIN
    ),
    "slack_connect_clip_sharing_blocked": Meaning(
        PermissionDenied, "Clips may not be shared with other organisations.", ASK_ADMIN
    ),
    "slack_connect_file_link_sharing_blocked": Meaning(
        PermissionDenied, "Links to files may not be shared with other organisations.", "Leave the links out."
    ),
    "slack_connect_lists_sharing_blocked": Meaning(
        PermissionDenied, "Lists may not be shared with other organisations.", ASK_ADMIN
    ),
    "sudo_required": Meaning(PermissionDenied, "Slack wants the person to sign in again for this.", ASK_OPERATOR),
    "thread_locked": Meaning(PermissionDenied, "The thread is locked.", ""),
    "invalid_token": Meaning(AuthenticationFailed, "Slack cannot use {token} for this.", None),
    "not_bearer_token": Meaning(AuthenticationFailed, "Slack cannot use {token} for this.", None),
    "bad_redirect_uri": Meaning(
        AuthenticationFailed, "Slack refuses the address that the sign-in came back to.", ASK_OPERATOR
    ),
    "cannot_install_an_org_installed_app": Meaning(
        AuthenticationFailed, "The organisation has installed the app, so a workspace cannot.", ASK_OPERATOR
    ),
    "invalid_code": Meaning(
        AuthenticationFailed, "Slack refuses the code of the sign-in; it may have been used.", "Sign in again."
    ),
    "invalid_code_verifier": Meaning(AuthenticationFailed, "Slack refuses the proof of the sign-in.", "Sign in again."),
    "no_scopes": Meaning(AuthenticationFailed, "The sign-in asked for no scopes.", ASK_OPERATOR),
    "oauth_authorization_url_mismatch": Meaning(
        AuthenticationFailed, "The sign-in began at another address than Slack wants.", ASK_OPERATOR
    ),
    "pkce_not_allowed": Meaning(AuthenticationFailed, "The app may not use this way of signing in.", ASK_OPERATOR),
    "preview_feature_not_available": Meaning(
        PermissionDenied, "Slack does not offer this to the workspace yet.", ASK_OPERATOR
    ),
    "user_email_unverified": Meaning(
        AuthenticationFailed, "The person has to confirm the e-mail address with Slack first.", ""
    ),
    "canvas_tab_creation_failed": Meaning(Unavailable, "Slack could not create the canvas.", None, Effect.AMBIGUOUS),
    "channel_canvas_creation_failed": Meaning(
        Unavailable, "Slack could not create the canvas.", None, Effect.AMBIGUOUS
    ),
    "canvas_editing_locked": Meaning(
        Unavailable, "Another change of the canvas is in progress.", "Try again in a moment.", Effect.REJECTED
    ),
    "list_record_comment_fetch_failed": Meaning(
        Unavailable, "Slack could not read the comments of the list's record.", None
    ),
    "partial_profile_set_failed": Meaning(Unavailable, "Slack could not change the whole profile.", None),
    "unable_to_share_files": Meaning(Unavailable, "Slack could not share the files.", None, Effect.AMBIGUOUS),
    "update_failed": Meaning(Unavailable, "Slack could not change the message.", None, Effect.AMBIGUOUS),
    "missing_file_data": Meaning(Unavailable, "Slack does not have the file's content yet.", None, Effect.REJECTED),
}
