"""The conditions under which a record is valid: variables, files, the code and the interpreter.

The full server writes them into the record (`stdio/recording.py`), the front compares them at the next start.
"""

import os
import re
import stat
import sys

try:
    from _blake2 import blake2b  # `hashlib` loads OpenSSL: 4 MB of memory and 5 ms for one digest
except ImportError:  # pragma: no cover, an interpreter that builds it in under another name
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FAMILIES = ("MCP_", "TOOLROLL_")
"""Prefixes of the variables that every server reads."""
PLACE_VARIABLES = ("TOOLROLL_ENV_FILE", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME")
"""Variables that determine the path of the `.env` file."""


def digest(data: bytes) -> str:
    """A cryptographic digest in hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def interpreter() -> list[str]:
    """Properties of the interpreter that determine which code a start runs."""
    return [sys.version, sys.prefix, str(sys.flags.optimize), *sys.path]


def names_of(families: "Iterable[str]", environment: "Mapping[str, str]") -> list[str]:
    """The names of the variables with one of these prefixes, sorted."""
    beginnings = tuple(families)
    return sorted(name for name in environment if name.startswith(beginnings))


def text_digest(value: str | None) -> str | None:
    """The digest of a variable's value; None if it is absent or blank, which means the same."""
    return digest(value.encode("utf-8", "surrogateescape")) if value and value.strip() else None


def content_digest(path: str) -> str | None:
    """The digest of a file's content; None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except OSError:
        return None


def file_version(path: str) -> list[int] | None:
    """Modification time in nanoseconds and size, by which Python validates bytecode too; None if there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]


def kind(path: str) -> str | None:
    """`file` or `folder`; None if the path does not exist."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return "folder" if stat.S_ISDIR(mode) else "file"


def hold(conditions: "dict[str, Any]", environment: "Mapping[str, str]") -> bool:
    """Whether all conditions are still met, compared in the order of cost and likelihood of change."""
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
    """Whether a secret is absent as before, or matches a pattern of values that its setting certainly accepts."""
    if not (secret and secret.strip()):
        return pattern is None
    return pattern is not None and re.fullmatch(pattern, secret.strip(), re.ASCII) is not None


def _is_secret_file(path: str, pattern: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return _fits(file.read(), pattern)
    except (OSError, ValueError):
        return False
