"""Settings of the Slack server."""

import re
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mcp_chassis.settings import (
    OPTIONAL_CREDENTIAL,
    CommaSeparated,
    HttpsUrl,
    Secret,
    ServerSettings,
    SettingsConfigDict,
)
from pydantic import AfterValidator, AliasChoices, Field

_CHANNEL = re.compile(r"#?[\w.*?\[\]!-]{1,80}")
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,10}[a-z0-9-]{2,63}", re.IGNORECASE)


def _channels(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_CHANNEL.fullmatch(pattern) for pattern in patterns):
        raise ValueError("must be channel names, globs of names or channel ids, separated by commas")
    return tuple(pattern.lstrip("#") for pattern in patterns)


def _domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        raise ValueError("must be domains such as docs.example.com, separated by commas")
    return tuple(domain.lower() for domain in domains)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise ValueError("must be an IANA time zone such as Europe/Paris") from exc
    return name


Channels = Annotated[CommaSeparated, AfterValidator(_channels)]


class SlackSettings(ServerSettings):
    """Settings from the environment; every variable begins with `SLACK_`."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="SLACK_")
    signed_in = "slack-mcp", "bot_token"

    bot_token: Secret | None = Field(default=None, description="Bot token (`xoxb-...`) of the installed app.")
    user_token: Secret | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="User token (`xoxp-...`): for searching, `@personal`, and reading what the app does not see.",
    )
    refresh_token: Secret | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="Refresh token (`xoxe-...`) of a bot token that rotates; better from its file, which is kept new.",
    )
    refresh_token_file: str = Field(default="", description="The file of the refresh token, written when it changes.")
    client_id: str = Field(default="", description="The app's client id, to refresh tokens.")
    client_secret: Secret | None = Field(
        default=None, json_schema_extra=OPTIONAL_CREDENTIAL, description="The app's client secret, to refresh tokens."
    )
    team_id: str = Field(
        default="", description="Workspace (id or name) that an organisation-wide token works in.", max_length=200
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="", description="IANA zone of `today` and other days in times; the machine's when unset."
    )
    api_url: HttpsUrl = Field(default="https://slack.com/api", description="The Web API.")
    allowed_channels: Channels = Field(
        default=(), description="Names, globs or ids of the channels that may be read or written; all when unset."
    )
    write_channels: Channels = Field(
        default=(), description="The ones of them that may be written; all allowed ones when unset."
    )
    lockdown: bool = Field(default=False, description="Withhold messages of people of other organisations.")
    allow_dms: bool = Field(default=False, description="Direct messages may be read and written.")
    allow_broadcasts: bool = Field(
        default=False, description="Posts may ping a whole channel (`<!here>`, ...) or a user group."
    )
    unfurl_domains: Annotated[CommaSeparated, AfterValidator(_domains)] = Field(
        default=(), description="Domains whose links Slack may preview; a post with any other link has no previews."
    )
    posts_per_second: float = Field(default=1.0, gt=0, le=10_000, description="Messages a second in one channel.")
    rate_limit_scale: float = Field(
        default=1.0,
        gt=0,
        le=1e6,
        validation_alias=AliasChoices("SLACK_RATE_LIMIT_SCALE", "SLACK_PACE"),
        description="Factor on Slack's published limits of each method.",
    )
    scan_pages: int = Field(
        default=5, ge=1, le=50, description="Pages of 200 messages that a search without a user token looks through."
    )
