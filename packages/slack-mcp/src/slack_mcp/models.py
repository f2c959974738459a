"""Results of the tools: the fields a model uses, under short names."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Self

from mcp_chassis.results import Page, Result

from slack_mcp.access import Channel
from slack_mcp.people_directory import Person
from slack_mcp.records.files import FileRecord
from slack_mcp.records.messages import MessageRecord, ReactionRecord
from slack_mcp.records.workspace import IdentityRecord
from slack_mcp.references import query_value
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.messages import MAX_REACTORS_NAMED, author, text_of
from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.names import Names

MAX_REACTIONS = 12


class Place(Result):
    id: str
    name: str | None = None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        return cls(id=channel.id, name=channel.name or None)


class Reaction(Result):
    """One emoji: how many used it, and the first of them by name."""

    name: str
    count: int
    users: list[str]

    @classmethod
    def from_record(cls, reaction: ReactionRecord, names: Names) -> Self:
        users = [names.user(user)[1:] for user in reaction.users[:MAX_REACTORS_NAMED]]
        return cls(name=reaction.name, count=max(reaction.count, len(reaction.users)), users=users)


def _reactions(reactions: Sequence[ReactionRecord], names: Names) -> list[Reaction]:
    """The first of a message's emoji, and one entry for the others."""
    shown = [Reaction.from_record(reaction, names) for reaction in reactions[:MAX_REACTIONS]]
    others = reactions[MAX_REACTIONS:]
    count = sum(max(reaction.count, len(reaction.users)) for reaction in others)
    return shown + ([Reaction(name=f"{len(others)} other emoji", count=count, users=[])] if others else [])


class Message(Result):
    ts: str | None = None
    time: str | None = None
    user: str
    text: str
    thread_ts: str | None = None
    reply_count: int | None = None
    latest_reply: str | None = None
    reactions: list[Reaction] | None = None
    files: list[str] | None = None
    edited: bool | None = None

    @classmethod
    def from_record(cls, message: MessageRecord, names: Names, now: float) -> Self:
        in_channel_too = message.subtype == "thread_broadcast"
        return cls(
            ts=message.ts or None,
            time=written(message.ts, now) or None,
            user=author(message, names),
            text=text_of(message, names),
            thread_ts=message.thread_ts if in_channel_too and message.is_reply else None,
            reply_count=message.reply_count if message.reply_count > 0 else None,
            latest_reply=written(message.latest_reply, now) or None if message.reply_count > 0 else None,
            reactions=_reactions(message.reactions, names) or None,
            files=[described_file(file) for file in message.files] or None,
            edited=True if message.edited else None,
        )


class Messages(Page):
    page_field: ClassVar[str | None] = "messages"

    messages: list[Message]
    permalinks: str | None = None
    thread_ts: str | None = None


class Match(Result):
    ts: str | None = None
    time: str | None = None
    channel: str
    user: str
    text: str
    permalink: str | None = None
    thread_ts: str | None = None
    files: list[str] | None = None

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
            text=text_of(match, names),
            permalink=permalink or None,
            thread_ts=thread if thread and thread != match.ts else None,
            files=[described_file(file) for file in match.files] or None,
        )


def channel_label(channel: Channel, names: Names) -> str:
    """The name under which other tools take the channel: `#name`, `@person`, a group's own name, or the id."""
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


class ListedChannel(Result):
    """`external`: other organisations read along; `guests`: names of guests, where few channels are listed."""

    id: str | None = None
    name: str
    topic: str | None = None
    purpose: str | None = None
    members: int | None = None
    private: bool | None = None
    external: bool | None = None
    guests: str | None = None
    member: bool
    archived: bool | None = None

    @classmethod
    def from_channel(cls, channel: Channel, guests: str = "") -> Self:
        return cls(
            id=channel.id or None,
            name=channel.name,
            topic=readable(channel.topic, Names()) or None,
            purpose=readable(channel.purpose, Names()) or None,
            members=channel.members,
            private=channel.private or None,
            external=channel.external or None,
            guests=guests or None,
            member=channel.member,
            archived=channel.archived or None,
        )


class ListedChannels(Page):
    page_field: ClassVar[str | None] = "channels"

    channels: list[ListedChannel]


class CreatedChannel(Result):
    id: str
    name: str
    renamed_from: str | None = None
    warnings: list[str] | None = None


class FoundUser(Result):
    """`membership`: a guest, or somebody of another organisation."""

    id: str | None = None
    name: str
    real_name: str
    title: str | None = None
    tz: str | None = None
    is_bot: bool | None = None
    deleted: bool | None = None
    membership: str | None = None

    @classmethod
    def from_person(cls, person: Person) -> Self:
        return cls(
            id=person.id or None,
            name=person.handle,
            real_name=person.real_name,
            title=person.title or None,
            tz=person.tz or None,
            is_bot=person.is_bot or None,
            deleted=person.deleted or None,
            membership=person.membership or None,
        )


class FoundUsers(Result):
    users: list[FoundUser]
    warnings: list[str] | None = None


class WorkspaceFacts(Result):
    team: str
    url: str
    acting_as: str
    token: Literal["bot", "user"]
    token_ends_in_seconds: int | None = None
    scopes: list[str] | None = None
    disabled: dict[str, str]

    @classmethod
    def from_record(cls, identity: IdentityRecord, granted: str, disabled: dict[str, str]) -> Self:
        return cls(
            team=identity.team,
            url=identity.url,
            acting_as=f"@{identity.user} ({identity.user_id})",
            token="bot" if identity.bot_id else "user",
            token_ends_in_seconds=identity.expires_in or None,
            scopes=[scope.strip() for scope in granted.split(",")] if granted else None,
            disabled=disabled,
        )


class ListedFile(Result):
    id: str
    file: str
    user: str | None = None
    time: str | None = None
    permalink: str | None = None

    @classmethod
    def from_record(cls, file: FileRecord, names: Mapping[str, str], now: float) -> Self:
        return cls(
            id=file.id,
            file=described_file(file),
            user=names.get(file.user, file.user) or None,
            time=written(file.created, now) if file.created > 0 else None,
            permalink=file.permalink or None,
        )


class FileList(Page):
    page_field: ClassVar[str | None] = "files"

    files: list[ListedFile]


class MemberList(Page):
    page_field: ClassVar[str | None] = "users"

    users: list[FoundUser]


class Scheduled(Result):
    channel: Place
    id: str
    time: str
    warnings: list[str] | None = None


class ScheduledMessage(Result):
    id: str
    channel: str
    time: str
    text: str


class ScheduledList(Page):
    page_field: ClassVar[str | None] = "messages"

    messages: list[ScheduledMessage]


class Unread(Result):
    """`more`: there are more unread messages than were counted."""

    id: str
    name: str
    unread: int
    more: bool | None = None
    since: str


class UnreadList(Result):
    conversations: list[Unread]
    warnings: list[str] | None = None
