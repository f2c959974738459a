"""The hosts that can start these servers: what their entry looks like, and in which file it stands."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeGuard

from mcp_chassis.cli import toml_tables
from mcp_chassis.environment import checkout_root
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, is_secret, variables

Entry = dict[str, Any]
KEY_PLACE = "YOUR_KEY"


@dataclass(frozen=True)
class Place:
    """Where a person's files are: the system (`sys.platform`), their home and their environment."""

    system: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> "Place":
        return cls(sys.platform, Path.home(), os.environ)

    def application_data(self) -> Path:
        """Where applications keep a person's settings."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        if self.system == "win32":
            return Path(self.environment.get("APPDATA") or self.home / "AppData" / "Roaming")
        return self.configuration()

    def configuration(self) -> Path:
        return Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")


@dataclass(frozen=True)
class Host:
    """One host.

    Args:
        title: how it is called.
        file: its configuration file.
        parent: the member that holds the servers.
        extra: what an entry has besides command, args and env.
        form: the file's format; `jsonc` is JSON with comments.
        headers: the member of a remote entry that holds HTTP headers.
    """

    title: str
    file: Callable[[Place], Path]
    parent: str = "mcpServers"
    extra: tuple[tuple[str, str], ...] = ()
    form: Literal["jsonc", "toml"] = "jsonc"
    headers: str = "headers"

    def entry(self, command: list[str], env: Mapping[str, str]) -> Entry:
        """What the host needs to know of one server."""
        return {**dict(self.extra), "command": command[0], "args": command[1:], "env": dict(env)}

    def remote_entry(self, url: str) -> Entry:
        """What the host needs to know of a server that runs elsewhere; the person puts their key in."""
        kind = {name: "http" if name == "type" else value for name, value in self.extra}
        return {**kind, "url": url, self.headers: {"Authorization": f"Bearer {KEY_PLACE}"}}

    def snippet(self, name: str, entry: Entry) -> str:
        """The entry as it stands in the host's file."""
        if self.form == "toml":
            return toml_tables.dump(entry, [self.parent, name])
        return json.dumps({self.parent: {name: entry}}, indent=2, ensure_ascii=False) + "\n"


def _zed(place: Place) -> Path:
    folder = place.application_data() / "Zed" if place.system == "win32" else place.configuration() / "zed"
    return folder / "settings.json"


def _claude_code(place: Place) -> Path:
    return Path(place.environment.get("CLAUDE_CONFIG_DIR") or place.home) / ".claude.json"


def _codex(place: Place) -> Path:
    return Path(place.environment.get("CODEX_HOME") or place.home / ".codex") / "config.toml"


_STDIO = (("type", "stdio"),)

HOSTS: Mapping[str, Host] = {
    "claude-desktop": Host(
        "Claude Desktop", lambda place: place.application_data() / "Claude" / "claude_desktop_config.json"
    ),
    "claude-code": Host("Claude Code", _claude_code, extra=_STDIO),
    "cursor": Host("Cursor", lambda place: place.home / ".cursor" / "mcp.json"),
    "vscode": Host("VS Code", lambda place: place.application_data() / "Code" / "User" / "mcp.json", "servers", _STDIO),
    "codex": Host("Codex", _codex, "mcp_servers", form="toml", headers="http_headers"),
    "zed": Host("Zed", _zed, "context_servers", (("source", "custom"),)),
}


class NoCommand(Exception):
    """Nothing here can start a server without the person's PATH."""


def command_for(name: str) -> list[str]:
    """The program and arguments that start a server from any folder, whatever the PATH of the host is.

    Raises:
        NoCommand: when neither uv nor the server's own command is found.
    """
    root = checkout_root()
    if root is None:
        installed = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
        if installed is None:
            raise NoCommand(f"{name} is not installed beside {sys.executable}.")
        return [str(Path(installed).absolute())]
    return [_uv(root), "--directory", str(root), "run", name]


def _uv(root: Path) -> str:
    own = root / ".tools" / "uv" / "bin" / "uv"
    found = os.environ.get("UV") or shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        raise NoCommand("uv is not found: install it, or run `make setup` in the checkout, which brings its own.")
    return str(Path(found).absolute())


def placeholders(settings: type[ServerSettings]) -> dict[str, str]:
    """The variables a person fills in: credentials and what has no default. Empty counts as not set.

    A field whose schema has `host_entry` is there too, with this value.
    """
    own = {field: info for field, info in settings.model_fields.items() if field not in ServerSettings.model_fields}
    wanted = {field: "" for field, info in own.items() if is_secret(info) or info.is_required()}
    extras = {field: info.json_schema_extra for field, info in own.items()}
    wanted |= {field: str(extra["host_entry"]) for field, extra in extras.items() if _in_entry(extra)}
    return {variables(settings, field)[0]: value for field, value in wanted.items()}


def _in_entry(extra: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(extra, dict) and "host_entry" in extra


def entry_for(host: Host, server: Server[Any], command: list[str] | None = None) -> Entry:
    """A server's entry for a host, by default with this machine's command."""
    return host.entry(command or command_for(server.name), placeholders(server.settings))
