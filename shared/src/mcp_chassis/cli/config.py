"""The command `config`: print a server's entry for a host, put it into the host's file, or restore that file."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from mcp_chassis.cli.commands import EXIT_FAILED, add
from mcp_chassis.cli.hosts.catalog import HOSTS, Host
from mcp_chassis.cli.hosts.entries import (
    HostEntry,
    SettingsInEntry,
    local_entry,
    remote_entry,
    settings_in_entry,
)
from mcp_chassis.cli.hosts.files import Unwritable, undo, write
from mcp_chassis.cli.hosts.launch import NoCommand, command_for
from mcp_chassis.cli.hosts.place import Place
from mcp_chassis.environment import BadSettings, checkout_root, env_file, env_file_variables, full_environment
from mcp_chassis.server import Server
from mcp_chassis.settings import variables

SECRET_FORMS = ("", "_FILE", "_COMMAND")
URL_HELP = "address of the server over HTTP, such as https://tools.example.com/mcp: the entry connects to it"


def add_to(commands: Any, server: Server[Any]) -> None:
    """Add the command `config` with its options."""
    config = add(commands, "config", "print or write the entry for a host", lambda chosen: run(server, chosen))
    config.add_argument("host", choices=list(HOSTS), metavar="HOST", help=", ".join(HOSTS))
    config.add_argument("--url", help=URL_HELP)
    config.add_argument("--no-key", action="store_true", help="with --url: no API key, the host signs in by OAuth")
    act = config.add_mutually_exclusive_group()
    act.add_argument("--write", action="store_true", help="put it into the host's file; a backup is kept")
    act.add_argument("--undo", action="store_true", help="restore the host's file as it was before --write")


def run(server: Server[Any], chosen: argparse.Namespace) -> int:
    """Print, write or restore the host's entry; return the exit code."""
    host = HOSTS[chosen.host]
    path = host.file(Place.here())
    try:
        if chosen.undo:
            return _undone(host, path, server)
        settings = settings_in_entry(server.settings, os.environ)
        signed_in = _replaced_by_sign_in(server)
        settings.drop_secrets({signed_in, *_unneeded(server)})
        if chosen.url:
            entry = remote_entry(host, server, chosen.url, with_key=not chosen.no_key)
        else:
            entry = local_entry(host, server, command_for(server), settings)
        notes = _written(host, path, entry) if chosen.write else _printed(host, path, entry)
    except (NoCommand, Unwritable) as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_FAILED
    lines = _remote_notes(host, entry) if chosen.url else _local_notes(host, server, settings)
    if signed_in and not chosen.url:
        lines.append(f"{signed_in} is not needed: you have signed in with `{server.name} login`.")
    sys.stderr.write("".join(f"{line}\n" for line in [*notes, *lines]))
    return 0


def _undone(host: Host, path: Path, server: Server[Any]) -> int:
    restored = undo(host, path, (server.name, *server.former_names))
    if restored.entry_only:
        done = f"has the previous entry of {server.name} again; other changes made since then are kept"
    elif restored.backup:
        done = f"is restored from {restored.backup.name}"
    else:
        done = "is removed, because --write had created it"
    kept = f" The replaced file is kept as {restored.replaced}." if restored.replaced else ""
    sys.stdout.write(f"{path} {done}.{kept} Restart {host.title}.\n")
    return 0


def _printed(host: Host, path: Path, entry: HostEntry) -> list[str]:
    sys.stdout.write(entry.snippet(host))
    return [f"Add this to {path}, or use --write."]


def _written(host: Host, path: Path, entry: HostEntry) -> list[str]:
    backup = write(host, path, entry)
    kept = f" Its backup is {backup}; --undo restores it." if backup else ""
    sys.stdout.write(f"{path} has the entry {entry.name}.{kept} Restart {host.title}.\n")
    return []


def _remote_notes(host: Host, entry: HostEntry) -> list[str]:
    if entry.inputs:
        return [f"{host.title} asks for the API key and stores it."]
    return ["Put your API key in place of YOUR_KEY, or use --no-key where the server signs people in."] * (
        "YOUR_KEY" in str(entry.value)
    )


def _local_notes(host: Host, server: Server[Any], settings: SettingsInEntry) -> list[str]:
    notes: list[str] = []
    in_file = env_file_variables()
    in_use = {name for name in in_file if in_file[name].strip()}
    secrets = [name for name in settings.secrets if in_use.isdisjoint(f"{name}{form}" for form in SECRET_FORMS)]
    optional = [
        name for name in settings.optional_secrets if in_use.isdisjoint(f"{name}{form}" for form in SECRET_FORMS)
    ]
    if settings.unset:
        names = ", ".join(settings.unset)
        notes.append(f"Not in the entry, because it is not set here: {names}. Set it and run this command again.")
    if settings.secrets and host.inputs:
        notes.append(f"{host.title} asks for {', '.join(settings.secrets)} and stores it.")
    elif secrets:
        sign_in = f" Run `{server.name} login`, or set it otherwise." if server.sign_in else ""
        notes.append(f"Not in the entry, because it is a secret: {', '.join(secrets)}.{sign_in} {_where()}")
    if settings.with_password:
        names = ", ".join(settings.with_password)
        notes.append(f"Not in the entry, because a password may be in it: {names}. {_where()}")
    if optional:
        notes.append(f"Optional secrets that are not in it either: {', '.join(optional)}. {_where()}")
    return notes


def _replaced_by_sign_in(server: Server[Any]) -> str | None:
    """The variable of the credential that a signed-in account replaces; None if nobody has signed in, or it is set."""
    if server.sign_in is None:
        return None
    from mcp_chassis.accounts.store import AccountStore, UnreadableStore

    variable = f"{server.settings.model_config.get('env_prefix', '')}{server.sign_in.credential}".upper()
    set_in_file = {f"{variable}{form}" for form in SECRET_FORMS} & env_file_variables().keys()
    try:
        return variable if not set_in_file and AccountStore.here().accounts(server.name) else None
    except UnreadableStore:
        return None


def _unneeded(server: Server[Any]) -> list[str]:
    """The variables that other ones replace under the present settings; none if these are not valid."""
    try:
        unneeded = server.settings.load(full_environment()).unneeded()
    except BadSettings:
        return []
    return [name for field in unneeded for name in variables(server.settings, field)]


def _where() -> str:
    from platformdirs import user_config_path

    path = env_file(os.environ) or (checkout_root() or user_config_path("toolroll")) / ".env"
    return f"Set it in {path} or in the entry's environment."
