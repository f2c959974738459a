"""Searching without Slack's search: a channel's history is read backwards and compared word by word."""

import re
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, field

from mcp_chassis.failures import Failure

from slack_mcp.access import Channel
from slack_mcp.connection import Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Match, Matches
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.json_node import Node, part, parts, text
from slack_mcp.rendering.messages import text_of
from slack_mcp.rendering.names import Names

SCANNED_AT_ONCE = 200
TERM = re.compile(r'(-?)(?:"([^"]{1,500})"|(\S{1,500}))')
MODIFIER = re.compile(r"(in|from|to|before|after|on|during|has|is|with|creator):\S", re.IGNORECASE)
SEARCHES_ALL = "SLACK_USER_TOKEN with search:read would search everything."


@dataclass(frozen=True)
class Words:
    """What a text must hold and must not; modifiers are Slack's own and are not followed here."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    authors: tuple[str, ...]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, query: str) -> "Words":
        wanted: list[str] = []
        unwanted: list[str] = []
        authors: list[str] = []
        ignored: list[str] = []
        for minus, phrase, word in TERM.findall(query):
            if word.lower().startswith("from:"):
                authors.append(word[5:].strip("@<>").casefold())
            elif word and MODIFIER.match(word):
                ignored.append(word)
            else:
                (unwanted if minus else wanted).append((phrase or word).casefold())
        return cls(tuple(wanted), tuple(unwanted), tuple(authors), tuple(ignored))

    def match(self, shown: str, writers: Set[str]) -> bool:
        """Whether a text by somebody of these names, in lower case, is one that was asked for."""
        body = shown.casefold()
        return (
            all(word in body for word in self.wanted)
            and not any(word in body for word in self.unwanted)
            and (not self.authors or any(author in writers for author in self.authors))
        )


@dataclass
class _Scan:
    """How far a scan has come: a page of Slack's and a place in it."""

    cursor: str
    place: int
    found: list[Node] = field(default_factory=list[Node])
    seen: int = 0
    oldest: str = ""

    @property
    def position(self) -> str:
        return f"{self.cursor}@{self.place}"


async def scanned(query: str, channel: Channel, count: int, cursor: str | None, slack: Workspace) -> Matches:
    """The newest matches in a channel; how far it looked stands in the warnings, and the cursor goes on from there."""
    words = Words.of(query)
    page_of_slack, _, place = (cursor or "").rpartition("@")
    scan = _Scan(page_of_slack, int(place or 0))
    for _ in range(slack.settings.scan_pages):
        begin = scan.cursor or None
        page = await slack.api.history(channel.id, limit=SCANNED_AT_ONCE, oldest=None, latest=None, cursor=begin)
        if await _scan_page(scan, words, parts(page, "messages"), count, slack):
            return await _shown(words, channel, scan, scan.position, slack)
        scan.cursor, scan.place = text(part(page, "response_metadata"), "next_cursor"), 0
        if not scan.cursor or slack.api.limit.known:
            break
    return await _shown(words, channel, scan, scan.position if scan.cursor else None, slack)


async def _scan_page(scan: _Scan, words: Words, messages: list[Node], count: int, slack: Workspace) -> bool:
    """Whether enough was found before the end of the page."""
    for message in messages[scan.place :]:
        if len(scan.found) == count:
            return True
        if await _matches(words, message, slack):
            scan.found.append(message)
        scan.seen, scan.oldest, scan.place = scan.seen + 1, text(message, "ts"), scan.place + 1
    return False


async def _matches(words: Words, message: Node, slack: Workspace) -> bool:
    user = text(message, "user")
    writers = {user.casefold(), text(message, "username").casefold()}
    if words.authors and user:
        with suppress(Failure):
            writers |= (await slack.people.person(user)).known_as
    return words.match(text_of(message, Names()), writers - {""})


async def _shown(words: Words, channel: Channel, scan: _Scan, following: str | None, slack: Workspace) -> Matches:
    names, told = await names_in(scan.found, slack)
    links = await slack.permalinks(channel.id, [text(message, "ts") for message in scan.found])
    ignored = [f"Not followed without Slack's search: {', '.join(words.ignored)}."] if words.ignored else []
    back = f" back to {written(scan.oldest)}" if scan.oldest else ""
    reached = f"Looked through {scan.seen:,} messages{back}, replies in threads not included. {SEARCHES_ALL}"
    return Matches(
        source="history_scan",
        items=[
            Match.from_api(message, channel, names, link, slack.now())
            for message, link in zip(scan.found, links, strict=True)
        ],
        next_cursor=following,
        warnings=[reached, *ignored, *slack.api.limit.notices, *told],
    )
