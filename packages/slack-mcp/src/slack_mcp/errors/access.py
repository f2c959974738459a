"""Failures for error codes of Slack about scopes, permissions, plans and workspace rules."""

from collections.abc import Mapping

from mcp_chassis.failures import InvalidInput, PermissionDenied

from slack_mcp.errors.meaning import ASK_ADMIN, ASK_OPERATOR, FIND_USER, INVITE_APP, Meaning

ACCESS_ERRORS: Mapping[str, Meaning] = {
    "missing_scope": Meaning(PermissionDenied, "{token} lacks the scope {needed}.", ASK_OPERATOR),
    "not_allowed_token_type": Meaning(
        PermissionDenied, "Slack does not allow this method with a token of the type in {token}.", ASK_OPERATOR
    ),
    "no_permission": Meaning(PermissionDenied, "{token} lacks permission for this method.", ASK_OPERATOR),
    "not_authorized": Meaning(
        PermissionDenied, "The account of {token} lacks permission for this action.", ASK_OPERATOR
    ),
    "not_admin": Meaning(PermissionDenied, "Only an administrator of the workspace may do this.", ASK_ADMIN),
    "not_app_admin": Meaning(PermissionDenied, "Only an administrator who manages apps may do this.", ASK_ADMIN),
    "cannot_update_admin_user": Meaning(
        PermissionDenied, "Only the workspace's owner may change the profile of an administrator.", ASK_ADMIN
    ),
    "access_denied": Meaning(PermissionDenied, "Slack denied {token} access to this resource.", ASK_OPERATOR),
    "ekm_access_denied": Meaning(
        PermissionDenied,
        "The organisation's administrators have suspended access to messages and files (EKM).",
        ASK_OPERATOR,
    ),
    "enterprise_is_restricted": Meaning(PermissionDenied, "The organisation does not allow this method.", ASK_OPERATOR),
    "org_login_required": Meaning(
        PermissionDenied,
        "Slack is moving the workspace into an organisation; calls are not possible meanwhile.",
        ASK_OPERATOR,
    ),
    "team_access_not_granted": Meaning(
        PermissionDenied, "The organisation has not given the app access to this workspace.", ASK_OPERATOR
    ),
    "team_not_found": Meaning(
        PermissionDenied, "Slack found no workspace with the id in SLACK_TEAM_ID for {token}.", ASK_OPERATOR
    ),
    "restricted_action": Meaning(PermissionDenied, "The workspace's settings do not allow this action.", ASK_ADMIN),
    "restricted_action_read_only_channel": Meaning(
        PermissionDenied, "The channel is read-only for the app: it cannot post there.", ASK_ADMIN
    ),
    "restricted_action_thread_locked": Meaning(
        PermissionDenied, "The thread is locked, so it takes no replies.", "Post in the channel, without thread_ts."
    ),
    "restricted_action_thread_only_channel": Meaning(
        PermissionDenied,
        "This channel allows only replies in threads.",
        "Give thread_ts, the ts of the message to reply to.",
    ),
    "restricted_action_non_threadable_channel": Meaning(
        PermissionDenied, "This channel does not allow threads.", "Leave out thread_ts."
    ),
    "channel_type_not_supported": Meaning(
        InvalidInput, "Slack does not support this action in a channel of this type.", "Choose another channel."
    ),
    "not_in_channel": Meaning(PermissionDenied, "The app is not a member of this channel.", INVITE_APP),
    "not_supported": Meaning(
        PermissionDenied, "Slack does not support this action in a channel of this type.", "Choose another channel."
    ),
    "upgrade_required": Meaning(
        PermissionDenied, "The workspace's Slack plan does not include this feature.", ASK_ADMIN
    ),
    "upgrade_require": Meaning(
        PermissionDenied, "The workspace's Slack plan does not include this feature.", ASK_ADMIN
    ),
    "paid_only": Meaning(PermissionDenied, "The workspace's Slack plan does not include this feature.", ASK_ADMIN),
    "paid_teams_only": Meaning(
        PermissionDenied, "The workspace's Slack plan does not include this feature.", ASK_ADMIN
    ),
    "team_tier_cannot_create_channel_canvases": Meaning(
        PermissionDenied, "The workspace's Slack plan does not include channel canvases.", ASK_ADMIN
    ),
    "canvas_disabled_user_team": Meaning(
        PermissionDenied, "Canvases are disabled in the workspace of the token's account.", ASK_ADMIN
    ),
    "free_team_canvas_tab_already_exists": Meaning(
        PermissionDenied,
        "The workspace's Slack plan allows one canvas in a channel, and the channel has one.",
        "Give the id of that canvas to change it; list_files shows it.",
    ),
    "slack_connect_canvas_sharing_blocked": Meaning(
        PermissionDenied, "The workspace's settings forbid sharing canvases with other organisations.", ASK_ADMIN
    ),
    "slack_connect_file_upload_sharing_blocked": Meaning(
        PermissionDenied, "The workspace's settings forbid sharing files with other organisations.", ASK_ADMIN
    ),
    "file_uploads_disabled": Meaning(PermissionDenied, "File uploads are disabled in the workspace.", ASK_ADMIN),
    "file_uploads_except_images_disabled": Meaning(
        PermissionDenied, "The workspace allows uploads of images only.", ASK_ADMIN
    ),
    "file_type_not_allowed": Meaning(
        PermissionDenied, "The workspace does not allow uploads of files of this type.", ASK_ADMIN
    ),
    "blocked_file_type": Meaning(
        PermissionDenied, "The workspace does not allow uploads of files of this type.", ASK_ADMIN
    ),
    "storage_limit_reached": Meaning(PermissionDenied, "The workspace's file storage is full.", ASK_ADMIN),
    "file_share_limit_reached": Meaning(
        PermissionDenied, "The workspace has reached its limit of shared files.", ASK_ADMIN
    ),
    "cant_update_message": Meaning(
        PermissionDenied, "The app can edit only messages that it sent itself.", "Send a new message instead."
    ),
    "cant_delete_message": Meaning(
        PermissionDenied,
        "The app can delete only messages that it sent itself.",
        "Ask the message's author to delete it.",
    ),
    "cant_broadcast_message": Meaning(
        PermissionDenied, "Slack cannot also post this reply to the channel.", "Send it without broadcast."
    ),
    "compliance_exports_prevent_deletion": Meaning(
        PermissionDenied, "The workspace's compliance export forbids deleting messages.", ASK_ADMIN
    ),
    "edit_window_closed": Meaning(
        PermissionDenied, "The message is older than the workspace allows for edits.", "Send a new message instead."
    ),
    "user_is_restricted": Meaning(
        PermissionDenied, "The token belongs to a guest, and guests may not do this.", ASK_OPERATOR
    ),
    "user_is_ultra_restricted": Meaning(
        PermissionDenied, "The token belongs to a guest of one channel, and such guests may not do this.", ASK_OPERATOR
    ),
    "ura_max_channels": Meaning(
        PermissionDenied, "A single-channel guest cannot be invited to a second channel.", "Leave this person out."
    ),
    "cant_invite": Meaning(
        PermissionDenied,
        "Slack does not let the app invite this person to the channel.",
        "Ask a member of the channel to invite the person.",
    ),
    "cannot_dm_bot": Meaning(
        PermissionDenied, "An app cannot send a direct message to another app.", "Post in a channel instead."
    ),
    "messages_tab_disabled": Meaning(
        PermissionDenied, "The app does not accept direct messages.", "Post in a channel instead."
    ),
    "cant_archive_general": Meaning(PermissionDenied, "The workspace's general channel cannot be archived.", ""),
    "cant_archive_required": Meaning(
        PermissionDenied, "A channel that every member must be in cannot be archived.", ""
    ),
    "cant_leave_general": Meaning(PermissionDenied, "No member can leave the workspace's general channel.", ""),
    "cant_kick_from_general": Meaning(
        PermissionDenied, "No member can be removed from the workspace's general channel.", ""
    ),
    "last_member": Meaning(
        PermissionDenied, "The last member of a channel cannot leave it.", "Archive the channel instead."
    ),
    "last_ra_channel": Meaning(PermissionDenied, "A guest cannot leave the only channel that the guest is in.", ""),
    "cannot_add_bot": Meaning(PermissionDenied, "A reminder cannot be set for an app.", FIND_USER),
    "cannot_add_others": Meaning(PermissionDenied, "A reminder can be set only for the token's own person.", ""),
    "cannot_add_others_recurring": Meaning(
        PermissionDenied, "A repeating reminder can be set only for the token's own person.", ""
    ),
    "cannot_add_slackbot": Meaning(PermissionDenied, "A reminder cannot be set for Slackbot.", FIND_USER),
    "cannot_complete_others": Meaning(
        PermissionDenied, "Only the person whom a reminder is for can mark it as done.", ""
    ),
    "file_upload_size_restricted": Meaning(
        InvalidInput, "The file is larger than the workspace allows.", "Upload a smaller file."
    ),
    "app_access_restricted": Meaning(
        PermissionDenied, "The account of {token} is not allowed to use this app.", ASK_ADMIN
    ),
    "app_cannot_join_channel": Meaning(
        PermissionDenied, "This channel does not allow apps as members.", "Choose another channel."
    ),
    "cannot_add_profile_only_user": Meaning(
        PermissionDenied, "The person has only a profile and no account, so cannot get reminders.", FIND_USER
    ),
    "cannot_create_channel": Meaning(
        PermissionDenied, "Slack does not allow {token} to create this channel.", ASK_ADMIN
    ),
    "canvas_disabled_file_team": Meaning(
        PermissionDenied, "Canvases are disabled in the workspace that owns the file.", ASK_ADMIN
    ),
    "canvas_globally_disabled": Meaning(PermissionDenied, "Canvases are disabled in the workspace.", ASK_ADMIN),
    "channel_is_limited_access": Meaning(
        PermissionDenied, "The account of {token} has no access to the channel.", "Choose another channel."
    ),
    "free_teams_cannot_create_non_tabbed_canvases": Meaning(
        PermissionDenied,
        "The workspace's Slack plan allows only canvases that belong to a channel.",
        "Give a channel and no title.",
    ),
    "free_teams_cannot_create_standalone_canvases": Meaning(
        PermissionDenied,
        "The workspace's Slack plan allows only canvases that belong to a channel.",
        "Give a channel and no title.",
    ),
    "free_teams_cannot_edit_standalone_canvases": Meaning(
        PermissionDenied,
        "The workspace's Slack plan allows changing only canvases that belong to a channel.",
        ASK_ADMIN,
    ),
    "invitee_cant_see_channel": Meaning(
        PermissionDenied,
        "The channel is not shared with the workspace of the person to invite.",
        "Leave this person out.",
    ),
    "no_access": Meaning(
        PermissionDenied,
        "The account of {token} may not add reactions in this conversation.",
        "Reply with send_message instead.",
    ),
    "no_external_invite_permission": Meaning(
        PermissionDenied, "The account of {token} may not invite people of other organisations.", ASK_ADMIN
    ),
    "not_visible": Meaning(
        PermissionDenied,
        "The account of {token} cannot see the file.",
        "Ask its owner to share the file in a channel of the app.",
    ),
    "template_not_visible": Meaning(PermissionDenied, "The account of {token} cannot see the template.", ""),
    "permission_denied": Meaning(
        PermissionDenied, "The account of {token} lacks permission for this action.", ASK_ADMIN
    ),
    "plan_upgrade_required": Meaning(
        PermissionDenied, "The workspace's Slack plan does not include this feature.", ASK_ADMIN
    ),
    "posting_to_channel_denied": Meaning(
        PermissionDenied, "Sharing files is not allowed in this channel.", "Choose another channel."
    ),
    "send_on_behalf_not_allowed": Meaning(
        PermissionDenied, "Slack does not allow {token} to post in another person's name.", ASK_OPERATOR
    ),
    "slack_connect_blocked_file_type": Meaning(
        PermissionDenied, "The workspace forbids sharing files of this type with other organisations.", ASK_ADMIN
    ),
    "slack_connect_clip_sharing_blocked": Meaning(
        PermissionDenied, "The workspace forbids sharing audio and video clips with other organisations.", ASK_ADMIN
    ),
    "slack_connect_file_link_sharing_blocked": Meaning(
        PermissionDenied,
        "The workspace forbids sharing links to files with other organisations.",
        "Remove the links from the text.",
    ),
    "slack_connect_lists_sharing_blocked": Meaning(
        PermissionDenied, "The workspace forbids sharing lists with other organisations.", ASK_ADMIN
    ),
    "sudo_required": Meaning(
        PermissionDenied, "Slack requires the token's person to sign in again before this action.", ASK_OPERATOR
    ),
    "thread_locked": Meaning(
        PermissionDenied, "The thread is locked, so it takes no replies.", "Post in the channel, without thread_ts."
    ),
    "preview_feature_not_available": Meaning(
        PermissionDenied, "Slack does not offer this preview feature to the workspace yet.", ASK_OPERATOR
    ),
}
