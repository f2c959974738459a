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
from mcp_chassis.storage.shared_files import when_free

_BOM = "\ufeff"
_NO_FILE = ".no-file"
"""Suffix of an empty backup that records that the file did not exist."""


class Unwritable(Exception):
    """A host's file cannot be changed; the message says why."""


@dataclass(frozen=True)
class Restored:
    """Result of an undo.

    Args:
        backup: the backup that was restored; None if there had been no file, or only the entry was restored.
        replaced: the path of the replaced version; None if there was no file.
        entry_only: whether only the entry was restored, because other parts of the file had changed too.
    """

    backup: Path | None
    replaced: Path | None
    entry_only: bool = False


def write(host: Host, path: Path, entry: HostEntry) -> Path | None:
    """Set a server's entry, keeping the user's additions; return the path of the backup, None if there is none.

    Raises:
        Unwritable: when the file cannot be parsed or written; it is left unchanged.
    """
    path = path.resolve()  # keeps a symbolic link, such as one into a dotfiles repository
    try:
        raw = path.read_bytes().decode("utf-8") if path.exists() else ""
        text = raw.removeprefix(_BOM)
        written = _changed(host, text, entry)
    except (ValueError, RecursionError) as exc:
        raise Unwritable(f"{path} cannot be read as {host.format.upper()}: {exc}. Add the entry by hand.") from exc
    except OSError as exc:
        raise Unwritable(f"{path} cannot be read: {exc.strerror}.") from exc
    if written == text:
        return None
    try:
        return _replace(path, raw[: len(raw) - len(text)] + written)
    except OSError as exc:
        raise Unwritable(f"{path} cannot be written: {exc.strerror}.") from exc


def undo(host: Host, path: Path, names: Sequence[str]) -> Restored:
    """Revert the latest change of a server's entry; the replaced file is kept beside it with the suffix `.undone`.

    If only that entry has changed since the latest backup, the backup is restored, and a file that this command created
    is removed. Other changes, such as those of another server's entry, are kept.

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
    """The file's text with the server's previous entry; None if the latest backup can be restored as a whole.

    Raises:
        Unwritable: when every backup has the same entry as the file.
    """
    form = FORMATS[host.format]
    text = _text(path)
    try:
        now = form.parse(text.removeprefix(_BOM))
        states = [form.parse(_text(backup).removeprefix(_BOM)) for backup in reversed(backups)]
    except (ValueError, RecursionError):
        return None  # a file that cannot be parsed is replaced by the whole backup
    if _rest(now, host, names) == _rest(states[0], host, names):
        return None
    entries = {name: value for name, value in _servers(now, host).items() if name in names}
    earlier = (({name: value for name, value in _servers(s, host).items() if name in names}) for s in states)
    before = next((state for state in earlier if state != entries), None)
    if before is None:
        raise Unwritable(f"Every backup of {path} has the same entry of {names[0]}: change or delete it by hand.")
    for name in entries:
        text = form.without_member(text, [host.parent, name])
    for name, value in before.items():
        text = form.with_member(text, [host.parent, name], value)
    return text


def _text(path: Path) -> str:
    """The text of a file; empty if it does not exist."""
    return path.read_bytes().decode("utf-8") if path.exists() else ""


def _rest(document: Mapping[str, Any], host: Host, names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entries under other names, and the other members of a file."""
    servers = {name: value for name, value in _servers(document, host).items() if name not in names}
    return servers, _others(document, host)


def _changed(host: Host, text: str, entry: HostEntry) -> str:
    """The text with the entry set, parsed again and compared, as a library may misplace a line of an unusual file."""
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
        raise ValueError(f"the entry {entry.name} cannot be set without changing other parts of it")
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
        ValueError: when they are not a list.
    """
    there: object = document.get(host.inputs, []) if host.inputs else []
    if isinstance(there, list):
        return cast("list[Any]", there)
    raise ValueError(f"{host.inputs} is not a list")


def _replace(path: Path, text: str) -> Path | None:
    """Replace a file atomically and return its backup. Only the owner may read a new file: it may hold credentials."""
    path.parent.mkdir(parents=True, exist_ok=True)
    existed = path.exists()
    backup = _copied(path)
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(text.encode("utf-8"))
    if existed:
        shutil.copymode(path, fresh)
    when_free(lambda: fresh.replace(path))
    return backup if existed else None


def _copied(path: Path) -> Path:
    """Create the next numbered backup of a file; for a missing file it is empty and has the suffix `_NO_FILE`."""
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
