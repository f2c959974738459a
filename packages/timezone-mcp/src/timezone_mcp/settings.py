"""Settings of timezone-mcp."""

from typing import Literal

from mcp_chassis.settings import OPTIONAL_CREDENTIAL, HttpsUrl, Secret, ServerSettings, SettingsConfigDict
from pydantic import Field


class TimezoneSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="TIMEZONE_")

    backend: Literal["local", "opentimezone", "auto"] = Field(
        default="local",
        description="Who converts: the carried database, the OpenTimezone service, or it with the database behind it.",
    )
    service_url: HttpsUrl = Field(
        default="https://api.opentimezone.com/convert",
        validation_alias="OPENTIMEZONE_URL",
        description="Where OpenTimezone converts.",
    )
    service_timeout: float = Field(
        default=10,
        gt=0,
        le=30,
        validation_alias="OPENTIMEZONE_TIMEOUT",
        description="Seconds that one conversion may take of OpenTimezone.",
    )
    service_key: Secret | None = Field(
        default=None,
        validation_alias="OPENTIMEZONE_API_KEY",
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="Bearer key for OpenTimezone, if it wants one.",
    )
