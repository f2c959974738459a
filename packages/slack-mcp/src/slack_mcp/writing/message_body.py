"""Body of a post or an edit, made from a text that satisfies the rules on mentions and previews."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from mcp_chassis.failures import InvalidInput, PermissionDenied

from slack_mcp.writing.links import ADDRESS, addresses, linked, previews_allowed, texts_in, without_links
from slack_mcp.writing.markdown_blocks import blocks_for
from slack_mcp.writing.mass_mentions import pings_in, pings_in_markdown
from slack_mcp.writing.notification import notification

Format = Literal["markdown", "mrkdwn"]

# docs.slack.dev: at most 12,000 characters of Markdown; Slack splits a plain text above 4,000.
MAX_CHARACTERS: dict[Format, int] = {"markdown": 12_000, "mrkdwn": 4_000}
SPLIT = "Post the text in parts: the first in the channel, the rest as replies with thread_ts."
NO_PING = "The message would notify {}, which this server does not allow. Mention people by id, or remove the mention."
MARKS = {2: None, 3: None}


@dataclass(frozen=True)
class Rules:
    """Rules of this server on posts: whether mass mentions are allowed, and domains with link previews."""

    broadcasts: bool = False
    unfurl_domains: Sequence[str] = ()


@dataclass(frozen=True)
class Body:
    """Arguments of a post: blocks with a text for notifications, or only a text in Slack's markup."""

    text: str
    blocks: list[dict[str, Any]] | None = None
    previews: bool = False
    warnings: list[str] = field(default_factory=list[str])


def composed(text: str, kind: Format, rules: Rules) -> Body:
    """Convert a text to the body of a post.

    Raises:
        InvalidInput: when the text is empty or longer than Slack allows.
        PermissionDenied: when the text contains a mass mention and the rules forbid it.
    """
    text = text.translate(MARKS)
    _check(text, kind, rules)
    if kind == "mrkdwn":
        return Body(text, previews=previews_allowed(addresses([text]), rules.unfurl_domains))
    blocks = blocks_for(text)
    words = notification(blocks)
    if not words.strip():
        raise InvalidInput(
            "The text shows nothing: it contains only white space or link definitions.", remedy="Give visible text."
        )
    return Body(words, blocks, previews_allowed(addresses(texts_in(blocks)), rules.unfurl_domains))


def edited(text: str, rules: Rules) -> Body:
    """Convert a text to the body of an edit; links that may not have previews become plain text."""
    body = composed(text, "markdown", rules)
    links = linked(body.blocks)
    if not links or previews_allowed(links, rules.unfurl_domains):
        return body
    warning = "Links were made plain text, since an edit cannot disable link previews."
    blocks = cast("list[dict[str, Any]]", without_links(body.blocks))
    return Body(ADDRESS.sub("(link)", body.text), blocks, warnings=[warning])


def check_pings(text: str, rules: Rules) -> None:
    """Check that a text, such as a topic, contains no mass mention that the rules forbid."""
    if not rules.broadcasts and (pinged := pings_in(text)):
        raise PermissionDenied(NO_PING.format(pinged), remedy="")


def _check(text: str, kind: Format, rules: Rules) -> None:
    if not text.strip():
        raise InvalidInput("The text is empty.", remedy="Give the message's text.")
    if len(text) > MAX_CHARACTERS[kind]:
        maximum = f"{MAX_CHARACTERS[kind]:,}"
        raise InvalidInput(
            f"The text has {len(text):,} characters; Slack allows {maximum} in one message.", remedy=SPLIT
        )
    pinged = None if rules.broadcasts else (pings_in_markdown if kind == "markdown" else pings_in)(text)
    if pinged:
        raise PermissionDenied(NO_PING.format(pinged), remedy="")
