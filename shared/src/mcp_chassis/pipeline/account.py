"""The upstream account that a server's settings lead to, as a name for what is stored about it."""

import hashlib
from typing import Any

from pydantic import SecretStr

from mcp_chassis.secret_command import CommandSecret
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings

DIGEST_CHARS = 32


def account_of(server: Server[Any], settings: ServerSettings) -> str:
    """The server's name and a digest of the addresses and credentials among its own settings."""
    own = [name for name in type(settings).model_fields if name not in ServerSettings.model_fields]
    values = [(name, getattr(settings, name)) for name in own]
    secrets = [f"{name}={_source(value)}" for name, value in values if isinstance(value, SecretStr)]
    addresses = [f"{name}={value}" for name, value in values if isinstance(value, str) and "://" in value]
    digest = hashlib.sha256("\n".join([*secrets, *addresses]).encode()).hexdigest()
    return f"{server.name} {digest[:DIGEST_CHARS]}"


def _source(secret: SecretStr) -> str:
    """The value, or the command that gives it: a name must not wait for a command."""
    return secret.command if isinstance(secret, CommandSecret) else secret.get_secret_value()
