"""Table of the Slack API methods in use: rate-limit tier, retry rule, error codes that count as success."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp_chassis.http.records import Record
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.retry import Repeat

from slack_mcp.records.canvases import CreatedCanvasRecord
from slack_mcp.records.conversations import CreatedRecord
from slack_mcp.records.files import CompletedUploadRecord, UploadUrlRecord
from slack_mcp.records.lists import CreatedItemRecord
from slack_mcp.records.messages import PostedRecord
from slack_mcp.records.reminders import CreatedReminderRecord
from slack_mcp.records.scheduled import ScheduledProofRecord

# docs.slack.dev, "Rate limits": calls per minute of each tier; bursts are tolerated.
CALLS_PER_MINUTE_BY_TIER: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
POST_LIMIT = "posts"
POST_PERIOD_SECONDS = 1.1
"""Seconds between posts in one channel: above Slack's limit of 1 s, since network delay can shorten the distance."""

CHECK_SCHEDULED = "Check with list_scheduled_messages before scheduling the message again."
CHECK_HISTORY = "Check with get_channel_history or get_thread before sending the message again."
CHECK_FILES = "Check with list_files or get_channel_history before uploading the file again."
CHECK_CANVAS = "Check with read_file before changing the canvas again."
CHECK_CANVASES = "Check with list_files before creating the canvas again."
CHECK_LIST = "Check with read_file before adding the item to the list again."
CHECK_REMINDERS = "Check with list_reminders before adding the reminder again."


@dataclass(frozen=True)
class Method:
    """How this server calls one method of Slack's API.

    Args:
        tier: Slack's rate-limit tier, 1 to 4; None for methods with a separate limit.
        repeat: whether a request may be repeated when its outcome is unknown.
        done: error codes that mean the requested state exists already; they count as success.
        check: one sentence for the model on how to find out the outcome after a lost response.
        team: an organisation-wide token has to send `team_id`.
        proof: record that the response to a write must contain to count as done.
    """

    tier: int | None
    repeat: Repeat = Repeat.READ
    done: frozenset[str] = frozenset()
    check: str = ""
    team: bool = False
    proof: type[Record] | None = None


METHODS: Mapping[str, Method] = {
    "auth.teams.list": Method(2),
    "auth.test": Method(4),
    "bots.info": Method(3, team=True),
    "conversations.create": Method(
        2,
        Repeat.NEVER,
        check="Check with list_channels before creating the channel again.",
        team=True,
        proof=CreatedRecord,
    ),
    "conversations.history": Method(3),
    "conversations.info": Method(3),
    "conversations.invite": Method(3, Repeat.ONCE),
    "conversations.list": Method(2, team=True),
    "conversations.members": Method(4),
    "conversations.open": Method(3, Repeat.ONCE, proof=CreatedRecord),
    "conversations.replies": Method(3),
    "conversations.setTopic": Method(2, Repeat.ONCE),
    "conversations.mark": Method(3, Repeat.ONCE),
    "chat.delete": Method(3, Repeat.ONCE),
    "chat.postMessage": Method(None, Repeat.NEVER, check=CHECK_HISTORY, proof=PostedRecord),
    "chat.deleteScheduledMessage": Method(3, Repeat.ONCE),
    "chat.scheduleMessage": Method(3, Repeat.NEVER, check=CHECK_SCHEDULED, proof=ScheduledProofRecord),
    "chat.scheduledMessages.list": Method(3, team=True),
    "chat.update": Method(3, Repeat.ONCE),
    "canvases.create": Method(2, Repeat.NEVER, check=CHECK_CANVASES, proof=CreatedCanvasRecord),
    "canvases.edit": Method(3, Repeat.NEVER, check=CHECK_CANVAS),
    "canvases.sections.lookup": Method(3),
    "conversations.archive": Method(2, Repeat.ONCE, frozenset({"already_archived"})),
    "conversations.canvases.create": Method(2, Repeat.NEVER, check=CHECK_CANVASES, proof=CreatedCanvasRecord),
    "conversations.join": Method(3, Repeat.ONCE),
    "conversations.kick": Method(3, Repeat.ONCE, frozenset({"not_in_channel"})),
    "conversations.leave": Method(3, Repeat.ONCE, frozenset({"not_in_channel"})),
    "conversations.rename": Method(2, Repeat.ONCE),
    "conversations.setPurpose": Method(2, Repeat.ONCE),
    "files.completeUploadExternal": Method(4, Repeat.NEVER, check=CHECK_FILES, proof=CompletedUploadRecord),
    "files.getUploadURLExternal": Method(4, proof=UploadUrlRecord),
    "files.info": Method(4),
    "files.list": Method(3, team=True),
    "reactions.add": Method(3, Repeat.ONCE, frozenset({"already_reacted"})),
    "reactions.remove": Method(2, Repeat.ONCE, frozenset({"no_reaction"})),
    "reminders.add": Method(2, Repeat.NEVER, check=CHECK_REMINDERS, team=True, proof=CreatedReminderRecord),
    "reminders.complete": Method(2, Repeat.ONCE, team=True),
    "reminders.list": Method(2, team=True),
    "search.messages": Method(2, team=True),
    "slackLists.items.create": Method(3, Repeat.NEVER, check=CHECK_LIST, proof=CreatedItemRecord),
    "slackLists.items.list": Method(2),
    "slackLists.items.update": Method(3, Repeat.ONCE),
    "usergroups.list": Method(2, team=True),
    "usergroups.users.list": Method(2, team=True),
    "users.conversations": Method(3, team=True),
    "users.info": Method(4),
    "users.list": Method(2, team=True),
    "users.lookupByEmail": Method(3),
    "users.profile.set": Method(3, Repeat.ONCE),
}


def rate_limits(scale: float, posts_per_second: float) -> dict[str, RateLimit]:
    """Outbound rate limits by name: one for each method with a tier, and one without bursts for posts in a channel."""
    limits = {
        name: RateLimit(CALLS_PER_MINUTE_BY_TIER[method.tier] * scale, 60.0)
        for name, method in METHODS.items()
        if method.tier
    }
    return {**limits, POST_LIMIT: RateLimit(posts_per_second, POST_PERIOD_SECONDS, burst=False)}
