"""Identity of the upstream account that a server's calls use, for the keys of idempotency records and caches."""

import hashlib
from functools import cached_property
from typing import Any

from pydantic import SecretStr

from mcp_chassis.credential import reloaded_values
from mcp_chassis.secret_command import CommandSecret
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.sign_in import CallerConnections

DIGEST_CHARS = 32


class UpstreamAccount:
    """The account of one server: a name from its settings, and a digest of all that decides what calls can read.

    Args:
        acting: the callers' own accounts; None if all callers share the server's.
    """

    def __init__(self, server: Server[Any], settings: ServerSettings, acting: CallerConnections | None = None) -> None:
        self.name = account_of(server, settings)
        self._server, self._settings = server, settings
        values = [getattr(settings, name) for name in type(settings).model_fields]
        self._commands = [value for value in values if isinstance(value, CommandSecret)]
        self._acting = acting

    async def credential(self, principal: str) -> str:
        """Digest of the server's version, its settings, and the credential as it was loaded last.

        Cached results can outlive a process that shares them with others. Under a narrower allow-list, results that
        were read under a wider one must not be found.

        Raises:
            SignInNeeded: when callers use their own accounts and this one has granted no access.
        """
        token = "" if self._acting is None else await self._acting.token(principal)
        sources = [secret.source for secret in self._commands]
        return _digest([self.name, self._rules, reloaded_values(), token, *sources])

    @cached_property
    def _rules(self) -> str:
        """Digest of the version and of every setting that is not a secret."""
        values = [(name, getattr(self._settings, name)) for name in type(self._settings).model_fields]
        shown = [f"{name}={value!r}" for name, value in values if not isinstance(value, SecretStr)]
        return _digest([self._server.version, *shown])


def account_of(server: Server[Any], settings: ServerSettings) -> str:
    """The server's name with a digest of the URLs and credentials among its own settings."""
    own = [name for name in type(settings).model_fields if name not in ServerSettings.model_fields]
    values = [(name, getattr(settings, name)) for name in own]
    secrets = [f"{name}={_source(value)}" for name, value in values if isinstance(value, SecretStr)]
    addresses = [f"{name}={value}" for name, value in values if isinstance(value, str) and "://" in value]
    return f"{server.name} {_digest([*secrets, *addresses])[:DIGEST_CHARS]}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _source(secret: SecretStr) -> str:
    """The secret's value; for a command the command itself, so that nothing waits for it."""
    return secret.command if isinstance(secret, CommandSecret) else secret.get_secret_value()
