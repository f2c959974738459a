"""Conversations with unread messages of the person behind the user token, the most personal first."""

from collections.abc import Sequence

from mcp_chassis.failures import Failure, PermissionDenied
from mcp_chassis.fan_out import fan_out

from slack_mcp.access import Channel
from slack_mcp.channel_directory import channel_from_record
from slack_mcp.client import SlackApi
from slack_mcp.connection import Workspace
from slack_mcp.records.conversations import ConversationRecord

MAX_CONVERSATIONS = 60
MAX_UNREAD_COUNTED = 50
IMPORTANCE = {"dm": 0, "group_dm": 1, "channel": 2}


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


async def unread_conversations(slack: Workspace) -> tuple[list[tuple[Channel, int, str]], list[str]]:
    """Conversations with unread messages: the conversation, how many (at most 50 are counted), and the last read ts."""
    person = person_api(slack)
    types = (
        ("im", "mpim", "private_channel", "public_channel")
        if slack.access.dms
        else (
            "private_channel",
            "public_channel",
        )
    )
    page = await person.conversations.page(types, "", joined=True)
    readable = [found for found in page.conversations if slack.access.readable(channel_from_record(found))]
    looked_at = sorted(readable, key=_importance)[:MAX_CONVERSATIONS]
    outcomes = await fan_out(looked_at, lambda found: _unread(found, person))
    unread = [
        (channel_from_record(outcome.item), *outcome.value)
        for outcome in outcomes
        if outcome.value and outcome.value[0]
    ]
    warnings = _warnings(outcomes_failed=sum(1 for outcome in outcomes if outcome.failure), left=len(readable))
    return sorted(unread, key=lambda found: IMPORTANCE[found[0].kind]), warnings


def _importance(found: ConversationRecord) -> int:
    return IMPORTANCE[channel_from_record(found).kind]


async def _unread(found: ConversationRecord, person: SlackApi) -> tuple[int, str]:
    """Number of messages after the last one read, own ones included, and the ts of that one."""
    details = await person.conversations.info(found.id)
    if not details.last_read:
        return 0, ""
    page = await person.messages.history(found.id, limit=MAX_UNREAD_COUNTED, oldest=details.last_read)
    return sum(1 for message in page.messages if message.ts > details.last_read), details.last_read


def _warnings(outcomes_failed: int, left: int) -> list[str]:
    warnings: list[str] = []
    if outcomes_failed:
        warnings.append(f"{outcomes_failed} conversations could not be looked at.")
    if left > MAX_CONVERSATIONS:
        warnings.append(f"The {MAX_CONVERSATIONS} most personal of {left} conversations were looked at.")
    return warnings


async def reread(slack: Workspace, channels: Sequence[Channel]) -> dict[str, str]:
    """Names of the people whom direct messages are with."""
    try:
        return (await slack.people.names(channel.person for channel in channels if channel.person))[0]
    except Failure:
        return {}
