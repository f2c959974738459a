"""Attachments: alerts of older apps, link previews, quoted messages with their files."""

from collections.abc import Iterable, Iterator
from typing import Any

from slack_mcp.records.messages import AttachmentFieldRecord, AttachmentRecord
from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.json_node import nodes
from slack_mcp.rendering.mrkdwn import link, readable
from slack_mcp.rendering.names import Names


def attachments_text(attachments: Iterable[AttachmentRecord], names: Names) -> str:
    shown = (attachment_text(attachment, names) for attachment in attachments)
    return "\n".join(attachment for attachment in shown if attachment.strip())


def attachment_text(attachment: AttachmentRecord, names: Names) -> str:
    """One attachment; what was quoted from elsewhere is marked as a quotation."""
    lines = [line for line in _lines(attachment, names) if line.strip()]
    shown = "\n".join(lines) or readable(attachment.fallback, names)
    quoted = attachment.from_url or attachment.is_msg_unfurl or attachment.is_share
    return "\n".join(f"> {line}" for line in shown.split("\n")) if quoted else shown


def _lines(attachment: AttachmentRecord, names: Names) -> Iterator[str]:
    yield readable(attachment.pretext, names)
    yield readable(attachment.author_name, names)
    yield link(attachment.title_link, readable(attachment.title, names)) if attachment.title else ""
    yield blocks_text(attachment_blocks(attachment), names) or readable(attachment.text, names)
    yield from (_field(field, names) for field in attachment.fields)
    yield " ".join(f"[{action.text}]" for action in attachment.actions if action.text)
    yield from (f"[file: {described_file(file)}]" for file in attachment.files)
    if not attachment.from_url:
        yield f"[image: {attachment.image_url}]" if attachment.image_url else ""
        yield readable(attachment.footer, names)


def attachment_blocks(attachment: AttachmentRecord) -> list[Any]:
    """Blocks of its own, or of the message that it quotes."""
    quoted = (block for held in attachment.message_blocks for block in nodes(held.message.blocks))
    return nodes(attachment.blocks) or list(quoted)


def _field(field: AttachmentFieldRecord, names: Names) -> str:
    title, value = readable(field.title, names), readable(str(field.value), names)
    return f"{title}: {value}" if title and value else title or value
