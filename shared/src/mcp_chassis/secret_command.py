"""Secrets printed by a command, such as that of a password manager, a vault, a cloud CLI or a keychain."""

import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable

from pydantic import SecretStr

from mcp_chassis.environment import child_environment
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.telemetry.redaction import register_secret

TIMEOUT_SECONDS = 10.0
MAX_OUTPUT_BYTES = 65_536
_WINDOWS_PROGRAM = re.compile(r'(?:"(?P<quoted>[^"]+)"|(?P<plain>[^"\s]+))(?P<rest>(?:\s.*)?)', re.DOTALL)


def output_of(variable: str, command: str) -> str:
    """The output of a command, without surrounding whitespace. It is never shown or logged.

    The command runs without a shell, without input, within `TIMEOUT_SECONDS`, and without this process's credentials.

    Raises:
        AuthenticationFailed: naming the variable and the reason: the command cannot be started, takes too long, fails,
            or prints nothing or too much.
    """
    try:
        done = subprocess.run(  # noqa: S603, whoever runs the server chose the command
            parsed(command),
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
        raise _failed(variable, f"exited with code {done.returncode}")
    if len(done.stdout) > MAX_OUTPUT_BYTES:
        raise _failed(variable, f"printed more than {MAX_OUTPUT_BYTES} bytes")
    text = done.stdout.decode("utf-8", "replace").strip()
    if not text:
        raise _failed(variable, "printed nothing")
    return text


def parsed(
    command: str, platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> str | list[str]:
    """The command as the system starts it: a list of arguments, on Windows the text with the program's full path.

    Windows' own rules keep backslashes. The full path has the suffix: by itself, Windows finds only those of `.exe`.

    Raises:
        ValueError: when a quotation is not closed, or no program is named.
    """
    if platform != "win32":
        return shlex.split(command)
    words = _WINDOWS_PROGRAM.fullmatch(command.strip())
    if words is None:
        raise ValueError("the command names no program")
    program = words["quoted"] or words["plain"]
    return f'"{which(program) or program}"{words["rest"]}'


class CommandSecret(SecretStr):
    """A secret whose command runs on first use, and again after `forget`.

    Args:
        variable, command: the variable with the command, and its value.
        checked: validates the output and returns the secret; raises ValueError for an invalid one.
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
        """Identifies the origin of the value: the command."""
        return self.command

    def forget(self) -> None:
        """Drop the value, so that the next use runs the command again."""
        self._value = None

    def get_secret_value(self) -> str:
        """The value; the first caller runs the command, others wait for it.

        Raises:
            AuthenticationFailed: naming the variable, when the command prints no valid value.
        """
        with self._running:
            if self._value is None:
                text = output_of(self.variable, self.command)
                try:
                    self._value = self._checked(text)
                except ValueError:
                    raise _failed(self.variable, "printed a value that the setting does not accept") from None
                register_secret(self._value.get_secret_value())
        return self._value.get_secret_value()

    def __len__(self) -> int:
        return 1


def _failed(variable: str, why: str) -> AuthenticationFailed:
    return AuthenticationFailed(f"The command in {variable} {why}, so this server has no credential.")
