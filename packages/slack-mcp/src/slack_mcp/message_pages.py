"""Messages with the names of everybody in them, looked up together."""

from collections.abc import Iterable, Iterator
from typing import Any

from slack_mcp.connection import Workspace
from slack_mcp.models import Message, Messages
from slack_mcp.rendering.json_node import Node, part, parts, text
from slack_mcp.rendering.messages import people_in
from slack_mcp.rendering.mrkdwn import mentioned_channels
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import nodes_in
from slack_mcp.sdk_client import Json


async def names_in(messages: list[Node], slack: Workspace) -> tuple[Names, list[str]]:
    """Names for all that these messages mention, and what could not be had, said once."""
    users, told = await slack.people.names(people_in(messages))
    channels = await slack.channels.labels(set(_channels_in(messages)))
    groups = await slack.groups() if any(True for _ in nodes_in(messages, "usergroup")) else {}
    return Names(users, channels, groups), told


async def messages_from(page: Json, slack: Workspace) -> Messages:
    """A page of history or of a thread as a result."""
    found = parts(page, "messages")
    names, told = await names_in(found, slack)
    return Messages(
        messages=[Message.from_api(message, names, slack.now()) for message in found],
        next_cursor=text(part(page, "response_metadata"), "next_cursor") or None,
        warnings=[*slack.api.limit.notices, *told] or None,
    )


def _channels_in(messages: Iterable[Node]) -> Iterator[str]:
    """Channels that are mentioned by id alone: a mention in plain text mostly brings its name along."""
    for message in messages:
        yield from mentioned_channels(text(message, "text") if not message.get("blocks") else "")
        blocks: list[Any] = [*parts(message, "blocks"), *parts(message, "attachments")]
        yield from (str(node["channel_id"]) for node in nodes_in(blocks, "channel") if node.get("channel_id"))
