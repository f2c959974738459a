"""Typed, frozen settings of servers. An invalid one stops the start; the message names it, never its value.

They are read from the environment, from `NAME_FILE` (a mounted secret), from `NAME_COMMAND` (a command that prints it)
and from a `.env` file: `TOOLROLL_ENV_FILE`'s, else the checkout's, else the user's. It is never that of the working
directory, because hosts start servers inside cloned repositories.
"""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, cast, get_args

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

from mcp_chassis.credential import Credential, printable
from mcp_chassis.environment import BadSettings, Environment, accounts_file, full_environment, read_secret_file
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.https_url import HttpsUrl, is_loopback
from mcp_chassis.misspelt_settings import CORE_PREFIX, check_spelling
from mcp_chassis.secret_command import CommandSecret, output_of
from mcp_chassis.text_settings import TextSettings
from mcp_chassis.upstream.policy import FIXED, Policy

logger = logging.getLogger(__name__)

__all__ = [
    "OPTIONAL_CREDENTIAL",
    "BadSettings",
    "CommaSeparated",
    "Credential",
    "Environment",
    "HttpsUrl",
    "LogLevel",
    "Secret",
    "SecretKeys",
    "ServerSettings",
    "SettingsConfigDict",
    "is_loopback",
    "is_secret",
    "split",
    "variables",
]

OPTIONAL_CREDENTIAL: dict[str, Any] = {"optional": True}  # `json_schema_extra` of a credential that can be done without


def split(value: object) -> object:
    """The parts of a text between commas as a tuple; any other value unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _long_enough(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(len(key.get_secret_value()) < 32 for key in keys):
        raise ValueError("every key must have at least 32 characters")
    return keys


CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(split)]
SecretKeys = Annotated[tuple[SecretStr, ...], BeforeValidator(split), AfterValidator(_long_enough)]
Secret = Annotated[SecretStr, AfterValidator(printable)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]


def core_variable(name: str, *more: str) -> Any:
    """The environment variables of a setting of the core: `MCP_` with the name, then its other names."""
    return AliasChoices(f"MCP_{name}", *more)


class SettingsConfigDict(ConfigDict, total=False):
    """Configuration of a settings class: pydantic's, with the prefix of its environment variables."""

    env_prefix: str


class ServerSettings(TextSettings, Policy):
    """Settings of every server. Subclass it with an `env_prefix` and the server's own fields."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True, validate_default=True
    )

    read_only: bool = Field(default=False, description="Offer no tool that writes.")
    tools: CommaSeparated | None = Field(default=None, description="Tools and @profiles to offer: at most ten tools.")
    max_result_chars: int = Field(
        default=60_000,
        ge=1_000,
        le=10_000_000,
        validation_alias=core_variable("MAX_RESULT_CHARS"),
        description="Characters of one result before it is cut.",
    )
    log_level: LogLevel = Field(
        default="INFO", validation_alias=core_variable("LOG_LEVEL", "LOG_LEVEL"), description="Least level logged."
    )
    debug: bool = Field(
        default=False, validation_alias=core_variable("DEBUG"), description="Log every protocol message's outline."
    )
    audit_arguments: bool = Field(
        default=False, validation_alias=core_variable("AUDIT_ARGUMENTS"), description="Audit lines hold values."
    )
    state_keys: SecretKeys = Field(
        default=(),
        validation_alias=core_variable("STATE_KEYS"),
        description="Keys of 32 characters or more that sign cursors and request state; the first signs.",
    )
    idempotency_store: Literal["file", "memory"] = Field(
        default="file",
        validation_alias=core_variable("IDEMPOTENCY_STORE"),
        description="Where answers to idempotency keys are kept.",
    )
    front: Literal["on", "off"] = Field(
        default="on",
        validation_alias=core_variable("FRONT"),
        description="Over stdio: answer the handshake and lists from a record, and load the server on first use.",
    )
    warm_up: float | None = Field(
        default=None,
        ge=0,
        le=86_400,
        validation_alias=core_variable("WARM_UP"),
        description="Seconds after the first answer until the server is loaded unused; on first use when unset.",
    )

    commands_at_start: ClassVar[bool] = False
    """Whether commands of secrets run when the settings are loaded; else each on first use of its value."""

    secret_patterns: ClassVar[Mapping[str, str]] = {"state_keys": r"[!-+\--~]{32,}(,[!-+\--~]{32,})*"}
    """Patterns of values that a secret field which is not a plain `Secret` certainly accepts, by field.

    If a secret does not match, the start loads the settings, so that a malformed one is reported at once.
    """

    written_files: ClassVar[frozenset[str]] = frozenset()
    """Fields with the path of a file that this server writes; any other file may determine the lists of the server."""

    signed_in: ClassVar[tuple[str, str] | None] = None
    """The server, and the field of the credential that an account of `SERVER login` replaces."""
    _environment: Environment = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, environment: Environment | None = None) -> Self:
        """Load the settings from `environment` (default: the process's and the `.env` file's).

        Raises:
            BadSettings: naming each invalid variable.
        """
        merged = full_environment() if environment is None else dict(environment)
        problems: list[str] = []
        values: dict[str, Any] = {}
        for name, field in cls.model_fields.items():
            try:
                if (value := _look_up(cls, name, field, merged)) is not None:
                    values[name] = value
            except BadSettings as exc:
                problems += exc.problems
        if problems:
            raise BadSettings(problems)
        try:
            settings = cls(**values)
        except ValidationError as exc:
            raise BadSettings(list(_problems(cls, exc, merged))) from None
        settings._environment = merged
        own = [name for field in cls.model_fields for name in variables(cls, field)]
        check_spelling(merged, own, str(cls.model_config.get("env_prefix") or CORE_PREFIX))
        _warn_of_constants(settings, merged)
        for name, secret in _later(cls, merged, environment is None):
            if getattr(settings, name) is None:
                vars(settings)[name] = secret  # pyright: ignore[reportIndexIssue], frozen for everyone else
        return settings

    @classmethod
    def variables_read(cls, environment: Environment) -> Mapping[str, str]:
        """Every variable that may be read from an environment, and the field that validates it."""
        return {name: field for field in cls.model_fields for name in variables(cls, field)}

    def definition_files(self) -> tuple[Path, ...]:
        """Files that no setting names, existing or not, whose content determines the handshake or the lists."""
        from platformdirs import user_config_path

        return (user_config_path("toolroll") / "policy.toml",)

    def credential(self, field: str) -> Credential:
        """The credential in `field`; if it is not set, only revealing it fails."""
        names, kind = variables(type(self), field), type(self).model_fields[field].annotation
        return Credential(names, getattr(self, field), self._environment, kind)

    def unneeded(self) -> frozenset[str]:
        """Fields that need no value under these settings, because another field replaces them."""
        return frozenset()

    def secrets(self) -> Iterator[str]:
        """Yield every loaded secret value, for redaction from logs and results."""
        for value in (getattr(self, name) for name in type(self).model_fields):
            if isinstance(value, SecretStr) and not (isinstance(value, CommandSecret) and not value.is_read):
                yield value.get_secret_value()
        yield from (key.get_secret_value() for key in self.state_keys)


def variables(settings: type[ServerSettings], field: str) -> list[str]:
    """The environment variables that set a field, the preferred one first; none for a constant."""
    info = settings.model_fields[field]
    if former_variable(info):
        return []
    if isinstance(info.validation_alias, AliasChoices):
        return [str(choice) for choice in info.validation_alias.choices]
    if isinstance(info.validation_alias, str):
        return [info.validation_alias]
    return [f"{settings.model_config.get('env_prefix', '')}{field}".upper()]


def former_variable(info: FieldInfo) -> str:
    """The variable that set a field that is now a constant; empty for a setting."""
    extra = info.json_schema_extra
    return str(cast("dict[str, object]", extra).get(FIXED, "")) if isinstance(extra, dict) else ""


def is_secret(info: FieldInfo) -> bool:
    """Whether a field contains a secret, so that it is also read from `NAME_FILE` and never shown."""
    return any(isinstance(kind, type) and issubclass(kind, SecretStr) for kind in _types_in(info.annotation))


def _types_in(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and every type inside it, such as `SecretStr` in `tuple[SecretStr, ...] | None`."""
    yield annotation
    for part in get_args(annotation):
        yield from _types_in(part)


