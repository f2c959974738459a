"""The workspace, and who the token acts as."""

from mcp_chassis.http.records import Record


class IdentityRecord(Record, frozen=True):
    """The answer of `auth.test`. `expires_in` is in seconds, for tokens that rotate."""

    url: str = ""
    team: str = ""
    team_id: str = ""
    user: str = ""
    user_id: str = ""
    bot_id: str = ""
    enterprise_id: str = ""
    is_enterprise_install: bool = False
    expires_in: int = 0


class TeamRecord(Record, frozen=True):
    id: str
    name: str = ""


class RotatedTokenRecord(Record, frozen=True):
    """The answer to a refresh: the token, when it ends in seconds, and the next refresh token."""

    access_token: str
    refresh_token: str = ""
    expires_in: int = 0


class RevokedRecord(Record, frozen=True):
    revoked: bool = False
