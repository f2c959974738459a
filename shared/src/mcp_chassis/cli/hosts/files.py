"""Changes of a host's file: one entry is set, nothing else changes, and a backup is kept, which can be restored."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mcp_chassis.cli.hosts.catalog import Host
from mcp_chassis.cli.hosts.documents import FORMATS
from mcp_chassis.cli.hosts.entries import HostEntry, is_referenced
from mcp_chassis.cli.hosts.forms import merged
from mcp_chassis.cli.hosts.members import members

_BOM = "\ufeff"
_NO_FILE = ".no-file"
"""The ending of a backup that says that there was no file."""


class Unwritable(Exception):
    """A host's file cannot be changed; the text says why."""


@dataclass(frozen=True)
class Restored:
    """Result of an undo.

    Args:
        backup: the backup that is the file again; None where there was no file, or only the entry was taken back.
        replaced: the file as it was before restoring; None where there was none.
        entry_only: whether the rest of the file stayed, since something else in it had changed.
    """

    backup: Path | None
    replaced: Path | None
    entry_only: bool = False


def write(host: Host, path: Path, entry: HostEntry) -> Path | None:
    """Set a server's entry, keeping what a person has added; the path of the backup, None where there is none.

    Raises:
        Unwritable: when the file is not of its format or cannot be written. It is left as it was.
    """
    path = path.resolve()  # a link into somebody's dotfiles stays one
    try:
        raw = path.read_bytes().decode("utf-8") if path.exists() else ""
        text = raw.removeprefix(_BOM)
        written = _changed(host, text, entry)
    except (ValueError, RecursionError) as exc:
        raise Unwritable(f"{path} cannot be read as {host.format.upper()}: {exc}. Put the entry in by hand.") from exc
    except OSError as exc:
        raise Unwritable(f"{path} cannot be read: {exc.strerror}.") from exc
    if written == text:
        return None
    try:
        return _replace(path, raw[: len(raw) - len(text)] + written)
    except OSError as exc:
        raise Unwritable(f"{path} cannot be written: {exc.strerror}.") from exc


def undo(host: Host, path: Path, names: Sequence[str]) -> Restored:
    """Take back the latest change of a server's entry; the file as it was is kept beside it under the name `.undone`.

    Where only that entry has changed since the latest backup, the backup is restored, and a file that this command made
    is removed. Where something else has changed too, such as another server's entry, that stays as it is.

    Args:
        names: the names of the server's entry, former ones included.

    Raises:
        Unwritable: when there is no backup, or the folder cannot be written.
    """
    path = path.resolve()
    backups = _backups(path)
    if not backups:
        raise Unwritable(f"There is no backup of {path}: this command has not changed it.")
    try:
        kept = _without_change(host, path, backups, names)
        replaced = path.with_name(f"{path.name}.undone") if path.exists() else None
        if replaced:
            path.replace(replaced)
        if kept is not None and replaced:
            path.touch(mode=0o600)
            path.write_bytes(kept.encode("utf-8"))
            shutil.copymode(replaced, path)
            return Restored(None, replaced, entry_only=True)
        if backups[-1].suffix == _NO_FILE:
            backups[-1].unlink()
            return Restored(None, replaced)
        backups[-1].replace(path)
    except OSError as exc:
        raise Unwritable(f"{path} cannot be written: {exc.strerror}.") from exc
    return Restored(backups[-1], replaced)


def _without_change(host: Host, path: Path, backups: Sequence[Path], names: Sequence[str]) -> str | None:
    """The file's text with the server's entry as it was before; None where the latest backup is the same otherwise.

    Raises:
        Unwritable: when no backup has the entry in another state.
    """
    form = FORMATS[host.format]
    text = _text(path)
    try:
        now = form.parse(text.removeprefix(_BOM))
        states = [form.parse(_text(backup).removeprefix(_BOM)) for backup in reversed(backups)]
    except (ValueError, RecursionError):
        return None  # what cannot be read is replaced by the backup as a whole
    if _rest(now, host, names) == _rest(states[0], host, names):
        return None
    entries = {name: value for name, value in _servers(now, host).items() if name in names}
    earlier = (({name: value for name, value in _servers(s, host).items() if name in names}) for s in states)
    before = next((state for state in earlier if state != entries), None)
    if before is None:
        raise Unwritable(f"No backup of {path} has another entry of {names[0]}: delete it by hand.")
    for name in entries:
        text = form.without_member(text, [host.parent, name])
    for name, value in before.items():
        text = form.with_member(text, [host.parent, name], value)
    return text


