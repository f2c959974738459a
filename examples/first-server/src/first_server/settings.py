"""Settings of first-server: those of every server."""

from typing import ClassVar

from mcp_chassis.settings import ServerSettings, SettingsConfigDict


class FirstSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="FIRST_")
