"""Records of the workspace, the token's identity and token refreshes."""

from mcp_chassis.http.records import Record


class IdentityRecord(Record, frozen=True):
    """Response of `auth.test`: workspace and account of the token. `expires_in`: seconds, for rotating tokens."""

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
    """Response to a token refresh: access token, seconds until it expires, and the next refresh token."""

    access_token: str
    refresh_token: str = ""
    expires_in: int = 0


class RevokedRecord(Record, frozen=True):
    revoked: bool = False
