"""Conversations with unread messages of the person behind the user token, the most personal first."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_chassis.failures import Failure, PermissionDenied
from mcp_chassis.fan_out import fan_out

from slack_mcp.access import Channel
from slack_mcp.channel_directory import CHANNEL_TYPES, channel_from_record
from slack_mcp.client import SlackApi
from slack_mcp.connection import Workspace
from slack_mcp.records.conversations import ConversationRecord

MAX_CONVERSATIONS = 60
MAX_UNREAD_COUNTED = 50
MAX_PAGES = 5
IMPORTANCE = {"dm": 0, "group_dm": 1, "channel": 2}
ALL_TYPES = ("im", "mpim", *CHANNEL_TYPES)


@dataclass(frozen=True)
class UnreadConversation:
    """A conversation, the number of unread messages, and the ts of the last one read; `more`: there are more."""

    channel: Channel
    count: int
    last_read: str = ""
    more: bool = False

    @property
    def was_read(self) -> bool:
        """Slack gives 0000000000.000000 where the person has never looked."""
        return bool(self.last_read.strip("0."))


def person_api(slack: Workspace) -> SlackApi:
    """The API with the person's token.

    Raises:
        PermissionDenied: when there is none.
    """
    if slack.person is None:
        raise PermissionDenied(
            "This needs a person's token: SLACK_USER_TOKEN is not set.",
            remedy="Ask the person who runs this server; do not retry.",
        )
    return slack.person


async def unread_conversations(slack: Workspace) -> tuple[list[UnreadConversation], list[str]]:
    """Conversations with unread messages, the most personal first, and warnings about those not looked at."""
    person = person_api(slack)
    joined, warnings = await _joined(person, ALL_TYPES if slack.access.dms else CHANNEL_TYPES)
    readable = [found for found in joined if found.id and slack.access.readable(channel_from_record(found))]
    looked_at = sorted(readable, key=_importance)[:MAX_CONVERSATIONS]
    outcomes = await fan_out(looked_at, lambda found: _unread(found, person))
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    if failures and len(failures) == len(outcomes):
        raise failures[0]
    unread = [outcome.value for outcome in outcomes if outcome.value and outcome.value.count]
    warnings += _warnings(failures, left=len(readable))
    return sorted(unread, key=lambda found: IMPORTANCE[found.channel.kind]), warnings


async def _joined(person: SlackApi, types: Sequence[str]) -> tuple[list[ConversationRecord], list[str]]:
    """The person's conversations, as many pages as there are within a bound."""
    found: list[ConversationRecord] = []
    cursor = ""
    for _ in range(MAX_PAGES):
        page = await person.conversations.page(types, cursor, joined=True)
        found += page.conversations
        cursor = page.next_cursor
        if not cursor:
            return found, []
    return found, [f"Only the first {len(found):,} conversations were considered."]


def _importance(found: ConversationRecord) -> int:
    return IMPORTANCE[channel_from_record(found).kind]


async def _unread(found: ConversationRecord, person: SlackApi) -> UnreadConversation:
    """Messages after the last one read: Slack's own count where it gives one, else as many as one page holds."""
    channel = channel_from_record(found)
    details = await person.conversations.info(found.id)
    if details.unread_count_display is not None:
        return UnreadConversation(channel, details.unread_count_display, details.last_read)
    if not details.last_read:
        return UnreadConversation(channel, 0)
    page = await person.messages.history(found.id, limit=MAX_UNREAD_COUNTED, oldest=details.last_read)
    count = sum(1 for message in page.messages if message.ts > details.last_read)
    return UnreadConversation(channel, count, details.last_read, more=bool(page.next_cursor))


def _warnings(failures: Sequence[Failure], left: int) -> list[str]:
    warnings: list[str] = []
    if failures:
        warnings.append(f"{len(failures)} conversations could not be looked at: {failures[0].reason}")
    if left > MAX_CONVERSATIONS:
        warnings.append(f"The {MAX_CONVERSATIONS} most personal of {left} conversations were looked at.")
    return warnings


async def partner_names(slack: Workspace, channels: Sequence[Channel]) -> dict[str, str]:
    """Names of the people whom direct messages are with."""
    try:
        return (await slack.people.names(channel.person for channel in channels if channel.person))[0]
    except Failure:
        return {}
