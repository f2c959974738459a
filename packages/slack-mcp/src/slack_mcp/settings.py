"""What the Slack server can be told."""

import re
from typing import Annotated, ClassVar

from mcp_chassis.settings import OPTIONAL_CREDENTIAL, CommaSeparated, HttpsUrl, Secret, ServerSettings
from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

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


Channels = Annotated[CommaSeparated, AfterValidator(_channels)]


class SlackSettings(ServerSettings):
    """Everything begins with `SLACK_`."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="SLACK_")

    bot_token: Secret | None = Field(default=None, description="Bot token (`xoxb-...`) of the installed app.")
    user_token: Secret | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="User token (`xoxp-...`) with `search:read`; only searching uses it.",
    )
    api_url: HttpsUrl = Field(default="https://slack.com/api", description="The Web API.")
    allowed_channels: Channels = Field(
        default=(), description="Names, globs or ids of the channels that may be read or written; all when unset."
    )
    write_channels: Channels = Field(
        default=(), description="The ones of them that may be written; all allowed ones when unset."
    )
    allow_dms: bool = Field(default=False, description="Direct messages may be read and written.")
    allow_broadcasts: bool = Field(
        default=False, description="Posts may ping a whole channel (`<!here>`, ...) or a user group."
    )
    unfurl_domains: Annotated[CommaSeparated, AfterValidator(_domains)] = Field(
        default=(), description="Domains whose links Slack may preview; a post with any other link has no previews."
    )
    posts_per_second: float = Field(default=1.0, gt=0, le=10_000, description="Messages a second in one channel.")
    pace: float = Field(default=1.0, gt=0, le=1e6, description="Slack's published method tiers, times this.")
    scan_pages: int = Field(
        default=5, ge=1, le=50, description="Pages of 200 messages that a search without a user token looks through."
    )
