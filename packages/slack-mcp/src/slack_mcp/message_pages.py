"""Conversion of pages of messages to results; all names in a page are looked up together."""

from collections.abc import Iterable, Iterator, Sequence

from slack_mcp.client.messages import MessagePage
from slack_mcp.connection import Workspace
from slack_mcp.models import Message, Messages
from slack_mcp.records.messages import MessageRecord
from slack_mcp.rendering.json_node import nodes_of_type, text
from slack_mcp.rendering.messages import UNKNOWN, blocks_in, bots_in, people_in
from slack_mcp.rendering.mrkdwn import mentioned_channels
from slack_mcp.rendering.names import Names


async def names_in(messages: Sequence[MessageRecord], slack: Workspace) -> tuple[Names, list[str]]:
    """Names of the people, channels, groups and bots in these messages, and warnings about unresolved ones."""
    users, warnings = await slack.people.names(people_in(messages))
    bots = await slack.people.bot_names(bots_in(messages))
    channels = await slack.channels.labels(set(_channels_in(messages)))
    has_groups = any(True for _ in nodes_of_type(blocks_in(messages), "usergroup"))
    groups = await slack.groups() if has_groups else {}
    standings = {identity: slack.people.standings.get(identity, UNKNOWN) for identity in users}
    return Names(users, channels, groups, bots, standings), warnings


async def messages_from(page: MessagePage, channel: str, slack: Workspace, thread_ts: str | None = None) -> Messages:
    """Convert a page of a channel or thread to the result of a tool."""
    names, warnings = await names_in(page.messages, slack)
    shown = slack.shown(page.messages, names)
    return Messages(
        messages=[Message.from_record(message, names, slack.now()) for message in shown],
        permalinks=await slack.permalink_template(channel, thread_ts) if page.messages else None,
        next_cursor=page.next_cursor or None,
        warnings=[*slack.api.limit.notices, *warnings] or None,
    )


def _channels_in(messages: Iterable[MessageRecord]) -> Iterator[str]:
    """Ids of channels that the messages mention without a name; mentions in plain text mostly include the name."""
    for message in messages:
        yield from mentioned_channels(message.text if not message.blocks else "")
        found = (text(node, "channel_id") for node in nodes_of_type(blocks_in([message]), "channel"))
        yield from (identity for identity in found if identity)
