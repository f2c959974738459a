"""Search of one channel without a user token: its history is read backwards and filtered by the query."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from slack_mcp.access import Channel
from slack_mcp.connection import Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Match, Matches
from slack_mcp.records.messages import MessageRecord
from slack_mcp.rendering.dates import written
from slack_mcp.search_filter import Filter, check_channel, filter_for
from slack_mcp.search_query import SearchQuery

MESSAGES_PER_PAGE = 200
SEARCHES_ALL = "Searching all messages needs SLACK_USER_TOKEN with the scope search:read."


@dataclass
class _Scan:
    """Progress of a scan: cursor of the present page, index of the next message in it, and the matches."""

    cursor: str
    place: int
    found: list[MessageRecord] = field(default_factory=list[MessageRecord])
    seen: int = 0
    oldest: str = ""

    @property
    def position(self) -> str:
        return f"{self.cursor}@{self.place}"


async def search_history(
    query: SearchQuery, channel: Channel, count: int, cursor: str | None, slack: Workspace
) -> Matches:
    """Find the newest matches in a channel; warnings report how far it was read, the cursor continues there."""
    check_channel(query, channel)
    filters = await filter_for(query, slack)
    page_cursor, _, place = (cursor or "").rpartition("@")
    scan = _Scan(page_cursor, int(place or 0))
    for _ in range(slack.settings.scan_pages):
        page = await slack.api.messages.history(
            channel.id,
            limit=MESSAGES_PER_PAGE,
            oldest=filters.oldest,
            latest=filters.latest,
            cursor=scan.cursor or None,
        )
        if await _scan_page(scan, filters, page.messages, count, slack):
            return await _result(channel, scan, scan.position, slack)
        scan.cursor, scan.place = page.next_cursor, 0
        if not scan.cursor or slack.api.limit.known:
            break
    return await _result(channel, scan, scan.position if scan.cursor else None, slack)


async def _scan_page(
    scan: _Scan, filters: Filter, messages: Sequence[MessageRecord], count: int, slack: Workspace
) -> bool:
    """Add the matches of a page; True if `count` matches were reached before its end."""
    for message in messages[scan.place :]:
        if len(scan.found) == count:
            return True
        if await filters.matches(message, slack):
            scan.found.append(message)
        scan.seen, scan.oldest, scan.place = scan.seen + 1, message.ts or scan.oldest, scan.place + 1
    return False


async def _result(channel: Channel, scan: _Scan, following: str | None, slack: Workspace) -> Matches:
    items, warnings = await matches_in(channel, scan.found, slack)
    back = f" back to {written(scan.oldest)}" if scan.oldest else ""
    reached = f"Searched {scan.seen:,} messages{back}, without replies in threads. {SEARCHES_ALL}"
    return Matches(
        source="history_scan",
        items=items,
        next_cursor=following,
        warnings=[reached, *slack.api.limit.notices, *warnings],
    )


async def matches_in(
    channel: Channel, messages: Sequence[MessageRecord], slack: Workspace
) -> tuple[list[Match], list[str]]:
    """Convert messages of one channel to matches with permalinks; also returns warnings about unresolved names."""
    names, warnings = await names_in(messages, slack)
    links = await slack.permalinks(channel.id, [message.ts for message in messages])
    if channel.person:
        users, _ = await slack.people.names([channel.person])
        names = replace(names, users={**names.users, **users})
    shown = {id(message) for message in slack.shown(messages, names)}
    found = [(message, link) for message, link in zip(messages, links, strict=True) if id(message) in shown]
    return [Match.from_record(message, channel, names, link, slack.now()) for message, link in found], warnings
