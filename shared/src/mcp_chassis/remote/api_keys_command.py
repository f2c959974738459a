"""The command `toolroll keys`: creates, hashes, lists and removes the keys of a file."""

import os
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mcp_chassis.environment import UTF8_OR_BOM
from mcp_chassis.remote.auth.api_keys import ApiKey, new_secret, parse, with_options
from mcp_chassis.remote.auth.scopes import known
from mcp_chassis.storage.shared_files import when_free

EXIT_BAD_FILE = 2


def new(
    name: str, scopes: Sequence[str], path: Path | None = None, expires: str | None = None, limits: Sequence[str] = ()
) -> int:
    """Print a new key and its line, or with `path` add the line to that file; return the exit code.

    Args:
        name, scopes: those of the key.
        path: the key file.
        expires: the last day on which the key is valid.
        limits: rates such as `120/60`, or `write=10/60` for one kind of call.
    """
    text = _text(path) if path and path.exists() else ""
    if text is None:
        return _refused(f"{path} cannot be read.")
    if problem := _problem(name, scopes, text):
        return _refused(problem)
    secret = new_secret()
    try:
        key = with_options(ApiKey.of(name, secret, scopes), _options(expires, limits))
    except ValueError as exc:
        return _refused(f"{str(exc)[0].upper()}{str(exc)[1:]}.")
    if path is None:
        sys.stdout.write(f"{secret}\n{key.line()}\n")
        return _done("The first line is the key: give it to its user, it is shown once. The second is for the file.")
    begun = "\n" if text and not text.endswith("\n") else ""
    if not _written(path, f"{text}{begun}{key.line()}\n"):
        return _refused(f"{path} cannot be written.")
    sys.stdout.write(f"{secret}\n")
    return _done(f"Added to {path}. The key is shown once.")


def _options(expires: str | None, limits: Sequence[str]) -> list[str]:
    rates = [("limit:" if "=" in limit else "limit=") + limit for limit in limits]
    return [*([f"expires={expires}"] if expires else []), *rates]


def removed(name: str, path: Path) -> int:
    """Remove a key from a file, keeping comments and other lines; return the exit code."""
    text = _text(path)
    if text is None:
        return _refused(f"{path} cannot be read.")
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if name not in {key.name for key in parse(line).keys}]
    if len(kept) == len(lines):
        return _refused(f"{path} has no key called {name}.")
    if not _written(path, "".join(kept)):
        return _refused(f"{path} cannot be written.")
    return _done(f"{name} is removed from {path}; servers that run refuse it within a second.")


def _problem(name: str, scopes: Sequence[str], text: str) -> str | None:
    if unknown := [scope for scope in scopes if not known(scope)]:
        return f"There is no scope called {unknown[0]}."
    key = ApiKey.of(name, "", scopes)
    if parse(key.line()).keys != (key,):
        return "A key needs a name of letters, digits, `.`, `@`, `_` or `-`, and at least one scope."
    if name in {key.name for key in parse(text).keys}:
        return f"The file has a key called {name} already."
    return None


def hashed(path: Path) -> int:
    """Replace plain-text keys by their digests, keeping comments; return the exit code."""
    text = _text(path)
    if text is None:
        return _refused(f"{path} cannot be read.")
    lines = text.splitlines()
    parsed = parse(text)
    if parsed.problems:
        return _refused(f"{path}: {parsed.problems[0]}")
    if not _written(path, "".join(f"{_hashed(line)}\n" for line in lines)):
        return _refused(f"{path} cannot be written.")
    return _done(f"{parsed.in_clear} keys of {path} are hashed now.")


def _hashed(line: str) -> str:
    found = parse(line)
    return found.keys[0].line() if found.in_clear else line


def listed(path: Path) -> int:
    """Print each key's name, scopes and options, and whether it has expired; return the exit code."""
    text = _text(path)
    if text is None:
        return _refused(f"{path} cannot be read.")
    parsed = parse(text)
    for key in parsed.keys:
        options = key.line().split()[3:]
        ended = ["expired"] if key.has_expired(datetime.now(UTC).date()) else []
        sys.stdout.write("  ".join([key.name, ",".join(sorted(key.scopes)), *options, *ended]) + "\n")
    for problem in parsed.problems:
        sys.stderr.write(f"{path}: {problem}\n")
    return EXIT_BAD_FILE if parsed.problems else 0


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding=UTF8_OR_BOM)
    except (OSError, ValueError):
        return None


def _written(path: Path, text: str) -> bool:
    """Write the file atomically; return False on failure. A new file is readable by its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(text, encoding="utf-8")
        if path.exists():
            _keep_rights(path, fresh)
        when_free(lambda: fresh.replace(path))
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        return False
    return True


def _keep_rights(path: Path, fresh: Path) -> None:
    """Give the new file the owner and group rights of the old one, so that the server's user can still read it."""
    before = path.stat()
    if hasattr(os, "chown"):
        os.chown(fresh, before.st_uid, before.st_gid)
    fresh.chmod(stat.S_IMODE(before.st_mode) & 0o770)


def _done(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 0


def _refused(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return EXIT_BAD_FILE
