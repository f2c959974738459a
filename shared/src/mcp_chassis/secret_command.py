"""Secrets printed by a command, such as a password manager, a vault, a cloud CLI or a keychain."""

import shlex
import subprocess
import threading
from collections.abc import Callable

from pydantic import SecretStr

from mcp_chassis.environment import child_environment
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.telemetry.redaction import register_secret

TIMEOUT_SECONDS = 10.0
MAX_OUTPUT_BYTES = 65_536


def output_of(variable: str, command: str) -> str:
    """The output of the command, without the line end. It is never shown or logged.

    It runs without a shell, without input, within `TIMEOUT_SECONDS`, and without the credentials of this process.

    Raises:
        AuthenticationFailed: naming the variable and the rule: it cannot be started, takes too long, fails or prints
            nothing.
    """
    try:
        done = subprocess.run(  # noqa: S603, whoever runs the server chose the command
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed(variable, f"took longer than {TIMEOUT_SECONDS:g} s") from None
    except (OSError, ValueError, IndexError):
        raise _failed(variable, "cannot be started") from None
    if done.returncode != 0:
        raise _failed(variable, f"ended with code {done.returncode}")
    if len(done.stdout) > MAX_OUTPUT_BYTES:
        raise _failed(variable, "printed too much")
    text = done.stdout.decode("utf-8", "replace").strip()
    if not text:
        raise _failed(variable, "printed nothing")
    return text


class CommandSecret(SecretStr):
    """A secret whose command runs when its value is first needed, and again after `forget`.

    Args:
        variable, command: the variable that holds the command, and its value.
        checked: gives the value as the setting's rules want it.
    """

    def __init__(self, variable: str, command: str, checked: Callable[[str], SecretStr]) -> None:
        super().__init__("")
        self.variable = variable
        self.command = command
        self._checked = checked
        self._value: SecretStr | None = None
        self._running = threading.Lock()

    @property
    def is_read(self) -> bool:
        """Whether the command has run."""
        return self._value is not None

    @property
    def source(self) -> str:
        """Identifies where the value comes from, without it: the command."""
        return self.command

    def forget(self) -> None:
        """Let the command run again when the value is next needed."""
        self._value = None

    def get_secret_value(self) -> str:
        """The value; the first caller runs the command, others wait for it.

        Raises:
            AuthenticationFailed: naming the variable, when the command gives no value that fits.
        """
        with self._running:
            if self._value is None:
                text = output_of(self.variable, self.command)
                try:
                    self._value = self._checked(text)
                except ValueError:
                    raise _failed(self.variable, "printed a value that breaks the setting's rules") from None
                register_secret(self._value.get_secret_value())
        return self._value.get_secret_value()

    def __len__(self) -> int:
        return 1


def _failed(variable: str, why: str) -> AuthenticationFailed:
    return AuthenticationFailed(f"The command in {variable} {why}, so this server has no credential.")