def _text(path: Path) -> str:
    """The text of a file; empty where there is none, as a backup says that there was none."""
    return path.read_bytes().decode("utf-8") if path.exists() else ""


def _rest(document: Mapping[str, Any], host: Host, names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a file holds besides the entries of these names."""
    servers = {name: value for name, value in _servers(document, host).items() if name not in names}
    return servers, _others(document, host)


def _changed(host: Host, text: str, entry: HostEntry) -> str:
    """The text with the entry, checked by reading it again: a library may misplace a line of an odd file."""
    form = FORMATS[host.format]
    before = form.parse(text)
    servers = _servers(before, host)
    former = [name for name in entry.former_names if name in servers]
    present = next((servers[name] for name in (entry.name, *former) if name in servers), None)
    value = merged(present, entry.value)
    prompts = _prompts(host, before, HostEntry(entry.name, value, entry.inputs))
    if value == servers.get(entry.name) and not former and not prompts:
        return text
    written = text
    for name in former:
        written = form.without_member(written, [host.parent, name])
    if host.inputs and prompts:
        written = form.with_member(written, [host.inputs], [*_prompts_there(host, before), *prompts])
    written = form.with_member(written, [host.parent, entry.name], value)
    expected = {**{name: server for name, server in servers.items() if name not in former}, entry.name: value}
    after = form.parse(written)
    if _servers(after, host) != expected or _others(after, host) != _others(before, host):
        raise ValueError(f"the entry {entry.name} is written in a way that only a person can change")
    return written


def _servers(document: Mapping[str, Any], host: Host) -> Mapping[str, Any]:
    return members(document.get(host.parent))


def _others(document: Mapping[str, Any], host: Host) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in {host.parent, host.inputs}}


def _prompts(host: Host, before: Mapping[str, Any], entry: HostEntry) -> list[dict[str, Any]]:
    """The prompts that the entry uses and that the file lacks."""
    known = {members(prompt).get("id") for prompt in _prompts_there(host, before)}
    return [prompt for prompt in entry.inputs if prompt["id"] not in known and is_referenced(prompt, entry.value)]


def _prompts_there(host: Host, document: Mapping[str, Any]) -> list[Any]:
    """The prompts of a file.

    Raises:
        ValueError: when they are no list.
    """
    there: object = document.get(host.inputs, []) if host.inputs else []
    if isinstance(there, list):
        return cast("list[Any]", there)
    raise ValueError(f"{host.inputs} is no list")


def _replace(path: Path, text: str) -> Path | None:
    """Replace a file whole; a new one is readable by its owner alone, for it may hold credentials."""
    path.parent.mkdir(parents=True, exist_ok=True)
    existed = path.exists()
    backup = _copied(path)
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(text.encode("utf-8"))
    if existed:
        shutil.copymode(path, fresh)
    fresh.replace(path)
    return backup if existed else None


def _copied(path: Path) -> Path:
    """Copy a file beside itself under the next number; where there is none, an empty file of that number says so."""
    number = max((_number(backup) for backup in _backups(path)), default=0) + 1
    backup = path.with_name(f"{path.name}.backup-{number}")
    if path.exists():
        shutil.copy2(path, backup)
    else:
        backup = backup.with_name(f"{backup.name}{_NO_FILE}")
        backup.touch(mode=0o600)
    return backup


def _backups(path: Path) -> list[Path]:
    """The backups of a file, the latest last."""
    found = path.parent.glob(f"{path.name}.backup-*") if path.parent.is_dir() else ()
    return sorted((backup for backup in found if _number(backup)), key=_number)


def _number(backup: Path) -> int:
    digits = backup.name.removesuffix(_NO_FILE).rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
