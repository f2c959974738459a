"""Results about channels, people and the workspace."""

from typing import ClassVar, Literal, Self

from mcp_chassis.results import Page, Result

from slack_mcp.access import Channel
from slack_mcp.person import Person
from slack_mcp.records.workspace import IdentityRecord
from slack_mcp.rendering.emoji import with_emoji
from slack_mcp.rendering.mrkdwn import readable
from slack_mcp.rendering.names import Names


class ListedChannel(Result):
    """A channel. `external`: other organisations can read it; `guests`: their names, in short lists."""

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
    """Page of channels. `as_of`: reading time of a cached list."""

    page_field: ClassVar[str | None] = "channels"

    channels: list[ListedChannel]
    as_of: str | None = None


class CreatedChannel(Result):
    id: str
    name: str
    renamed_from: str | None = None
    warnings: list[str] | None = None


class ChangedChannel(Result):
    """A changed channel. `done`: completed steps."""

    id: str
    name: str
    done: list[str]


class FoundUser(Result):
    """A person. `membership`: guest, or of another organisation."""

    id: str | None = None
    name: str
    real_name: str
    title: str | None = None
    email: str | None = None
    status: str | None = None
    tz: str | None = None
    is_bot: bool | None = None
    deleted: bool | None = None
    membership: str | None = None

    @classmethod
    def from_person(cls, person: Person, *, contact: bool = True) -> Self:
        """Convert a person; `contact` includes e-mail address and status, if the token may read them."""
        return cls(
            id=person.id or None,
            name=person.handle,
            real_name=person.real_name,
            title=person.title or None,
            email=(person.email or None) if contact else None,
            status=(with_emoji(person.status) or None) if contact else None,
            tz=person.tz or None,
            is_bot=person.is_bot or None,
            deleted=person.deleted or None,
            membership=person.membership or None,
        )


class FoundUsers(Result):
    """People found. `as_of`: reading time of a cached directory."""

    users: list[FoundUser]
    as_of: str | None = None
    warnings: list[str] | None = None


class MemberList(Page):
    page_field: ClassVar[str | None] = "users"

    users: list[FoundUser]


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
