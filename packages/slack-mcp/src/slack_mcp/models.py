"""What the tools answer: the fields a model uses, under short names."""

from typing import ClassVar, Literal, Self

from mcp_chassis.results import Page, Result

from slack_mcp.access import Channel
from slack_mcp.people_directory import Person
from slack_mcp.rendering.dates import written
from slack_mcp.rendering.json_node import Node, parts, text, texts
from slack_mcp.rendering.messages import author, described_file, text_of
from slack_mcp.rendering.names import Names


class Place(Result):
    id: str
    name: str | None = None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        return cls(id=channel.id, name=channel.name or None)


class Reaction(Result):
    name: str
    count: int
    users: list[str]

    @classmethod
    def from_api(cls, reaction: Node, names: Names) -> Self:
        users = [names.user(user)[1:] for user in texts(reaction, "users")]
        return cls(name=str(reaction["name"]), count=int(reaction.get("count", len(users))), users=users)


class Message(Result):
    ts: str
    time: str
    user: str
    text: str
    thread_ts: str | None = None
    reply_count: int | None = None
    reactions: list[Reaction] | None = None
    files: list[str] | None = None
    edited: bool | None = None

    @classmethod
    def from_api(cls, message: Node, names: Names, now: float) -> Self:
        return cls(
            ts=str(message["ts"]),
            time=written(str(message["ts"]), now),
            user=author(message, names),
            text=text_of(message, names),
            thread_ts=text(message, "thread_ts") if message.get("subtype") == "thread_broadcast" else None,
            reply_count=int(message.get("reply_count") or 0) or None,
            reactions=[Reaction.from_api(reaction, names) for reaction in parts(message, "reactions")] or None,
            files=[described_file(file) for file in parts(message, "files")] or None,
            edited=True if message.get("edited") else None,
        )


class Messages(Page):
    page_field: ClassVar[str | None] = "messages"

    messages: list[Message]


class Match(Result):
    ts: str
    time: str
    channel: str
    user: str
    text: str
    permalink: str | None = None
    thread_ts: str | None = None

    @classmethod
    def from_api(cls, match: Node, channel: Channel, names: Names, permalink: str | None, now: float) -> Self:
        thread = text(match, "thread_ts")
        return cls(
            ts=str(match["ts"]),
            time=written(str(match["ts"]), now),
            channel=f"#{channel.name}" if channel.kind == "channel" else channel.name or channel.id,
            user=author(match, names),
            text=text_of(match, names),
            permalink=permalink,
            thread_ts=thread if thread and thread != match["ts"] else None,
        )


class Matches(Page):
    source: Literal["search", "history_scan"]
    total: int | None = None
    items: list[Match]


class Sent(Result):
    channel: Place
    ts: str
    permalink: str | None = None
    recovered: bool | None = None


class Edited(Result):
    ts: str
    deleted: bool | None = None
    warnings: list[str] | None = None


class Done(Result):
    ok: bool = True


class ListedChannel(Result):
    id: str
    name: str
    topic: str | None = None
    purpose: str | None = None
    members: int | None = None
    private: bool | None = None
    member: bool
    archived: bool | None = None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        return cls(
            id=channel.id,
            name=channel.name,
            topic=channel.topic or None,
            purpose=channel.purpose or None,
            members=channel.members,
            private=channel.private or None,
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
    id: str
    name: str
    real_name: str
    title: str | None = None
    tz: str | None = None
    is_bot: bool | None = None
    deleted: bool | None = None

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(
            id=person.id,
            name=person.handle,
            real_name=person.real_name,
            title=person.title or None,
            tz=person.tz or None,
            is_bot=person.is_bot or None,
            deleted=person.deleted or None,
        )


class FoundUsers(Result):
    users: list[FoundUser]
    warnings: list[str] | None = None


class WorkspaceFacts(Result):
    team: str
    url: str
    acting_as: str
    token: Literal["bot", "user"]
    scopes: list[str] | None = None
    disabled: dict[str, str]

    @classmethod
    def from_api(cls, identity: Node, granted: str, disabled: dict[str, str]) -> Self:
        return cls(
            team=text(identity, "team"),
            url=text(identity, "url"),
            acting_as=f"@{text(identity, 'user')} ({text(identity, 'user_id')})",
            token="bot" if identity.get("bot_id") else "user",
            scopes=[scope.strip() for scope in granted.split(",")] if granted else None,
            disabled=disabled,
        )
