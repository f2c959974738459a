"""Credential of a server: revealed only for a request, and loaded again after a 401."""

import hashlib
from collections.abc import Sequence
from typing import Any

import anyio.to_thread
from pydantic import SecretStr, TypeAdapter

from mcp_chassis.environment import BadSettings, Environment, read_secret_file
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.secret_command import CommandSecret
from mcp_chassis.telemetry.redaction import register_secret

_reloaded: dict[str, str] = {}


def reloaded_values() -> str:
    """Variables and digests of the credentials that have changed since they were first loaded, as one text."""
    return " ".join(f"{variable}={digest}" for variable, digest in sorted(_reloaded.items()))


def printable(secret: SecretStr) -> SecretStr:
    """The secret without surrounding spaces.

    Raises:
        ValueError: when it is empty or contains anything but printable ASCII.
    """
    value = secret.get_secret_value().strip()
    if not value or not all("!" <= character <= "~" for character in value):
        raise ValueError("must be printable ASCII without spaces")
    return SecretStr(value)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Credential:
    """A secret setting that can be loaded again from its file or command.

    Args:
        names: the variables of the setting, the preferred one first.
        secret: the value; None if the variable is not set.
        environment: has the path of the file.
        kind: the annotation of the setting, against which a value loaded again is validated.
    """

    def __init__(self, names: Sequence[str], secret: SecretStr | None, environment: Environment, kind: Any) -> None:
        self.variable = names[0]
        self._names = names
        self._secret = secret
        self._environment = environment
        self._kind = kind
        self._digested = ("", _digest(""))  # the value of which `source` returned the digest last, and the digest

    @property
    def present(self) -> bool:
        return self._secret is not None

    @property
    def source(self) -> str:
        """Digest that identifies the current value; it changes when another value or another account is loaded."""
        if isinstance(self._secret, CommandSecret):
            known = f"{self._secret.source} {_reloaded.get(self.variable, '')}"
        else:
            known = "" if self._secret is None else self._secret.get_secret_value()
        if known != self._digested[0]:
            self._digested = (known, _digest(known))
        return self._digested[1]

    def reveal(self) -> str:
        """The secret's value, only for use in a request.

        Raises:
            AuthenticationFailed: when the variable is not set.
        """
        if self._secret is None:
            raise AuthenticationFailed(f"This server has no credential: {self.variable} is not set.")
        return self._secret.get_secret_value()

    async def ready(self) -> None:
        """Run the command that prints the value, if there is one and it has not run yet.

        It runs in a thread, because it would block the event loop.

        Raises:
            AuthenticationFailed: when the command prints no valid value.
        """
        if isinstance(self._secret, CommandSecret) and not self._secret.is_read:
            await anyio.to_thread.run_sync(self._secret.get_secret_value)

    def reload(self) -> bool:
        """Read the file or run the command again after a 401; return whether the value changed. Blocks."""
        changed = self._reload()
        if changed and self._secret is not None:
            _reloaded[self.variable] = _digest(self._secret.get_secret_value())
        return changed

    def _reload(self) -> bool:
        if isinstance(self._secret, CommandSecret):
            before = self._secret.get_secret_value()
            self._secret.forget()
            return self._secret.get_secret_value() != before
        path = next((self._environment[f"{n}_FILE"] for n in self._names if f"{n}_FILE" in self._environment), None)
        if path is None:
            return False
        try:
            adapter: TypeAdapter[SecretStr] = TypeAdapter(self._kind)
            fresh = adapter.validate_python(SecretStr(read_secret_file(self.variable, path)))
        except (BadSettings, ValueError):  # half written or deleted: this 401 remains, and the next one reads it again
            return False
        changed = self._secret is None or fresh.get_secret_value() != self._secret.get_secret_value()
        self._secret = fresh
        register_secret(fresh.get_secret_value())
        return changed
