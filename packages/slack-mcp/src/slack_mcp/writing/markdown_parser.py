"""Markdown parser for writing and reading messages: CommonMark, tables, strikethrough, Slack's `<...>` forms."""

import re
from functools import cache
from typing import TYPE_CHECKING

from slack_mcp.writing.bare_links import bare_link_rule

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

LINK_SCHEME = re.compile(r"(https?|mailto|tel|slack):", re.IGNORECASE)
SLACK_TOKEN = re.compile(r"<([@#!][^<>\n]{1,300}|(?:https?://|mailto:|tel:)[^<>|\n]{1,2000}\|[^<>\n]{1,1000})>")


@cache
def parser() -> "MarkdownIt":
    """A parser of CommonMark with tables, strikethrough and Slack's `<...>` forms, without HTML."""
    from markdown_it import MarkdownIt

    found = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    found.inline.ruler.before("autolink", "slack_token", _slack_token)
    found.inline.ruler.after("text", "bare_link", bare_link_rule)
    found.validateLink = lambda url: LINK_SCHEME.match(url) is not None
    found.normalizeLink = lambda url: url
    found.normalizeLinkText = lambda link: link
    return found


def _slack_token(state: "StateInline", silent: bool) -> bool:
    match = SLACK_TOKEN.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("slack_token", "", 0).content = match[1]
    state.pos = match.end()
    return True
