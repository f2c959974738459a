"""Settings of first-server: only those that every server has."""

from typing import ClassVar

from mcp_chassis.settings import ServerSettings, SettingsConfigDict


class FirstSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="FIRST_")
