"""A person of the workspace, converted from Slack's user record."""

from dataclasses import dataclass

from slack_mcp.records.users import UserRecord
from slack_mcp.references import folded
from slack_mcp.rendering.mrkdwn import unescaped


@dataclass(frozen=True, slots=True)
class Person:
    """A person or bot; `membership` describes guests and people of other organisations, else it is empty."""

    id: str
    handle: str
    real_name: str
    display_name: str = ""
    title: str = ""
    email: str = ""
    status: str = ""
    tz: str = ""
    is_bot: bool = False
    deleted: bool = False
    membership: str = ""

    @classmethod
    def from_record(cls, user: UserRecord, identity: str = "") -> "Person":
        profile = user.profile
        guest = "guest" if user.is_restricted or user.is_ultra_restricted else ""
        return cls(
            id=user.id or identity,
            handle=user.name,
            real_name=unescaped(profile.real_name or user.real_name) or user.name or user.id or identity,
            display_name=unescaped(profile.display_name),
            title=unescaped(profile.title),
            email=profile.email,
            status=f"{profile.status_emoji} {unescaped(profile.status_text)}".strip(),
            tz=user.tz,
            is_bot=user.is_bot,
            deleted=user.deleted,
            membership="other organisation" if user.is_stranger else guest,
        )

    @property
    def is_external(self) -> bool:
        return bool(self.membership)

    @property
    def standing(self) -> str:
        """Standing of the person: `external` for another organisation, `guest`, or empty for full members."""
        return "" if not self.membership else "guest" if self.membership == "guest" else "external"

    @property
    def known_as(self) -> frozenset[str]:
        return frozenset(folded(name) for name in (self.handle, self.real_name, self.display_name) if name)


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """A person with the time of the request, in Unix seconds."""

    person: Person
    at: float
