"""Settings of a connection with which one caller acts: the caller's token, and no other secret of the server's."""

from typing import Any, TypeVar

from pydantic import SecretStr

from mcp_chassis.settings import ServerSettings

AnySettings = TypeVar("AnySettings", bound=ServerSettings)


def settings_of_caller(settings: AnySettings, field: str, token: str) -> AnySettings:
    """A copy of the settings with a caller's own token in `field`, and without the server's other secrets.

    It has no environment either, so that a refused token is not replaced by the server's own from a file or command.
    """
    kind = type(settings)
    values: dict[str, Any] = {name: getattr(settings, name) for name in kind.model_fields}
    values |= {name: None for name, value in values.items() if isinstance(value, SecretStr)}
    return kind.model_construct(None, **{**values, field: SecretStr(token)})
