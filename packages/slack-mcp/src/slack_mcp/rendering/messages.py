"""Rendering of messages: author, text, attachments, files, and the people they mention."""

from collections.abc import Iterable, Iterator, Sequence

from slack_mcp.records.messages import HuddleRecord, MessageRecord
from slack_mcp.rendering.attachments import attachments_text
from slack_mcp.rendering.blocks import blocks_text, shows_all
from slack_mcp.rendering.files import file_content
from slack_mcp.rendering.json_node import nodes
from slack_mcp.rendering.mrkdwn import mentioned_users
from slack_mcp.rendering.mrkdwn_text import mrkdwn_as_markdown
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import mentioned_in
from slack_mcp.rendering.stacking import stacked

PREFIX_BY_SUBTYPE = {"thread_broadcast": "(also sent to the channel) ", "me_message": "/me "}
UNKNOWN = "unknown"
MAX_REACTORS_NAMED = 3
MAX_PARTICIPANTS_NAMED = 8


def text_of(message: MessageRecord, names: Names) -> str:
    """Text of a message: its blocks, or its fallback text if Slack shows that, then attachments and files."""
    blocks = nodes(message.blocks)
    shown = blocks_text(blocks, names) if blocks else ""
    if not shown and not shows_all(blocks):
        shown = mrkdwn_as_markdown(message.text, names)
    below = attachments_text(message.attachments, names, shown) if message.attachments else ""
    body = stacked((shown, below))
    return PREFIX_BY_SUBTYPE.get(message.subtype, "") + (body or _without_text(message, names))


def _without_text(message: MessageRecord, names: Names) -> str:
    """Text for a message without one: a huddle, a deleted message, the content of files."""
    if message.subtype == "huddle_thread" or message.room is not None:
        return _huddle(message.room or HuddleRecord(), names)
    if message.subtype == "tombstone" or message.hidden:
        return "(deleted message)"
    return "\n".join(filter(None, map(file_content, message.files)))


def _huddle(room: HuddleRecord, names: Names) -> str:
    people = room.participant_history or room.participants
    length = f" of {round((room.date_end - room.date_start) / 60)} min" if room.date_end > room.date_start else ""
    state = "ended" if room.has_ended or room.date_end > 0 else "going on"
    named = ", ".join(names.user(user)[1:] for user in people[:MAX_PARTICIPANTS_NAMED])
    named += f" and {len(people) - MAX_PARTICIPANTS_NAMED} more" if len(people) > MAX_PARTICIPANTS_NAMED else ""
    return f"(huddle{length}, {state}: {named})" if named else f"(huddle{length}, {state})"


def author(message: MessageRecord, names: Names) -> str:
    """Name of the author: a person's real name, or the name of a bot; `(app)` is added for a message of an app."""
    by_app = bool(message.bot_id) or message.subtype == "bot_message"
    posted_as = message.username if by_app else ""
    bot = message.bot_profile.name or names.bots.get(message.bot_id, "")
    name = posted_as or names.users.get(message.user) or bot or message.username or message.user or message.bot_id
    return f"{name or 'Slack'} (app)" if by_app else name or "Slack"


def standing(message: MessageRecord, names: Names) -> str:
    """Standing of the author: `bot`, `external`, `guest` or `unknown`; empty for members of the workspace."""
    if message.bot_id or message.subtype == "bot_message":
        return "bot"
    return names.standings.get(message.user, UNKNOWN) if message.user else UNKNOWN


def people_in(messages: Iterable[MessageRecord]) -> Iterator[str]:
    """User ids of all people that these messages mention or are by, with repetitions."""
    for message in messages:
        if message.user and not (message.bot_id and message.username):
            yield message.user
        yield from mentioned_users(message.text)
        yield from mentioned_in(_untyped_parts(message))
        yield from (message.room.participant_history[:MAX_PARTICIPANTS_NAMED] if message.room else ())
        for reaction in message.reactions:
            yield from reaction.users[:MAX_REACTORS_NAMED]


def bots_in(messages: Iterable[MessageRecord]) -> Iterator[str]:
    """Ids of bot authors whose messages do not contain the bot's name."""
    for message in messages:
        if message.bot_id and not (message.username or message.user or message.bot_profile.name):
            yield message.bot_id


def blocks_in(messages: Iterable[MessageRecord]) -> list[object]:
    """All blocks of these messages and their attachments."""
    return [parts for message in messages if (parts := _untyped_parts(message))]


def _untyped_parts(message: MessageRecord) -> Sequence[object]:
    """Blocks of a message, and texts and blocks of its attachments; empty if it has neither."""
    if not (message.blocks or message.attachments):
        return ()
    return [message.blocks, *_attached(message)]


def _attached(message: MessageRecord) -> Sequence[object]:
    return [
        [held.pretext, held.text, held.fallback, held.blocks, [quoted.message.blocks for quoted in held.message_blocks]]
        + [str(field.value) for field in held.fields]
        for held in message.attachments
    ]
