"""Making keys and looking after their file; what `toolroll keys` does."""

import sys
from collections.abc import Sequence
from pathlib import Path

from mcp_chassis.remote.keys import Key, new_secret, parse
from mcp_chassis.remote.scopes import known

EXIT_BAD_FILE = 2


def new(name: str, scopes: Sequence[str], path: Path | None = None) -> int:
    """Print a new key, and its line; with `path` the line is added to the file instead. The exit code."""
    if problem := _problem(name, scopes, path):
        return _refused(problem)
    secret = new_secret()
    line = Key.of(name, secret, scopes).line()
    sys.stdout.write(f"{secret}\n")
    if path is None:
        sys.stdout.write(f"{line}\n")
        sys.stderr.write(
            "The first line is the key: give it to its user, it is shown once. The second is for the file.\n"
        )
        return 0
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    _write(path, text + ("\n" if text and not text.endswith("\n") else "") + f"{line}\n")
    sys.stderr.write(f"Added to {path}. The key is shown once.\n")
    return 0


def _problem(name: str, scopes: Sequence[str], path: Path | None) -> str | None:
    if unknown := [scope for scope in scopes if not known(scope)]:
        return f"There is no scope called {unknown[0]}."
    line = Key.of(name, "", scopes).line()
    if not parse(line).keys:
        return "A key needs a name of letters, digits, `.`, `@`, `_` or `-`, and at least one scope."
    if path and path.exists() and name in {key.name for key in parse(path.read_text(encoding="utf-8")).keys}:
        return f"The file has a key called {name} already."
    return None


def hashed(path: Path) -> int:
    """Replace the keys that stand in the clear by their digests; comments stay. The exit code."""
    lines = path.read_text(encoding="utf-8").splitlines()
    parsed = parse("\n".join(lines))
    if parsed.problems:
        return _refused(f"{path}: {parsed.problems[0]}")
    _write(path, "".join(f"{_hashed(line, number)}\n" for number, line in enumerate(lines, 1)))
    sys.stderr.write(f"{parsed.in_clear} keys of {path} are hashed now.\n")
    return 0


def _hashed(line: str, number: int) -> str:
    found = parse("\n" * (number - 1) + line)
    return found.keys[0].line() if found.in_clear else line


def listed(path: Path) -> int:
    """Print each key's name and scopes. The exit code."""
    parsed = parse(path.read_text(encoding="utf-8"))
    for key in parsed.keys:
        sys.stdout.write(f"{key.name}  {','.join(sorted(key.scopes))}\n")
    for problem in parsed.problems:
        sys.stderr.write(f"{path}: {problem}\n")
    return EXIT_BAD_FILE if parsed.problems else 0


def _write(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner alone."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _refused(told: str) -> int:
    sys.stderr.write(f"{told}\n")
    return EXIT_BAD_FILE
