"""Unread conversations of the person who owns the user token, direct messages first."""

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
    """A conversation with its number of unread messages and the ts of the last read one; `more`: at least `count`."""

    channel: Channel
    count: int
    last_read: str = ""
    more: bool = False

    @property
    def was_read(self) -> bool:
        """Whether the person has ever read the conversation; Slack returns 0000000000.000000 otherwise."""
        return bool(self.last_read.strip("0."))


def person_api(slack: Workspace) -> SlackApi:
    """The API with the person's token.

    Raises:
        PermissionDenied: when no user token is set.
    """
    if slack.person is None:
        raise PermissionDenied(
            "This tool needs a person's token, and SLACK_USER_TOKEN is not set.",
            remedy="Ask the person who runs this server to set it; do not retry.",
        )
    return slack.person


async def unread_conversations(slack: Workspace) -> tuple[list[UnreadConversation], list[str]]:
    """Conversations with unread messages, direct messages first, and warnings about those not checked."""
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
    """The person's conversations, up to a limit of pages, and a warning if there are more."""
    found: list[ConversationRecord] = []
    cursor = ""
    for _ in range(MAX_PAGES):
        page = await person.conversations.page(types, cursor, joined=True)
        found += page.conversations
        cursor = page.next_cursor
        if not cursor:
            return found, []
    return found, [f"Only the first {len(found):,} conversations were checked for unread messages."]


def _importance(found: ConversationRecord) -> int:
    return IMPORTANCE[channel_from_record(found).kind]


async def _unread(found: ConversationRecord, person: SlackApi) -> UnreadConversation:
    """Number of unread messages: Slack's own count if it returns one, else counted in one page of the history."""
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
        warnings.append(f"{len(failures)} conversations could not be checked: {failures[0].reason}")
    if left > MAX_CONVERSATIONS:
        warnings.append(f"Only {MAX_CONVERSATIONS} of {left} conversations were checked, direct messages first.")
    return warnings


async def partner_names(slack: Workspace, channels: Sequence[Channel]) -> dict[str, str]:
    """Names of the partners of direct messages, by user id."""
    try:
        return (await slack.people.names(channel.person for channel in channels if channel.person))[0]
    except Failure:
        return {}
