"""Putting an entry into a host's file: nothing else of the file changes, and a copy of it is kept."""

import shutil
import tomllib
from pathlib import Path
from typing import Any, cast

from mcp_chassis.cli import jsonc, toml_tables
from mcp_chassis.cli.host_entries import Entry, Host

_BOM = "\ufeff"


class Unwritable(Exception):
    """A host's file cannot be changed; the text says why."""


def write(host: Host, path: Path, name: str, entry: Entry) -> Path | None:
    """Set a server's entry, keeping what a person has filled in; the backup's path, None where there was no file.

    Raises:
        Unwritable: when the file is not of its format, or not ours to change. It is left as it was.
    """
    path = path.resolve()  # a link into somebody's dotfiles stays one
    try:
        raw = path.read_bytes().decode("utf-8") if path.exists() else ""
        text = raw.removeprefix(_BOM)
        written = _merged(host, text, name, entry)
    except (ValueError, RecursionError) as exc:
        raise Unwritable(f"{path} cannot be read as {host.form.upper()}: {exc}. Put the entry in by hand.") from exc
    except OSError as exc:
        raise Unwritable(f"{path} cannot be read: {exc.strerror}.") from exc
    if written == text:
        return None
    try:
        return _replace(path, raw[: len(raw) - len(text)] + written)
    except OSError as exc:
        raise Unwritable(f"{path} cannot be written: {exc.strerror}.") from exc


def _merged(host: Host, text: str, name: str, entry: Entry) -> str:
    parsed = tomllib.loads(text) if host.form == "toml" else jsonc.parse(text)
    servers = parsed.get(host.parent, {})
    present = cast("dict[str, Any]", servers).get(name) if isinstance(servers, dict) else None
    merged = _kept(present, entry)
    if merged == present:
        return text
    if host.form == "toml":
        return toml_tables.with_table(text, host.parent, name, merged)
    return jsonc.with_member(text, [host.parent, name], merged)


def _kept(present: Any, entry: Entry) -> Entry:
    """Our command and arguments over what stands there; a person's variables and switches over ours."""
    if not isinstance(present, dict):
        return entry
    old = cast("dict[str, Any]", present)
    env = old.get("env")
    variables: dict[str, Any] = {**entry["env"], **(cast("dict[str, Any]", env) if isinstance(env, dict) else {})}
    return {**old, **entry, "env": variables}


def _replace(path: Path, text: str) -> Path | None:
    """Whole or not at all; a new file is readable by its owner alone, for credentials come into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    backup = _copied(path) if path.exists() else None
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(text.encode("utf-8"))
    if backup:
        shutil.copymode(path, fresh)
    fresh.replace(path)
    return backup


def _copied(path: Path) -> Path:
    """Beside the file, under the first name that is free: the oldest copy is the person's own."""
    number = 1
    while (backup := path.with_name(f"{path.name}.backup-{number}")).exists():
        number += 1
    shutil.copy2(path, backup)
    return backup
