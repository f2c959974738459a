"""The conditions under which a record holds: variables, files, the code and the interpreter.

The full server writes them down with its answers (`stdio/recording.py`), the front compares them at the next start.
"""

import os
import re
import stat
import sys

try:
    from _blake2 import blake2b  # `hashlib` loads OpenSSL: 4 MB of memory and 5 ms for one digest
except ImportError:  # pragma: no cover, an interpreter that builds it in otherwise
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FAMILIES = ("MCP_", "TOOLROLL_")
"""Beginnings of the names of variables that every server reads."""
PLACE_VARIABLES = ("TOOLROLL_ENV_FILE", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME")
"""Variables that decide where the `.env` file is."""


def digest(data: bytes) -> str:
    """A one-way digest in hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def interpreter() -> list[str]:
    """What decides which code a start runs, beside the code itself."""
    return [sys.version, sys.prefix, str(sys.flags.optimize), *sys.path]


def names_of(families: "Iterable[str]", environment: "Mapping[str, str]") -> list[str]:
    """The variables whose names begin as one of the families', sorted."""
    beginnings = tuple(families)
    return sorted(name for name in environment if name.startswith(beginnings))


def text_digest(value: str | None) -> str | None:
    """The digest of a variable's value; None where it is absent or blank, which counts as absent."""
    return digest(value.encode("utf-8", "surrogateescape")) if value and value.strip() else None


def content_digest(path: str) -> str | None:
    """The digest of a file's content; None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except OSError:
        return None


def file_version(path: str) -> list[int] | None:
    """Modification time in nanoseconds and size, by which Python itself judges its bytecode; None where it is gone."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]


def kind(path: str) -> str | None:
    """`file` or `folder`; None where nothing is there."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return "folder" if stat.S_ISDIR(mode) else "file"


def hold(conditions: "dict[str, Any]", environment: "Mapping[str, str]") -> bool:
    """Whether everything is as it was when the conditions were written down; the cheapest and likeliest first."""
    return (
        conditions["interpreter"] == interpreter()
        and conditions["names"] == names_of(conditions["families"], environment)
        and all(text_digest(environment.get(name)) == value for name, value in conditions["variables"].items())
        and all(_fits(environment.get(name), pattern) for name, pattern in conditions["secrets"].items())
        and all(_is_secret_file(path, pattern) for path, pattern in conditions["secret_files"].items())
        and all(kind(path) == value for path, value in conditions["kinds"].items())
        and all(content_digest(path) == value for path, value in conditions["contents"].items())
        and all(file_version(path) == value for path, value in conditions["files"].items())
    )


def _fits(secret: str | None, pattern: str | None) -> bool:
    """Whether a secret is absent where it was, else certainly keeps its setting's rules."""
    if not (secret and secret.strip()):
        return pattern is None
    return pattern is not None and re.fullmatch(pattern, secret.strip(), re.ASCII) is not None


def _is_secret_file(path: str, pattern: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return _fits(file.read(), pattern)
    except (OSError, ValueError):
        return False
