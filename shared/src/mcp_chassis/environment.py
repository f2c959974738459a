"""The environment variables that settings are read from: the process's, then those of one `.env` file."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

Environment = Mapping[str, str]


UTF8_OR_BOM = "utf-8-sig"
"""Encoding of files that people write: UTF-8, also with the byte order mark of Windows' editors and PowerShell."""

FOR_CHILDREN = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS", "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP",
    "PATHEXT", "COMSPEC", "WINDIR", "SYSTEMDRIVE", "HOMEDRIVE", "HOMEPATH", "USERNAME", "PROGRAMDATA", "PROGRAMFILES",
)  # fmt: skip
"""Variables that child processes get: paths of programs and of the user's files, but no credentials."""

NETWORK_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables of proxies and certificate authorities, which HTTP and TLS libraries read from the process themselves."""


class BadSettings(Exception):
    """One or more settings are invalid: each line names a variable and the rule it breaks, never a value."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def full_environment() -> dict[str, str]:
    """The variables of the process and of the `.env` file; those of the process have precedence."""
    return {**env_file_variables(), **os.environ}


def env_file_variables() -> dict[str, str]:
    """The variables of the `.env` file in use; empty if there is none."""
    path = env_file(os.environ)
    return _dotenv(path) if path else {}


def take_network_variables() -> None:
    """Set those of `NETWORK_VARIABLES` in this process that only the `.env` file sets.

    Raises:
        BadSettings: when the file cannot be read.
    """
    in_file = env_file_variables()
    for name in NETWORK_VARIABLES:
        if in_file.get(name) and not (os.environ.get(name) or os.environ.get(name.lower())):
            os.environ[name] = in_file[name]


def child_environment() -> dict[str, str]:
    """The environment of a child process: only the variables of `FOR_CHILDREN`."""
    return {name: os.environ[name] for name in FOR_CHILDREN if name in os.environ}


def env_file(environment: Environment) -> Path | None:
    """The path of the `.env` file in use: that of `TOOLROLL_ENV_FILE`, else the checkout's, else the user's.

    Raises:
        BadSettings: when `TOOLROLL_ENV_FILE` names a file that does not exist.
    """
    if named := environment.get("TOOLROLL_ENV_FILE"):
        if not Path(named).is_file():
            raise BadSettings(["TOOLROLL_ENV_FILE: names no file"])
        return Path(named)
    return next((place for place in env_file_places(environment) if place.is_file()), None)


def env_file_places(environment: Environment) -> list[Path]:
    """The paths where the `.env` file is looked for; the first that exists is used."""
    if named := environment.get("TOOLROLL_ENV_FILE"):
        return [Path(named)]
    from platformdirs import user_config_path

    return [folder / ".env" for folder in (checkout_root(), user_config_path("toolroll")) if folder]


def accounts_file(environment: Environment) -> Path:
    """The path of the accounts file: that of `TOOLROLL_ACCOUNTS_FILE`, else in the user's configuration folder."""
    from platformdirs import user_config_path

    named = environment.get("TOOLROLL_ACCOUNTS_FILE", "")
    return Path(named) if named else user_config_path("toolroll") / "accounts.json"


def checkout_root() -> Path | None:
    """The root of the checkout this core runs from; None if it is installed as a package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "shared" / "src" / "mcp_chassis").is_dir() else None


def _dotenv(path: Path) -> dict[str, str]:
    from dotenv import dotenv_values

    try:
        return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None}
    except (OSError, ValueError) as exc:
        raise BadSettings([f"{path.name}: this file of settings cannot be read as text in UTF-8"]) from exc


def read_secret_file(name: str, path: str) -> str:
    """The content of a mounted secret, without surrounding whitespace.

    Raises:
        BadSettings: naming the variable, when the file cannot be read.
    """
    try:
        return Path(path).read_text(encoding=UTF8_OR_BOM).strip()
    except OSError as exc:
        raise BadSettings([f"{name}_FILE: the file cannot be read"]) from exc
    except ValueError as exc:
        raise BadSettings(
            [f"{name}_FILE: the file must be text in UTF-8; Windows PowerShell's > writes UTF-16"]
        ) from exc
