"""What this server can be told: what every server can."""

from typing import ClassVar

from mcp_chassis.settings import ServerSettings, SettingsConfigDict


class FirstSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="FIRST_")
