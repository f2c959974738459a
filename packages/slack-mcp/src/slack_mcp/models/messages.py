"""Results about messages: pages, search matches, sent and edited messages."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText, OutsideTexts

from slack_mcp.access import Channel
from slack_mcp.records.messages import MessageRecord, ReactionRecord
from slack_mcp.references import query_value
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.messages import MAX_REACTORS_NAMED, author, standing, text_of
from slack_mcp.rendering.names import Names

MAX_REACTIONS = 12


class Place(Result):
    id: str
    name: str | None = None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        return cls(id=channel.id, name=channel.name or None)


class Reaction(Result):
    """One emoji: number of people, and names of the first ones."""

    name: OutsideText
    count: int
    users: OutsideTexts

    @classmethod
    def from_record(cls, reaction: ReactionRecord, names: Names) -> Self:
        users = [names.user(user)[1:] for user in reaction.users[:MAX_REACTORS_NAMED]]
        return cls(name=reaction.name, count=max(reaction.count, len(reaction.users)), users=users)


def _reactions(reactions: Sequence[ReactionRecord], names: Names) -> list[Reaction]:
    """The reactions of a message; those beyond the limit are combined into one entry."""
    shown = [Reaction.from_record(reaction, names) for reaction in reactions[:MAX_REACTIONS]]
    others = reactions[MAX_REACTIONS:]
    count = sum(max(reaction.count, len(reaction.users)) for reaction in others)
    return shown + ([Reaction(name=f"{len(others)} other emoji", count=count, users=[])] if others else [])


class Message(Result):
    ts: str | None = None
    time: str | None = None
    user: OutsideText
    standing: str | None = None
    text: OutsideText
    thread_ts: str | None = None
    reply_count: int | None = None
    latest_reply: str | None = None
    reactions: list[Reaction] | None = None
    files: OutsideTexts | None = None
    edited: bool | None = None

    @classmethod
    def from_record(cls, message: MessageRecord, names: Names, now: float) -> Self:
        in_channel_too = message.subtype == "thread_broadcast"
        return cls(
            ts=message.ts or None,
            time=written(message.ts, now) or None,
            user=author(message, names),
            standing=_shown_standing(message, names),
            text=text_of(message, names),
            thread_ts=message.thread_ts if in_channel_too and message.is_reply else None,
            reply_count=message.reply_count if message.reply_count > 0 else None,
            latest_reply=written(message.latest_reply, now) or None if message.reply_count > 0 else None,
            reactions=_reactions(message.reactions, names) or None,
            files=[described_file(file) for file in message.files] or None,
            edited=True if message.edited else None,
        )


def _shown_standing(message: MessageRecord, names: Names) -> str | None:
    """Standing of the author: guest, bot, external or unknown; None for members of the workspace."""
    found = standing(message, names)
    return found if found in ("bot", "external", "guest") else None


class Messages(Page):
    page_field: ClassVar[str | None] = "messages"

    messages: list[Message]
    permalinks: str | None = None
    thread_ts: str | None = None


class Match(Result):
    ts: str | None = None
    time: str | None = None
    channel: OutsideText
    user: OutsideText
    standing: str | None = None
    text: OutsideText
    permalink: str | None = None
    thread_ts: str | None = None
    files: OutsideTexts | None = None

    @classmethod
    def from_record(
        cls, match: MessageRecord, channel: Channel, names: Names, permalink: str | None, now: float
    ) -> Self:
        thread = match.thread_ts or (query_value(permalink, "thread_ts") if permalink else "")
        return cls(
            ts=match.ts or None,
            time=written(match.ts, now) or None,
            channel=channel_label(channel, names),
            user=author(match, names),
            standing=_shown_standing(match, names),
            text=text_of(match, names),
            permalink=permalink or None,
            thread_ts=thread if thread and thread != match.ts else None,
            files=[described_file(file) for file in match.files] or None,
        )


def channel_label(channel: Channel, names: Names) -> str:
    """Reference to a channel that other tools accept: `#name`, `@person`, the name of a group message, or the id."""
    if channel.kind == "channel" and channel.name:
        return f"#{channel.name}"
    if channel.kind == "dm" and channel.name and not channel.name.startswith("@"):
        return names.user(channel.name)
    return channel.name or channel.id


class Matches(Page):
    source: Literal["search", "history_scan"]
    total: int | None = None
    items: list[Match]


class Sent(Result):
    channel: Place
    ts: str
    permalink: str | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None


class Edited(Result):
    ts: str
    deleted: bool | None = None
    warnings: list[str] | None = None


class Done(Result):
    ok: bool = True
