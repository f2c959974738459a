"""Settings of the GitHub server, read from environment variables that begin with `GITHUB_`."""

import re
from typing import Annotated, ClassVar

from mcp_chassis.settings import (
    OPTIONAL_CREDENTIAL,
    CommaSeparated,
    HttpsUrl,
    Secret,
    ServerSettings,
    SettingsConfigDict,
)
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationInfo, field_validator

_APP_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_GLOB = re.compile(r"[\w.*?\[\]!-]+/[\w.*?\[\]!-]+", re.ASCII)


def _globs(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_GLOB.fullmatch(pattern) for pattern in patterns):
        raise ValueError("must be globs of the form owner/repository, separated by commas")
    return patterns


def _pem(key: SecretStr) -> SecretStr:
    if "PRIVATE KEY-----" not in key.get_secret_value():
        raise ValueError("must be a private key in PEM form, as downloaded from GitHub")
    return SecretStr(key.get_secret_value().strip())


def _app_id(value: str) -> str:
    if not _APP_ID.fullmatch(value):
        raise ValueError("must be the number or the client id of the GitHub App")
    return value


PrivateKey = Annotated[SecretStr, AfterValidator(_pem)]


class GitHubSettings(ServerSettings):
    """Settings of the GitHub server. Without a credential it reads public data only, with 60 requests an hour."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="GITHUB_")
    signed_in = "github-mcp", "token"

    token: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("GITHUB_TOKEN", "GITHUB_PERSONAL_ACCESS_TOKEN", "GH_TOKEN"),
        description="Personal access token, fine-grained where possible, or an app's installation token.",
    )
    app_private_key: PrivateKey | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="Private key (PEM) of the GitHub App to act as; better read from a file.",
    )
    app_id: Annotated[str, AfterValidator(_app_id)] | None = Field(
        default=None, description="Number or client id of that app, in place of a token."
    )
    app_installation_id: int | None = Field(
        default=None,
        ge=1,
        description="Installation to use for every request; when unset, the one of the repository's owner.",
    )
    api_url: HttpsUrl = Field(
        default="https://api.github.com",
        description="The REST API; `https://HOST/api/v3` for GitHub Enterprise Server.",
    )
    allowed_repos: Annotated[CommaSeparated, AfterValidator(_globs)] = Field(
        default=(),
        description="Globs of the repositories that may be read and changed, such as `acme/*`; all when unset.",
    )
    lockdown: bool = Field(
        default=False,
        description="In public repositories, withhold texts of authors without push access.",
    )
    writes_per_second: float = Field(
        default=1.0,
        gt=0,
        le=10_000,
        description="Writes per second after the first five; never more than one at a time.",
    )
    searches_per_minute: float = Field(
        default=30.0, ge=2, le=1e6, description="Highest number of searches in any minute."
    )
    code_searches_per_minute: float = Field(
        default=10.0, ge=2, le=1e6, description="Highest number of code searches in any minute."
    )

    @field_validator("app_id")
    @classmethod
    def _is_the_only_credential(cls, app_id: str | None, others: ValidationInfo) -> str | None:
        if app_id is None and others.data.get("app_private_key") is not None:
            raise ValueError("is required when GITHUB_APP_PRIVATE_KEY is set")
        if app_id is not None and others.data.get("token") is not None:
            raise ValueError("set either GITHUB_TOKEN or the GitHub App, not both")
        return app_id

    @property
    def acts_as_app(self) -> bool:
        """Whether requests use tokens of the GitHub App. The token of a caller takes precedence, a sign-in does not."""
        from mcp_chassis.accounts.signed_in_secret import SignedInSecret

        return self.app_id is not None and (self.token is None or isinstance(self.token, SignedInSecret))

    def unneeded(self) -> frozenset[str]:
        """The settings that need no value: the token, if the server acts as a GitHub App."""
        return frozenset() if self.app_id is None else frozenset({"token"})
