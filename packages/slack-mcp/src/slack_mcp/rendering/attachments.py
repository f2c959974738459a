"""Rendering of attachments: alerts of older apps, link previews, quoted messages with files."""

from collections.abc import Iterable, Iterator
from typing import Any

from slack_mcp.records.messages import AttachmentFieldRecord, AttachmentRecord
from slack_mcp.rendering.blocks import blocks_text
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.json_node import nodes
from slack_mcp.rendering.mrkdwn_text import markdown_link, mrkdwn_as_markdown, plain_as_markdown
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import quoted
from slack_mcp.rendering.stacking import stacked


def attachments_text(attachments: Iterable[AttachmentRecord], names: Names, above: str = "") -> str:
    """Text of all attachments; a forwarded message gets its link, unless the text above contains the link."""
    return stacked(_with_origin(attachment, names, above) for attachment in attachments)


def _with_origin(attachment: AttachmentRecord, names: Names, above: str) -> str:
    shown = attachment_text(attachment, names)
    is_told = not attachment.is_share or not attachment.from_url or attachment.from_url in above
    return shown if is_told else stacked((shown, quoted(attachment.from_url)))


def attachment_text(attachment: AttachmentRecord, names: Names) -> str:
    """Text of one attachment; a quoted message becomes a Markdown quotation."""
    shown = stacked(_lines(attachment, names)) or mrkdwn_as_markdown(attachment.fallback, names)
    is_quoted = attachment.from_url or attachment.is_msg_unfurl or attachment.is_share
    return quoted(shown) if is_quoted else shown


def _lines(attachment: AttachmentRecord, names: Names) -> Iterator[str]:
    yield mrkdwn_as_markdown(attachment.pretext, names)
    yield plain_as_markdown(attachment.author_name, names)
    yield markdown_link(attachment.title_link, attachment.title, names) if attachment.title else ""
    yield blocks_text(attachment_blocks(attachment), names) or mrkdwn_as_markdown(attachment.text, names)
    yield from (_field(field, names) for field in attachment.fields)
    yield " ".join(f"[{action.text}]" for action in attachment.actions if action.text)
    yield from (f"[file: {described_file(file)}]" for file in attachment.files)
    if not attachment.from_url:
        yield f"[image: {attachment.image_url}]" if attachment.image_url else ""
        yield plain_as_markdown(attachment.footer, names)


def attachment_blocks(attachment: AttachmentRecord) -> list[Any]:
    """Blocks of the attachment, or of the message that it quotes."""
    quoted = (block for held in attachment.message_blocks for block in nodes(held.message.blocks))
    return nodes(attachment.blocks) or list(quoted)


def _field(field: AttachmentFieldRecord, names: Names) -> str:
    title, value = plain_as_markdown(field.title, names), mrkdwn_as_markdown(str(field.value), names)
    return f"{title}: {value}" if title and value else title or value