def _warn_of_constants(settings: ServerSettings, environment: Environment) -> None:
    for field, info in type(settings).model_fields.items():
        if environment.get(former_variable(info), "").strip():
            logger.warning("%s is no longer a setting: it is %g.", former_variable(info), getattr(settings, field))


def _look_up(settings: type[ServerSettings], field: str, info: FieldInfo, environment: Environment) -> str | None:
    for name in variables(settings, field):
        if environment.get(name, "").strip():
            return environment[name]
        if is_secret(info) and environment.get(f"{name}_FILE", "").strip():
            return read_secret_file(name, environment[f"{name}_FILE"])
        if is_secret(info) and is_at_start(settings, field) and environment.get(f"{name}_COMMAND", "").strip():
            try:
                return output_of(f"{name}_COMMAND", environment[f"{name}_COMMAND"])
            except AuthenticationFailed as exc:
                raise BadSettings([exc.reason]) from None
    return None


def _later(settings: type[ServerSettings], environment: Environment, own: bool) -> Iterator[tuple[str, CommandSecret]]:
    """Yield the secrets that are loaded on first use: those of commands, and the token of the user's account."""
    for field, info in settings.model_fields.items():
        if not is_secret(info) or is_at_start(settings, field):
            continue
        for variable in (f"{name}_COMMAND" for name in variables(settings, field)):
            if environment.get(variable, "").strip():
                adapter: TypeAdapter[SecretStr] = TypeAdapter(cast("Any", info.annotation))
                yield field, CommandSecret(variable, environment[variable], adapter.validate_python)
                break
    has_file = own or "TOOLROLL_ACCOUNTS_FILE" in environment
    if settings.signed_in and has_file and accounts_file(environment).exists():
        from mcp_chassis.accounts.signed_in_secret import signed_in_secrets

        yield from signed_in_secrets(*settings.signed_in, settings.model_config.get("env_prefix", ""), environment)


def is_at_start(settings: type[ServerSettings], field: str) -> bool:
    """Whether the command of a secret field runs when the settings are loaded."""
    return settings.commands_at_start or field in ServerSettings.model_fields


def _problems(settings: type[ServerSettings], error: ValidationError, environment: Environment) -> Iterator[str]:
    """One line for each error with the variable and the rule. Pydantic's own text would show values."""
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        if entry["type"] == "default_factory_not_called":  # of a constant derived from the invalid setting
            continue
        place = str(entry["loc"][0]) if entry["loc"] else ""
        names = _names_at(settings, place)
        name = next((n for n in names if n in environment), names[0])
        yield f"{name}: {entry['msg'].removeprefix('Value error, ')}"


def _names_at(settings: type[ServerSettings], place: str) -> list[str]:
    for field in settings.model_fields:
        names = variables(settings, field)
        if place == field or place in names:
            return names
    return [place or "settings"]
