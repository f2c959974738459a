"""Attachments: alerts of older bots, link previews, quoted messages."""

from collections.abc import Iterable, Iterator

from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.json_node import Node as Attachment
from slack_mcp.rendering.json_node import part, parts, text
from slack_mcp.rendering.mrkdwn import link, readable
from slack_mcp.rendering.names import Names


def attachments_text(attachments: Iterable[Attachment], names: Names) -> str:
    shown = (attachment_text(attachment, names) for attachment in attachments)
    return "\n".join(attachment for attachment in shown if attachment.strip())


def attachment_text(attachment: Attachment, names: Names) -> str:
    """One attachment; what was quoted from elsewhere is marked as a quotation."""
    lines = [line for line in _lines(attachment, names) if line.strip()]
    shown = "\n".join(lines) or readable(text(attachment, "fallback"), names)
    quoted = attachment.get("from_url") or attachment.get("is_msg_unfurl") or attachment.get("is_share")
    return "\n".join(f"> {line}" for line in shown.split("\n")) if quoted else shown


def _lines(attachment: Attachment, names: Names) -> Iterator[str]:
    def shown(name: str) -> str:
        return readable(text(attachment, name), names)

    yield shown("pretext")
    yield shown("author_name")
    yield link(text(attachment, "title_link"), shown("title")) if attachment.get("title") else ""
    yield blocks_text(_blocks(attachment), names) or shown("text")
    yield from (_field(field, names) for field in parts(attachment, "fields"))
    yield " ".join(f"[{text(action, 'text')}]" for action in parts(attachment, "actions") if text(action, "text"))
    if not attachment.get("from_url"):
        yield f"[image: {attachment['image_url']}]" if attachment.get("image_url") else ""
        yield shown("footer")


def _blocks(attachment: Attachment) -> list[Attachment]:
    """Blocks of its own, or of the message that it quotes."""
    quoted = (parts(part(block, "message"), "blocks") for block in parts(attachment, "message_blocks"))
    return parts(attachment, "blocks") or [block for blocks in quoted for block in blocks]


def _field(field: Attachment, names: Names) -> str:
    title, value = (readable(text(field, name), names) for name in ("title", "value"))
    return f"{title}: {value}" if title and value else title or value
