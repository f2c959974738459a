"""A server's entry for a host: its command or address, the settings in it, and what the user has to add."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from mcp_chassis.cli.hosts.catalog import Host
from mcp_chassis.cli.hosts.documents import FORMATS
from mcp_chassis.cli.hosts.forms import Entry
from mcp_chassis.cli.hosts.members import members
from mcp_chassis.environment import NETWORK_VARIABLES
from mcp_chassis.server import Server
from mcp_chassis.settings import OPTIONAL_CREDENTIAL, ServerSettings, is_secret, variables

KEY_TO_FILL_IN = "YOUR_KEY"
SYSTEM_AUTHORITIES = {
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
}
"""Default locations of certificate authorities, which an entry need not contain."""
Environment = Mapping[str, str]


@dataclass(frozen=True)
class SettingsInEntry:
    """Settings of a server, sorted by whether an entry contains them.

    Args:
        values: variables and values of the entry; none is a secret.
        secrets: variables of required credentials for which no `_FILE` or `_COMMAND` variable is set.
        optional_secrets: the same for optional credentials.
        unset: required variables that are not set.
        with_password: proxy variables that are left out because their value may contain a password.
    """

    values: dict[str, str] = field(default_factory=dict[str, str])
    secrets: list[str] = field(default_factory=list[str])
    optional_secrets: list[str] = field(default_factory=list[str])

    def drop_secrets(self, names: Collection[str | None]) -> None:
        """Leave out required credentials that are not needed."""
        self.secrets[:] = [name for name in self.secrets if name not in names]

    unset: list[str] = field(default_factory=list[str])
    with_password: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class HostEntry:
    """A server's entry in a host's file, with the prompts it refers to.

    Args:
        name: the key of the entry.
        value: the entry.
        inputs: prompts by which the host asks for its secrets.
        former_names: names under which earlier versions wrote it.
    """

    name: str
    value: Entry
    inputs: tuple[dict[str, Any], ...] = ()
    former_names: tuple[str, ...] = ()

    def snippet(self, host: Host) -> str:
        """Text of a configuration file of the host that contains this entry alone."""
        form = FORMATS[host.format]
        text = form.empty
        if host.inputs and self.inputs:
            text = form.with_member(text, [host.inputs], list(self.inputs))
        return form.with_member(text, [host.parent, self.name], self.value)


def settings_in_entry(settings: type[ServerSettings], environment: Environment) -> SettingsInEntry:
    """Sort the settings for an entry: values set in `environment` are copied, secrets only as their file or command.

    A host starts a server without the user's shell, so a variable set only there would be lost.
    """
    found = SettingsInEntry()
    for name, info in settings.model_fields.items():
        names = variables(settings, name)
        if not names:
            continue
        if is_secret(info):
            _add_secret(found, names, info, environment)
        elif text := next((environment[each] for each in names if environment.get(each, "").strip()), ""):
            found.values[names[0]] = _absolute(text) if _is_path(info) else text
        elif default := _of_host_entry(info):
            found.values[names[0]] = _absolute(default)
        elif default is not None:
            found.unset.append(names[0])
    _add_network(found, environment)
    return found


def _add_network(found: SettingsInEntry, environment: Environment) -> None:
    """Add proxies and certificate authorities, because hosts pass few of their own variables on to servers."""
    for name in NETWORK_VARIABLES:
        text = environment.get(name, "").strip() or environment.get(name.lower(), "").strip()
        if "@" in text:
            found.with_password.append(name)
        elif text and text.rstrip("/") not in SYSTEM_AUTHORITIES:
            found.values[name] = _absolute(text)


def _add_secret(found: SettingsInEntry, names: list[str], info: FieldInfo, environment: Environment) -> None:
    for name in names:
        if path := environment.get(f"{name}_FILE", "").strip():
            found.values[f"{name}_FILE"] = _absolute(path)
            return
        if command := environment.get(f"{name}_COMMAND", "").strip():
            found.values[f"{name}_COMMAND"] = command
            return
    if info.default is None:
        optional = info.json_schema_extra == OPTIONAL_CREDENTIAL
        (found.optional_secrets if optional else found.secrets).append(names[0])


def _is_path(info: FieldInfo) -> bool:
    return "Path" in repr(info.annotation) or _of_host_entry(info) is not None


def _absolute(text: str) -> str:
    """Make an existing path absolute, because the host runs in another folder; other texts are returned unchanged."""
    return str(Path(text).resolve()) if Path(text).exists() else text


def _of_host_entry(info: FieldInfo) -> str | None:
    extra = members(info.json_schema_extra)
    return str(extra["host_entry"]) if "host_entry" in extra else None


def local_entry(host: Host, server: Server[Any], command: list[str], settings: SettingsInEntry) -> HostEntry:
    """The entry with which the host starts a server, with prompts for secrets if the host stores them."""
    asked = settings.secrets if host.inputs else []
    prompts = tuple(_prompt(_identifier(name), f"{name} of {server.name}") for name in asked)
    env = settings.values | {name: f"${{input:{_identifier(name)}}}" for name in asked}
    return _entry(host, server, host.local.entry(command, env), prompts)


def remote_entry(host: Host, server: Server[Any], url: str, *, with_key: bool = True) -> HostEntry:
    """The entry with which the host reaches a server over HTTP; without a key the host signs in by OAuth."""
    identifier = f"{server.name}-key"
    prompts = (_prompt(identifier, f"API key of {server.name}"),) if host.inputs and with_key else ()
    key = f"${{input:{identifier}}}" if prompts else KEY_TO_FILL_IN
    headers = {"Authorization": f"Bearer {key}"} if with_key else {}
    return _entry(host, server, host.remote.entry(url, headers), prompts)


def _entry(host: Host, server: Server[Any], value: Entry, prompts: tuple[dict[str, Any], ...]) -> HostEntry:
    value = {"name": server.name, **value} if host.named else value
    return HostEntry(server.name, value, prompts, server.former_names)


def _identifier(variable: str) -> str:
    return variable.lower().replace("_", "-")


def _prompt(identifier: str, description: str) -> dict[str, Any]:
    return {"type": "promptString", "id": identifier, "description": description, "password": True}


def is_referenced(prompt: Mapping[str, Any], value: Entry) -> bool:
    """Whether an entry refers to the value of a prompt."""
    return f"${{input:{prompt['id']}}}" in json.dumps(value)
