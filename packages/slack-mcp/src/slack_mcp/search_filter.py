"""Filter of messages by a search query, for searches without a user token."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mcp_chassis.failures import Failure, InvalidInput

from slack_mcp.access import Channel
from slack_mcp.connection import Workspace
from slack_mcp.period import MICROSECOND, Period
from slack_mcp.records.messages import MessageRecord
from slack_mcp.references import channel_reference, folded
from slack_mcp.rendering.messages import text_of
from slack_mcp.rendering.names import Names
from slack_mcp.search_query import Condition, SearchQuery, check_has, message_has, not_followed
from slack_mcp.times import period_of

MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|\*\*|~~")
FOLLOWED_CONDITIONS = {"from", "has", "is", "in", "before", "after", "on", "during"}


@dataclass(frozen=True)
class Filter:
    """A search query with resolved people and times: authors as sets of ids and folded names, times as ts."""

    query: SearchQuery
    authors: tuple[frozenset[str], ...] = ()
    excluded_authors: tuple[frozenset[str], ...] = ()
    oldest: str | None = None
    latest: str | None = None

    async def matches(self, message: MessageRecord, slack: Workspace) -> bool:
        shown = _with_bare_words(text_of(message, Names()))
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


def _with_bare_words(markdown: str) -> str:
    """The text followed by a copy without Markdown marks, so that a phrase with a mark inside is found."""
    words = MARKS.sub(r"\1", markdown)
    return f"{markdown}\n{words}"


async def filter_for(query: SearchQuery, slack: Workspace) -> Filter:
    """Resolve the people and times of a query; its channels are checked elsewhere.

    Raises:
        InvalidInput: when the query contains an unsupported modifier; the message names it.
    """
    query.refuse_except(FOLLOWED_CONDITIONS)
    for condition in query.named("has"):
        check_has(condition)
    for condition in query.named("is"):
        if condition.value.lower() != "thread":
            raise not_followed(condition)
    authors = [(condition.excludes, await _author(condition.value, slack)) for condition in query.named("from")]
    oldest, latest = await _bounds(query, slack)
    return Filter(
        query,
        tuple(names for excludes, names in authors if not excludes),
        tuple(names for excludes, names in authors if excludes),
        oldest,
        latest,
    )


def check_channel(query: SearchQuery, channel: Channel) -> None:
    """Check that every `in:` of the query names the searched channel, and every `-in:` another one.

    Raises:
        InvalidInput: when one does not; the message names it.
    """
    for condition in query.named("in"):
        if names_channel(condition, channel) == condition.excludes:
            raise not_followed(condition)


def names_channel(condition: Condition, channel: Channel) -> bool:
    """Whether the value of an `in:` modifier refers to this channel.

    Raises:
        InvalidInput: when the value is not a reference to a channel.
    """
    try:
        reference = channel_reference(condition.value)
    except InvalidInput:
        raise not_followed(condition) from None
    return channel.id == reference.id or bool(reference.name and folded(reference.name) == folded(channel.name))


async def _author(given: str, slack: Workspace) -> frozenset[str]:
    """Ids and names for the value of `from:`; a name of no person is used as the name of an app."""
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


async def _bounds(query: SearchQuery, slack: Workspace) -> tuple[str | None, str | None]:
    """First and last ts that satisfy `before:`, `after:`, `on:` and `during:`, with days of the time zone."""
    conditions = query.named("before", "after", "on", "during")
    if not conditions:
        return None, None
    zone = await slack.zone()
    oldest: list[float] = []
    latest: list[float] = []
    for condition in conditions:
        if condition.excludes:
            raise not_followed(condition)
        period = period_of(condition.value, slack.now(), zone)
        oldest += _lower(condition, period)
        latest += _upper(condition, period)
    return f"{max(oldest):.6f}" if oldest else None, f"{min(latest):.6f}" if latest else None


def _lower(condition: Condition, period: Period) -> Sequence[float]:
    if condition.name == "before":
        return []
    return [period.end + MICROSECOND] if condition.name == "after" else [period.begin]


def _upper(condition: Condition, period: Period) -> Sequence[float]:
    if condition.name == "after":
        return []
    return [period.begin - MICROSECOND] if condition.name == "before" else [period.end]
