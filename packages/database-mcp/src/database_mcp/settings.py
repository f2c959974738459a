"""Settings of the database server: databases, permissions, limits."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote

from mcp_chassis.environment import full_environment, read_secret_file
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.secret_command import CommandSecret, output_of
from mcp_chassis.settings import (
    OPTIONAL_CREDENTIAL,
    BadSettings,
    CommaSeparated,
    Environment,
    ServerSettings,
    SettingsConfigDict,
)
from pydantic import Field, PrivateAttr, SecretStr, TypeAdapter, ValidationError

from database_mcp.client.connection_url import read_connection_options
from database_mcp.guard.rules import Rules
from database_mcp.named.definition import NamedQuery, read_queries
from database_mcp.setting_types import ExistingFolder, MemorySize, PostgresUrl
from database_mcp.target import Limits, Target

DEFAULT = "default"
EMBEDDED = "embedded"
_NAMED_URL = re.compile(r"DATABASE_URL_(?!(?:FILE|COMMAND)$)([A-Z0-9_]+?)(_FILE|_COMMAND)?")
_ASKED_WHEN_CONNECTING = "DATABASE_PASSWORD_COMMAND"  # A command that runs at each connect, not at the start.


class DatabaseSettings(ServerSettings):
    """Settings from the environment; with the suffix `_<NAME>` a setting applies only to `DATABASE_URL_<NAME>`."""

    commands_at_start = True
    secret_patterns: ClassVar[Mapping[str, str]] = {
        **ServerSettings.secret_patterns,
        "url": r"postgres(ql)?://([\w.~-]+(:[\w.~-]*)?@)?[a-zA-Z0-9][a-zA-Z0-9.-]*(:[1-9][0-9]{0,3})?/[\w-]+",
        "db_password": "[!-~]+",
        "password": "[!-~]+",
    }

    model_config = SettingsConfigDict(env_prefix="DATABASE_")

    _printed: dict[str, str] = PrivateAttr(default_factory=dict[str, str])
    """URLs printed by commands, by variable, since each command runs only once."""

    url: PostgresUrl | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="The default database, as postgresql://; more with DATABASE_URL_<NAME>.",
    )
    password: SecretStr | None = Field(
        default=None,
        json_schema_extra=OPTIONAL_CREDENTIAL,
        description="Instead of the URL's own; a command of it runs for each connection.",
    )
    db_host: str | None = Field(default=None, validation_alias="DB_HOST", description="The same in parts: localhost.")
    db_port: int | None = Field(
        default=None, ge=1, le=65535, validation_alias="DB_PORT", description="Port of DB_HOST: 5432."
    )
    db_user: str | None = Field(default=None, validation_alias="DB_USER", description="User at DB_HOST: postgres.")
    db_password: SecretStr | None = Field(
        default=None, validation_alias="DB_PASSWORD", json_schema_extra=OPTIONAL_CREDENTIAL, description="Its password."
    )
    db_name: str | None = Field(default=None, validation_alias="DB_NAME", description="Database at DB_HOST: postgres.")
    description: str = Field(default="", max_length=300, description="What the database holds, for the model.")
    schemas: CommaSeparated = Field(default=(), description="The schemas that may be read; all when unset.")
    allowed_functions: CommaSeparated = Field(default=(), description="VOLATILE functions that queries may call.")
    allow_privileged_role: bool = Field(
        default=False, description="Run free SQL as a superuser or a role that reads server files."
    )
    writable: CommaSeparated = Field(default=(), description="Names of databases that execute_write may change.")
    queries: Path | None = Field(default=None, description="TOML file of named queries; free SQL is off with it.")
    caller_setting: str | None = Field(
        default=None,
        pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$",
        description="Setting that holds the caller for row policies: app.caller.",
    )
    export_folder: ExistingFolder | None = Field(
        default=None, description="Folder for files of export_query, which is offered where it is set."
    )
    export_max_rows: int = Field(default=1_000_000, ge=1, le=100_000_000, description="Rows of one file.")
    export_max_mb: int = Field(default=100, ge=1, le=10_000, description="Megabytes of one file.")
    export_quote_formulas: bool = Field(
        default=False, description="Put ' before texts in CSV that spreadsheets take for formulas."
    )
    untrusted: Literal["all", "marked"] = Field(
        default="all", description="Columns written by strangers: all, or those with @untrusted in a comment."
    )
    listen: bool = Field(default=True, description="LISTEN for events; false behind a pooler in transaction mode.")
    notify_channels: CommaSeparated = Field(default=(), description="Channels that can be subscribed to.")
    pool_min: int = Field(default=0, ge=0, le=100, description="Connections kept open.")
    pool_max: int = Field(default=5, ge=1, le=100, description="Connections open at once.")
    idle_lifetime: float = Field(default=300, gt=0, le=86_400, description="Seconds until an idle connection closes.")
    acquire_timeout: float = Field(default=10, gt=0, le=300, description="Seconds to wait for a free connection.")
    command_timeout: float = Field(default=30, ge=1, le=300, description="Seconds one statement of ours may take.")
    work_mem: MemorySize | None = Field(default=None, description="PostgreSQL's work_mem for queries.")
    random_page_cost: float | None = Field(default=None, gt=0, le=1000, description="PostgreSQL's random_page_cost.")
    data_dir: Path | None = Field(default=None, description="Folder of the embedded database.")
    keep_running: bool = Field(default=False, description="Leave the embedded database running at the end.")

    @classmethod
    def load(cls, environment: Environment | None = None) -> Self:
        """Read the settings, including those of single databases.

        Raises:
            BadSettings: when variables break rules; the message names each.
        """
        merged = full_environment() if environment is None else dict(environment)
        settings = super().load({name: value for name, value in merged.items() if name != _ASKED_WHEN_CONNECTING})
        try:
            settings.reading(merged).named_queries()
            settings.check_caller_setting()
        except AuthenticationFailed as exc:  # A command that prints a URL failed.
            raise BadSettings([exc.reason]) from None
        return settings

    def reading(self, environment: Environment) -> Self:
        """A copy of the settings with the databases of `environment`."""
        self._environment = environment
        return self

    @classmethod
    def variables_read(cls, environment: Environment) -> Mapping[str, str]:
        """All variables that are read, including those of single databases with the suffix `_<NAME>`."""
        own = {
            name: field
            for name in environment
            for field in cls.model_fields
            if name.startswith(f"DATABASE_{field}_".upper()) and not name.endswith(("_FILE", "_COMMAND"))
        }
        named = {
            match[0].removesuffix(match[2] or ""): "url"
            for name in environment
            if (match := _NAMED_URL.fullmatch(name))
        }
        return {**own, **named, **super().variables_read(environment)}

    def targets(self) -> tuple[Target, ...]:
        """The databases, the default first; the embedded database if none is configured."""
        found = dict(self._urls())
        if not found.keys() >= set(self.writable):
            raise BadSettings(
                [f"DATABASE_WRITABLE: names a database that does not exist; databases are {', '.join(found)}"]
            )
        return tuple(self._target(name, dsn) for name, dsn in found.items()) or (self._embedded(),)

    def named_queries(self) -> dict[str, NamedQuery]:
        """The named queries of the file DATABASE_QUERIES, by name.

        Raises:
            BadSettings: when the file is invalid; the message lists the broken rules.
        """
        found = read_queries(self.queries.expanduser()) if self.queries is not None else {}
        names = {target.name for target in self.targets()}
        if wrong := next((each for each in found.values() if each.database not in (None, *names)), None):
            raise BadSettings([f"DATABASE_QUERIES: queries {wrong.name}: no database is named {wrong.database}"])
        return found

    @property
    def only_named_queries(self) -> bool:
        """Whether rows are read only with named queries: some exist, and execute_query is not enabled."""
        return self.queries is not None and "execute_query" not in (self.tools or ())

    def check_caller_setting(self) -> None:
        """Check that free SQL is off if row policies use a setting, since free SQL could change the setting.

        Raises:
            BadSettings: when free SQL is on.
        """
        if self.caller_setting is not None and not self.only_named_queries:
            rule = "needs DATABASE_QUERIES, and execute_query not in DATABASE_TOOLS: free SQL could change the setting"
            raise BadSettings([f"DATABASE_CALLER_SETTING: {rule}"])

    def secrets(self) -> Iterator[str]:
        """All secrets: each DSN, and its password in encoded and decoded form."""
        yield from super().secrets()
        for _, dsn in self._urls():
            yield dsn.get_secret_value()
            if password := read_connection_options(dsn.get_secret_value()).password:
                yield from {password, quote(password, safe="")}

    def _urls(self) -> Iterator[tuple[str, SecretStr]]:
        if self.url is not None:
            yield DEFAULT, self.url
        elif any(
            part is not None for part in (self.db_host, self.db_port, self.db_user, self.db_password, self.db_name)
        ):
            yield DEFAULT, self._url_of_parts()
        names = {match[1] for key in self._environment if (match := _NAMED_URL.fullmatch(key))}
        for name in sorted(names):
            if (dsn := self._named(f"DATABASE_URL_{name}")) is not None:
                yield name.lower(), dsn

    def _url_of_parts(self) -> SecretStr:
        user, host = quote(self.db_user or "postgres", safe=""), self.db_host or "localhost"
        password = quote(self.db_password.get_secret_value(), safe="") if self.db_password else ""
        credentials = f"{user}:{password}" if password else user
        place = f"[{host}]" if ":" in host else quote(host, safe="")
        return SecretStr(
            f"postgresql://{credentials}@{place}:{self.db_port or 5432}/{quote(self.db_name or 'postgres')}"
        )

    def _named(self, variable: str) -> SecretStr | None:
        text = self._environment.get(variable, "").strip()
        if not text and (path := self._environment.get(f"{variable}_FILE", "").strip()):
            text = read_secret_file(variable, path)
        if not text and (command := self._environment.get(f"{variable}_COMMAND", "").strip()):
            text = self._printed.get(variable) or output_of(f"{variable}_COMMAND", command)
            self._printed[variable] = text
        return _checked(variable, PostgresUrl, SecretStr(text)) if text else None

    def _password(self, name: str) -> SecretStr | None:
        """The separate password of one database: its own variable, file or command, else the common one."""
        variable = f"DATABASE_PASSWORD_{name}".upper()
        if text := self._environment.get(variable, ""):
            return SecretStr(text)
        if path := self._environment.get(f"{variable}_FILE", "").strip():
            return SecretStr(read_secret_file(variable, path))
        for command_of in (f"{variable}_COMMAND", *([] if self.password else [_ASKED_WHEN_CONNECTING])):
            if command := self._environment.get(command_of, "").strip():
                return CommandSecret(command_of, command, SecretStr)
        return self.password

    def _target(self, name: str, dsn: SecretStr | None) -> Target:
        own = self._of(name)
        return Target(
            name=name,
            dsn=dsn,
            password=self._password(name),
            description=own["description"],
            rules=Rules(functions=frozenset(own["allowed_functions"]), schemas=own["schemas"]),
            limits=self._limits(own),
            writable=name in self.writable,
            caller_setting=self.caller_setting,
            allow_privileged=own["allow_privileged_role"],
            listen=own["listen"],
            notify_channels=own["notify_channels"],
            only_marked_untrusted=own["untrusted"] == "marked",
        )

    def _limits(self, own: Mapping[str, Any]) -> Limits:
        return Limits(
            pool_min=min(own["pool_min"], own["pool_max"]),
            pool_max=own["pool_max"],
            idle_lifetime=own["idle_lifetime"],
            acquire=own["acquire_timeout"],
            command_timeout=own["command_timeout"],
            work_mem=own["work_mem"],
            random_page_cost=own["random_page_cost"],
        )

    def _of(self, name: str) -> dict[str, Any]:
        """Settings of one database: `DATABASE_<SETTING>_<NAME>` if it is set, else the common one."""
        own: dict[str, Any] = {}
        for field, info in type(self).model_fields.items():
            variable = f"DATABASE_{field}_{name}".upper()
            text = self._environment.get(variable, "").strip()
            own[field] = getattr(self, field)
            if text and not field.startswith(("url", "db_", "password")):
                annotation: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
                own[field] = _checked(variable, annotation, text)
        return own

    def _embedded(self) -> Target:
        limits = self._limits(self._of(EMBEDDED))
        rules = Rules(functions=frozenset(self.allowed_functions), schemas=self.schemas)
        return Target(
            name=EMBEDDED,
            folder=self.data_dir,
            description=self.description,
            rules=rules,
            limits=limits,
            only_marked_untrusted=self.untrusted == "marked",
        )


def _checked(variable: str, annotation: Any, value: object) -> Any:
    try:
        return TypeAdapter(annotation).validate_python(value)
    except ValidationError as exc:
        rule = exc.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise BadSettings([f"{variable}: {rule.removeprefix('Value error, ')}"]) from None


def reads_freely(settings: DatabaseSettings) -> bool:
    """Whether the tools that return rows or texts of statements are enabled."""
    return not settings.only_named_queries
