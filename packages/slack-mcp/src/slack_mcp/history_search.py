"""Search without Slack's search: the history of one channel is read backwards and compared with the query."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mcp_chassis.failures import Failure, InvalidInput

from slack_mcp.access import Channel
from slack_mcp.connection import Workspace
from slack_mcp.message_pages import names_in
from slack_mcp.models import Match, Matches
from slack_mcp.records.messages import MessageRecord
from slack_mcp.references import channel_reference, folded
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.messages import text_of
from slack_mcp.rendering.names import Names
from slack_mcp.search_query import SearchQuery, check_has, message_has, not_followed
from slack_mcp.times import as_ts

MESSAGES_PER_PAGE = 200
DAY_SECONDS = 86_400.0
SEARCHES_ALL = "SLACK_USER_TOKEN with search:read would search everything."


@dataclass(frozen=True)
class Filter:
    """A query with its people and times resolved. Authors are sets of ids and folded names."""

    query: SearchQuery
    authors: tuple[frozenset[str], ...]
    excluded_authors: tuple[frozenset[str], ...]
    oldest: str | None
    latest: str | None

    async def matches(self, message: MessageRecord, slack: Workspace) -> bool:
        shown = text_of(message, Names())
        if not self.query.matches_text(shown):
            return False
        for condition in self.query.named("has"):
            if message_has(message, condition.value, shown) == condition.excludes:
                return False
        for condition in self.query.named("is"):
            if (message.reply_count > 0 or message.is_reply) == condition.excludes:
                return False
        if not self.authors and not self.excluded_authors:
            return True
        writers = await _names_of_author(message, slack)
        wanted = not self.authors or any(writers & author for author in self.authors)
        return wanted and not any(writers & author for author in self.excluded_authors)


@dataclass
class _Scan:
    """Progress of a scan: a page of Slack's and a place in it."""

    cursor: str
    place: int
    found: list[MessageRecord] = field(default_factory=list[MessageRecord])
    seen: int = 0
    oldest: str = ""

    @property
    def position(self) -> str:
        return f"{self.cursor}@{self.place}"


async def search_history(query: str, channel: Channel, count: int, cursor: str | None, slack: Workspace) -> Matches:
    """The newest matches in a channel; the warnings say how far it looked, and the cursor goes on from there."""
    filters = await _filter(SearchQuery.parse(query), channel, slack)
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


async def _filter(query: SearchQuery, channel: Channel, slack: Workspace) -> Filter:
    """The query with everything in it resolved.

    Raises:
        InvalidInput: naming a part that a scan cannot follow.
    """
    query.refuse_except({"from", "has", "is", "in", "before", "after", "on", "during"})
    for condition in query.named("has"):
        check_has(condition)
    for condition in query.named("is"):
        if condition.value.lower() != "thread":
            raise not_followed(condition)
    await _check_channel(query, channel, slack)
    authors = [(condition.excludes, await _author(condition.value, slack)) for condition in query.named("from")]
    oldest, latest = _bounds(query, slack)
    return Filter(
        query,
        tuple(names for excludes, names in authors if not excludes),
        tuple(names for excludes, names in authors if excludes),
        oldest,
        latest,
    )


async def _check_channel(query: SearchQuery, channel: Channel, slack: Workspace) -> None:
    """`in:` may only repeat the channel that is scanned."""
    for condition in query.named("in"):
        try:
            reference = channel_reference(condition.value)
        except InvalidInput:
            raise not_followed(condition) from None
        same = channel.id == reference.id or bool(reference.name and reference.name == channel.name)
        if condition.excludes or not same:
            raise not_followed(condition)


async def _author(given: str, slack: Workspace) -> frozenset[str]:
    """Ids and names of the author meant by `from:`; a name that is nobody's may be an app's."""
    if given.casefold() in {"me", "@me"}:
        identity = await slack.identity()
        return frozenset(filter(None, (identity.user_id, identity.bot_id)))
    try:
        return frozenset({(await slack.people.resolve(given)).id})
    except InvalidInput:
        raise
    except Failure:
        return frozenset({folded(given.strip("@<>"))})


async def _names_of_author(message: MessageRecord, slack: Workspace) -> frozenset[str]:
    names = {message.user, message.bot_id, folded(message.username), folded(message.bot_profile.name)}
    if message.user:
        with suppress(Failure):
            names |= (await slack.people.person(message.user)).known_as
    return frozenset(names - {""})


def _bounds(query: SearchQuery, slack: Workspace) -> tuple[str | None, str | None]:
    """The period that `before:`, `after:`, `on:` and `during:` leave, in days of the zone."""
    oldest: list[float] = []
    latest: list[float] = []
    for condition in query.named("before", "after", "on", "during"):
        if condition.excludes:
            raise not_followed(condition)
        day = float(as_ts(condition.value, slack.now(), slack.zone))
        if condition.name == "before":
            latest.append(day - 0.000001)
        elif condition.name == "after":
            oldest.append(day + DAY_SECONDS)
        elif condition.name == "on":
            oldest.append(day)
            latest.append(day + DAY_SECONDS - 0.000001)
        else:
            begin, end = _period(condition.value, day)
            oldest.append(begin)
            latest.append(end)
    return f"{max(oldest):.6f}" if oldest else None, f"{min(latest):.6f}" if latest else None


def _period(value: str, begin: float) -> tuple[float, float]:
    """A day, week or month by its first day; named months are not read here."""
    days = 7 if "week" in value.casefold() else 31 if "month" in value.casefold() else 1
    return begin, begin + days * DAY_SECONDS - 0.000001


async def _scan_page(
    scan: _Scan, filters: Filter, messages: Sequence[MessageRecord], count: int, slack: Workspace
) -> bool:
    """Whether enough was found before the end of the page."""
    for message in messages[scan.place :]:
        if len(scan.found) == count:
            return True
        if await filters.matches(message, slack):
            scan.found.append(message)
        scan.seen, scan.oldest, scan.place = scan.seen + 1, message.ts or scan.oldest, scan.place + 1
    return False


async def _result(channel: Channel, scan: _Scan, following: str | None, slack: Workspace) -> Matches:
    names, warnings = await names_in(scan.found, slack)
    links = await slack.permalinks(channel.id, [message.ts for message in scan.found])
    if channel.person:
        users, _ = await slack.people.names([channel.person])
        names = Names({**names.users, **users}, names.channels, names.groups, names.bots)
    back = f" back to {written(scan.oldest)}" if scan.oldest else ""
    reached = f"Looked through {scan.seen:,} messages{back}, replies in threads not included. {SEARCHES_ALL}"
    return Matches(
        source="history_scan",
        items=[
            Match.from_record(message, channel, names, link, slack.now())
            for message, link in zip(scan.found, links, strict=True)
        ],
        next_cursor=following,
        warnings=[reached, *slack.api.limit.notices, *warnings],
    )
