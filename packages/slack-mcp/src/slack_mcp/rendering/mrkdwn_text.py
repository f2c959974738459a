"""Conversion of texts in Slack's markup, and of plain texts, to Markdown."""

import re

from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.mrkdwn_groups import groups_of
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.paragraphs import paragraphs
from slack_mcp.rendering.plain_lines import is_plain
from slack_mcp.rendering.rich_text import rich_text
from slack_mcp.rendering.runs import Run

LONE_BRACKET = re.compile(r"<(?![@#!]|[a-z]{2,10}:)")


def mrkdwn_as_markdown(text: str, names: Names) -> str:
    """Convert a text in Slack's markup to Markdown."""
    return text if not text or is_plain(text) else rich_text({"elements": groups_of(text)}, names)


def plain_as_markdown(text: str, names: Names) -> str:
    """Convert a plain text to Markdown; marks are escaped, mentions and emoji are replaced."""
    return text if not text or is_plain(text) else paragraphs([Run(plain_words(text, names))])


def plain_words(text: str, names: Names) -> str:
    """Convert a plain text to unformatted words; mentions and emoji are replaced."""
    return readable(LONE_BRACKET.sub("&lt;", text), names)


def markdown_link(url: str, label: str, names: Names) -> str:
    """Markdown link with a plain label; only the label if the address is empty."""
    return paragraphs([Run(plain_words(label, names) or url, url=url)])
