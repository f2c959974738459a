"""Records of people, bots and user groups."""

from mcp_chassis.http.records import Record


class ProfileRecord(Record, frozen=True):
    real_name: str = ""
    display_name: str = ""
    title: str = ""
    email: str = ""
    status_text: str = ""
    status_emoji: str = ""


class UserRecord(Record, frozen=True):
    """A user: a member, a guest (`is_restricted`), or a person of another organisation (`is_stranger`)."""

    id: str = ""
    name: str = ""
    real_name: str = ""
    tz: str = ""
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    profile: ProfileRecord = ProfileRecord()


class BotRecord(Record, frozen=True):
    id: str = ""
    name: str = ""


class UserGroupRecord(Record, frozen=True):
    id: str = ""
    handle: str = ""
    name: str = ""
    user_count: int | None = None


class GroupMembersRecord(Record, frozen=True):
    """User ids of the members of a user group."""

    users: tuple[str, ...]
