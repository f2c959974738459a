"""Configuration of one database: address, limits and permissions."""

import dataclasses
from pathlib import Path

from pydantic import SecretStr

from database_mcp.guard.rules import Rules


@dataclasses.dataclass(frozen=True)
class Limits:
    """Limits of one database's pool and statements; times are in seconds."""

    pool_min: int = 0
    pool_max: int = 5
    idle_lifetime: float = 300.0
    acquire: float = 10.0
    command_timeout: float = 30.0
    lock_timeout: float = 5.0
    work_mem: str | None = None
    random_page_cost: float | None = None


@dataclasses.dataclass(frozen=True)
class Target:
    """Configuration of one database; `dsn` is None for the embedded database, whose data is in `folder`.

    `password` takes precedence over the one in the DSN; the command of a `CommandSecret` runs for each connection.
    """

    name: str
    dsn: SecretStr | None = None
    password: SecretStr | None = None
    folder: Path | None = None
    description: str = ""
    rules: Rules = dataclasses.field(default_factory=Rules)
    limits: Limits = dataclasses.field(default_factory=Limits)
    writable: bool = False
    allow_privileged: bool = False
    listen: bool = True
    notify_channels: tuple[str, ...] = ()
    caller_setting: str | None = None
    only_marked_untrusted: bool = False

    @property
    def embedded(self) -> bool:
        return self.dsn is None
