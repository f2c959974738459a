"""Texts in Slack's own markup, and plain ones, as Markdown."""

import re

from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.mrkdwn_groups import groups_of
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.paragraphs import paragraphs
from slack_mcp.rendering.rich_text import rich_text
from slack_mcp.rendering.runs import Run

LONE_BRACKET = re.compile(r"<(?![@#!]|[a-z]{2,10}:)")


def mrkdwn_as_markdown(text: str, names: Names) -> str:
    """A text with Slack's marks."""
    return rich_text({"elements": groups_of(text)}, names) if text else ""


def plain_as_markdown(text: str, names: Names) -> str:
    """A text whose marks mean nothing; mentions and emoji are named."""
    return paragraphs([Run(plain_words(text, names))]) if text else ""


def plain_words(text: str, names: Names) -> str:
    """A plain text as it is shown."""
    return readable(LONE_BRACKET.sub("&lt;", text), names)


def markdown_link(url: str, label: str, names: Names) -> str:
    """A link with a plain label; the label alone where there is no address."""
    return paragraphs([Run(plain_words(label, names) or url, url=url)])
