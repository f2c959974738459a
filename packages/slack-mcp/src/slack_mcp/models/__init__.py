"""Results of the tools: the fields a model uses, under short names."""

from slack_mcp.models.directory import (
    CreatedChannel,
    FoundUser,
    FoundUsers,
    ListedChannel,
    ListedChannels,
    MemberList,
    WorkspaceFacts,
)
from slack_mcp.models.jobs import (
    FileList,
    ListedFile,
    Scheduled,
    ScheduledList,
    ScheduledMessage,
    Unread,
    UnreadList,
)
from slack_mcp.models.messages import (
    Done,
    Edited,
    Match,
    Matches,
    Message,
    Messages,
    Place,
    Reaction,
    Sent,
    channel_label,
)

__all__ = [
    "CreatedChannel",
    "Done",
    "Edited",
    "FileList",
    "FoundUser",
    "FoundUsers",
    "ListedChannel",
    "ListedChannels",
    "ListedFile",
    "Match",
    "Matches",
    "MemberList",
    "Message",
    "Messages",
    "Place",
    "Reaction",
    "Scheduled",
    "ScheduledList",
    "ScheduledMessage",
    "Sent",
    "Unread",
    "UnreadList",
    "WorkspaceFacts",
    "channel_label",
]
