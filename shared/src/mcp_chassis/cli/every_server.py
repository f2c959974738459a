"""`toolroll`: the command line that knows every installed server."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import Any

from mcp_chassis.cli import one_server
from mcp_chassis.cli.commands import Command, Parser, add, add_serve, run
from mcp_chassis.server import ENTRY_POINTS, EXIT_BAD_SETTINGS, Server

Entries = Mapping[str, EntryPoint]


def main(arguments: Sequence[str]) -> int:
    """Run one command of `toolroll`, or of the server named first; return the exit code."""
    servers = entries()
    found = _named(servers, arguments[0]) if arguments else None
    if found is not None:
        return one_server.main(found, arguments[1:] or ["serve"])
    parser = Parser(
        prog="toolroll",
        description="Toolroll: MCP servers over one shared core.",
        epilog="toolroll SERVER COMMAND ... runs a server's command.",
        other_names=servers,
    )
    parser.add_argument("--version", action="version", version=f"toolroll {version('toolroll-core')}")
    parser.set_defaults(run=_listing(servers))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add(commands, "list", "list the installed servers", _listing(servers))
    serve = add_serve(commands, lambda chosen: _serve(servers, chosen))
    serve.set_defaults(transport="http")
    serve.add_argument("names", nargs="*", metavar="SERVER", help="which servers; over HTTP all when left out")
    _add_keys(commands)
    _add_grants(commands)
    _add_sessions(commands)
    examples = add(commands, "examples", "write every server's entry for every host", _examples)
    examples.add_argument("folder", type=Path)
    return run(parser, arguments)


def entries() -> dict[str, EntryPoint]:
    """Entry points of the installed servers by name, without importing them."""
    return {entry.name: entry for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)}


def installed() -> dict[str, Server[Any]]:
    """Every installed server by its name."""
    return {name: entry.load() for name, entry in entries().items()}


def _named(servers: Entries, name: str) -> Server[Any] | None:
    entry = servers.get(name) or servers.get(f"{name}-mcp")
    return entry.load() if entry else None


def _listing(servers: Entries) -> Command:
    def listing(_: argparse.Namespace) -> int:
        width = max((len(name) for name in servers), default=0)
        for name, entry in servers.items():
            sys.stdout.write(f"{name:<{width}}  {_summary(entry)}\n")
        return 0

    return listing


def _summary(entry: EntryPoint) -> str:
    try:
        server: Server[Any] = entry.load()
    except ImportError as exc:
        return f"cannot be loaded: {exc}"
    return f"{server.version}  {server.instructions}"


def _serve(servers: Entries, chosen: argparse.Namespace) -> int:
    if chosen.transport == "http":
        from mcp_chassis.remote.command import serve_several

        return serve_several(chosen.names, chosen.host, chosen.port, chosen.workers)
    server = _named(servers, chosen.names[0]) if len(chosen.names) == 1 else None
    if server is None:
        sys.stderr.write(f"Over stdio exactly one server can be served. Choose from {', '.join(servers)}.\n")
        return EXIT_BAD_SETTINGS
    return one_server.main(server, ["serve"])


def _add_keys(commands: Any) -> None:
    keys = commands.add_parser("keys", help="create, hash, list and remove API keys for HTTP")
    actions = keys.add_subparsers(required=True, metavar="ACTION")
    new = add(actions, "new", "create a key, which is shown once", _new_key)
    new.add_argument("name")
    new.add_argument("scopes", nargs="+", metavar="SCOPE")
    new.add_argument("--file", type=Path, help="the key file to add it to")
    new.add_argument("--expires", metavar="DATE", help="last day (UTC) on which it is valid, such as 2027-01-31")
    new.add_argument("--limit", action="append", default=[], metavar="[KIND=]CALLS/SECONDS", help="such as write=10/60")
    remove = add(actions, "remove", "remove a key from a file; servers refuse it within a second", _remove_key)
    remove.add_argument("name")
    remove.add_argument("file", type=Path)
    add(actions, "hash", "replace plain-text keys by their hashes", _hash_keys).add_argument("file", type=Path)
    add(actions, "list", "print names and scopes", _list_keys).add_argument("file", type=Path)


def _new_key(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import api_keys_command as key_file

    return key_file.new(chosen.name, chosen.scopes, chosen.file, chosen.expires, chosen.limit)


def _remove_key(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import api_keys_command as key_file

    return key_file.removed(chosen.name, chosen.file)


def _hash_keys(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import api_keys_command as key_file

    return key_file.hashed(chosen.file)


def _list_keys(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import api_keys_command as key_file

    return key_file.listed(chosen.file)


def _add_grants(commands: Any) -> None:
    grants = commands.add_parser("grants", help="list, revoke and re-encrypt grants of users over HTTP")
    actions = grants.add_subparsers(required=True, metavar="ACTION")
    add(actions, "list", "print each server and user with a grant", _list_grants)
    revoke = add(actions, "revoke", "revoke one at the upstream and delete it here", _revoke_grant)
    revoke.add_argument("--anyway", action="store_true", help="delete it even if the upstream does not confirm")
    forget = add(actions, "forget", "delete one here only; the user has to sign in again", _forget_grant)
    for action in (revoke, forget):
        action.add_argument("server")
        action.add_argument("user", help="as the list shows it")
    rotated = "encrypt all grants and sessions with the first key of MCP_GRANT_KEYS"
    add(actions, "rotate", rotated, _rotate_grants)


def _list_grants(_: argparse.Namespace) -> int:
    from mcp_chassis.remote import grants_command

    return grants_command.listed()


def _revoke_grant(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import grants_command

    return grants_command.revoked(chosen.server, chosen.user, anyway=chosen.anyway)


def _forget_grant(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import grants_command

    return grants_command.forgotten(chosen.server, chosen.user)


def _rotate_grants(_: argparse.Namespace) -> int:
    from mcp_chassis.remote import grants_command

    return grants_command.sealed_again()


def _add_sessions(commands: Any) -> None:
    sessions = commands.add_parser("sessions", help="list and end sessions of the authorization proxy")
    actions = sessions.add_subparsers(required=True, metavar="ACTION")
    add(actions, "list", "print user, server, scopes, last refresh and client of each session", _list_sessions)
    end = add(actions, "end", "end all sessions of a user, and revoke the provider's tokens for them", _end_sessions)
    end.add_argument("user", help="as the list shows it")


def _list_sessions(_: argparse.Namespace) -> int:
    from mcp_chassis.remote import sessions_command

    return sessions_command.listed()


def _end_sessions(chosen: argparse.Namespace) -> int:
    from mcp_chassis.remote import sessions_command

    return sessions_command.ended(chosen.user)


def _examples(chosen: argparse.Namespace) -> int:
    from mcp_chassis.cli.examples import examples

    for name, text in examples(installed()).items():
        path: Path = chosen.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0
