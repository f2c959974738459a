"""Profiles: sets of tools for one kind of work, named in SLACK_TOOLS."""

from slack_mcp.tools.canvases import write_canvas
from slack_mcp.tools.channel_changes import update_channel
from slack_mcp.tools.channels import list_channels
from slack_mcp.tools.files import list_files, read_file, read_image, upload_file
from slack_mcp.tools.lists import write_list_item
from slack_mcp.tools.members import list_members
from slack_mcp.tools.messages import add_reaction, get_channel_history, get_thread, send_message, update_message
from slack_mcp.tools.personal import list_mentions, list_unread, mark_read, set_status
from slack_mcp.tools.reminders import add_reminder, list_reminders, mark_reminder_done
from slack_mcp.tools.scheduling import cancel_scheduled_message, list_scheduled_messages, schedule_message
from slack_mcp.tools.search import search_messages
from slack_mcp.tools.user_groups import list_group_members, list_user_groups
from slack_mcp.tools.users import find_users

MORE_TOOLS = (
    list_files,
    read_file,
    read_image,
    upload_file,
    write_canvas,
    write_list_item,
    list_members,
    list_user_groups,
    list_group_members,
    update_channel,
    schedule_message,
    list_scheduled_messages,
    cancel_scheduled_message,
    list_unread,
    list_mentions,
    mark_read,
    set_status,
    list_reminders,
    add_reminder,
    mark_reminder_done,
)
PROFILES = {
    "read": (
        search_messages,
        get_channel_history,
        get_thread,
        list_channels,
        find_users,
        list_members,
        list_user_groups,
        list_group_members,
    ),
    "write": (
        send_message,
        update_message,
        add_reaction,
        schedule_message,
        list_scheduled_messages,
        cancel_scheduled_message,
        update_channel,
        list_channels,
        find_users,
    ),
    "personal": (
        list_unread,
        list_mentions,
        mark_read,
        set_status,
        list_reminders,
        add_reminder,
        mark_reminder_done,
        search_messages,
        get_channel_history,
        get_thread,
    ),
    "files": (
        list_files,
        read_file,
        read_image,
        upload_file,
        write_canvas,
        write_list_item,
        search_messages,
        get_channel_history,
        list_channels,
    ),
}
