"""Body of a post or an edit, made from a text after the rules of what may be posted were checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from mcp_chassis.failures import InvalidInput, PermissionDenied

from slack_mcp.writing.links import ADDRESS, addresses, linked, previews_allowed, texts_in, without_links
from slack_mcp.writing.markdown_blocks import blocks_for
from slack_mcp.writing.mass_mentions import pings_in, pings_in_markdown
from slack_mcp.writing.notification import notification

Format = Literal["markdown", "mrkdwn"]

# docs.slack.dev: a markdown text holds at most 12,000 characters; a plain text is split by Slack above 4,000.
MAX_CHARACTERS: dict[Format, int] = {"markdown": 12_000, "mrkdwn": 4_000}
SPLIT = "Post it in parts: the first in the channel, the rest as replies with thread_ts."
NO_PING = "It would ping {}, which this server does not allow. Address people by name, or leave the ping out."
MARKS = {2: None, 3: None}


@dataclass(frozen=True)
class Rules:
    """Rules of the person who runs the server."""

    broadcasts: bool = False
    unfurl_domains: Sequence[str] = ()


@dataclass(frozen=True)
class Body:
    """Arguments of a post: blocks with a text for notifications, or a text in Slack's own markup alone."""

    text: str
    blocks: list[dict[str, Any]] | None = None
    previews: bool = False
    warnings: list[str] = field(default_factory=list[str])


def composed(text: str, kind: Format, rules: Rules) -> Body:
    """The body of a post.

    Raises:
        InvalidInput: when it is empty or longer than Slack takes.
        PermissionDenied: when it would ping people at large.
    """
    text = text.translate(MARKS)
    _check(text, kind, rules)
    if kind == "mrkdwn":
        return Body(text, previews=previews_allowed(addresses([text]), rules.unfurl_domains))
    blocks = blocks_for(text)
    words = notification(blocks)
    if not words.strip():
        raise InvalidInput("The text shows nothing: it holds only blanks or link definitions.")
    return Body(words, blocks, previews_allowed(addresses(texts_in(blocks)), rules.unfurl_domains))


def edited(text: str, rules: Rules) -> Body:
    """The body of an edit: Slack has no switch for previews there, so links that may not be fetched are not links."""
    body = composed(text, "markdown", rules)
    links = linked(body.blocks)
    if not links or previews_allowed(links, rules.unfurl_domains):
        return body
    warning = "Links are plain text: an edit cannot switch link previews off."
    blocks = cast("list[dict[str, Any]]", without_links(body.blocks))
    return Body(ADDRESS.sub("(link)", body.text), blocks, warnings=[warning])


def check_pings(text: str, rules: Rules) -> None:
    """Refuse a text, such as a topic, that would ping people at large."""
    if not rules.broadcasts and (pinged := pings_in(text)):
        raise PermissionDenied(NO_PING.format(pinged), remedy="")


def _check(text: str, kind: Format, rules: Rules) -> None:
    if not text.strip():
        raise InvalidInput("The text is empty.", remedy="Give the message's text.")
    if len(text) > MAX_CHARACTERS[kind]:
        maximum = f"{MAX_CHARACTERS[kind]:,}"
        raise InvalidInput(
            f"The text has {len(text):,} characters; Slack takes {maximum} in one message.", remedy=SPLIT
        )
    pinged = None if rules.broadcasts else (pings_in_markdown if kind == "markdown" else pings_in)(text)
    if pinged:
        raise PermissionDenied(NO_PING.format(pinged), remedy="")
