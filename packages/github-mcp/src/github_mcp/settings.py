"""What the GitHub server can be told."""

import re
from typing import Annotated, ClassVar

from mcp_chassis.settings import CommaSeparated, HttpsUrl, Secret, ServerSettings, SettingsConfigDict
from pydantic import AfterValidator, AliasChoices, Field

_GLOB = re.compile(r"[\w.*?\[\]!-]+/[\w.*?\[\]!-]+", re.ASCII)


def _globs(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_GLOB.fullmatch(pattern) for pattern in patterns):
        raise ValueError("must be globs of the form owner/repository, separated by commas")
    return patterns


class GitHubSettings(ServerSettings):
    """Everything begins with `GITHUB_`; without a token public repositories can be read, 60 requests an hour."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="GITHUB_")
    signed_in = "github-mcp", "token"

    token: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("GITHUB_TOKEN", "GITHUB_PERSONAL_ACCESS_TOKEN", "GH_TOKEN"),
        description="Personal access token, fine-grained where possible, or an app's installation token.",
    )
    api_url: HttpsUrl = Field(
        default="https://api.github.com",
        description="The REST API; `https://HOST/api/v3` for GitHub Enterprise Server.",
    )
    allowed_repos: Annotated[CommaSeparated, AfterValidator(_globs)] = Field(
        default=(), description="Globs of the repositories that may be touched, such as `acme/*`; all when unset."
    )
    lockdown: bool = Field(
        default=False,
        description="In public repositories, withhold texts of authors without push access.",
    )
    writes_per_second: float = Field(
        default=1.0, gt=0, le=10_000, description="Pace of writes beyond the first five; one at a time in any case."
    )
    searches_per_minute: float = Field(default=30.0, ge=2, le=1e6, description="Searches in any minute.")
    code_searches_per_minute: float = Field(default=10.0, ge=2, le=1e6, description="Code searches in any minute.")
