"""A whole message as people read it: who, when, what, with which files and reactions."""

from collections.abc import Iterable, Iterator

from slack_mcp.rendering.attachments import attachments_text
from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.json_node import Node, part, parts, text, texts
from slack_mcp.rendering.json_node import Node as Message
from slack_mcp.rendering.mrkdwn import mentioned_users, readable
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import mentioned_in

MARK_FOR_SUBTYPE = {"thread_broadcast": "(also sent to the channel) ", "me_message": "/me "}


def text_of(message: Message, names: Names) -> str:
    """The text people see: blocks before the fallback text, then attachments, then what files say."""
    shown = blocks_text(parts(message, "blocks"), names) or readable(text(message, "text"), names)
    below = attachments_text(parts(message, "attachments"), names)
    body = "\n".join(piece for piece in (shown, below) if piece.strip())
    return MARK_FOR_SUBTYPE.get(text(message, "subtype"), "") + (body or _without_text(message, names))


def _without_text(message: Message, names: Names) -> str:
    """What stands in for a text: a huddle, a deleted message, the content of files."""
    if message.get("subtype") == "huddle_thread" or "room" in message:
        return _huddle(part(message, "room"), names)
    if message.get("subtype") == "tombstone" or message.get("hidden"):
        return "(deleted message)"
    return "\n".join(filter(None, map(_file_content, parts(message, "files"))))


def _huddle(room: Node, names: Names) -> str:
    people = texts(room, "participant_history") or texts(room, "participants")
    started, ended = int(room.get("date_start") or 0), int(room.get("date_end") or 0)
    length = f" of {round((ended - started) / 60)} min" if ended > started else ""
    state = "ended" if room.get("has_ended") or ended else "going on"
    return f"(huddle{length}, {state}: {', '.join(names.user(user)[1:] for user in people)})"


def _file_content(file: Node) -> str:
    """The text inside a snippet, an e-mail or a voice clip, else nothing: the file itself is listed apart."""
    transcript = text(part(file, "transcription", "preview"), "content")
    return (transcript or text(file, "plain_text", "preview")).strip()


def author(message: Message, names: Names) -> str:
    """The real name of a person, or of a bot or the name it posted under; what an app sent is marked."""
    by_app = bool(message.get("bot_id")) or message.get("subtype") == "bot_message"
    posted_as, user = text(message, "username"), text(message, "user")
    known = (posted_as if by_app else "") or names.users.get(user) or text(part(message, "bot_profile"), "name")
    name = known or posted_as or user or text(message, "bot_id") or "Slack"
    return f"{name} (app)" if by_app else name


def described_file(file: Node) -> str:
    """A file in one phrase: `plan.pdf (PDF, 120 kB)`; what is gone or hidden says so."""
    if file.get("mode") in {"tombstone", "hidden_by_limit"}:
        return "(deleted file)" if file["mode"] == "tombstone" else "(file hidden by the plan's limit)"
    facts = ", ".join(filter(None, (text(file, "pretty_type", "filetype"), _size(int(file.get("size") or 0)))))
    name = text(file, "name", "title", "id") or "file"
    return f"{name} ({facts})" if facts else name


def _size(count: int) -> str:
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return f"{count / factor:.0f} {unit}"
    return f"{count} B" if count else ""


def people_in(messages: Iterable[Message]) -> Iterator[str]:
    """Every user that reading these messages has to name, in order, with repetitions."""
    for message in messages:
        if message.get("user") and not (message.get("bot_id") and message.get("username")):
            yield str(message["user"])
        yield from mentioned_users(text(message, "text"))
        yield from mentioned_in([parts(message, "blocks"), parts(message, "attachments")])
        yield from texts(part(message, "room"), "participant_history")
        for reaction in parts(message, "reactions"):
            yield from texts(reaction, "users")
