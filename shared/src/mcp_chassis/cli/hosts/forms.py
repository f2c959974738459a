"""Forms of entries: the members in which a host expects a command, or an address with HTTP headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from mcp_chassis.cli.hosts.members import members
from mcp_chassis.settings import is_loopback

Entry = dict[str, Any]
BRIDGE = "mcp-remote"
BRIDGED_HEADER = "MCP_AUTHORIZATION"


@dataclass(frozen=True)
class LocalForm:
    """Entry of a server that the host starts.

    Args:
        fixed: members that every such entry has.
        command: the member with the program.
        args: the member with its arguments; None if `command` is the list of both.
        env: the member with environment variables.
    """

    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    command: str = "command"
    args: str | None = "args"
    env: str = "env"

    def entry(self, command: list[str], env: Mapping[str, str]) -> Entry:
        program = {self.command: list(command)} if self.args is None else {self.command: command[0]}
        arguments = {self.args: command[1:]} if self.args else {}
        return {**self.fixed, **program, **arguments, **({self.env: dict(env)} if env else {})}


class RemoteForm(Protocol):
    """Entry of a server that runs elsewhere."""

    def entry(self, url: str, headers: Mapping[str, str]) -> Entry: ...


@dataclass(frozen=True)
class AddressForm:
    """Entry with an address and HTTP headers, in a host that speaks HTTP itself.

    Args:
        fixed: members that every such entry has.
        url: the member with the address.
        headers: the member with HTTP headers.
    """

    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    url: str = "url"
    headers: str = "headers"

    def entry(self, url: str, headers: Mapping[str, str]) -> Entry:
        return {**self.fixed, self.url: url, **({self.headers: dict(headers)} if headers else {})}


class BridgedForm:
    """Entry that starts the npm package mcp-remote, in a host whose file takes commands only."""

    def entry(self, url: str, headers: Mapping[str, str]) -> Entry:
        """The command of the bridge. A header's value is passed in `env`: arguments with spaces break on Windows."""
        plain = urlsplit(url).scheme == "http" and not is_loopback(urlsplit(url).hostname or "")
        args = ["-y", BRIDGE, url, *(["--allow-http"] if plain else [])]
        entry: Entry = {"command": "npx", "args": args}
        for name, value in headers.items():
            args += ["--header", f"{name}:${{{BRIDGED_HEADER}}}"]
            entry["env"] = {BRIDGED_HEADER: value}
        return entry


LOCAL_MEMBERS = frozenset(
    {"command", "cmd", "args", "env", "envs", "environment", "env_keys", "env_vars", "envFile", "cwd",
     "working_directory", "dev", "sandbox", "sandboxEnabled"}
)  # fmt: skip
REMOTE_MEMBERS = frozenset(
    {"url", "serverUrl", "httpUrl", "uri", "headers", "http_headers", "env_http_headers", "requestOptions",
     "bearer_token_env_var", "auth", "oauth", "oauth_resource", "scopes", "authProviderType", "headersHelper"}
)  # fmt: skip
KIND_MEMBERS = frozenset({"type", "transport", "source"})
"""Members of any host's entries that only local entries have, that only remote ones have, or that name the kind."""
VALUE_MEMBERS = ("env", "environment", "envs", "headers", "http_headers")
OWN_MEMBERS = frozenset({"command", "cmd", "args", "url", "serverUrl", "httpUrl", "uri"}) | KIND_MEMBERS


def is_remote(entry: Mapping[str, Any]) -> bool:
    """Whether an entry connects to an address, directly or through the bridge, instead of starting a server."""
    if transport := members(entry.get("transport")):
        return is_remote(transport)
    args: object = entry.get("args")
    return bool(REMOTE_MEMBERS & entry.keys()) or (isinstance(args, list) and BRIDGE in args)


def merged(present: object, entry: Entry) -> Entry:
    """Merge a new entry into the present one, keeping what the user has added.

    The user's switches (`disabled`, `timeout`, allowed tools) are always kept; variables, headers and other members of
    one kind only if the kind stays the same. Empty values, which earlier versions wrote as placeholders, are dropped.
    """
    there = members(present)
    if not there:
        return entry
    same = is_remote(there) == is_remote(entry)
    dropped = OWN_MEMBERS if same else OWN_MEMBERS | LOCAL_MEMBERS | REMOTE_MEMBERS
    theirs = {name: value for name, value in there.items() if name not in {*dropped, *VALUE_MEMBERS}}
    result = {**entry, **theirs}
    for member in VALUE_MEMBERS if same else ():
        values = {name: text for name, text in members(there.get(member)).items() if text != ""}
        ours = members(None if is_remote(entry) and "header" in member else entry.get(member))
        if values or ours:
            result[member] = {**ours, **values}
        else:
            result.pop(member, None)
    return result
